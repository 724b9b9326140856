/** Walks the cases of facets in an order, from a place on (keyset pagination). */
import type Database from '../../sqlite/database.js';
import { cachedStatement, type Db, type SqlValue } from '../table.js';
import type { Facets } from './facets.js';
import type { Certainty } from './filters.js';
import type { Sort } from './paging.js';
import {
  periodsOfCaseSql,
  scopeValues,
  validCondition,
  type ListScope,
  type PeriodSqlConditions,
} from './predicate.js';
import type { SqlCondition } from './sql-condition.js';
import { believedRowsSql, closedRowsSql, endedRowsSql, givenUpRowsSql, openRowsSql } from './tables.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** Where a walk stands. Of cases with the same key, the one that was opened first comes first, or last if the order descends. */
export interface CaseSortPosition {
  readonly key: string | number;
  readonly caseNo: number;
}

export interface WalkedCase extends CaseSortPosition {
  /** Whether the case matches the filters in some possible courses only. */
  readonly isUncertain: boolean;
  /** A row for each period that is valid in the scope: sort key, case number and 1 if it is sure, then the columns asked for. */
  readonly periods: readonly (readonly SqlValue[])[];
}

export interface WalkRequest {
  readonly scope: ListScope;
  readonly facets: Facets;
  readonly sort: Sort;
  readonly match: PeriodSqlConditions;
  /** Limits the walk to a few cases, whose rows are looked up and sorted. */
  readonly selectedCases?: SqlCondition | undefined;
  readonly certainty?: Certainty | undefined;
  /** SQL for columns of a period `p` and of tables that are joined to the case `o.case_no`, one row each. */
  readonly shownSql?: { readonly columns: string; readonly joins: string };
  readonly after: CaseSortPosition | null;
  readonly limit: number;
}

/** Cases without name, reference or recognition sort last, in a descending order first. */
const KEY_COLUMNS = { name: 'name_key', reference: 'reference_key', recognised: 'since_day' } as const;

/**
 * The next cases that match. Ranges of rows are walked one after another. Once earlier ranges have filled the page, a range is walked
 * only as far as the last case on it: a range with few matches would otherwise be walked to its end.
 */
export const walk = (db: Db, request: WalkRequest): readonly WalkedCase[] => {
  const { scope, facets, sort, match, selectedCases, after, limit } = request;
  const ranges = (selectedCases === undefined ? rangesOf : rangesOfSelectedCases)(db, scope, [
    ...facets.toWalk,
    ...facets.uncertainFacets,
  ]);
  const among = (some: readonly number[]): readonly FacetRange[] => ranges.filter(({ facet }) => some.includes(facet));
  const isCertain = among(facets.uncertainFacets).length === 0;
  const values = {
    ...scopeValues(scope),
    ...match.values,
    ...selectedCases?.values,
    afterKey: after?.key,
    afterNo: after?.caseNo,
  };
  let found: readonly WalkedCase[] = [];
  for (const { facet, rowKind } of among(facets.toWalk)) {
    const last = found[limit - 1];
    const statement = cachedStatement(
      db,
      walkSql(request, { rowKind, isCertain, isBounded: last !== undefined }),
    ).raw();
    const bounds = { facet, lastKey: last?.key, lastNo: last?.caseNo };
    const walked = readWalkedCases(statement, { ...values, ...bounds }, limit, isCertain);
    found =
      found.length === 0 ? walked : mergeSortedCases(found, walked, sort.startsWith('-') ? -1 : 1).slice(0, limit);
  }
  return found;
};

type WalkedRow = [key: string | number, caseNo: number, isSure: 0 | 1, ...shown: SqlValue[]];

/** Reads at most `limit` cases. Where cases may have several periods on the day, more rows than cases are read at first. */
const readWalkedCases = (
  statement: Database.Statement,
  values: Readonly<Record<string, unknown>>,
  limit: number,
  isCertain: boolean,
): readonly WalkedCase[] => {
  for (let count = isCertain ? limit : limit + (limit >> 3); ; count *= 2) {
    const rows = statement.all({ ...values, limit: count }) as WalkedRow[];
    const cases = casesIn(rows);
    if (isCertain || rows.length < count) return cases.slice(0, limit);
    // The last case may have further rows.
    if (cases.length > limit) return cases.slice(0, limit);
  }
};

const casesIn = (rows: readonly WalkedRow[]): WalkedCase[] => {
  interface Case extends CaseSortPosition {
    isUncertain: boolean;
    readonly periods: WalkedRow[];
  }
  const cases: Case[] = [];
  let last: Case | undefined;
  for (const row of rows) {
    const [key, caseNo, isSure] = row;
    if (last?.caseNo !== caseNo) cases.push((last = { key, caseNo, isUncertain: isSure === 0, periods: [row] }));
    else {
      last.periods.push(row);
      if (isSure === 0) last.isUncertain = true;
    }
  }
  return cases;
};

/** Merges two sorted lists of cases. A case that is in both, with the same key and periods, is kept once. */
const mergeSortedCases = (
  some: readonly WalkedCase[],
  others: readonly WalkedCase[],
  sign: 1 | -1,
): readonly WalkedCase[] => {
  if (others.length === 0) return some;
  const known = new Set(some.map(({ caseNo }) => caseNo));
  return [...some, ...others.filter(({ caseNo }) => !known.has(caseNo))].sort(
    (a, b) => sign * (compareKeys(a.key, b.key) || a.caseNo - b.caseNo),
  );
};

/** Compares as SQLite does: numbers by value, texts by their bytes in UTF-8. */
export const compareKeys = (a: string | number, b: string | number): number => {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
};

