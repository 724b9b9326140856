/** The members of a list, and every case. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay } from '../../domain/time.js';
import { Cases, ListMembers, type Filters, type Page, type PageOf, type PersonRow } from '../queries.js';
import type { Reference } from '../../domain/case/events.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { readPageCursor, writePageCursor } from './page-cursor.js';
import { readPage } from './page.js';
import { dayOf, filtered, judged, onList, scopeOf, type Scope, type Sql } from './predicate.js';

interface Ask {
  readonly asOf?: string;
  readonly filters: Filters;
  readonly page: Page;
  readonly atLeast?: string;
  readonly reference?: Reference;
}

/**
 * Answers one page. The first answers as of what the read models have reached; those after it as of the same, whatever
 * came since. Null where `on` says that there is nothing to answer about.
 */
const answer = async (
  reader: ReadModelReader,
  kind: string,
  list: string,
  ask: Ask,
  on: (reading: QueryContext, scope: Scope) => readonly Sql[] | null,
): Promise<PageOf<PersonRow> | null> => {
  const { filters, page, reference } = ask;
  const question = [kind, list, ask.asOf, filters, page.sort, reference];
  const before = await reader.contextAt({ atLeast: ask.atLeast });
  const mark = page.after === undefined ? null : readPageCursor(page.after, question, before.logId);
  const reading = mark === null ? before : await reader.contextAt({ position: mark.position });
  const day = mark === null && ask.asOf === undefined ? reading.today : dayOf(mark?.asOf ?? ask.asOf ?? '');
  const scope = scopeOf(list, day, mark?.position ?? reading.position, reading.position);
  const conditions = on(reading, scope);
  if (conditions === null) return null;
  const { end, ...found } = readPage(reading, {
    scope,
    conditions: [...conditions, ...filtered(filters)],
    certainty: filters.certainty,
    reference,
    sort: page.sort ?? 'name',
    limit: page.limit,
    after: mark,
  });
  const next = end && { position: scope.known, asOf: formatDay(day), total: found.total, ...end };
  return { ...found, next: next && writePageCursor(next, question, reading.logId) };
};

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(private readonly reader: ReadModelReader) {}

  execute({ list, parameters: ask }: ListMembers): Promise<PageOf<PersonRow> | null> {
    return answer(this.reader, 'members', list, ask, ({ logTables }, { day, known }) => {
      const found = logTables.list(list, known);
      return found && onList(found.definition, day);
    });
  }
}

/** With a list: the cases of which that list says anything on the day; categories are those of that list. */
@QueryHandler(Cases)
export class CasesHandler implements IQueryHandler<Cases> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ parameters: ask }: Cases): Promise<PageOf<PersonRow>> {
    const conditions = ask.list === undefined ? [] : [judged];
    const page = await answer(this.reader, 'cases', ask.list ?? '', ask, () => conditions);
    if (page === null) throw new Error('cases are always answered');
    return page;
  }
}
