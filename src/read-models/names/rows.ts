/** List entries: name, references and sort keys of a case in a list. */
import { SORTS_LAST, nameSortKey, referenceSortKey } from '../../domain/names/sort-key.js';
import { foldedKey } from '../../domain/text.js';
import { judgingLists, namesOf, referencesOf, displayName } from '../person.js';
import type { CaseHistory } from '../table.js';

export interface ListEntryRow {
  /** A list that has judged the case; empty for the register as a whole. */
  readonly list: string;
  readonly case_id: string;
  readonly name: string | null;
  readonly name_key: string;
  /** JSON; all references of the case. */
  readonly refs: string;
  /** Sort key of the reference in this list; for the register as a whole, of the first reference by list. */
  readonly reference_key: string;
}

export interface ReferenceRow {
  readonly list: string;
  /** Folded, so that every spelling finds the case. */
  readonly reference: string;
}

/** One row for the register as a whole and one for each list that has judged the case. */
export const listEntryRows = ({ id, events }: CaseHistory): readonly ListEntryRow[] => {
  const name = displayName(namesOf(events));
  const name_key = name === null ? SORTS_LAST : nameSortKey(name);
  const references = referencesOf(events);
  const refs = JSON.stringify(references);
  const keyIn = (list: string): string =>
    references
      .filter((r) => list === '' || r.list === list)
      .map((r) => (list === '' ? `${r.list} ${referenceSortKey(r.reference)}` : referenceSortKey(r.reference)))
      .reduce((least, key) => (key < least ? key : least), SORTS_LAST);
  return ['', ...judgingLists(events)].map((list) => ({
    list,
    case_id: id,
    name,
    name_key,
    refs,
    reference_key: keyIn(list),
  }));
};

export const referenceRows = ({ events }: CaseHistory): readonly ReferenceRow[] =>
  referencesOf(events).map(({ list, reference }) => ({ list, reference: foldedKey(reference) }));
