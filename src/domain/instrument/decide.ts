import { finding } from '../case/findings.js';
import { decide } from '../decide.js';
import type { Decision, Finding, EventWithId } from '../event.js';
import { parseEdtf, type Interval } from '../time.js';
import type { InstrumentEvent } from './events.js';

/** Whether an instrument may be registered: once, and with days that do not contradict each other. */
export const decideInstrument = (
  before: readonly EventWithId<InstrumentEvent>[],
  news: readonly EventWithId<InstrumentEvent>[],
  acknowledge: readonly string[],
): Decision => decide(findings(before), findings([...before, ...news]), acknowledge);

const findings = (events: readonly EventWithId<InstrumentEvent>[]): readonly Finding[] =>
  events.flatMap(({ id, event }, index) => [
    ...(index === 0 ? [] : [finding('INSTRUMENT.ALREADY_REGISTERED', id)]),
    ...(inOrder([event.submitted, event.adopted, event.inForce, event.windowEnd])
      ? []
      : [finding('INSTRUMENT.DATES_CONTRADICT', id)]),
  ]);

/** Whether days can lie in this order; those unknown lie anywhere. */
const inOrder = (dates: readonly (string | undefined)[]): boolean => {
  const days = dates.map((date) => parseEdtf(date ?? '')).filter((day): day is Interval => day !== null);
  return days.every((day, index) => days.slice(index + 1).every((later) => day.earliest <= later.latest));
};
