import { finding } from '../case/findings.js';
import { eventsAsTheyStand } from '../corrections.js';
import { decideByFindings } from '../decide.js';
import { refuseAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId, Finding } from '../event.js';
import { parseEdtf, type Interval } from '../time.js';
import type { InstrumentEvent } from './events.js';

/** Decides whether an instrument may be registered; its events refer to no other stream, so there is no reference data. */
export const decide = (
  history: readonly EventWithId<InstrumentEvent>[],
  newEvents: readonly EventWithId<InstrumentEvent>[],
  acknowledge: readonly string[],
): Decision =>
  refuseAmendments(history, newEvents) ??
  decideByFindings(findingsOf(history), findingsOf([...history, ...newEvents]), acknowledge);

/** An instrument is registered once, and its dates follow the order of legislation. */
const findingsOf = (events: readonly EventWithId<InstrumentEvent>[]): readonly Finding[] =>
  eventsAsTheyStand(events).flatMap(({ id, event }, index) => [
    ...(index === 0 ? [] : [finding('INSTRUMENT.ALREADY_REGISTERED', id)]),
    ...(canBeInOrder([event.submitted, event.adopted, event.inForce, event.windowEnd])
      ? []
      : [finding('INSTRUMENT.DATES_CONTRADICT', id)]),
  ]);

/** Whether partial dates can be in ascending order; absent dates are skipped. */
const canBeInOrder = (dates: readonly (string | undefined)[]): boolean => {
  const intervals = dates.map((date) => parseEdtf(date ?? '')).filter((day): day is Interval => day !== null);
  return intervals.every((day, index) => intervals.slice(index + 1).every((later) => day.earliest <= later.latest));
};
