/** The events of a list stream. */
import type { Custody } from '../case/state.js';
import { amendmentEvents, type AmendmentFields } from '../amendments.js';
import type { Edtf, EventDescription, EventOf } from '../event.js';

/** A name in the languages of the register; at least one. */
export interface LocalName {
  readonly az?: string;
  readonly en?: string;
  readonly ru?: string;
}

export interface ListFields extends AmendmentFields {
  'list-defined': { readonly name: LocalName };
  'category-defined': { readonly category: string; readonly name: LocalName };
  /** From the full day `from`, a recognised person with one of these custody values is on the list. */
  'policy-set': { readonly from: Edtf; readonly custody: readonly Custody[]; readonly paceRequired?: boolean };
}

export type ListEventType = keyof ListFields;
export type ListEvent = EventOf<ListFields>;

export const listEvents: { readonly [T in ListEventType]: EventDescription<ListFields[T]> } = {
  'list-defined': { means: 'A list begins.', version: 1, dated: false, personal: [] },
  'category-defined': {
    means: 'A category of the list was defined or renamed.',
    version: 1,
    dated: false,
    personal: [],
  },
  'policy-set': { means: 'The list said whom it counts, from a day on.', version: 1, dated: false, personal: [] },
  ...amendmentEvents,
};
