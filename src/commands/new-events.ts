/** Accepted events as the events that go into the log. */
import type { Actor, Decision, Finding, EventWithId } from '../domain/event.js';
import { allEvents, type AnyEvent } from '../domain/events.js';
import type { NewEvent, StreamEvent } from '../event-store/port.js';
import { recordedAt } from './streams.js';

type Accepted = Extract<Decision, { outcome: 'accepted' }>;

/**
 * The events of one batch. The first keeps every finding that the decision raised, for the answer to a repeat. Each keeps
 * the acknowledged codes of the findings that name it; a finding that names events recorded earlier alone (a late event
 * can make two others collide) was acknowledged with the batch as a whole, and its code stands on the first.
 */
export const toEvents = (
  by: { readonly actor: Actor; readonly correlationId: string },
  events: readonly EventWithId<AnyEvent>[],
  decision: Accepted,
  now: Date,
  last: StreamEvent | null,
): readonly NewEvent[] => {
  const at = recordedAt(now, last);
  const ids = new Set(events.map((f) => f.id));
  const bearer = (finding: Finding): readonly string[] => {
    const named = finding.events.filter((id) => ids.has(id));
    return named.length > 0 ? named : events.slice(0, 1).map((f) => f.id);
  };
  const asked = decision.findings.filter(({ code }) => decision.acknowledged.includes(code));
  return events.map(({ id, event }, index) => ({
    id,
    event,
    schemaVersion: allEvents[event.type].version,
    recordedAt: at,
    actor: by.actor,
    acknowledged: [...new Set(asked.filter((f) => bearer(f).includes(id)).map((f) => f.code))].sort(),
    raised: index === 0 ? decision.findings : [],
    correlationId: by.correlationId,
    causationId: null,
  }));
};
