/** Counts the people of a list on a day by a key of their periods. */
import { UNKNOWN_KEY } from '../../domain/list/events.js';
import type { Counters, TotalsByKey } from '../counters.js';
import type { Certainty } from '../list/filters.js';
import type { Totals } from '../list/person.view.js';
import { validCondition, type ListScope, type PeriodSqlConditions } from '../list/predicate.js';
import type { SqlCondition } from '../list/sql-condition.js';
import { CURRENT_PERIODS_INDEX } from '../list/tables.js';

export interface Grouping {
  /** SQL for the key of a period `p`, a text that is never null. */
  readonly key: string;
  /** The key of undecided periods; UNKNOWN_KEY by default. */
  readonly undecidedKey?: string;
  /** Joins of further tables, which give a period one row at most. */
  readonly join?: (scope: ListScope) => string;
  readonly values?: SqlCondition['values'];
  /**
   * Maps the key of a period to the keys that it stands for, several where its dates leave several open; identity by
   * default.
   */
  readonly expand?: (key: string) => readonly string[];
}

/** Stands between the keys of one person; a control character, which no key has. */
const KEY_SEPARATOR = '\u001F';

/**
 * Counts a person under each of his keys: as `yes` if every period of the day has the key, as `uncertain` if only some do. Everybody in the
 * total is counted under some key. Whoever has several keys has none of them in every period. SQL groups such people by the text of all their
 * keys, so that each case is read once; the keys in it are sorted, so that it stays the same when the counters read the case again through
 * another index.
 */
export const groupPeople = (
  counters: Counters,
  scope: ListScope,
  match: PeriodSqlConditions,
  { key, undecidedKey = UNKNOWN_KEY, join = () => '', values = {}, expand = (one) => [one] }: Grouping,
  certainty: Certainty | undefined,
): TotalsByKey => {
  const certaintyCondition = { yes: 'min(ok)', uncertain: 'NOT min(ok)', any: 'TRUE' }[certainty ?? 'any'];
  // Without statistics, SQLite would take an index of all versions and look up every row of it.
  const index = ({ isCurrent }: ListScope): string => (isCurrent ? `INDEXED BY ${CURRENT_PERIODS_INDEX}` : '');
  // The limit keeps SQLite from flattening the subquery, which would compute the key of a row once for each mention.
  const sql = (
    versionScope: ListScope,
    caseFilter: string,
  ): string => `SELECT key, sum(is_sure) AS yes, sum(1 - is_sure) AS uncertain FROM (
      SELECT min(ok AND key IS NOT NULL) AS is_sure,
        CASE WHEN min(key) = max(key) THEN min(key) ELSE group_concat(key, @separator ORDER BY key) END AS key
      FROM (SELECT p.case_no, ${match.certain} AS ok,
          CASE WHEN ${match.certain} THEN ${key} WHEN p.undecided = 1 THEN '${undecidedKey}' END AS key
        FROM periods p ${index(versionScope)} ${join(versionScope)}
        WHERE p.list = @list AND ${validCondition('p', versionScope)} ${caseFilter} LIMIT -1)
      GROUP BY case_no HAVING ${certaintyCondition})
    WHERE key IS NOT NULL GROUP BY key`;
  const bySet = counters.count(scope, { sql, values: { ...match.values, ...values, separator: KEY_SEPARATOR } });
  return totalsOfEachKey(bySet, expand);
};

/**
 * As `groupPeople`, for periods that may have several keys at once (articles): SQL for each key, and the join that gives them; undecided
 * periods have UNKNOWN_KEY.
 */
export const groupPeopleByEachKey = (
  counters: Counters,
  scope: ListScope,
  match: PeriodSqlConditions,
  { key, join }: { readonly key: string; readonly join: string },
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
    FROM (SELECT p.case_no, CASE WHEN p.undecided = 1 THEN '${UNKNOWN_KEY}' ELSE ${key} END AS key, sum(p.undecided = 0) AS hits
      FROM periods p ${join}
      WHERE ${rows(versionScope, caseFilter)} AND (p.undecided = 1 OR ${match.certain}) GROUP BY 1, 2)
    JOIN (SELECT p.case_no, count(*) AS periods FROM periods p WHERE ${rows(versionScope, caseFilter)} GROUP BY 1 HAVING ${certaintyCondition}) USING (case_no)
    WHERE key IS NOT NULL GROUP BY key`;
  return counters.count(scope, { sql, values: match.values });
};

/** Splits counts by sets of keys into counts by key: people with several keys count under each, as uncertain. */
const totalsOfEachKey = (bySet: TotalsByKey, expand: (key: string) => readonly string[]): TotalsByKey => {
  const totals = new Map<string, Totals>();
  for (const [set, { yes, uncertain }] of bySet) {
    const keys = new Set(set.split(KEY_SEPARATOR).flatMap(expand));
    for (const key of keys) {
      const counted = totals.get(key) ?? { yes: 0, uncertain: 0 };
      totals.set(
        key,
        keys.size === 1
          ? { yes: counted.yes + yes, uncertain: counted.uncertain + uncertain }
          : { yes: counted.yes, uncertain: counted.uncertain + yes + uncertain },
      );
    }
  }
  return totals;
};
