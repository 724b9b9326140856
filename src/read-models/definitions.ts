/** Queries for the definitions of lists and instruments. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay } from '../domain/time.js';
import { Instruments, Lists, type InstrumentView, type ListView } from './queries.js';
import { ReadModelReader } from './reader.js';

/** All, by id, or the one of an id where it exists. */
@QueryHandler(Lists)
export class ListsHandler implements IQueryHandler<Lists> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ parameters }: Lists): Promise<readonly ListView[]> {
    const { logTables, position } = await this.reader.contextAt({ atLeast: parameters.atLeast });
    const ids = parameters.id === undefined ? logTables.idsOf('list') : [parameters.id];
    return ids.flatMap((id) => {
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
  }
}

/** All, by id, or the one of an id where it exists. */
@QueryHandler(Instruments)
export class InstrumentsHandler implements IQueryHandler<Instruments> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ parameters }: Instruments): Promise<readonly InstrumentView[]> {
    const { logTables, position } = await this.reader.contextAt({ atLeast: parameters.atLeast });
    const ids = parameters.id === undefined ? logTables.idsOf('instrument') : [parameters.id];
    return ids.flatMap((id) => {
      const found = logTables.instrumentAt(id, position);
      if (found === null) return [];
      const { definition } = found;
      return {
        id,
        revision: found.revision,
        kind: definition.kind,
        title: definition.title ?? null,
        issuer: definition.issuer ?? null,
        issued: definition.issued ?? null,
        submitted: definition.submitted ?? null,
        adopted: definition.adopted ?? null,
        inForce: definition.inForce ?? null,
        windowEnd: definition.windowEnd ?? null,
        forecast: definition.forecast ?? null,
        clauses: definition.clauses ?? [],
      };
    });
  }
}
