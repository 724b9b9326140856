/** The references of a case, and the streams in which they are claimed. */
import { v5 } from 'uuid';
import type { ReportedEvent } from '../amendments.js';
import type { Reference } from '../case/events.js';
import { streamName, type AnyEvent } from '../events.js';
import { foldedKey } from '../text.js';

/** UUID namespace (RFC 9562, section 6.6) of the ids of reference streams. Changing it would lose every claim. */
const REFERENCE_STREAM_NAMESPACE = '231c67d3-f919-40e1-a65b-12e117c749dd';

/** The name of the stream in which a reference is claimed: a hash, equal for all spellings with one folded key. */
export const referenceStreamName = ({ list, reference }: Reference): string =>
  streamNameOf({ list, reference: foldedKey(reference) });

/** The name of the stream in which one spelling was claimed before references were folded. Never written: old claims remain valid. */
export const unfoldedReferenceStreamName = ({ list, reference }: Reference): string =>
  streamNameOf({ list, reference });

const streamNameOf = ({ list, reference }: Reference): string =>
  streamName('reference', v5(JSON.stringify([list, reference]), REFERENCE_STREAM_NAMESPACE));

/** A reference as people write it: list and reference. */
export const referenceText = ({ list, reference }: Reference): string => `${list}:${reference}`;

/** A reference as a string key, equal for all spellings of one reference. */
export const referenceId = ({ list, reference }: Reference): string => JSON.stringify([list, foldedKey(reference)]);

export const isSameReference = (a: Reference, b: Reference): boolean => referenceId(a) === referenceId(b);

/** The references that an event as it stands adds to its case; none for most types. */
export const referencesOf = (event: ReportedEvent<AnyEvent>): readonly Reference[] => {
  if (event.type === 'opened') return event.references ?? [];
  if (event.type === 'referenced') return [{ list: event.list, reference: event.reference }];
  return [];
};

/** Whether one of the events adds the reference, in any spelling. */
export const hasReference = (events: readonly AnyEvent[], reference: Reference): boolean =>
  events.some((event) => referencesOf(event).some((other) => isSameReference(other, reference)));
