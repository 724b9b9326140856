/** To how many people an instrument was applied by a day. */
import type { ListScope } from '../list/predicate.js';
import { scopeValues, versionCondition } from '../list/predicate.js';
import type { Totals } from '../list/person.view.js';
import { cachedStatement, type Db } from '../table.js';

/**
 * Counts the people to whom an instrument was applied by the day: those whom the list of the scope recognised when it was applied, or
 * all of them where the scope has no list. Each person counts once.
 */
export const countBeneficiaries = (db: Db, scope: ListScope, instrument: string): Totals => {
  const sql = `SELECT coalesce(sum(yes), 0) AS yes, coalesce(sum(1 - yes), 0) AS uncertain FROM (
    SELECT max(c.certain = 1 AND c.latest_day <= @day) AS yes FROM clemencies c
      WHERE c.list = @list AND c.instrument = @instrument AND c.from_day <= @day AND ${versionCondition('c', scope)} GROUP BY c.case_no)`;
  return cachedStatement(db, sql).get({ ...scopeValues(scope), instrument }) as Totals;
};
