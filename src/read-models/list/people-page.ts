/** One page of people, with its page cursor: what the queries for members and for cases share. */
import { chooseFacets, type Population } from './facets.js';
import { filterConditions, type Filters } from './filters.js';
import type { Paging } from './paging.js';
import type { PersonPage } from './person.view.js';
import type { Reference } from '../../domain/case/events.js';
import type { ReadModelReader } from '../reader.js';
import { answerWithCounts } from '../answer-counted.js';
import type { Scope, ScopedContext } from '../scope.js';
import { readPageCursor, writePageCursor } from './page-cursor.js';
import { readFoundPage, type PeopleSearch } from '../names/found-page.js';
import { searchNames } from '../names/name-search.js';
import { searchWords } from '../words/word-search.js';
import { readPage, type PageRequest } from './page.js';
import { listScope } from './predicate.js';
import type { SqlCondition } from './sql-condition.js';

export interface PeoplePageParameters {
  readonly filters: Filters;
  readonly page: Paging;
  readonly reference?: Reference;
  /** Only people whose names match this one, the best match first, instead of the order of `sort`. */
  readonly name?: string;
  /** Only people whose facility, articles or summary have these words, the best match first; not together with `name`. */
  readonly words?: string;
}

/** Whom a page is about, and the SQL conditions that their periods must meet. */
export interface PeopleSelection {
  readonly population: Population;
  readonly conditions: readonly SqlCondition[];
}

/**
 * Answers one page. Later pages keep the day and the position of the first. `kind` names the query in page cursors. Null if
 * `peopleAsked` returns null.
 */
export const answerPeoplePage = async (
  reader: ReadModelReader,
  scope: Scope,
  kind: 'members' | 'cases',
  list: string,
  { filters, page, reference, name, words }: PeoplePageParameters,
  peopleAsked: (context: ScopedContext) => PeopleSelection | null,
): Promise<PersonPage | null> => {
  const queryKey = [kind, scope.key, list, filters, page.sort, reference, name, words];
  const cursor =
    page.after === undefined
      ? null
      : readPageCursor(page.after, queryKey, (await reader.contextAt({ atLeast: scope.atLeast })).logId);
  return answerWithCounts(reader, scope, cursor, (context) => {
    const asked = peopleAsked(context);
    if (asked === null) return null;
    const { day, position, knownAt } = context.scope;
    const request: PageRequest = {
      scope: listScope(list, day, position, context.position),
      conditions: [...asked.conditions, ...filterConditions(filters)],
      certainty: filters.certainty,
      reference,
      sort: page.sort ?? 'name',
      facets: chooseFacets(list, asked.population, filters),
      limit: page.limit,
      after: cursor,
    };
    const search = searchOf(name, words);
    const { end, ...found } = search === null ? readPage(context, request) : readFoundPage(context, request, search);
    const next = end && { position, day, total: found.total, ...end };
    const { asOf, ...rest } = found;
    return { asOf, knownAt, ...rest, next: next && writePageCursor(next, queryKey, context.logId) };
  });
};

const searchOf = (name: string | undefined, words: string | undefined): PeopleSearch | null => {
  if (name !== undefined) return (db, scope, condition) => searchNames(db, scope, name, condition);
  return words === undefined ? null : (db, scope, condition) => searchWords(db, scope, words, condition);
};
