import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import { populationContainingMembers } from './facets.js';
import type { Filters } from './filters.js';
import type { Paging } from './paging.js';
import { answerPeoplePage } from './people-page.js';
import type { PersonPage } from './person.view.js';
import { memberConditions } from './predicate.js';

/** Members of a list; null for an unknown list. */
export class ListMembers extends Query<PersonPage | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
    readonly parameters: {
      readonly filters: Filters;
      readonly name?: string;
      readonly words?: string;
      readonly page: Paging;
    },
  ) {
    super();
  }
}

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(private readonly reader: ReadModelReader) {}

  execute({ scope, list, parameters }: ListMembers): Promise<PersonPage | null> {
    return answerPeoplePage(
      this.reader,
      scope,
      'members',
      list,
      parameters,
      ({ logTables, scope: { day, position } }) => {
        const definition = logTables.listAt(list, position)?.definition;
        if (definition === undefined) return null;
        return {
          population: populationContainingMembers(definition, day),
          conditions: memberConditions(definition, day),
        };
      },
    );
  }
}
