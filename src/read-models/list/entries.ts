/** What a list shows of a case besides its standings: name and references. */
import type { Reference } from '../../domain/case/events.js';
import { cachedStatement, type Db } from '../table.js';
import { scopeValues, versionCondition, type ListScope } from './predicate.js';

export interface ListEntry {
  readonly caseId: string;
  /** The display name; null if no name is known. */
  readonly name: string | null;
  readonly nameKey: string;
  readonly references: readonly Reference[];
}

/** The list entries of cases, the same in every list, as known at the position of the scope; by case number, in one statement. */
export const listEntriesOf = (db: Db, scope: ListScope, caseNos: readonly number[]): ReadonlyMap<number, ListEntry> => {
  const sql = `SELECT e.case_no, e.case_id, e.name, e.name_key, e.refs FROM json_each(@caseNos) c
    CROSS JOIN list_entries e ON e.case_no = c.value AND ${versionCondition('e', scope)}`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify(caseNos) };
  const rows = cachedStatement(db, sql).raw().all(values) as [number, string, string | null, string, string][];
  return new Map(
    rows.map(([caseNo, caseId, name, nameKey, refs]) => [
      caseNo,
      { caseId, name, nameKey, references: JSON.parse(refs) as readonly Reference[] },
    ]),
  );
};
