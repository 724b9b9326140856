/** Accepted facts as the events that go into the log. */
import type { Actor, Decision, Finding, Known } from '../domain/fact.js';
import { allFacts, type AnyFact } from '../domain/facts.js';
import type { NewEvent, StreamEvent } from '../event-store/port.js';
import { recordedAt } from './streams.js';

type Accepted = Extract<Decision, { outcome: 'accepted' }>;

/**
 * The events of one batch. The first keeps every finding that the decision raised, for the answer to a repeat. Each keeps
 * the acknowledged codes of the findings that name it; a finding that names facts recorded earlier alone (a late fact
 * can make two others collide) was acknowledged with the batch as a whole, and its code stands on the first.
 */
export const toEvents = (
  by: { readonly actor: Actor; readonly correlationId: string },
  facts: readonly Known<AnyFact>[],
  decision: Accepted,
  now: Date,
  last: StreamEvent | null,
): readonly NewEvent[] => {
  const at = recordedAt(now, last);
  const ids = new Set(facts.map((f) => f.id));
  const bearer = (finding: Finding): readonly string[] => {
    const named = finding.facts.filter((id) => ids.has(id));
    return named.length > 0 ? named : facts.slice(0, 1).map((f) => f.id);
  };
  const asked = decision.findings.filter(({ code }) => decision.acknowledged.includes(code));
  return facts.map(({ id, fact }, index) => ({
    id,
    fact,
    schemaVersion: allFacts[fact.type].version,
    recordedAt: at,
    actor: by.actor,
    acknowledged: [...new Set(asked.filter((f) => bearer(f).includes(id)).map((f) => f.code))].sort(),
    raised: index === 0 ? decision.findings : [],
    correlationId: by.correlationId,
    causationId: null,
  }));
};