/** A part of the rows of a facet, with an index of its own; the last two are found by case. */
type FacetRowKind = 'open' | 'ending later' | 'closed' | 'believed' | 'given up';

interface FacetRange {
  readonly facet: number;
  readonly rowKind: FacetRowKind;
}

/**
 * As known now, the rows of a facet that end after the day are sorted if they are fewer than this. Otherwise all its closed rows are
 * walked in index order.
 */
const SORTED_BELOW_ROWS = 100;

/** The ranges that may have rows which are valid in the scope; those of open rows first, which have the most. */
const rangesOf = (db: Db, scope: ListScope, facets: readonly number[]): readonly FacetRange[] => {
  const ofFacet = (condition: string): string => `SELECT 1 FROM facets o WHERE o.facet = f.value AND ${condition}`;
  const sql = `SELECT f.value AS facet, EXISTS (${ofFacet(openRowsSql('o.'))}) AS open, EXISTS (${ofFacet(closedRowsSql('o.'))}) AS closed,
    (SELECT count(*) FROM (${ofFacet(`${endedRowsSql('o.')} AND o.to_day > @day`)} LIMIT ${SORTED_BELOW_ROWS})) AS later FROM json_each(@facets) f`;
  const rows = cachedStatement(db, sql).all({ facets: JSON.stringify([...new Set(facets)]), day: scope.day }) as {
    readonly facet: number;
    readonly open: 0 | 1;
    readonly closed: 0 | 1;
    readonly later: number;
  }[];
  const open = rows.filter((row) => row.open === 1).map(({ facet }): FacetRange => ({ facet, rowKind: 'open' }));
  const others = rows.flatMap(({ facet, closed, later }): readonly FacetRange[] => {
    const rowKind = scope.isCurrent && later < SORTED_BELOW_ROWS ? 'ending later' : 'closed';
    return (rowKind === 'closed' ? closed : later) === 0 ? [] : [{ facet, rowKind }];
  });
  return [...open, ...others];
};

/** The conditions on rows `o` of a part that are valid in the scope. */
const rowConditions = (rowKind: FacetRowKind, scope: ListScope): string => {
  if (rowKind === 'open')
    return `${openRowsSql('o.')} AND o.from_day <= @day${scope.isCurrent ? '' : ' AND o.known_from <= @known'}`;
  const rows = {
    'ending later': endedRowsSql,
    closed: closedRowsSql,
    believed: believedRowsSql,
    'given up': givenUpRowsSql,
  }[rowKind];
  return `${rows('o.')} AND ${validCondition('o', scope)}`;
};

/** Selects the cases in facets. */
export const casesInAnyFacetSql = (scope: ListScope, facets: readonly number[]): string =>
  (['open', 'closed'] as const)
    .map(
      (rowKind) =>
        `SELECT o.case_no FROM facets o WHERE o.facet IN (${facets.join()}) AND ${rowConditions(rowKind, scope)}`,
    )
    .join(' UNION ALL ');

const rangesOfSelectedCases = (_: Db, scope: ListScope, facets: readonly number[]): readonly FacetRange[] =>
  facets.flatMap((facet): readonly FacetRange[] => [
    { facet, rowKind: 'believed' },
    ...(scope.isCurrent ? [] : [{ facet, rowKind: 'given up' } as const]),
  ]);

const walkSql = (
  { scope, sort, match: { certain, possible }, selectedCases, certainty, shownSql, after }: WalkRequest,
  {
    rowKind,
    isCertain,
    isBounded,
  }: { readonly rowKind: FacetRowKind; readonly isCertain: boolean; readonly isBounded: boolean },
): string => {
  const key = `o.${KEY_COLUMNS[sort.replace('-', '') as keyof typeof KEY_COLUMNS]}`;
  const [direction, beyond, until] = sort.startsWith('-') ? ['DESC', '<', '>='] : ['ASC', '>', '<='];
  // The other periods of a case are looked for last, since most cases have only one on a day.
  const some = (condition: string): string => `EXISTS (${periodsOfCaseSql(scope)} AND ${condition})`;
  const matches = {
    any: isCertain ? possible : `(${possible} OR ${some(possible)})`,
    yes: isCertain ? certain : `${certain} AND NOT ${some(`NOT ${certain}`)}`,
    uncertain: isCertain ? 'FALSE' : `(${possible} OR ${some(possible)}) AND ${some(`NOT ${certain}`)}`,
  }[certainty ?? 'any'];
  const where = [
    // The unary plus keeps SQLite from using an index of the facet, so that the selected cases are looked up.
    `${selectedCases === undefined ? '' : '+'}o.facet = @facet`,
    rowConditions(rowKind, scope),
    ...(after === null ? [] : [`(${key}, o.case_no) ${beyond} (@afterKey, @afterNo)`]),
    ...(isBounded ? [`(${key}, o.case_no) ${until} (@lastKey, @lastNo)`] : []),
    ...(selectedCases === undefined ? [] : [`o.case_no IN (${selectedCases.text})`]),
    matches,
  ];
  return `SELECT ${key} AS key, o.case_no, ${isCertain ? '1' : certain} AS isSure, ${shownSql?.columns ?? 'NULL'}
    FROM facets o CROSS JOIN periods p ON p.list = @list AND p.case_no = o.case_no AND ${validCondition('p', scope)} ${shownSql?.joins ?? ''}
    WHERE ${where.join(' AND ')} ORDER BY 1 ${direction}, 2 ${direction} ${stableLimit('@limit')}`;
};
