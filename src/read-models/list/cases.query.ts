import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Reference } from '../../domain/case/events.js';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import type { Filters } from './filters.js';
import type { Page } from './paging.js';
import { readPageOf } from './people-page.js';
import type { PersonPage } from './person.view.js';
import { isJudged } from './predicate.js';

/** All cases, on a list or not. `reference` finds one case. A category filter needs `list`. */
export class Cases extends Query<PersonPage> {
  constructor(
    readonly scope: Scope,
    readonly parameters: {
      readonly list?: string;
      readonly reference?: Reference;
      readonly filters: Filters;
      readonly name?: string;
      readonly words?: string;
      readonly page: Page;
    },
  ) {
    super();
  }
}

/** With a list: only cases that this list judges on the day, with its categories. */
@QueryHandler(Cases)
export class CasesHandler implements IQueryHandler<Cases> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope, parameters }: Cases): Promise<PersonPage> {
    const { list } = parameters;
    const [population, conditions] = list === undefined ? (['all', []] as const) : (['judged', [isJudged]] as const);
    const page = await readPageOf(this.reader, scope, population, list ?? '', parameters, () => conditions);
    if (page === null) throw new Error('cases are always answered');
    return page;
  }
}
