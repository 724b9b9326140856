import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import type { Known } from './known.view.js';

export interface InstrumentView {
  readonly id: string;
  readonly revision: number;
  readonly kind: string;
  readonly title: string | null;
  readonly issuer: string | null;
  readonly issued: string | null;
  readonly submitted: string | null;
  readonly adopted: string | null;
  readonly inForce: string | null;
  readonly windowEnd: string | null;
  readonly forecast: number | null;
  readonly clauses: readonly string[];
}

/** All, by id, or the one of an id where it exists. */
export class Instruments extends Query<Known<InstrumentView>> {
  constructor(
    readonly scope: Scope,
    readonly id?: string,
  ) {
    super();
  }
}

@QueryHandler(Instruments)
export class InstrumentsHandler implements IQueryHandler<Instruments> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id: only }: Instruments): Promise<Known<InstrumentView>> {
    const { logTables, scope } = await openScope(this.reader, asked);
    const { knownAt, position } = scope;
    const ids = only === undefined ? logTables.idsOf('instrument') : [only];
    const items = ids.flatMap((id) => {
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
    return { knownAt, position, items };
  }
}
