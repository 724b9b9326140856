/** Headings walk a list in the order of names or references; references find a case. */
import { END, type DerivedTable } from '../table.js';
import { listEntryRows, referenceRows, type ListEntryRow, type ReferenceRow } from './rows.js';

export const listEntries: DerivedTable<ListEntryRow> = {
  name: 'list_entries',
  columns: { list: 'TEXT', case_id: 'TEXT', name: 'TEXT', name_key: 'TEXT', refs: 'TEXT', reference_key: 'TEXT' },
  indexes: [
    `(list, name_key, case_id) WHERE known_to = ${END}`,
    `(list, reference_key, case_id) WHERE known_to = ${END}`,
    '(list, name_key, case_id, known_from, known_to)',
    '(list, reference_key, case_id, known_from, known_to)',
    '(case_no, list, known_from)',
  ],
  rows: listEntryRows,
};

export const references: DerivedTable<ReferenceRow> = {
  name: 'case_references',
  columns: { list: 'TEXT', reference: 'TEXT' },
  indexes: ['(list, reference, known_from)'],
  rows: referenceRows,
};
