/** One page of people: scans the sort index and probes the periods of each case (keyset pagination). */
import { foldedKey } from '../../domain/text.js';
import { formatDay } from '../../domain/time.js';
import type { Reference } from '../../domain/case/events.js';
import type { Certainty } from './filters.js';
import type { Sort } from './paging.js';
import type { PersonPage, Totals } from './person.view.js';
import type { QueryContext } from '../reader.js';
import { cachedStatement, type SqlValue } from '../table.js';
import type { Counters } from '../counters.js';
import { versionCondition, matchOf, scopeValues, validCondition, type Match, type ListScope } from './predicate.js';
import type { SqlCondition } from './sql-condition.js';
import { personRows } from './person-rows.js';

export interface PageRequest {
  readonly scope: ListScope;
  readonly conditions: readonly SqlCondition[];
  readonly certainty: Certainty | undefined;
  /** Limits the page to cases with this reference. */
  readonly reference: Reference | undefined;
  readonly sort: Sort;
  readonly limit: number;
  /** Last row of the previous page, with the total counted for the first page. */
  readonly after: { readonly key: string | number; readonly id: string; readonly total: Totals } | null;
}

/** A page with its last row, from which the caller makes the page cursor. */
export interface PageResult extends Omit<PersonPage, 'knownAt' | 'next'> {
  readonly end: { readonly key: string | number; readonly id: string } | null;
}

interface PageRow {
  readonly case_no: number;
  readonly id: string;
  readonly key: string | number;
  readonly isUncertain: 0 | 1;
}

export const readPage = ({ db, counters }: Pick<QueryContext, 'db' | 'counters'>, request: PageRequest): PageResult => {
  const { scope, limit } = request;
  const match = matchOf(request.conditions);
  const values = { ...scopeValues(scope), ...match.values, ...referenceValues(request.reference) };
  const total = request.after?.total ?? countPeople(counters, scope, match, request.certainty, request.reference);
  const after = request.after === null ? {} : { afterKey: request.after.key, afterId: request.after.id };
  const rows = cachedStatement(db, pageSql(request, match)).all({ ...values, ...after, limit: limit + 1 }) as PageRow[];
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const people = shown.map((row) => ({ caseNo: row.case_no, caseId: row.id, isUncertain: row.isUncertain === 1 }));
  return {
    asOf: formatDay(scope.day),
    position: scope.position,
    total,
    items: personRows(db, scope, people),
    end: last === undefined ? null : { key: last.key, id: last.id },
  };
};

/** Table `o` and key of each order. Cases without name, reference or recognition sort last. */
const ORDERS = {
  name: { from: 'personal_names o', key: 'o.name_key' },
  reference: { from: 'list_entries o', key: 'o.reference_key' },
  recognised: { from: 'recognitions o', key: 'o.since_day' },
} as const;

const pageSql = ({ scope, certainty, reference, sort, after }: PageRequest, match: Match): string => {
  const descending = sort.startsWith('-');
  const by = sort.replace('-', '') as keyof typeof ORDERS;
  const { from, key } = ORDERS[by];
  const direction = descending ? 'DESC' : 'ASC';
  const isUncertain = isUncertainSql(scope, match);
  const conditions = [
    'o.list = @list',
    by === 'recognised' ? validCondition('o', scope) : versionCondition('o', scope),
    ...caseConditions({ scope, certainty, reference }, match),
    ...(after === null ? [] : [`(${key}, o.case_id) ${descending ? '<' : '>'} (@afterKey, @afterId)`]),
  ];
  return `SELECT o.case_no, o.case_id AS id, ${key} AS key, ${isUncertain} AS isUncertain FROM ${from}
    WHERE ${conditions.join(' AND ')} ORDER BY ${key} ${direction}, o.case_id ${direction} LIMIT @limit`;
};

const periodsOfCase = (scope: ListScope): string =>
  `SELECT 1 FROM periods p WHERE p.list = @list AND p.case_no = o.case_no AND ${validCondition('p', scope)}`;

/** Whether the case `o.case_no` does not match in every possible course. */
export const isUncertainSql = (scope: ListScope, match: Match): string =>
  `EXISTS (${periodsOfCase(scope)} AND NOT ${match.certain})`;

/** The conditions of a query on the case `o.case_no`. */
export const caseConditions = (
  { scope, certainty, reference }: Pick<PageRequest, 'scope' | 'certainty' | 'reference'>,
  match: Match,
): readonly string[] => {
  const isUncertain = isUncertainSql(scope, match);
  return [
    `EXISTS (${periodsOfCase(scope)} AND ${match.possible})`,
    ...(certainty === undefined ? [] : [certainty === 'yes' ? `NOT ${isUncertain}` : isUncertain]),
    ...(reference === undefined ? [] : [`o.case_no IN (${casesWithReference(scope)})`]),
  ];
};

/** Selects cases with the reference, as known at the position of the scope. */
const casesWithReference = (scope: ListScope): string =>
  `SELECT r.case_no FROM case_references r WHERE r.list = @refList AND r.reference = @ref AND ${versionCondition('r', scope)}`;

export const referenceValues = (reference: Reference | undefined): Readonly<Record<string, SqlValue>> =>
  reference === undefined ? {} : { refList: reference.list, ref: foldedKey(reference.reference) };

/** Counts each person once: `yes` if every period of the day matches, `uncertain` if only some match or may match. */
export const countPeople = (
  counters: Counters,
  scope: ListScope,
  match: Match,
  certainty?: Certainty,
  reference?: Reference,
): Totals => {
  const peopleSql = (versionScope: ListScope, caseFilter: string): string =>
    `SELECT min(${match.certain}) AS yes FROM periods p WHERE p.list = @list AND ${validCondition('p', versionScope)} ${caseFilter}
    ${reference === undefined ? '' : `AND p.case_no IN (${casesWithReference(versionScope)})`} GROUP BY p.case_no HAVING max(${match.possible})`;
  const groups = counters.count(scope, {
    sql: (versionScope, caseFilter) =>
      `SELECT '' AS key, coalesce(sum(yes), 0) AS yes, coalesce(sum(NOT yes), 0) AS uncertain FROM (${peopleSql(versionScope, caseFilter)})`,
    values: { ...match.values, ...referenceValues(reference) },
  });
  const total = groups.get('') ?? { yes: 0, uncertain: 0 };
  return { yes: certainty === 'uncertain' ? 0 : total.yes, uncertain: certainty === 'yes' ? 0 : total.uncertain };
};
