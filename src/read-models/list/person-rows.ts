/** What a page shows of people. */
import type { Reference } from '../../domain/case/events.js';
import { cachedStatement, type Db, type SqlValue } from '../table.js';
import type { NameMatchView, PersonView } from './person.view.js';
import { scopeValues, validCondition, versionCondition, type ListScope } from './predicate.js';
import { possibleStandingsIfDecided, STANDING_COLUMNS, standingIn } from './standings.js';
import type { WalkedCase } from './walk.js';

/** SQL for the columns that a page shows of a period `p` and of its case `o.case_no`, with the joins that they need. */
export const shownColumnsSql = (scope: ListScope): { readonly columns: string; readonly joins: string } => ({
  columns: `${LIST_ENTRY_COLUMNS.map((column) => `e.${column}`).join(', ')}, ${STANDING_COLUMNS}`,
  joins: `CROSS JOIN list_entries e ON e.case_no = o.case_no AND ${versionCondition('e', scope)}`,
});

const LIST_ENTRY_COLUMNS = ['case_id', 'name', 'refs'] as const;
/** Index of the first of the LIST_ENTRY_COLUMNS in a walked row: three columns of the walk itself stand before it. */
const LIST_ENTRY_INDEX_IN_WALKED_ROW = 3;
const STANDING_INDEX_IN_WALKED_ROW = LIST_ENTRY_INDEX_IN_WALKED_ROW + LIST_ENTRY_COLUMNS.length;

/** What is shown of a case that was walked with the columns of `shownColumnsSql`. */
export const personViewOf = ({ periods, isUncertain }: Pick<WalkedCase, 'periods' | 'isUncertain'>): PersonView => {
  const entry = periods[0] ?? [];
  const shown = (column: (typeof LIST_ENTRY_COLUMNS)[number]): SqlValue | undefined =>
    entry[LIST_ENTRY_INDEX_IN_WALKED_ROW + LIST_ENTRY_COLUMNS.indexOf(column)];
  return {
    caseId: shown('case_id') as string,
    references: JSON.parse(shown('refs') as string) as readonly Reference[],
    name: shown('name') as string | null,
    certainty: isUncertain ? 'uncertain' : 'yes',
    standings: possibleStandingsIfDecided(periods.map((row) => standingIn(row, STANDING_INDEX_IN_WALKED_ROW))),
  };
};

/** A case on a page of a search. */
export interface PersonOnPage {
  readonly caseNo: number;
  readonly isUncertain: boolean;
  /** How the name or the words that were searched for matched. */
  readonly match: NameMatchView;
}

/** What a page of a search shows of people, in their order. */
export const personViewsOf = (db: Db, scope: ListScope, people: readonly PersonOnPage[]): readonly PersonView[] => {
  const { columns, joins } = shownColumnsSql(scope);
  const sql = `SELECT NULL, o.case_no, NULL, ${columns} FROM (SELECT value AS case_no FROM json_each(@caseNos)) o
    CROSS JOIN periods p ON p.list = @list AND p.case_no = o.case_no AND ${validCondition('p', scope)} ${joins}`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify(people.map(({ caseNo }) => caseNo)) };
  const rows = cachedStatement(db, sql).raw().all(values) as SqlValue[][];
  return people.map(({ caseNo, isUncertain, match }) => {
    const periods = rows.filter((row) => row[1] === caseNo);
    if (periods.length === 0) throw new Error('a case that is found has periods');
    return { ...personViewOf({ periods, isUncertain }), match };
  });
};
