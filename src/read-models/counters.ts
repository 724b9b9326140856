/**
 * Cached counts of people, updated incrementally. A person is counted by the row versions of their own case, so a
 * cached count is updated by subtracting the cases with new events as they were at the old position and adding them as
 * they are now. Without a cached count that can be updated so, a large register is counted in full, in steps between which other
 * requests run (answer-counted.ts).
 */
import { LRUCache } from 'lru-cache';
import { listScope, scopeValues, type ListScope } from './list/predicate.js';
import type { SqlCondition } from './list/sql-condition.js';
import type { Totals } from './list/person.view.js';
import { QueriesBusy } from './query-errors.js';
import { cachedStatement, type Db } from './table.js';
import { stableLimit } from '../sqlite/stable-limit.js';

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
  /** SQL that selects the only cases that can be counted; if absent, any case may be. */
  readonly casesSql?: ((scope: ListScope) => string) | undefined;
}

interface CachedCounter {
  readonly position: number;
  readonly totals: TotalsByKey;
}

const MAX_COUNTERS = 200;
/** New events beyond which a full count is cheaper than an update. */
const MAX_EVENTS_FOR_COUNTER_UPDATE = 1_000;
/** Cases counted in one step of a count of all cases: some 40 ms. */
const MAX_CASES_COUNTED_PER_STEP = 20_000;
/** Cases counted in one step where a query selects the cases (`casesSql`): some 40 ms too. */
const MAX_SELECTED_CASES_PER_STEP = 2_000;
/** If a query selects more than one in this many cases, counting all cases takes no longer. */
const MIN_CASES_PER_SELECTED = 10;
/** Counts that are under way at once. */
const MAX_RUNNING_COUNTS = 20;
/** Milliseconds without a step after which a running count is dropped: nobody waits for it any more. */
const ABANDONED_AFTER_MS = 60_000;

/** Thrown instead of a count that must be made in steps: the caller runs the steps (`Counters.step`) and asks again. */
export class NotYetCounted extends Error {
  override readonly name = 'NotYetCounted';
  constructor(
    readonly scope: ListScope,
    readonly query: CounterQuery,
  ) {
    super('people who are not counted yet');
  }
}

/** An SQL condition on the case of a period `p`, beginning with AND. */
interface CaseFilter {
  readonly text: string;
  readonly values: SqlCondition['values'];
}

/** A count under way: the slices of cases that are still to be counted, and the totals of the others. */
interface CountInProgress {
  readonly slicesLeft: CaseFilter[];
  totals: TotalsByKey;
}

