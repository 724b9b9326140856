/** References of a case: where each is claimed, and which an event names. */
import { v5 } from 'uuid';
import type { Reference } from '../case/events.js';
import { streamName, type AnyEvent } from '../events.js';
import { foldedKey } from '../text.js';

/** The namespace (RFC 9562, section 6.6) of the ids of reference streams; another one would lose every claim. */
const NAMESPACE = '231c67d3-f919-40e1-a65b-12e117c749dd';

/** The stream in which a reference is claimed: opaque, for ever the same for a list and every spelling of one reference. */
export const referenceStream = ({ list, reference }: Reference): string =>
  streamOf({ list, reference: foldedKey(reference) });

/** The stream in which a spelling was claimed before references were folded. Claims in it still hold; none is added. */
export const unfoldedReferenceStream = ({ list, reference }: Reference): string => streamOf({ list, reference });

const streamOf = ({ list, reference }: Reference): string =>
  streamName('reference', v5(JSON.stringify([list, reference]), NAMESPACE));

/** What tells references apart, as text. */
export const referenceId = ({ list, reference }: Reference): string => JSON.stringify([list, foldedKey(reference)]);

export const isSameReference = (a: Reference, b: Reference): boolean => referenceId(a) === referenceId(b);

/** The references that an event gives its case; none for most types. */
export const referencesOf = (event: AnyEvent): readonly Reference[] => {
  if (event.type === 'opened') return event.references ?? [];
  if (event.type === 'referenced') return [{ list: event.list, reference: event.reference }];
  return [];
};

/** Whether a case of these events has the reference, in whatever spelling. */
export const hasReference = (events: readonly AnyEvent[], reference: Reference): boolean =>
  events.some((event) => referencesOf(event).some((r) => isSameReference(r, reference)));
