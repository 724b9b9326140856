import { ACTOR_KINDS } from '../../domain/event.js';
import { ref } from '../operation.js';
import { arrayOf, boolean, count, day, enumOf, instant, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

/** An event with its record, without what it changed. */
const entry = {
  position: count,
  subject: object({ kind: enumOf(['case', 'list', 'instrument', 'reference']), id: string }),
  revision: count,
  id: string,
  recordedAt: instant,
  actor: ref('Actor'),
  acknowledged: arrayOf(string),
  correlationId: string,
  event: ref('Event'),
};

export const logViews: Readonly<Record<string, JsonSchema>> = {
  Actor: object({ kind: enumOf(ACTOR_KINDS), id: string, asserted: boolean }),
  Change: object({
    axis: string,
    from: nullable(day),
    to: nullable(day),
    before: arrayOf(string),
    after: arrayOf(string),
  }),
  HistoryEntry: object({ ...entry, changes: arrayOf(ref('Change')) }),
  EventView: object({
    ...entry,
    causationId: nullable(string),
    standing: {
      oneOf: [ref('Event'), { type: 'null' }],
      description: 'With its corrected fields; null once retracted.',
    },
    amendments: arrayOf(object({ ...entry, stands: boolean })),
    retractedReferences: {
      ...arrayOf(string),
      description: 'The ids in `after` and `causationId` whose events are retracted.',
    },
    knownAt: string,
  }),
  HistoryPage: object({ knownAt: string, position: count, items: arrayOf(ref('HistoryEntry')), next: nullable(count) }),
  LoggedEvent: object({
    position: count,
    stream: string,
    revision: count,
    id: string,
    schemaVersion: count,
    recordedAt: instant,
    actor: ref('Actor'),
    acknowledged: arrayOf(string),
    raised: { ...arrayOf(ref('Finding')), description: 'The findings that the answer to its write named.' },
    correlationId: string,
    causationId: nullable(string),
    event: ref('Event'),
  }),
  Feed: {
    ...string,
    description:
      'Server-sent events: of each, `id` is the position, and `data` the event. A reader who asks with `Accept: text/event-stream` to go on from beyond the end of the log, which a browser would take for the end where it was answered by a problem, is sent one event of the type `reset`, whose `id` is 0 and whose `data` is the problem `POSITION.BEYOND_LOG`; then the feed ends, and begins with the first event when the reader comes back.',
    contentMediaType: 'application/json',
    contentSchema: ref('LoggedEvent'),
  },
};
