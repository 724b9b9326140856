import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { CUSTODIES, DEFAULT_POLICY, type Custody } from '../../domain/case/state.js';
import { formatDay } from '../../domain/time.js';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import { IsBoolean, IsDay, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { intersectionOf } from '../../schema/field.js';
import { LocalName } from '../../schema/parts.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { definedItems, type DefinitionPageRequest } from './defined-items.js';

export class DefinedCategory {
  @IsString()
  readonly id: string;

  @IsObjectOf(LocalName)
  readonly name: LocalName;
}

export class PolicyView {
  @IsDay()
  readonly from: string;

  @IsOneOf(CUSTODIES, { each: true })
  readonly custody: readonly Custody[];

  @IsBoolean()
  readonly paceRequired: boolean;
}

export class DefinedList {
  @IsString()
  readonly id: string;

  @IsCount()
  readonly revision: number;

  @IsObjectOf(LocalName)
  readonly name: LocalName;

  @IsObjectOf(DefinedCategory, { each: true })
  readonly categories: readonly DefinedCategory[];

  @IsObjectOf(PolicyView, {
    each: true,
    description: `What was set. On a day before the first, and where nothing was set, ${DEFAULT_POLICY.join(', ')} keep a recognised person on the list.`,
  })
  readonly policy: readonly PolicyView[];
}

/** One list, in an answer of its own. */
export class ListView extends intersectionOf(DefinedList, KnownView) {}

export class ListsView extends KnownView {
  @IsObjectOf(DefinedList, { each: true })
  readonly items: readonly DefinedList[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}

/** All lists, sorted by id; with `page` some of them, with `id` that list alone, or none if it does not exist. */
export class Lists extends Query<ListsView> {
  constructor(
    readonly scope: Scope,
    readonly id?: string,
    readonly page?: DefinitionPageRequest,
  ) {
    super();
  }
}

@QueryHandler(Lists)
export class ListsHandler implements IQueryHandler<Lists> {
  constructor(private readonly reader: ReadModelReader) {}

  execute(query: Lists): Promise<ListsView> {
    return definedItems(this.reader, query, 'list', (id, revision, { name, categories, policies }) => ({
      id,
      revision,
      name,
      categories: [...categories].map(([category, localName]) => ({ id: category, name: localName })),
      policy: policies.map((policy) => ({ ...policy, from: formatDay(policy.from) })),
    }));
  }
}
