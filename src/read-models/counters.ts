/**
 * Counts of people, remembered and carried forward. A person counts by what is believed of them alone, and what was believed
 * before stays in the tables: so a count is brought up to date by taking out those whom events touched since, as they were
 * known then, and putting them in as they are known now. A register of a million is counted once and not for each question.
 */
import type { Scope, Sql } from './list/predicate.js';
import { scopeValues } from './list/predicate.js';
import type { Totals } from './queries.js';
import { prepared, type Db } from './table.js';

/** People by the key under which they count. */
export type Groups = ReadonlyMap<string, Totals>;

/** A question that counts people. */
export interface Count {
  /** A statement that answers `key`, `yes` and `uncertain`; `among` stands beside the conditions on the periods `p` that it counts. */
  readonly sql: (scope: Scope, among: string) => string;
  readonly values: Sql['values'];
}

interface Kept {
  readonly position: number;
  readonly groups: Groups;
}

/** Questions remembered; the one asked longest ago is forgotten first. */
const REMEMBERED = 200;
/** Where more events came since, everybody is counted anew. */
const MOST_EVENTS = 1_000;

export class Counters {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly db: Db) {}

  /** Who counts in a scope. Only what is known now is remembered. */
  count(scope: Scope, count: Count): Groups {
    if (!scope.now) return this.#ask(scope, count);
    const question = JSON.stringify([scope.list, scope.day, count.sql(scope, ''), count.values]);
    const kept = this.#kept.get(question);
    const groups = kept === undefined ? this.#ask(scope, count) : this.#carried(kept, scope, count);
    this.#keep(question, { position: scope.known, groups });
    return groups;
  }

  #keep(question: string, kept: Kept): void {
    this.#kept.delete(question);
    this.#kept.set(question, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > REMEMBERED && oldest !== undefined) this.#kept.delete(oldest);
  }

  #carried({ position, groups }: Kept, scope: Scope, count: Count): Groups {
    if (position === scope.known) return groups;
    if (scope.known - position > MOST_EVENTS) return this.#ask(scope, count);
    const before = this.#ask({ ...scope, known: position, now: false }, count, [position, scope.known]);
    const after = this.#ask(scope, count, [position, scope.known]);
    return sum([groups, 1], [before, -1], [after, 1]);
  }

  /** Of everybody, or of those alone whom events of these positions touched: after the first, up to the second. */
  #ask(scope: Scope, { sql, values }: Count, touched?: readonly [number, number]): Groups {
    const among = touched === undefined ? '' : `AND p.case_no IN (${TOUCHED})`;
    const bounds = touched === undefined ? {} : { since: touched[0], until: touched[1] };
    const rows = prepared(this.db, sql(scope, among)).all({ ...scopeValues(scope), ...values, ...bounds });
    return new Map((rows as ({ key: string } & Totals)[]).map(({ key, yes, uncertain }) => [key, { yes, uncertain }]));
  }
}

const TOUCHED = 'SELECT stream FROM events WHERE position > @since AND position <= @until';

/** Adds and takes off; who has nobody under them any more stands no longer. */
const sum = (...terms: readonly (readonly [Groups, 1 | -1])[]): Groups => {
  const total = new Map<string, Totals>();
  for (const [groups, sign] of terms)
    for (const [key, { yes, uncertain }] of groups) {
      const so = total.get(key) ?? { yes: 0, uncertain: 0 };
      total.set(key, { yes: so.yes + sign * yes, uncertain: so.uncertain + sign * uncertain });
    }
  return new Map([...total].filter(([, { yes, uncertain }]) => yes > 0 || uncertain > 0));
};
