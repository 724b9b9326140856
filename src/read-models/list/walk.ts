/** Walks the cases of facets in an order, from a place on (keyset pagination). */
import type Database from '../../sqlite/database.js';
import { cachedStatement, type Db, type SqlValue } from '../table.js';
import type { Facets } from './facets.js';
import type { Certainty } from './filters.js';
import type { Sort } from './paging.js';
import { periodsOfCase, scopeValues, validCondition, type ListScope, type Match } from './predicate.js';
import type { SqlCondition } from './sql-condition.js';
import { isBelieved, isClosed, isEnded, isGivenUp, isOpen } from './tables.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** Where a walk stands. Of cases with the same key, the one that was opened first comes first, or last if the order descends. */
export interface Place {
  readonly key: string | number;
  readonly caseNo: number;
}

export interface WalkedCase extends Place {
  /** Whether the case matches the filters in some possible courses only. */
  readonly isUncertain: boolean;
  /** The columns asked for, of each period that is valid in the scope. */
  readonly periods: readonly (readonly SqlValue[])[];
}

export interface Walk {
  readonly scope: ListScope;
  readonly facets: Facets;
  readonly sort: Sort;
  readonly match: Match;
  /** Selects the cases, which are so few that their rows are looked up and sorted. */
  readonly selected?: SqlCondition | undefined;
  readonly certainty?: Certainty | undefined;
  /** SQL for columns of a period `p` and of tables that are joined to the case `o.case_no`, one row each. */
  readonly shown?: { readonly columns: string; readonly joins: string };
  readonly after: Place | null;
  readonly limit: number;
}

/** Cases without name, reference or recognition sort last. */
const KEY_COLUMNS = { name: 'name_key', reference: 'reference_key', recognised: 'since_day' } as const;

/**
 * The next cases that match. One range of rows is walked after the other, each no farther than the last case that the ranges before it
 * leave on the page: a range with few such cases would else be walked to its end.
 */
export const walk = (db: Db, request: Walk): readonly WalkedCase[] => {
  const { scope, facets, sort, match, selected, after, limit } = request;
  const ranges = (selected === undefined ? rangesOf : rangesOfCases)(db, scope, [
    ...facets.toWalk,
    ...facets.uncertain,
  ]);
  const among = (some: readonly number[]): readonly Range[] => ranges.filter(({ facet }) => some.includes(facet));
  const isCertain = among(facets.uncertain).length === 0;
  const values = {
    ...scopeValues(scope),
    ...match.values,
    ...selected?.values,
    afterKey: after?.key,
    afterNo: after?.caseNo,
  };
  let found: readonly WalkedCase[] = [];
  for (const { facet, part } of among(facets.toWalk)) {
    const last = found[limit - 1];
    const statement = cachedStatement(db, walkSql(request, { part, isCertain, isBounded: last !== undefined })).raw();
    const bounds = { facet, lastKey: last?.key, lastNo: last?.caseNo };
    const walked = readCases(statement, { ...values, ...bounds }, limit, isCertain);
    found = found.length === 0 ? walked : mergeByKey(found, walked, sort.startsWith('-') ? -1 : 1).slice(0, limit);
  }
  return found;
};

type WalkedRow = [key: string | number, caseNo: number, isSure: 0 | 1, ...shown: SqlValue[]];

