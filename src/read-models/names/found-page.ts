/** One page of the people whom a search by name or by words finds, the best match first. */
import { formatDay } from '../../domain/time.js';
import { listEntriesOf } from '../list/entries.js';
import { caseConditions, isUncertainSql, referenceValues, type PageRequest, type PageResult } from '../list/page.js';
import { toPeriodSqlConditions, type ListScope } from '../list/predicate.js';
import { personViewsOf } from '../list/person-rows.js';
import type { QueryContext } from '../reader.js';
import type { Db } from '../table.js';
import type { NameMatchView } from '../list/person.view.js';
import type { CaseCondition } from './name-search.js';

/** The best match of each person. */
export interface FoundPeople {
  /** The best first; of equal score, the case with the lower number. */
  readonly found: readonly (NameMatchView & { readonly case_no: number; readonly isUncertain: boolean })[];
  /** Whether there may be more matches than were ranked. */
  readonly isTruncated: boolean;
}

/** Searches people by name or by words. */
export type PeopleSearch = (db: Db, scope: ListScope, condition: CaseCondition) => FoundPeople;

/** As `readPage`, for a search. Every page ranks all candidates again, as known at the position of the first page, so the order stays. */
export const readFoundPage = (
  { db }: Pick<QueryContext, 'db'>,
  request: PageRequest,
  search: PeopleSearch,
): PageResult => {
  const { scope, limit, after } = request;
  const match = toPeriodSqlConditions(request.conditions);
  const { found, isTruncated } = search(db, scope, {
    text: caseConditions(request, match).join(' AND '),
    values: { ...match.values, ...referenceValues(request.reference) },
    uncertaintySql: isUncertainSql(scope, match),
  });
  const uncertain = found.filter(({ isUncertain }) => isUncertain).length;
  const rest = after === null ? found : found.slice(indexAfterCursor(db, scope, found, after));
  const shown = rest.slice(0, limit);
  const onPage = shown.map(({ case_no, isUncertain, text, score, why }) => ({
    caseNo: case_no,
    isUncertain,
    match: { text, score, why },
  }));
  const items = personViewsOf(db, scope, onPage);
  const [last, id] = [shown.at(-1), items.at(-1)?.caseId];
  return {
    asOf: formatDay(scope.day),
    position: scope.position,
    total: { yes: found.length - uncertain, uncertain },
    isTruncated,
    items,
    end: rest.length <= limit || last === undefined || id === undefined ? null : { key: last.score, id },
  };
};

/** The index at which the next page begins: after the case of the cursor. Cases of equal score are in the order of their numbers. */
const indexAfterCursor = (
  db: Db,
  scope: ListScope,
  found: FoundPeople['found'],
  { key, id }: { readonly key: string | number; readonly id: string },
): number => {
  const tied = found.filter(({ score }) => score === key).map(({ case_no }) => case_no);
  const [last] = [...listEntriesOf(db, scope, tied)].find(([, { caseId }]) => caseId === id) ?? [];
  const index = found.findIndex(
    ({ score, case_no }) => score < Number(key) || (score === key && case_no > (last ?? Infinity)),
  );
  return index < 0 ? found.length : index;
};
