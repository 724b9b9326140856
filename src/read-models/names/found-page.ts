/** One page of the people whom a search by name finds, the best match first. */
import { formatDay } from '../../domain/time.js';
import { listEntriesOf } from '../list/entries.js';
import { caseConditions, isUncertainSql, referenceValues, type PageRequest, type PageResult } from '../list/page.js';
import { matchOf } from '../list/predicate.js';
import { personRows } from '../list/person-rows.js';
import type { QueryContext } from '../reader.js';
import { searchNames } from './name-search.js';

/** As `readPage`, for a name. Every page ranks the same candidates again: they are known at the position of the first page. */
export const readFoundPage = ({ db }: Pick<QueryContext, 'db'>, request: PageRequest, name: string): PageResult => {
  const { scope, limit, after } = request;
  const match = matchOf(request.conditions);
  const { found, isTruncated } = searchNames(db, scope, name, {
    text: caseConditions(request, match).join(' AND '),
    values: { ...match.values, ...referenceValues(request.reference) },
    isUncertain: isUncertainSql(scope, match),
  });
  const entries = listEntriesOf(
    db,
    scope,
    found.map(({ case_no }) => case_no),
  );
  const people = found
    .map((person) => ({ ...person, id: entries.get(person.case_no)?.caseId ?? '' }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  const uncertain = people.filter(({ isUncertain }) => isUncertain).length;
  const rest = people.filter(
    ({ score, id }) => after === null || score < Number(after.key) || (score === after.key && id > after.id),
  );
  const shown = rest.slice(0, limit);
  const last = rest.length > limit ? shown.at(-1) : undefined;
  const onPage = shown.map(({ case_no, id, isUncertain, text, score, why }) => ({
    caseNo: case_no,
    caseId: id,
    isUncertain,
    match: { text, score, why },
  }));
  return {
    asOf: formatDay(scope.day),
    position: scope.position,
    total: { yes: people.length - uncertain, uncertain },
    isTruncated,
    items: personRows(db, scope, onPage),
    end: last === undefined ? null : { key: last.score, id: last.id },
  };
};
