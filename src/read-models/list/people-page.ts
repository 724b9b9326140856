/** One page of people, with its page cursor: what the queries for members and for cases share. */
import { formatDay } from '../../domain/time.js';
import { filterConditions, type Filters } from './filters.js';
import type { Page, PageOf } from './paging.js';
import type { PersonRow } from './person.view.js';
import type { Reference } from '../../domain/case/events.js';
import { type ReadModelReader, type QueryContext } from '../reader.js';
import { readPageCursor, writePageCursor } from './page-cursor.js';
import { readFoundPage } from '../names/found-page.js';
import { readPage, type PageRequest } from './page.js';
import { requireDay, scopeOf, type Scope } from './predicate.js';
import type { SqlCondition } from './sql-condition.js';

export interface PageParameters {
  readonly asOf?: string;
  readonly filters: Filters;
  readonly page: Page;
  readonly atLeast?: string;
  readonly reference?: Reference;
  /** Ranks the people whose names match this one; there is no other order then. */
  readonly name?: string;
}

/**
 * Answers one page. The first page uses the latest projected position, later pages the position of the first. Null if
 * `conditionsFor` returns null.
 */
export const readPageOf = async (
  reader: ReadModelReader,
  kind: string,
  list: string,
  parameters: PageParameters,
  conditionsFor: (context: QueryContext, scope: Scope) => readonly SqlCondition[] | null,
): Promise<PageOf<PersonRow> | null> => {
  const { filters, page, reference, name } = parameters;
  const queryKey = [kind, list, parameters.asOf, filters, page.sort, reference, name];
  const latest = await reader.contextAt({ atLeast: parameters.atLeast });
  const cursor = page.after === undefined ? null : readPageCursor(page.after, queryKey, latest.logId);
  const reading = cursor === null ? latest : await reader.contextAt({ position: cursor.position });
  const day =
    cursor === null && parameters.asOf === undefined
      ? reading.today
      : requireDay(cursor?.asOf ?? parameters.asOf ?? '');
  const scope = scopeOf(list, day, cursor?.position ?? reading.position, reading.position);
  const conditions = conditionsFor(reading, scope);
  if (conditions === null) return null;
  const request: PageRequest = {
    scope,
    conditions: [...conditions, ...filterConditions(filters)],
    certainty: filters.certainty,
    reference,
    sort: page.sort ?? 'name',
    limit: page.limit,
    after: cursor,
  };
  const { end, ...found } = name === undefined ? readPage(reading, request) : readFoundPage(reading, request, name);
  const next = end && { position: scope.knownAt, asOf: formatDay(day), total: found.total, ...end };
  return { ...found, next: next && writePageCursor(next, queryKey, reading.logId) };
};