/** Reads at most `limit` cases. Where cases may have several periods on the day, more rows than cases are read at first. */
const readCases = (
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
  interface Case extends Place {
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
const mergeByKey = (
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

/** As SQLite compares numbers, and text by its bytes in UTF-8. */
export const compareKeys = (a: string | number, b: string | number): number => {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
};

/** A part of the rows of a facet, with an index of its own; the last two are found by case. */
type Part = 'open' | 'ending later' | 'closed' | 'believed' | 'given up';

interface Range {
  readonly facet: number;
  readonly part: Part;
}

/**
 * As known now, the rows of a facet that end after the day are sorted if they are fewer than this. Otherwise all its closed rows are
 * walked in index order.
 */
const SORTED_BELOW = 100;

/** The ranges that may have rows which are valid in the scope; those with the most of them first. */
const rangesOf = (db: Db, scope: ListScope, facets: readonly number[]): readonly Range[] => {
  const ofFacet = (condition: string): string => `SELECT 1 FROM facets o WHERE o.facet = f.value AND ${condition}`;
  const sql = `SELECT f.value AS facet, EXISTS (${ofFacet(isOpen('o.'))}) AS open, EXISTS (${ofFacet(isClosed('o.'))}) AS closed,
    (SELECT count(*) FROM (${ofFacet(`${isEnded('o.')} AND o.to_day > @day`)} LIMIT ${SORTED_BELOW})) AS later FROM json_each(@facets) f`;
  const rows = cachedStatement(db, sql).all({ facets: JSON.stringify([...new Set(facets)]), day: scope.day }) as {
    readonly facet: number;
    readonly open: 0 | 1;
    readonly closed: 0 | 1;
    readonly later: number;
  }[];
  const open = rows.filter((row) => row.open === 1).map(({ facet }): Range => ({ facet, part: 'open' }));
  const others = rows.flatMap(({ facet, closed, later }): readonly Range[] => {
    const part = scope.isCurrent && later < SORTED_BELOW ? 'ending later' : 'closed';
    return (part === 'closed' ? closed : later) === 0 ? [] : [{ facet, part }];
  });
  return [...open, ...others];
};

/** The conditions on rows `o` of a part that are valid in the scope. */
const rowConditions = (part: Part, scope: ListScope): string => {
  if (part === 'open')
    return `${isOpen('o.')} AND o.from_day <= @day${scope.isCurrent ? '' : ' AND o.known_from <= @known'}`;
  const rows = { 'ending later': isEnded, closed: isClosed, believed: isBelieved, 'given up': isGivenUp }[part];
  return `${rows('o.')} AND ${validCondition('o', scope)}`;
};

/** Selects the cases in facets. */
export const casesInFacets = (scope: ListScope, facets: readonly number[]): string =>
  (['open', 'closed'] as const)
    .map(
      (part) => `SELECT o.case_no FROM facets o WHERE o.facet IN (${facets.join()}) AND ${rowConditions(part, scope)}`,
    )
    .join(' UNION ALL ');

const rangesOfCases = (_: Db, scope: ListScope, facets: readonly number[]): readonly Range[] =>
  facets.flatMap((facet): readonly Range[] => [
    { facet, part: 'believed' },
    ...(scope.isCurrent ? [] : [{ facet, part: 'given up' } as const]),
  ]);

const walkSql = (
  { scope, sort, match: { certain, possible }, selected, certainty, shown, after }: Walk,
  { part, isCertain, isBounded }: { readonly part: Part; readonly isCertain: boolean; readonly isBounded: boolean },
): string => {
  const key = `o.${KEY_COLUMNS[sort.replace('-', '') as keyof typeof KEY_COLUMNS]}`;
  const [direction, beyond, until] = sort.startsWith('-') ? ['DESC', '<', '>='] : ['ASC', '>', '<='];
  // Most people have one period on a day, so that the others of a case are looked for last.
  const some = (condition: string): string => `EXISTS (${periodsOfCase(scope)} AND ${condition})`;
  const matches = {
    any: isCertain ? possible : `(${possible} OR ${some(possible)})`,
    yes: isCertain ? certain : `${certain} AND NOT ${some(`NOT ${certain}`)}`,
    uncertain: isCertain ? 'FALSE' : `(${possible} OR ${some(possible)}) AND ${some(`NOT ${certain}`)}`,
  }[certainty ?? 'any'];
  const where = [
    // The plus keeps SQLite from walking the facet.
    `${selected === undefined ? '' : '+'}o.facet = @facet`,
    rowConditions(part, scope),
    ...(after === null ? [] : [`(${key}, o.case_no) ${beyond} (@afterKey, @afterNo)`]),
    ...(isBounded ? [`(${key}, o.case_no) ${until} (@lastKey, @lastNo)`] : []),
    ...(selected === undefined ? [] : [`o.case_no IN (${selected.text})`]),
    matches,
  ];
  return `SELECT ${key} AS key, o.case_no, ${isCertain ? '1' : certain} AS isSure, ${shown?.columns ?? 'NULL'}
    FROM facets o CROSS JOIN periods p ON p.list = @list AND p.case_no = o.case_no AND ${validCondition('p', scope)} ${shown?.joins ?? ''}
    WHERE ${where.join(' AND ')} ORDER BY 1 ${direction}, 2 ${direction} ${stableLimit('@limit')}`;
};
