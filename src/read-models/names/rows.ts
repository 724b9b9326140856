/** List entries: references, name and sort keys of a case in a list. */
import { SORTS_LAST, nameSortKey, referenceSortKey } from '../../domain/names/sort-key.js';
import { foldedKey } from '../../domain/text.js';
import { judgingLists, namesOf, referencesOf, displayName } from '../person.js';
import type { CaseHistory } from '../table.js';

export interface ListEntryRow {
  /** A list that has judged the case; empty for the register as a whole. */
  readonly list: string;
  readonly case_id: string;
  /** JSON; all references of the case. */
  readonly refs: string;
  /** Sort key of the reference in this list; for the register as a whole, of the first reference by list. */
  readonly reference_key: string;
}

/** The name of a case, as often as it has list entries: it is the order in which a list is paged through. */
export interface NameRow {
  readonly list: string;
  readonly case_id: string;
  /** The display name; null if no name is known. */
  readonly name: string | null;
  readonly name_key: string;
}

export interface ReferenceRow {
  readonly list: string;
  /** Folded, so that every spelling finds the case. */
  readonly reference: string;
}

/** The register as a whole, and each list that has judged the case. */
const listsOf = (events: CaseHistory['events']): readonly string[] => ['', ...judgingLists(events)];

export const listEntryRows = ({ id, events }: CaseHistory): readonly ListEntryRow[] => {
  const references = referencesOf(events);
  const refs = JSON.stringify(references);
  const keyIn = (list: string): string =>
    references
      .filter((r) => list === '' || r.list === list)
      .map((r) => (list === '' ? `${r.list} ${referenceSortKey(r.reference)}` : referenceSortKey(r.reference)))
      .reduce((least, key) => (key < least ? key : least), SORTS_LAST);
  return listsOf(events).map((list) => ({ list, case_id: id, refs, reference_key: keyIn(list) }));
};

export const nameRows = ({ id, events }: CaseHistory): readonly NameRow[] => {
  const name = displayName(namesOf(events));
  const name_key = name === null ? SORTS_LAST : nameSortKey(name);
  return listsOf(events).map((list) => ({ list, case_id: id, name, name_key }));
};

export const referenceRows = ({ events }: CaseHistory): readonly ReferenceRow[] =>
  referencesOf(events).map(({ list, reference }) => ({ list, reference: foldedKey(reference) }));
