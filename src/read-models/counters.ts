/**
 * Cached counts of people, updated incrementally. A person is counted by the row versions of their own case, so a
 * cached count is updated by subtracting the cases with new events as they were at the old position and adding them as
 * they are now. A full count of a large register runs only once.
 */
import { LRUCache } from 'lru-cache';
import { scopeValues, type ListScope } from './list/predicate.js';
import type { SqlCondition } from './list/sql-condition.js';
import type { Totals } from './list/person.view.js';
import { cachedStatement, type Db } from './table.js';

/** Totals of people by the key under which they are counted. */
export type TotalsByKey = ReadonlyMap<string, Totals>;

/** A query that counts people. */
export interface CounterQuery {
  /**
   * A statement with the columns `key`, `yes` and `uncertain`; `caseFilter` is to be appended to the conditions on
   * periods `p`.
   */
  readonly sql: (scope: ListScope, caseFilter: string) => string;
  readonly values: SqlCondition['values'];
}

interface CachedCounter {
  readonly position: number;
  readonly groups: TotalsByKey;
}

const MAX_COUNTERS = 200;
/** With more new events than this, a full count is cheaper than an update. */
const MAX_EVENTS = 1_000;

export class Counters {
  readonly #cache = new LRUCache<string, CachedCounter>({ max: MAX_COUNTERS });

  constructor(private readonly db: Db) {}

  /** Totals in a scope. Those of an earlier position never change. */
  count(scope: ListScope, count: CounterQuery): TotalsByKey {
    const position = scope.isCurrent ? null : scope.position;
    const key = JSON.stringify([scope.list, scope.day, position, count.sql(scope, ''), count.values]);
    const cached = this.#cache.get(key);
    const groups = cached === undefined ? this.#query(scope, count) : this.#updated(cached, scope, count);
    this.#cache.set(key, { position: scope.position, groups });
    return groups;
  }

  #updated({ position, groups }: CachedCounter, scope: ListScope, count: CounterQuery): TotalsByKey {
    if (position === scope.position) return groups;
    if (scope.position - position > MAX_EVENTS) return this.#query(scope, count);
    const before = this.#query({ ...scope, position, isCurrent: false }, count, [position, scope.position]);
    const after = this.#query(scope, count, [position, scope.position]);
    return sum([groups, 1], [before, -1], [after, 1]);
  }

  /** Counts all cases, or only those with events at positions (since, until]. */
  #query(scope: ListScope, { sql, values }: CounterQuery, range?: readonly [number, number]): TotalsByKey {
    const caseFilter = range === undefined ? '' : `AND p.case_no IN (${TOUCHED_CASES})`;
    const bounds = range === undefined ? {} : { since: range[0], until: range[1] };
    const rows = cachedStatement(this.db, sql(scope, caseFilter)).all({ ...scopeValues(scope), ...values, ...bounds });
    return new Map((rows as ({ key: string } & Totals)[]).map(({ key, yes, uncertain }) => [key, { yes, uncertain }]));
  }
}

/** Every case that a stream with new events feeds, or fed before: such an event may have changed which. */
export const TOUCHED_CASES = `SELECT case_no FROM case_streams
  WHERE stream IN (SELECT stream FROM events WHERE position > @since AND position <= @until)`;

/** Adds or subtracts totals by key; keys whose totals become zero are dropped. */
const sum = (...terms: readonly (readonly [TotalsByKey, 1 | -1])[]): TotalsByKey => {
  const total = new Map<string, Totals>();
  for (const [groups, sign] of terms)
    for (const [key, { yes, uncertain }] of groups) {
      const current = total.get(key) ?? { yes: 0, uncertain: 0 };
      total.set(key, { yes: current.yes + sign * yes, uncertain: current.uncertain + sign * uncertain });
    }
  return new Map([...total].filter(([, { yes, uncertain }]) => yes > 0 || uncertain > 0));
};
