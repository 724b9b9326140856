/** All event types, by kind of stream, and the names of streams. */
import { caseEvents, type CaseEvent } from './case/events.js';
import { claimEvents, type ClaimEvent } from './claim/events.js';
import type { EventDescription } from './event.js';
import { instrumentEvents, type InstrumentEvent } from './instrument/events.js';
import { listEvents, type ListEvent } from './list/events.js';
import { logEvents, type LogStreamEvent } from './log/events.js';
import { referenceEvents, type ReferenceEvent } from './reference/events.js';

export type AnyEvent = CaseEvent | ListEvent | InstrumentEvent | ClaimEvent | ReferenceEvent | LogStreamEvent;
export type AnyEventType = AnyEvent['type'];

export const eventDescriptions = {
  ...caseEvents,
  ...listEvents,
  ...instrumentEvents,
  ...claimEvents,
  ...referenceEvents,
  ...logEvents,
};

/** The description of an event type; undefined if there is no such type. */
export const descriptionOf = (type: string): EventDescription<Record<string, unknown>> | undefined =>
  Object.hasOwn(eventDescriptions, type)
    ? (eventDescriptions[type as AnyEventType] as EventDescription<Record<string, unknown>>)
    : undefined;

/**
 * The kinds of streams that a client can write to. The register writes the others: claims of references, and what operators decided about
 * the log.
 */
export const SUBJECT_KINDS = ['case', 'list', 'instrument', 'claim'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export const STREAM_KINDS = [...SUBJECT_KINDS, 'reference', 'log'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** `case-0190…`, `list-union`. Stream names contain no personal data, since the ids of cases are opaque. */
export const streamName = (kind: StreamKind, id: string): string => `${kind}-${id}`;

/** Throws RangeError if the name does not begin with a kind of stream. */
export const parseStreamName = (name: string): { kind: StreamKind; id: string } => {
  const kind = STREAM_KINDS.find((candidate) => name.startsWith(`${candidate}-`));
  if (kind === undefined) throw new RangeError(`no stream of ours: ${name}`);
  return { kind, id: name.slice(kind.length + 1) };
};
