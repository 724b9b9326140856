/** Reads the data of cases about their persons, to be compared with each other. */
import { NO_CIRCUMSTANCES, type PersonData } from '../../domain/names/likeness.js';
import { listEntriesOf, type ListEntry } from '../list/entries.js';
import { scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import { cachedStatement, type Db } from '../table.js';
import { circumstancesIn } from './possible-duplicates.js';

export interface NamedPerson extends Pick<ListEntry, 'caseId' | 'references'> {
  readonly caseNo: number;
  readonly person: PersonData;
}

/** The persons of cases as known in the scope, sorted by case number. Cases that are unknown or have no name are left out. */
export const personsIn = (db: Db, scope: ListScope, caseNos: readonly number[]): readonly NamedPerson[] => {
  const sql = `SELECT n.case_no, n.text, n.born, n.sex FROM json_each(@caseNos) j
    CROSS JOIN searched_names n ON n.case_no = j.value AND ${versionCondition('n', scope)} ORDER BY n.case_no, n.rowid`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify([...new Set(caseNos)]) };
  const rows = cachedStatement(db, sql).raw().all(values) as [number, string, string | null, string | null][];
  const entries = listEntriesOf(db, scope, caseNos);
  const circumstances = circumstancesIn(db, scope, caseNos);
  const persons = new Map<number, NamedPerson>();
  for (const [caseNo, text, born, sex] of rows) {
    const entry = entries.get(caseNo);
    if (entry === undefined) continue;
    const names = [...(persons.get(caseNo)?.person.names ?? []), text];
    const person = { names, born, sex, circumstances: circumstances.get(caseNo) ?? NO_CIRCUMSTANCES };
    persons.set(caseNo, { caseNo, caseId: entry.caseId, references: entry.references, person });
  }
  return [...persons.values()];
};
