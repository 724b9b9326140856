/** Counts the people of a list on a day by a key of their periods. */
import type { Counters, TotalsByKey } from '../counters.js';
import type { Certainty } from '../list/filters.js';
import { validCondition, type ListScope, type Match } from '../list/predicate.js';
import type { SqlCondition } from '../list/sql-condition.js';

/** SQL for the key of a period `p`. */
export interface Grouping {
  /** Periods with a null key count nowhere. */
  readonly key: string;
  /** Joins of further tables. A period that they multiply counts under each of its keys. */
  readonly join?: (scope: ListScope) => string;
  /** 1 if the key holds for all that the period may mean, else 0; 1 where absent. */
  readonly whole?: string;
  readonly values?: SqlCondition['values'];
}

/** Each person counts under each key: `yes` if every period of the day has it, `uncertain` if only some do. */
export const groupPeople = (
  counters: Counters,
  scope: ListScope,
  match: Match,
  { key, join = () => '', whole = '1', values = {} }: Grouping,
  certainty: Certainty | undefined,
): TotalsByKey => {
  const rows = (versionScope: ListScope, caseFilter: string): string =>
    `p.list = @list AND ${validCondition('p', versionScope)} ${caseFilter}`;
  const certaintyCondition = { yes: `min(${match.certain})`, uncertain: `NOT min(${match.certain})`, any: 'TRUE' }[
    certainty ?? 'any'
  ];
  const sql = (
    versionScope: ListScope,
    caseFilter: string,
  ): string => `SELECT key, sum(hits = periods) AS yes, sum(hits < periods) AS uncertain
    FROM (SELECT p.case_no, ${key} AS key, sum(${whole}) AS hits FROM periods p ${join(versionScope)}
      WHERE ${rows(versionScope, caseFilter)} AND ${match.certain} GROUP BY 1, 2)
    JOIN (SELECT p.case_no, count(*) AS periods FROM periods p WHERE ${rows(versionScope, caseFilter)} GROUP BY 1 HAVING ${certaintyCondition}) USING (case_no)
    WHERE key IS NOT NULL GROUP BY key`;
  return counters.count(scope, { sql, values: { ...match.values, ...values } });
};
