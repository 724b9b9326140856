/**
 * `periods` is probed by case while a page scans a sort index; `recognitions` is the sort index of `recognised`. The
 * first index of `periods` covers the columns that most filters use, so that skipped cases need no row lookup. The
 * indexes on bounds serve movements.
 */
import { caseEvents, type CaseEvent } from '../../domain/case/events.js';
import { STILL_KNOWN, type ProjectedTable } from '../table.js';
import { periodRows, recognitionRows, type PeriodRow, type RecognitionRow } from './rows.js';

/**
 * Bounds of periods, for movements. Indexed as expressions, so that SQLite does not choose these indexes for queries by
 * day or case, where they would scan most of the table.
 */
export const FIRST_DAY_SQL = 'from_day + 0';
export const END_DAY_SQL = 'to_day + 0';

/** Events without a day are in no period. */
const isDated = ({ type }: CaseEvent): boolean => caseEvents[type].dated;

export const periods: ProjectedTable<PeriodRow> = {
  name: 'periods',
  isPersonal: false,
  dependsOn: 'events',
  columns: {
    list: 'TEXT',
    from_day: 'INTEGER',
    to_day: 'INTEGER',
    undecided: 'INTEGER',
    custody: 'TEXT',
    custody_by: 'TEXT',
    custody_why: 'TEXT',
    proceedings: 'TEXT',
    sentence: 'TEXT',
    end_earliest: 'INTEGER',
    end_latest: 'INTEGER',
    running: 'TEXT',
    life: 'INTEGER',
    articles: 'TEXT',
    facility: 'TEXT',
    incident: 'TEXT',
    lists: 'TEXT',
    recognition: 'TEXT',
    category: 'TEXT',
    recognition_by: 'TEXT',
    recognition_why: 'TEXT',
  },
  indexes: [
    `(list, case_no, from_day, to_day, undecided, recognition, custody, category) WHERE known_to = ${STILL_KNOWN}`,
    '(list, case_no, known_from)',
    `(list, ${FIRST_DAY_SQL}, case_no) WHERE known_to = ${STILL_KNOWN}`,
    `(list, ${END_DAY_SQL}, case_no) WHERE known_to = ${STILL_KNOWN}`,
  ],
  rows: periodRows,
  readsEvent: isDated,
};

export const recognitions: ProjectedTable<RecognitionRow> = {
  name: 'recognitions',
  isPersonal: false,
  dependsOn: 'events',
  columns: { list: 'TEXT', case_id: 'TEXT', since_day: 'INTEGER', from_day: 'INTEGER', to_day: 'INTEGER' },
  indexes: [
    `(list, since_day, case_id) WHERE known_to = ${STILL_KNOWN}`,
    '(list, since_day, case_id, known_from, known_to)',
  ],
  rows: recognitionRows,
  readsEvent: isDated,
};
