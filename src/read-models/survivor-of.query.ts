import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from './reader.js';
import { openScope, type Scope } from './scope.js';

/** The id of the case that a case is merged into; null if the case is unknown in the scope, or stands by itself. */
export class SurvivorOf extends Query<string | null> {
  constructor(
    readonly scope: Scope,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(SurvivorOf)
export class SurvivorOfHandler implements IQueryHandler<SurvivorOf> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id }: SurvivorOf): Promise<string | null> {
    const { logTables, scope } = await openScope(this.reader, asked);
    const stream = logTables.streamNo('case', id);
    const fed = stream === null ? null : logTables.cases.caseFedBy(stream, scope.position);
    return fed === null || fed === logTables.cases.caseNoOf(id) ? null : logTables.cases.caseIdOf(fed);
  }
}
