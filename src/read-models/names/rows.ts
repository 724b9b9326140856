/**
 * The rows by which people recognise a case: its references and names with their sort keys, and the names that a search
 * finds.
 */
import type { Name, Reference } from '../../domain/case/events.js';
import { nameWords } from '../../domain/names/folding.js';
import { circumstancesOf } from '../../domain/names/likeness.js';
import { SORTS_LAST, nameSortKey, referenceSortKey } from '../../domain/names/sort-key.js';
import { foldedKey, toNfc } from '../../domain/text.js';
import { personDescription, personNames, personReferences, displayName } from '../person.js';
import { rememberLast } from '../remember.js';
import type { CaseHistory } from '../table.js';
import { nameTokens } from './name-tokens.js';

export interface ListEntryRow {
  readonly case_id: string;
  /** The display name; null if no name is known. */
  readonly name: string | null;
  readonly name_key: string;
  /** JSON; all references of the case. */
  readonly refs: string;
}

export interface ReferenceRow {
  readonly list: string;
  /** Folded, so that every spelling finds the case. */
  readonly reference: string;
}

export const listEntryRows = (history: CaseHistory): readonly ListEntryRow[] => {
  const { name, name_key } = shownName(history);
  return [{ case_id: history.id, name, name_key, refs: JSON.stringify(personReferences(history.events)) }];
};

/** The display name of a case, with its sort key. */
export const shownName = ({ events }: CaseHistory): Pick<ListEntryRow, 'name' | 'name_key'> =>
  shownNameOf(personNames(events));

const shownNameOf = rememberLast((names: readonly Name[]): Pick<ListEntryRow, 'name' | 'name_key'> => {
  const name = displayName(names);
  return { name, name_key: name === null ? SORTS_LAST : nameSortKey(name) };
});

/** The least sort key of the references of a case in a list; if `list` is empty, of all its references, sorted by list first. */
export const leastReferenceSortKey = (references: readonly Reference[], list: string): string =>
  references
    .filter((r) => list === '' || r.list === list)
    .map((r) => (list === '' ? `${r.list} ${referenceSortKey(r.reference)}` : referenceSortKey(r.reference)))
    .reduce((least, key) => (key < least ? key : least), SORTS_LAST);

export const referenceRows = ({ events }: CaseHistory): readonly ReferenceRow[] =>
  personReferences(events).map(({ list, reference }) => ({ list, reference: foldedKey(reference) }));

/** A name of a case. */
export interface SearchedNameRow {
  readonly text: string;
  /** The tokens under which the full-text index finds it, separated by spaces. */
  readonly tokens: string;
  /** `born` and `sex` distinguish people of the same name. */
  readonly born: string | null;
  readonly sex: string | null;
}

/** One row for each spelling: other names and aliases count. */
export const searchedNameRows = ({ events }: CaseHistory): readonly SearchedNameRow[] => {
  const person = personDescription(events);
  return [...new Set(personNames(events).map(({ text }) => toNfc(text)))].map((text) => searchedNameRow(text, person));
};

export const searchedNameRow = (text: string, { born, sex }: Readonly<Record<string, string>>): SearchedNameRow => {
  const words = nameWords(text);
  return {
    text,
    tokens: nameTokens(words).join(' '),
    born: born ?? null,
    sex: sex ?? null,
  };
};

/** A decision that the case is about another person than `other`. */
export interface DistinctionRow {
  /** The id of the other case. */
  readonly other: string;
}

export const distinctionRows = ({ events }: CaseHistory): readonly DistinctionRow[] =>
  [...new Set(events.flatMap(({ event }) => (event.type === 'distinguished' ? [event.from] : [])))].map((other) => ({
    other,
  }));

/** Arrests and places, which distinguish people of one name beside birth and sex. */
export interface CircumstancesRow {
  /** JSON: the dates of arrests (EDTF), as domain/names/likeness.ts compares them. */
  readonly arrests: string;
  /** JSON: the keys of the names of places, as domain/names/likeness.ts compares them. */
  readonly places: string;
}

export const circumstancesRows = ({ events }: CaseHistory): readonly CircumstancesRow[] => {
  const { arrests, places } = circumstancesOf(events.map(({ event }) => event));
  return arrests.length + places.length === 0
    ? []
    : [{ arrests: JSON.stringify(arrests), places: JSON.stringify(places) }];
};
