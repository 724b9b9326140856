/** Specs of a case as given/when/then; decisions are compared exactly and in order. */
import { expect } from '@jest/globals';
import { decide } from '../../src/domain/case/decide.js';
import type { Standing } from '../../src/domain/case/period.js';
import type { Custody } from '../../src/domain/case/state.js';
import type { Sentence } from '../../src/domain/case/events.js';
import type { Decision } from '../../src/domain/event.js';
import { MAX_DAY, type Day } from '../../src/domain/time.js';
import { ARTICLE, day, REFERENCE_DATA, withIds, type CaseEventFields } from './events.js';
import { periodsOf } from './timeline.js';

type Event = CaseEventFields[number];

/** How a case decides on new events. */
export interface DecisionExpected {
  readonly outcome: 'accepted' | 'refused';
  /** The findings as `grade code`, in the order of the decision. */
  readonly findings: readonly string[];
}

/** What holds after the last event, until a sentence is completed where that may be never; other axes may be anything. */
interface StandingExpected {
  readonly standing: Partial<Standing>;
}

type Expected = DecisionExpected | StandingExpected;

export const accepted = (...findings: readonly string[]): DecisionExpected => ({ outcome: 'accepted', findings });
export const refused = (...findings: readonly string[]): DecisionExpected => ({ outcome: 'refused', findings });
export const standing = (standing: Partial<Standing>): StandingExpected => ({ standing });
/** The custody, and the id of the event that set it. */
export const custody = (custody: Custody, custodyEventId: string | null): StandingExpected =>
  standing({ custody, custodyEventId });

interface When {
  readonly acknowledging: (...codes: readonly string[]) => When;
  /** The day on which the events are recorded, if it is not that of the reference data. */
  readonly on: (day: string) => When;
  /** Where a standing is expected, the new events must be accepted without findings. */
  readonly then: (expected: Expected) => void;
}

interface Given {
  readonly when: (...newEvents: CaseEventFields) => When;
  /** Expects the standing that the recorded events give, whatever findings they have. */
  readonly then: (expected: StandingExpected) => void;
}

/** The types of the events that specs named. */
export const specifiedTypes = new Set<string>();

/** Events without an id get `f1`, `f2` … over history and new events together. */
export const given = (...history: CaseEventFields): Given => ({
  when: (...newEvents) => whenRecorded(history, newEvents, { codes: [], today: REFERENCE_DATA.today }),
  then: (expected) => expectStanding(history, expected),
});

interface Circumstances {
  readonly codes: readonly string[];
  readonly today: Day;
}

const whenRecorded = (history: CaseEventFields, newEvents: CaseEventFields, at: Circumstances): When => ({
  acknowledging: (...more) => whenRecorded(history, newEvents, { ...at, codes: [...at.codes, ...more] }),
  on: (text) => whenRecorded(history, newEvents, { ...at, today: day(text) }),
  then: (expected) => {
    const isDecision = 'outcome' in expected;
    expectDecision(history, newEvents, at, isDecision ? expected : accepted());
    if (!isDecision) expectStanding([...history, ...newEvents], expected);
  },
});

const expectDecision = (
  history: CaseEventFields,
  newEvents: CaseEventFields,
  { codes, today }: Circumstances,
  expected: DecisionExpected,
): void => {
  const events = withIds(...history, ...newEvents);
  for (const { event } of events) specifiedTypes.add(event.type);
  const split = history.length;
  const decision = decide(events.slice(0, split), events.slice(split), { ...REFERENCE_DATA, today }, codes);
  expectOutcome(decision, expected);
};

/** Compares a decision about a stream of any kind exactly and in order. */
export const expectOutcome = (decision: Decision, { outcome, findings }: DecisionExpected): void => {
  const asked = findings.flatMap((finding) => (finding.startsWith('ask ') ? [finding.slice(4)] : []));
  expect({
    ...decision,
    findings: decision.findings.map(({ grade, code }) => `${grade} ${code}`),
  }).toEqual({
    outcome,
    findings,
    ...(outcome === 'accepted' ? { acknowledged: [...new Set(asked)].sort() } : {}),
  });
};

const expectStanding = (recorded: CaseEventFields, expected: StandingExpected): void => {
  const events = withIds(...recorded);
  for (const { event } of events) specifiedTypes.add(event.type);
  const last = periodsOf(events).filter(({ to }) => to === MAX_DAY);
  const running = last.filter(({ standing }) => standing?.sentence !== 'completed');
  for (const { standing } of running.length > 0 ? running : last) expect(standing).toMatchObject(expected.standing);
};

export const arrested = (occurredOn: string, more: object = {}): Event => ({ type: 'arrested', occurredOn, ...more });
export const convicted = (occurredOn: string, sentence: Partial<Sentence>): Event => ({
  type: 'convicted',
  occurredOn,
  articles: [ARTICLE],
  sentence: { kind: 'imprisonment', ...sentence },
});
export const pardoned = (occurredOn: string): Event => ({
  type: 'pardoned',
  occurredOn,
  decree: 'pardon-2023',
  effect: 'released-from-imprisonment',
});
export const amnestied = (occurredOn: string): Event => ({
  type: 'amnestied',
  occurredOn,
  act: 'amnesty-2025',
  effect: 'released-from-imprisonment',
});
export const released = (occurredOn: string, reason: string, more: object = {}): Event => ({
  type: 'released',
  occurredOn,
  reason,
  ...more,
});
