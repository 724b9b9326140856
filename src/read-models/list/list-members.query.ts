import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from '../reader.js';
import type { Filters } from './filters.js';
import type { Page, PageOf } from './paging.js';
import { readPageOf } from './people-page.js';
import type { PersonRow } from './person.view.js';
import { memberConditions } from './predicate.js';

/** Members of a list; null for an unknown list. */
export class ListMembers extends Query<PageOf<PersonRow> | null> {
  constructor(
    readonly list: string,
    readonly parameters: {
      readonly asOf?: string;
      readonly filters: Filters;
      readonly name?: string;
      readonly page: Page;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

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
