/** Adds the record (time, actor, findings, correlation) to accepted events. */
import type { Actor, Decision, Finding, EventWithId } from '../domain/event.js';
import { eventDescriptions, type AnyEvent } from '../domain/events.js';
import type { NewEvent, StreamEvent } from '../event-store/port.js';
import { nextRecordedAt } from './streams.js';

type AcceptedDecision = Extract<Decision, { outcome: 'accepted' }>;

/**
 * The events of one request, ready to append. The first one stores every finding of the decision, so that a repeat can be
 * answered from the log. An acknowledged code is stored with each new event that its finding names; a finding that names only
 * earlier events (a late event can make two others contradict) has its code stored with the first new event.
 */
export const toNewEvents = (
  {
    actor,
    correlationId,
    causationId = null,
  }: { readonly actor: Actor; readonly correlationId: string; readonly causationId?: string | null },
  events: readonly EventWithId<AnyEvent>[],
  decision: AcceptedDecision,
  now: Date,
  lastEvent: StreamEvent | null,
): readonly NewEvent[] => {
  const recordedAt = nextRecordedAt(now, lastEvent);
  const newIds = new Set(events.map((event) => event.id));
  const storedWith = (finding: Finding): readonly string[] => {
    const ids = finding.events.filter((id) => newIds.has(id));
    return ids.length > 0 ? ids : events.slice(0, 1).map((event) => event.id);
  };
  const acknowledged = decision.findings.filter(({ code }) => decision.acknowledged.includes(code));
  return events.map(({ id, event }, index) => ({
    id,
    event,
    schemaVersion: eventDescriptions[event.type].version,
    recordedAt,
    actor,
    acknowledged: [
      ...new Set(acknowledged.filter((finding) => storedWith(finding).includes(id)).map(({ code }) => code)),
    ].sort(),
    raised: index === 0 ? decision.findings : [],
    correlationId,
    causationId,
  }));
};
