/**
 * Periods are probed by case along the order of a list; recognitions are an order of it. What most conditions ask of a period
 * that stands now is in the index itself: a walk that looks at many cases to find a few needs no row for that. Movements of a span are found by the days that bound periods.
 */
import { END, type DerivedTable } from '../table.js';
import { periodRows, recognitionRows, type PeriodRow, type RecognitionRow } from './rows.js';

/**
 * The bounds of a period, as the movements of a span look for them. Expressions and no columns, so that SQLite does not take these
 * indexes for questions about a day or a case, which they would answer by walking most of the table.
 */
export const BEGINS = 'from_day + 0';
export const ENDS = 'to_day + 0';

export const periods: DerivedTable<PeriodRow> = {
  name: 'periods',
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
    `(list, case_no, from_day, to_day, undecided, recognition, custody, category) WHERE known_to = ${END}`,
    '(list, case_no, known_from)',
    `(list, ${BEGINS}, case_no) WHERE known_to = ${END}`,
    `(list, ${ENDS}, case_no) WHERE known_to = ${END}`,
  ],
  rows: periodRows,
};

export const recognitions: DerivedTable<RecognitionRow> = {
  name: 'recognitions',
  columns: { list: 'TEXT', case_id: 'TEXT', since_day: 'INTEGER', from_day: 'INTEGER', to_day: 'INTEGER' },
  indexes: [`(list, since_day, case_id) WHERE known_to = ${END}`, '(list, since_day, case_id, known_from, known_to)'],
  rows: recognitionRows,
};
