/**
 * `list_entries` has the name and references that a list shows of a case; `case_references` finds a case by reference,
 * `searched_names` by a name in any spelling; `distinctions` and `circumstances` are read to find duplicates.
 */
import { isNamingEvent } from '../../domain/case/events.js';
import { referencesOf } from '../../domain/reference/reference.js';
import type { ProjectedTable } from '../table.js';
import {
  circumstancesRows,
  distinctionRows,
  listEntryRows,
  referenceRows,
  searchedNameRows,
  type CircumstancesRow,
  type DistinctionRow,
  type ListEntryRow,
  type ReferenceRow,
  type SearchedNameRow,
} from './rows.js';

const CASE_INDEX = '(case_no, known_from)';

export const listEntries: ProjectedTable<ListEntryRow> = {
  name: 'list_entries',
  isPersonal: true,
  dependsOn: 'events',
  columns: { case_id: 'TEXT', name: 'TEXT', name_key: 'TEXT', refs: 'TEXT' },
  indexes: [CASE_INDEX],
  rows: listEntryRows,
  readsEvent: (event) => isNamingEvent(event) || referencesOf(event).length > 0,
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
    born: 'TEXT',
    sex: 'TEXT',
  },
  indexes: [CASE_INDEX],
  fullTextColumn: 'tokens',
  rows: searchedNameRows,
  readsEvent: (event) => isNamingEvent(event) || event.type === 'described',
};

/** Pairs of cases that were recorded as being about different people; they are not suggested as duplicates again. */
export const distinctions: ProjectedTable<DistinctionRow> = {
  name: 'distinctions',
  dependsOn: 'events',
  isPersonal: false,
  columns: { other: 'TEXT' },
  indexes: ['(case_no, other, known_from)'],
  rows: distinctionRows,
  readsEvent: ({ type }) => type === 'distinguished',
};

export const circumstances: ProjectedTable<CircumstancesRow> = {
  name: 'circumstances',
  isPersonal: true,
  dependsOn: 'events',
  columns: { arrests: 'TEXT', places: 'TEXT' },
  indexes: [CASE_INDEX],
  rows: circumstancesRows,
  readsEvent: ({ type }) => type === 'arrested' || type === 'opened' || type === 'described',
};
