/** Walks the cases of facets in an order, from a place on (keyset pagination). */
import { cachedStatement, type Db } from '../table.js';
import type { Sort } from './paging.js';
import { scopeValues, validCondition, type ListScope } from './predicate.js';
import type { SqlCondition } from './sql-condition.js';
import { CLOSED_SQL, ENDED_SQL, OPEN_SQL } from './tables.js';

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
  readonly facets: readonly number[];
  readonly sort: Sort;
  /** On the case `o.case_no`. */
  readonly conditions: readonly string[];
  /** SQL for whether the case `o.case_no` matches in some possible courses only. */
  readonly isUncertain: string;
  readonly values: SqlCondition['values'];
  readonly after: Place | null;
  readonly limit: number;
}

/** Cases without name, reference or recognition sort last. */
const KEYS = { name: 'name_key', reference: 'reference_key', recognised: 'since_day' } as const;

/** The next cases that meet the conditions. A case that is in several facets is met several times in a row. */
export const walk = (db: Db, request: Walk): readonly WalkedCase[] => {
  const { scope, limit } = request;
  const ranges = rangesOf(db, scope, request.facets);
  if (ranges.length === 0) return [];
  const values = {
    ...scopeValues(scope),
    ...request.values,
    ...Object.fromEntries(ranges.map(({ facet }, index) => [`facet${index}`, facet])),
    limit,
  };
  const found: WalkedCase[] = [];
  for (let { after } = request; ; after = found.at(-1) ?? null) {
    const place = after && { afterKey: after.key, afterNo: after.caseNo };
    const statement = cachedStatement(db, walkSql({ ...request, after }, ranges)).raw();
    const rows = statement.all({ ...values, ...place }) as Row[];
    for (const [key, caseNo, uncertain] of rows)
      if (caseNo !== found.at(-1)?.caseNo) found.push({ key, caseNo, isUncertain: uncertain === 1 });
    if (rows.length < limit || found.length >= limit) return found.slice(0, limit);
  }
};

type Row = [key: string | number, caseNo: number, isUncertain: 0 | 1];

/** A part of a facet's rows, each with an index of its own. */
interface Range {
  readonly facet: number;
  readonly rows: 'open' | 'closed' | 'ending later';
}

/** With more rows that end later than these, they are walked in order instead of sorted. */
const MAX_SORTED = 100;

/** The parts of facets that may have rows which are valid in the scope. */
const rangesOf = (db: Db, scope: ListScope, facets: readonly number[]): readonly Range[] => {
  const ofFacet = (condition: string): string => `SELECT 1 FROM facets o WHERE o.facet = f.value AND ${condition}`;
  const sql = `SELECT f.value AS facet, EXISTS (${ofFacet(OPEN_SQL)}) AS open, EXISTS (${ofFacet(CLOSED_SQL)}) AS closed,
    (SELECT count(*) FROM (${ofFacet(`${ENDED_SQL} AND to_day > @day`)} LIMIT ${MAX_SORTED})) AS later FROM json_each(@facets) f`;
  const rows = cachedStatement(db, sql).all({ facets: JSON.stringify(facets), day: scope.day }) as {
    readonly facet: number;
    readonly open: 0 | 1;
    readonly closed: 0 | 1;
    readonly later: number;
  }[];
  return rows.flatMap(({ facet, open, closed, later }): readonly Range[] => {
    const past = scope.isCurrent && later < MAX_SORTED ? 'ending later' : 'closed';
    const isEmpty = past === 'closed' ? closed === 0 : later === 0;
    return [
      ...(open === 1 ? [{ facet, rows: 'open' } as const] : []),
      ...(isEmpty ? [] : [{ facet, rows: past } as const]),
    ];
  });
};

const walkSql = ({ scope, sort, conditions, isUncertain, after }: Walk, ranges: readonly Range[]): string => {
  const key = `o.${KEYS[sort.replace('-', '') as keyof typeof KEYS]}`;
  const [direction, beyond] = sort.startsWith('-') ? ['DESC', '<'] : ['ASC', '>'];
  const valid = validCondition('o', scope);
  const rowsOf = {
    open: `${OPEN_SQL} AND o.from_day <= @day${scope.isCurrent ? '' : ' AND o.known_from <= @known'}`,
    closed: `${CLOSED_SQL} AND ${valid}`,
    'ending later': `${ENDED_SQL} AND ${valid}`,
  };
  const ofRange = ({ rows }: Range, index: number): string => {
    const where = [
      `o.facet = @facet${index}`,
      rowsOf[rows],
      ...(after === null ? [] : [`(${key}, o.case_no) ${beyond} (@afterKey, @afterNo)`]),
      ...conditions,
    ];
    return `SELECT ${key} AS key, o.case_no, ${isUncertain} AS isUncertain FROM facets o WHERE ${where.join(' AND ')}`;
  };
  return `${ranges.map(ofRange).join(' UNION ALL ')} ORDER BY 1 ${direction}, 2 ${direction} LIMIT @limit`;
};
