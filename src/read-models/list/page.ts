/** One page of people: walks facets in the order that was asked for, and probes the periods of each case. */
import { foldedKey } from '../../domain/text.js';
import { formatDay } from '../../domain/time.js';
import type { Reference } from '../../domain/case/events.js';
import type { Facets } from './facets.js';
import type { Certainty } from './filters.js';
import type { Sort } from './paging.js';
import type { PersonPage, Totals } from './person.view.js';
import type { QueryContext } from '../reader.js';
import type { Db, SqlValue } from '../table.js';
import type { Counters } from '../counters.js';
import {
  toPeriodSqlConditions,
  periodsOfCaseSql,
  validCondition,
  versionCondition,
  type ListScope,
  type PeriodSqlConditions,
} from './predicate.js';
import type { SqlCondition } from './sql-condition.js';
import { personViewOf, shownColumnsSql } from './person-rows.js';
import { casesInAnyFacetSql, walk, type WalkedCase } from './walk.js';

export interface PageRequest {
  readonly scope: ListScope;
  readonly conditions: readonly SqlCondition[];
  readonly certainty: Certainty | undefined;
  /** Limits the page to cases with this reference. */
  readonly reference: Reference | undefined;
  readonly sort: Sort;
  /** The facets that have every case which the conditions may match. */
  readonly facets: Facets;
  readonly limit: number;
  /** Last row of the previous page, with the total counted for the first page. */
  readonly after: { readonly key: string | number; readonly id: string; readonly total: Totals } | null;
}

/** A page with its last row, from which the caller makes the page cursor. */
export interface PageResult extends Omit<PersonPage, 'knownAt' | 'next'> {
  readonly end: { readonly key: string | number; readonly id: string } | null;
}

export const readPage = (
  { db, counters, logTables }: Pick<QueryContext, 'db' | 'counters' | 'logTables'>,
  request: PageRequest,
): PageResult => {
  const { scope, limit, after } = request;
  const match = toPeriodSqlConditions(request.conditions);
  const total = after?.total ?? countMatchingPeople(counters, scope, match, request);
  // Where nobody matches, a walk would go through everybody in the facets before it ended.
  const hasMatches = total.yes + total.uncertain > 0;
  const found = hasMatches ? walkRequestedPage(db, logTables, request, match) : [];
  const items = found.slice(0, limit).map(personViewOf);
  const [key, id] = [found[limit - 1]?.key, items.at(-1)?.caseId];
  return {
    asOf: formatDay(scope.day),
    position: scope.position,
    total,
    items,
    end: found.length <= limit || key === undefined || id === undefined ? null : { key, id },
  };
};

/** The people of the page, and one more if there are further ones. */
const walkRequestedPage = (
  db: Db,
  { cases }: QueryContext['logTables'],
  request: PageRequest,
  match: PeriodSqlConditions,
): readonly WalkedCase[] => {
  const { scope, reference, after, limit } = request;
  return walk(db, {
    ...request,
    match,
    selectedCases: reference && { text: casesWithReferenceSql(scope), values: referenceValues(reference) },
    shownSql: shownColumnsSql(scope),
    after: after && { key: after.key, caseNo: cases.caseNoOf(after.id) ?? 0 },
    limit: limit + 1,
  });
};

/** SQL for whether the case `o.case_no` fails to match in at least one possible course. */
export const isUncertainSql = (scope: ListScope, match: PeriodSqlConditions): string =>
  `EXISTS (${periodsOfCaseSql(scope)} AND NOT ${match.certain})`;

/** The conditions of a query on the case `o.case_no`. */
export const caseConditions = (
  { scope, certainty, reference }: Pick<PageRequest, 'scope' | 'certainty' | 'reference'>,
  match: PeriodSqlConditions,
): readonly string[] => {
  const isUncertain = isUncertainSql(scope, match);
  return [
    `EXISTS (${periodsOfCaseSql(scope)} AND ${match.possible})`,
    ...(certainty === undefined ? [] : [certainty === 'yes' ? `NOT ${isUncertain}` : isUncertain]),
    ...(reference === undefined ? [] : [`o.case_no IN (${casesWithReferenceSql(scope)})`]),
  ];
};

/** Selects cases with the reference, as known at the position of the scope. */
const casesWithReferenceSql = (scope: ListScope): string =>
  `SELECT r.case_no FROM case_references r WHERE r.list = @refList AND r.reference = @ref AND ${versionCondition('r', scope)}`;

export const referenceValues = (reference: Reference | undefined): Readonly<Record<string, SqlValue>> =>
  reference === undefined ? {} : { refList: reference.list, ref: foldedKey(reference.reference) };

/**
 * Counts each person once: `yes` if every period of the day matches, `uncertain` if only some match or may match. Only the
 * cases with `reference` are counted, if it is given, and else only the people in `facets`: nobody outside them can match.
 */
export const countMatchingPeople = (
  counters: Counters,
  scope: ListScope,
  match: PeriodSqlConditions,
  { certainty, reference, facets }: Partial<Pick<PageRequest, 'certainty' | 'reference' | 'facets'>> = {},
): Totals => {
  const facetNumbers = facets === undefined || facets.walksEverybody ? null : facets.toWalk;
  const groups = counters.count(scope, {
    sql: (
      versionScope,
      caseFilter,
    ) => `SELECT '' AS key, coalesce(sum(yes), 0) AS yes, coalesce(sum(NOT yes), 0) AS uncertain FROM (
      SELECT min(${match.certain}) AS yes FROM periods p WHERE p.list = @list AND ${validCondition('p', versionScope)}
      ${reference === undefined ? '' : `AND p.case_no IN (${casesWithReferenceSql(versionScope)})`}
      ${caseFilter} GROUP BY p.case_no HAVING max(${match.possible}))`,
    values: { ...match.values, ...referenceValues(reference) },
    casesSql:
      reference !== undefined
        ? casesWithReferenceSql
        : facetNumbers === null
          ? undefined
          : (versionScope) => casesInAnyFacetSql(versionScope, facetNumbers),
  });
  const total = groups.get('') ?? { yes: 0, uncertain: 0 };
  return { yes: certainty === 'uncertain' ? 0 : total.yes, uncertain: certainty === 'yes' ? 0 : total.uncertain };
};
