/** The members of a list, and all cases. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay } from '../../domain/time.js';
import { Cases, ListMembers, type Filters, type Page, type PageOf, type PersonRow } from '../queries.js';
import type { Reference } from '../../domain/case/events.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { readPageCursor, writePageCursor } from './page-cursor.js';
import { readPage } from './page.js';
import {
  requireDay,
  filterConditions,
  isJudged,
  memberConditions,
  scopeOf,
  type Scope,
  type SqlCondition,
} from './predicate.js';

interface PageParameters {
  readonly asOf?: string;
  readonly filters: Filters;
  readonly page: Page;
  readonly atLeast?: string;
  readonly reference?: Reference;
}

/**
 * Answers one page. The first page uses the latest projected position, later pages the position of the first. Null if
 * `conditionsFor` returns null.
 */
const readPageOf = async (
  reader: ReadModelReader,
  kind: string,
  list: string,
  parameters: PageParameters,
  conditionsFor: (context: QueryContext, scope: Scope) => readonly SqlCondition[] | null,
): Promise<PageOf<PersonRow> | null> => {
  const { filters, page, reference } = parameters;
  const queryKey = [kind, list, parameters.asOf, filters, page.sort, reference];
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
  const { end, ...found } = readPage(reading, {
    scope,
    conditions: [...conditions, ...filterConditions(filters)],
    certainty: filters.certainty,
    reference,
    sort: page.sort ?? 'name',
    limit: page.limit,
    after: cursor,
  });
  const next = end && { position: scope.knownAt, asOf: formatDay(day), total: found.total, ...end };
  return { ...found, next: next && writePageCursor(next, queryKey, reading.logId) };
};

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(private readonly reader: ReadModelReader) {}

  execute({ list, parameters }: ListMembers): Promise<PageOf<PersonRow> | null> {
    return readPageOf(this.reader, 'members', list, parameters, ({ logTables }, { day, knownAt: known }) => {
      const found = logTables.listAt(list, known);
      return found && memberConditions(found.definition, day);
    });
  }
}

/** With a list: only cases that this list judges on the day, with its categories. */
@QueryHandler(Cases)
export class CasesHandler implements IQueryHandler<Cases> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ parameters }: Cases): Promise<PageOf<PersonRow>> {
    const conditions = parameters.list === undefined ? [] : [isJudged];
    const page = await readPageOf(this.reader, 'cases', parameters.list ?? '', parameters, () => conditions);
    if (page === null) throw new Error('cases are always answered');
    return page;
  }
}
