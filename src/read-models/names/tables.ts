/**
 * `list_entries` and `personal_names` are sorted by reference and by name to page through a list; `case_references` finds a case by
 * reference, `searched_names` by a name in any spelling.
 */
import type { CaseEvent } from '../../domain/case/events.js';
import { referencesOf } from '../../domain/reference/reference.js';
import { judgesList } from '../person.js';
import { STILL_KNOWN, type ProjectedTable } from '../table.js';
import {
  distinctionRows,
  listEntryRows,
  nameRows,
  referenceRows,
  searchedNameRows,
  type DistinctionRow,
  type ListEntryRow,
  type NameRow,
  type ReferenceRow,
  type SearchedNameRow,
} from './rows.js';

/** To page through a list in the order of a key, now and as known before, and to find the rows of a case. */
const sortedBy = (key: string): readonly string[] => [
  `(list, ${key}, case_id) WHERE known_to = ${STILL_KNOWN}`,
  `(list, ${key}, case_id, known_from, known_to)`,
  '(case_no, list, known_from)',
];

const isNaming = ({ type }: CaseEvent): boolean => type === 'opened' || type === 'named';

export const listEntries: ProjectedTable<ListEntryRow> = {
  name: 'list_entries',
  isPersonal: false,
  dependsOn: 'events',
  columns: { list: 'TEXT', case_id: 'TEXT', refs: 'TEXT', reference_key: 'TEXT' },
  indexes: sortedBy('reference_key'),
  rows: listEntryRows,
  readsEvent: (event) => judgesList(event) || referencesOf(event).length > 0,
};

export const names: ProjectedTable<NameRow> = {
  name: 'personal_names',
  isPersonal: true,
  dependsOn: 'events',
  columns: { list: 'TEXT', case_id: 'TEXT', name: 'TEXT', name_key: 'TEXT' },
  indexes: sortedBy('name_key'),
  rows: nameRows,
  readsEvent: (event) => judgesList(event) || isNaming(event),
};

export const references: ProjectedTable<ReferenceRow> = {
  name: 'case_references',
  isPersonal: false,
  dependsOn: 'events',
  columns: { list: 'TEXT', reference: 'TEXT' },
  indexes: ['(list, reference, known_from)'],
  rows: referenceRows,
  readsEvent: (event) => referencesOf(event).length > 0,
};

export const searchedNames: ProjectedTable<SearchedNameRow> = {
  name: 'searched_names',
  isPersonal: true,
  dependsOn: 'events',
  columns: {
    text: 'TEXT',
    tokens: 'TEXT',
    name_hash: 'TEXT',
    born: 'TEXT',
    sex: 'TEXT',
  },
  indexes: ['(name_hash, case_no, known_from, known_to)'],
  fullText: 'tokens',
  rows: searchedNameRows,
  readsEvent: (event) => isNaming(event) || event.type === 'described',
};

/** Pairs that a person told apart; they are not suggested as duplicates again. */
export const distinctions: ProjectedTable<DistinctionRow> = {
  name: 'distinctions',
  dependsOn: 'events',
  isPersonal: false,
  columns: { other: 'TEXT' },
  indexes: ['(case_no, other, known_from)'],
  rows: distinctionRows,
  readsEvent: ({ type }) => type === 'distinguished',
};
