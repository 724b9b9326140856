import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Custody } from '../../domain/case/state.js';
import type { LocalName } from '../../domain/list/events.js';
import { formatDay } from '../../domain/time.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import type { Known } from './known.view.js';

export interface ListView {
  readonly id: string;
  readonly revision: number;
  readonly name: LocalName;
  readonly categories: readonly { readonly id: string; readonly name: LocalName }[];
  readonly policy: readonly {
    readonly from: string;
    readonly custody: readonly Custody[];
    readonly paceRequired: boolean;
  }[];
}

/** All, by id, or the one of an id where it exists. */
export class Lists extends Query<Known<ListView>> {
  constructor(
    readonly scope: Scope,
    readonly id?: string,
  ) {
    super();
  }
}

@QueryHandler(Lists)
export class ListsHandler implements IQueryHandler<Lists> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id: only }: Lists): Promise<Known<ListView>> {
    const { logTables, scope } = await openScope(this.reader, asked);
    const { knownAt, position } = scope;
    const ids = only === undefined ? logTables.idsOf('list') : [only];
    const items = ids.flatMap((id) => {
      const found = logTables.listAt(id, position);
      if (found === null) return [];
      const { name, categories, policies } = found.definition;
      return {
        id,
        revision: found.revision,
        name,
        categories: [...categories].map(([category, localName]) => ({ id: category, name: localName })),
        policy: policies.map((policy) => ({ ...policy, from: formatDay(policy.from) })),
      };
    });
    return { knownAt, position, items };
  }
}
