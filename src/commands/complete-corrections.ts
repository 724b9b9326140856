/** Adds to reported corrections what the register knows: the type of the event that they correct. */
import type { Reported } from '../domain/amendments.js';
import { finding } from '../domain/case/findings.js';
import type { EventWithId, Finding } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';

export type CompletedEvents =
  { readonly events: readonly EventWithId<AnyEvent>[] } | { readonly findings: readonly Finding[] };

/** Gives a finding for each correction of an event that the stream and the events before it in the request do not have. */
export const completeCorrections = (
  history: readonly EventWithId<AnyEvent>[],
  reported: readonly EventWithId<Reported<AnyEvent>>[],
): CompletedEvents => {
  const events: EventWithId<AnyEvent>[] = [];
  const findings: Finding[] = [];
  for (const { id, event } of reported) {
    if (event.type !== 'corrected') {
      events.push({ id, event });
      continue;
    }
    const target = [...history, ...events].find((other) => other.id === event.event)?.event;
    if (target === undefined) findings.push(finding('CORRECTION.EVENT_UNKNOWN', id));
    else {
      const correctedType = target.type === 'corrected' ? target.correctedType : target.type;
      events.push({ id, event: { ...event, correctedType } });
    }
  }
  return findings.length > 0 ? { findings } : { events };
};
