import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Reference } from '../../domain/case/events.js';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import type { Filters } from './filters.js';
import type { Paging } from './paging.js';
import { answerPeoplePage, type PeopleSelection } from './people-page.js';
import type { PersonPage } from './person.view.js';
import { judgedCondition } from './predicate.js';

/** A page of the cases that match, on a list or not. `reference` finds one case. A category filter needs `list`. */
export class Cases extends Query<PersonPage> {
  constructor(
    readonly scope: Scope,
    readonly parameters: {
      readonly list?: string;
      readonly reference?: Reference;
      readonly filters: Filters;
      readonly name?: string;
      readonly words?: string;
      readonly page: Paging;
    },
  ) {
    super();
  }
}

/** If a list is named, answers only the cases that it judges on the day, with its categories. */
@QueryHandler(Cases)
export class CasesHandler implements IQueryHandler<Cases> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope, parameters }: Cases): Promise<PersonPage> {
    const { list } = parameters;
    const asked: PeopleSelection =
      list === undefined
        ? { population: 'all', conditions: [] }
        : { population: 'judged', conditions: [judgedCondition] };
    const page = await answerPeoplePage(this.reader, scope, 'cases', list ?? '', parameters, () => asked);
    if (page === null) throw new Error('cases are always answered');
    return page;
  }
}
