/** What a page shows of people. */
import type { Reference } from '../../domain/case/events.js';
import { cachedStatement, type Db, type SqlValue } from '../table.js';
import type { NameMatchView, PersonView } from './person.view.js';
import { scopeValues, validCondition, versionCondition, type ListScope } from './predicate.js';
import { possibleStandings, STANDING_COLUMNS, standingIn } from './standings.js';
import type { WalkedCase } from './walk.js';

/** What is shown of a period `p` that is valid in the scope, and of its case `o.case_no`. */
export const shownColumnsOf = (scope: ListScope): { readonly columns: string; readonly joins: string } => ({
  columns: `e.case_id, e.name, e.refs, ${STANDING_COLUMNS}`,
  joins: `CROSS JOIN list_entries e ON e.case_no = o.case_no AND ${versionCondition('e', scope)}`,
});

/** Where the columns of an entry and of a standing begin in a row: after those of every walk. */
const ENTRY_COLUMN = 3;
const STANDING_COLUMN = ENTRY_COLUMN + 3;

/** What is shown of a case that was walked with the columns of `shownColumnsOf`. */
export const personOf = ({ periods, isUncertain }: Pick<WalkedCase, 'periods' | 'isUncertain'>): PersonView => {
  const entry = periods[0] ?? [];
  return {
    caseId: entry[ENTRY_COLUMN] as string,
    references: JSON.parse(entry[ENTRY_COLUMN + 2] as string) as readonly Reference[],
    name: entry[ENTRY_COLUMN + 1] as string | null,
    certainty: isUncertain ? 'uncertain' : 'yes',
    standings: possibleStandings(periods.map((row) => standingIn(row, STANDING_COLUMN))),
  };
};

/** A case on a page of a search. */
export interface PersonOnPage {
  readonly caseNo: number;
  readonly isUncertain: boolean;
  /** How a name matched that was searched for. */
  readonly match: NameMatchView;
}

/** What a page of a search shows of people, in their order. */
export const personRows = (db: Db, scope: ListScope, people: readonly PersonOnPage[]): readonly PersonView[] => {
  const { columns, joins } = shownColumnsOf(scope);
  const sql = `SELECT NULL, o.case_no, NULL, ${columns} FROM (SELECT value AS case_no FROM json_each(@caseNos)) o
    CROSS JOIN periods p ON p.list = @list AND p.case_no = o.case_no AND ${validCondition('p', scope)} ${joins}`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify(people.map(({ caseNo }) => caseNo)) };
  const rows = cachedStatement(db, sql).raw().all(values) as SqlValue[][];
  return people.map(({ caseNo, isUncertain, match }) => {
    const periods = rows.filter((row) => row[1] === caseNo);
    if (periods.length === 0) throw new Error('a case that is found has periods');
    return { ...personOf({ periods, isUncertain }), match };
  });
};
