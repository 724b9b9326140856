/** Specs of a case as given/when/then; decisions are compared exactly and in order. */
import { expect } from '@jest/globals';
import { decide } from '../../src/domain/case/decide.js';
import type { Custody } from '../../src/domain/case/state.js';
import type { Sentence } from '../../src/domain/case/events.js';
import { MAX_DAY } from '../../src/domain/time.js';
import { ARTICLE, REFERENCE_DATA, withIds, type CaseEventFields } from './events.js';
import { periodsOf } from './timeline.js';

type Event = CaseEventFields[number];

interface Expectation {
  readonly outcome: 'accepted' | 'refused';
  /** As `grade code`, in the order of the decision. */
  readonly findings: readonly string[];
  /** The custody after the last event, and the id of the event that set it. */
  readonly custody?: readonly [Custody, string];
}

export const accepted = (...findings: readonly string[]): Expectation => ({ outcome: 'accepted', findings });
export const refused = (...findings: readonly string[]): Expectation => ({ outcome: 'refused', findings });
export const custody = (value: Custody, setBy: string): Expectation => ({ ...accepted(), custody: [value, setBy] });

interface When {
  readonly acknowledging: (...codes: readonly string[]) => When;
  readonly then: (expected: Expectation) => void;
}

/** Events without an id get `f1`, `f2` … over history and new events together. */
export const given = (...history: CaseEventFields): { readonly when: (...newEvents: CaseEventFields) => When } => ({
  when: (...newEvents) => whenAcknowledging([], history, newEvents),
});

const whenAcknowledging = (codes: readonly string[], history: CaseEventFields, newEvents: CaseEventFields): When => ({
  acknowledging: (...more) => whenAcknowledging([...codes, ...more], history, newEvents),
  then: (expected) => {
    const events = withIds(...history, ...newEvents);
    const split = history.length;
    const decision = decide(events.slice(0, split), events.slice(split), REFERENCE_DATA, codes);
    const asked = expected.findings.flatMap((finding) => (finding.startsWith('ask ') ? [finding.slice(4)] : []));
    expect({
      ...decision,
      findings: decision.findings.map(({ grade, code }) => `${grade} ${code}`),
    }).toEqual({
      outcome: expected.outcome,
      findings: expected.findings,
      ...(expected.outcome === 'accepted' ? { acknowledged: [...new Set(asked)].sort() } : {}),
    });
    if (expected.custody === undefined) return;
    const last = periodsOf(events).filter(({ to }) => to === MAX_DAY);
    for (const { standing } of last) expect([standing?.custody, standing?.custodyBy]).toEqual(expected.custody);
  },
});

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
