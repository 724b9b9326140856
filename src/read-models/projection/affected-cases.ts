/** Finds the cases that a change of a list or an instrument affects. */
import { cachedStatement, STILL_KNOWN, type Db } from '../table.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** The cases whose findings now depend on a dependency, given by its key: the next case numbers after `after`, ascending. */
export const dependentCases = (db: Db, dependency: string, after: number, limit: number): readonly number[] =>
  cachedStatement(
    db,
    `SELECT case_no FROM finding_dependencies
      WHERE dependency = ? AND case_no > ? AND known_to = ${STILL_KNOWN} ORDER BY case_no ${stableLimit('?')}`,
  )
    .pluck()
    .all(dependency, after, limit) as number[];
