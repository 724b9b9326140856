/** Walks the cases of facets in an order, from a place on (keyset pagination). */
import { cachedStatement, type Db } from '../table.js';
import type { Facets } from './facets.js';
import type { Certainty } from './filters.js';
import type { Sort } from './paging.js';
import { scopeValues, validCondition, type ListScope } from './predicate.js';
import type { SqlCondition } from './sql-condition.js';
import { BELIEVED_SQL, CLOSED_SQL, ENDED_SQL, GIVEN_UP_SQL, OPEN_SQL } from './tables.js';

/** Of people with the same key, the one whose case was opened first comes first, or last if the order descends. */
export interface Place {
  readonly key: string | number;
  readonly caseNo: number;
}

export interface WalkedCase extends Place {
  readonly isUncertain: boolean;
}

export interface Walk {
  readonly scope: ListScope;
  readonly facets: Facets;
  readonly sort: Sort;
  /** On the case `o.case_no`. */
  readonly conditions: readonly string[];
  /** Whether a condition names few cases, so that their rows are looked up and sorted. */
  readonly hasFewCases: boolean;
  readonly certainty: Certainty | undefined;
  /** SQL for whether the case `o.case_no` matches in some possible courses only. */
  readonly isUncertain: string;
  readonly values: SqlCondition['values'];
  readonly after: Place | null;
  readonly limit: number;
}

/** Cases without name, reference or recognition sort last. */
const KEYS = { name: 'name_key', reference: 'reference_key', recognised: 'since_day' } as const;

/**
 * The next cases that meet the conditions. One range of rows is walked after the other, each no farther than the last case that the
 * ranges before it leave on the page: a range with few such cases would else be walked to its end.
 */
export const walk = (db: Db, request: Walk): readonly WalkedCase[] => {
  const { scope, facets, sort, after, limit } = request;
  const sign = sort.startsWith('-') ? -1 : 1;
  const values = { ...scopeValues(scope), ...request.values, afterKey: after?.key, afterNo: after?.caseNo, limit };
  const ranges = (request.hasFewCases ? rangesOfCases : rangesOf)(db, scope, [...facets.walked, ...facets.uncertain]);
  const among = (some: readonly number[]): readonly Range[] => ranges.filter(({ facet }) => some.includes(facet));
  const isUncertain = among(facets.uncertain).length === 0 ? '0' : request.isUncertain;
  let found: readonly WalkedCase[] = [];
  for (const { facet, part } of among(facets.walked)) {
    const last = found[limit - 1];
    const rows = cachedStatement(db, walkSql({ ...request, isUncertain }, part, last !== undefined))
      .raw()
      .all({ ...values, facet, lastKey: last?.key, lastNo: last?.caseNo }) as Row[];
    const walked = rows.map(([key, caseNo, uncertain]) => ({ key, caseNo, isUncertain: uncertain === 1 }));
    found = found.length === 0 ? walked : merged(found, walked, sign).slice(0, limit);
  }
  return found;
};

type Row = [key: string | number, caseNo: number, isUncertain: 0 | 1];

/** A case may be in both, with the same key. */
const merged = (some: readonly WalkedCase[], others: readonly WalkedCase[], sign: 1 | -1): readonly WalkedCase[] => {
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

/** With more rows that end later than these, they are walked in order instead of sorted. */
const MAX_SORTED = 100;

/** The ranges that may have rows which are valid in the scope; those with the most of them first. */
const rangesOf = (db: Db, scope: ListScope, facets: readonly number[]): readonly Range[] => {
  const ofFacet = (condition: string): string => `SELECT 1 FROM facets o WHERE o.facet = f.value AND ${condition}`;
  const sql = `SELECT f.value AS facet, EXISTS (${ofFacet(OPEN_SQL)}) AS open, EXISTS (${ofFacet(CLOSED_SQL)}) AS closed,
    (SELECT count(*) FROM (${ofFacet(`${ENDED_SQL} AND to_day > @day`)} LIMIT ${MAX_SORTED})) AS later FROM json_each(@facets) f`;
  const rows = cachedStatement(db, sql).all({ facets: JSON.stringify([...new Set(facets)]), day: scope.day }) as {
    readonly facet: number;
    readonly open: 0 | 1;
    readonly closed: 0 | 1;
    readonly later: number;
  }[];
  const open = rows.filter((row) => row.open === 1).map(({ facet }): Range => ({ facet, part: 'open' }));
  const others = rows.flatMap(({ facet, closed, later }): readonly Range[] => {
    const part = scope.isCurrent && later < MAX_SORTED ? 'ending later' : 'closed';
    return (part === 'closed' ? closed : later) === 0 ? [] : [{ facet, part }];
  });
  return [...open, ...others];
};

/** The conditions on rows `o` of a part that are valid in the scope. */
const rowsOf = (part: Part, scope: ListScope): string => {
  if (part === 'open')
    return `${OPEN_SQL} AND o.from_day <= @day${scope.isCurrent ? '' : ' AND o.known_from <= @known'}`;
  const rows = { 'ending later': ENDED_SQL, closed: CLOSED_SQL, believed: BELIEVED_SQL, 'given up': GIVEN_UP_SQL }[
    part
  ];
  return `${rows} AND ${validCondition('o', scope)}`;
};

/** Selects the cases in facets. */
export const casesInFacets = (scope: ListScope, facets: readonly number[]): string =>
  (['open', 'closed'] as const)
    .map((part) => `SELECT o.case_no FROM facets o WHERE o.facet IN (${facets.join()}) AND ${rowsOf(part, scope)}`)
    .join(' UNION ALL ');

const rangesOfCases = (_: Db, scope: ListScope, facets: readonly number[]): readonly Range[] =>
  facets.flatMap((facet): readonly Range[] => [
    { facet, part: 'believed' },
    ...(scope.isCurrent ? [] : [{ facet, part: 'given up' } as const]),
  ]);

const walkSql = (
  { scope, sort, conditions, certainty, isUncertain, after }: Walk,
  part: Part,
  isBounded: boolean,
): string => {
  const key = `o.${KEYS[sort.replace('-', '') as keyof typeof KEYS]}`;
  const [direction, beyond, until] = sort.startsWith('-') ? ['DESC', '<', '>='] : ['ASC', '>', '<='];
  const where = [
    // The plus keeps SQLite from walking the facet.
    `${part === 'believed' || part === 'given up' ? '+' : ''}o.facet = @facet`,
    rowsOf(part, scope),
    ...(after === null ? [] : [`(${key}, o.case_no) ${beyond} (@afterKey, @afterNo)`]),
    ...(isBounded ? [`(${key}, o.case_no) ${until} (@lastKey, @lastNo)`] : []),
    ...conditions,
    ...(certainty === undefined ? [] : [certainty === 'yes' ? `NOT ${isUncertain}` : isUncertain]),
  ];
  return `SELECT ${key} AS key, o.case_no, ${isUncertain} AS isUncertain FROM facets o
    WHERE ${where.join(' AND ')} ORDER BY 1 ${direction}, 2 ${direction} LIMIT @limit`;
};
