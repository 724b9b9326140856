/**
 * A page walks an index of `facets` in its order and reads the periods of each case. The first index of `periods`, of the versions that
 * are still believed, covers all that a page shows or filters by; the second, of all versions, covers what decides who is a member. The
 * indexes on the first and last days serve movements.
 */
import { caseEvents, isNamingEvent, type CaseEvent } from '../../domain/case/events.js';
import { referencesOf } from '../../domain/reference/reference.js';
import { MAX_DAY } from '../../domain/time.js';
import { STILL_KNOWN, type ProjectedTable } from '../table.js';
import { facetRows, type FacetRow } from './facets.js';
import { periodRows, type PeriodRow } from './rows.js';

/**
 * The first day of a period, for movements. Indexed as an expression, so that SQLite does not choose this index for queries by
 * day or case, where it would scan most of the table.
 */
export const FIRST_DAY_SQL = 'from_day + 0';
/** The first day after a period, for movements; an expression for the same reason. */
export const END_DAY_SQL = 'to_day + 0';

/** The name that table.ts gives the first of the indexes below: by list and case, of the versions that are still believed. */
export const CURRENT_PERIODS_INDEX = 'periods_1';

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
    `(list, case_no, from_day, to_day, undecided, recognition, custody, category, proceedings, sentence, end_earliest, end_latest, life,
      articles, facility, incident, lists) WHERE known_to = ${STILL_KNOWN}`,
    '(list, case_no, known_from, known_to, from_day, to_day, undecided, recognition, custody, category)',
    `(list, ${FIRST_DAY_SQL}, case_no) WHERE known_to = ${STILL_KNOWN}`,
    `(list, ${END_DAY_SQL}, case_no) WHERE known_to = ${STILL_KNOWN}`,
  ],
  rows: periodRows,
  readsEvent: isDated,
};

/** The columns by which a page may be sorted. */
const SORT_KEYS = ['name_key', 'reference_key', 'since_day'] as const;

/** SQL for a condition on rows of `facets`. `row` is the prefix of their columns: `o.` in a query, empty in an index. */
type FacetCondition = (row: string) => string;

/** Rows that are believed and have no last day. They have indexes of their own: a page of today should not walk rows of the past. */
export const openRowsSql: FacetCondition = (row) => `${row}known_to = ${STILL_KNOWN} AND ${row}to_day = ${MAX_DAY}`;
/** All rows that are not open. */
export const closedRowsSql: FacetCondition = (row) => `(${row}known_to < ${STILL_KNOWN} OR ${row}to_day < ${MAX_DAY})`;
/** Rows that are believed and have a last day. An index has them by that day, since few of them end after today. */
export const endedRowsSql: FacetCondition = (row) => `${row}known_to = ${STILL_KNOWN} AND ${row}to_day < ${MAX_DAY}`;

/** Rows that are believed. Every table has an index of them by case (table.ts). */
export const believedRowsSql: FacetCondition = (row) => `${row}known_to = ${STILL_KNOWN}`;
/** All rows that are not believed any more. */
export const givenUpRowsSql: FacetCondition = (row) => `${row}known_to < ${STILL_KNOWN}`;

export const facets: ProjectedTable<FacetRow> = {
  name: 'facets',
  isPersonal: true,
  dependsOn: 'events',
  columns: {
    facet: 'INTEGER',
    name_key: 'TEXT',
    reference_key: 'TEXT',
    since_day: 'INTEGER',
    from_day: 'INTEGER',
    to_day: 'INTEGER',
  },
  indexes: [
    `(case_no) WHERE ${givenUpRowsSql('')}`,
    `(facet, to_day) WHERE ${endedRowsSql('')}`,
    ...SORT_KEYS.map((key) => `(facet, ${key}, case_no, from_day, known_from) WHERE ${openRowsSql('')}`),
    ...SORT_KEYS.map(
      (key) => `(facet, ${key}, case_no, from_day, to_day, known_from, known_to) WHERE ${closedRowsSql('')}`,
    ),
  ],
  rows: facetRows,
  readsEvent: (event) => isDated(event) || isNamingEvent(event) || referencesOf(event).length > 0,
};
