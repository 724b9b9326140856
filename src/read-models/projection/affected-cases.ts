/** Which cases an event affects. */
import { cachedStatement, STILL_KNOWN, type Db } from '../table.js';

/** The next cases after a number whose findings depend on something now, ascending. */
export const dependentCases = (db: Db, dependency: string, after: number, limit: number): readonly number[] =>
  cachedStatement(
    db,
    `SELECT case_no FROM finding_dependencies
      WHERE dependency = ? AND case_no > ? AND known_to = ${STILL_KNOWN} ORDER BY case_no LIMIT ?`,
  )
    .pluck()
    .all(dependency, after, limit) as number[];