export class Counters {
  readonly #cache = new LRUCache<string, CachedCounter>({ max: MAX_COUNTERS });
  /** Counts under way; all requests that wait for the same count share one. */
  readonly #running = new LRUCache<string, CountInProgress>({
    max: MAX_RUNNING_COUNTS,
    ttl: ABANDONED_AFTER_MS,
    updateAgeOnGet: true,
  });
  #inSteps = false;

  constructor(private readonly db: Db) {}

  /** The totals of a query in a scope, from the cache if they are there. Totals as known at an earlier position never change. */
  count(scope: ListScope, query: CounterQuery): TotalsByKey {
    const key = counterKeyOf(scope, query);
    const cached = this.#cache.get(key);
    // The cache is at a later position already, so this scope is not the current one any more.
    if (cached !== undefined && cached.position > scope.position)
      return this.count({ ...scope, isCurrent: false }, query);
    const totals = cached === undefined ? this.#counted(scope, query) : this.#updated(cached, scope, query);
    this.#cache.set(key, { position: scope.position, totals });
    return totals;
  }

  /** Runs `ask`; a count in it that would take long throws NotYetCounted instead of counting at once. */
  runWithoutLongCounts<Answer>(ask: () => Answer): Answer {
    this.#inSteps = true;
    try {
      return ask();
    } finally {
      this.#inSteps = false;
    }
  }

  /**
   * Takes the next step of a count and says whether it was the last. The log may have grown to `head` since the count began. Throws
   * QueriesBusy where too many counts are under way.
   */
  step({ scope, query }: NotYetCounted, head: number): boolean {
    const now = listScope(scope.list, scope.day, scope.position, head);
    const key = counterKeyOf({ ...scope, isCurrent: false }, query);
    const running = this.#running.get(key) ?? this.#begin(now, query);
    const slice = running.slicesLeft.pop();
    if (slice !== undefined) running.totals = sumTotals([running.totals, 1], [this.#query(now, query, slice), 1]);
    this.#running.set(key, running);
    if (running.slicesLeft.length > 0) return false;
    this.#running.delete(key);
    const counted = { position: scope.position, totals: running.totals };
    this.#cache.set(key, counted);
    // Cached as the current count too, which later questions update from this position on.
    if (scope.isCurrent) this.#cache.set(counterKeyOf(scope, query), counted);
    return true;
  }

  /** Throws QueriesBusy at the limit: one count more would evict another, which would start over and evict the next. */
  #begin(scope: ListScope, query: CounterQuery): CountInProgress {
    this.#running.purgeStale();
    if (this.#running.size >= MAX_RUNNING_COUNTS) throw new QueriesBusy();
    return { slicesLeft: this.#slices(scope, query), totals: new Map() };
  }

  #counted(scope: ListScope, query: CounterQuery): TotalsByKey {
    if (
      this.#inSteps &&
      this.#lastCase() > MAX_CASES_COUNTED_PER_STEP &&
      this.#selected(scope, query, MAX_SELECTED_CASES_PER_STEP) === null
    )
      throw new NotYetCounted(scope, query);
    return this.#query(scope, query);
  }

  #updated({ position, totals }: CachedCounter, scope: ListScope, query: CounterQuery): TotalsByKey {
    if (position === scope.position) return totals;
    if (scope.position - position > MAX_EVENTS_FOR_COUNTER_UPDATE) return this.#counted(scope, query);
    const touched = {
      text: `AND p.case_no IN (${TOUCHED_CASES})`,
      values: { since: position, until: scope.position },
    };
    const before = this.#query({ ...scope, position, isCurrent: false }, query, touched);
    const after = this.#query(scope, query, touched);
    return sumTotals([totals, 1], [before, -1], [after, 1]);
  }

  #slices(scope: ListScope, query: CounterQuery): CaseFilter[] {
    const last = this.#lastCase();
    const selected = this.#selected(scope, query, Math.floor(last / MIN_CASES_PER_SELECTED));
    if (selected === null)
      return slicesOf(last, MAX_CASES_COUNTED_PER_STEP).map(([after, until]) => ({
        text: 'AND p.case_no > @after AND p.case_no <= @until',
        values: { after, until },
      }));
    return slicesOf(selected.length, MAX_SELECTED_CASES_PER_STEP).map(([from, to]) => ({
      text: 'AND p.case_no IN (SELECT value FROM json_each(@cases))',
      values: { cases: JSON.stringify(selected.slice(from, to)) },
    }));
  }

  #lastCase(): number {
    return cachedStatement(this.db, 'SELECT coalesce(max(no), 0) FROM cases').pluck().get() as number;
  }

  /** The cases that a query selects; null if it has no `casesSql`, or selects more than `limit`. */
  #selected(scope: ListScope, { casesSql, values }: CounterQuery, limit: number): readonly number[] | null {
    if (casesSql === undefined) return null;
    const statement = cachedStatement(
      this.db,
      `SELECT case_no FROM (${casesSql(scope)}) ${stableLimit('@limit')}`,
    ).pluck();
    const found = statement.all({ ...scopeValues(scope), ...values, limit: limit + 1 }) as number[];
    return found.length > limit ? null : [...new Set(found)];
  }

  /** Counts the cases of the filter; without one, all cases that the query may count. */
  #query(scope: ListScope, { sql, values, casesSql }: CounterQuery, filter?: CaseFilter): TotalsByKey {
    const selected = casesSql === undefined ? '' : `AND p.case_no IN (${casesSql(scope)})`;
    const statement = cachedStatement(this.db, sql(scope, filter?.text ?? selected));
    const rows = statement.all({ ...scopeValues(scope), ...values, ...filter?.values });
    return new Map((rows as ({ key: string } & Totals)[]).map(({ key, yes, uncertain }) => [key, { yes, uncertain }]));
  }
}

/** A current count has no position in its key, since it is updated as the log grows. */
const counterKeyOf = (scope: ListScope, { sql, values, casesSql }: CounterQuery): string =>
  JSON.stringify([
    scope.list,
    scope.day,
    scope.isCurrent ? null : scope.position,
    sql(scope, ''),
    casesSql?.(scope),
    values,
  ]);

/** Splits the numbers up to `count` into slices of `size`: each after one bound, up to the other. */
const slicesOf = (count: number, size: number): readonly (readonly [after: number, until: number])[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, index) => [index * size, Math.min(count, (index + 1) * size)]);

/** SQL for every case that a stream with new events feeds, or fed before: a new event may have moved the stream (a merge). */
export const TOUCHED_CASES = `SELECT case_no FROM case_streams
  WHERE stream IN (SELECT stream FROM events WHERE position > @since AND position <= @until)`;

/** Adds or subtracts totals by key; keys whose totals become zero are dropped. */
const sumTotals = (...terms: readonly (readonly [TotalsByKey, 1 | -1])[]): TotalsByKey => {
  const total = new Map<string, Totals>();
  for (const [groups, sign] of terms)
    for (const [key, { yes, uncertain }] of groups) {
      const current = total.get(key) ?? { yes: 0, uncertain: 0 };
      total.set(key, { yes: current.yes + sign * yes, uncertain: current.uncertain + sign * uncertain });
    }
  return new Map([...total].filter(([, { yes, uncertain }]) => yes > 0 || uncertain > 0));
};
