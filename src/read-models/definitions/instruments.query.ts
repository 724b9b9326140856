import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import { INSTRUMENT_KINDS } from '../../domain/instrument/events.js';
import { IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { intersectionOf } from '../../schema/field.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { definedItems } from './defined-items.js';

export class RegisteredInstrument {
  @IsString()
  readonly id: string;

  @IsCount()
  readonly revision: number;

  @IsOneOf(INSTRUMENT_KINDS)
  readonly kind: (typeof INSTRUMENT_KINDS)[number];

  @IsNullable()
  @IsString()
  readonly title: string | null;

  @IsNullable()
  @IsString()
  readonly issuer: string | null;

  @IsNullable()
  @IsString()
  readonly issued: string | null;

  @IsNullable()
  @IsString()
  readonly submitted: string | null;

  @IsNullable()
  @IsString()
  readonly adopted: string | null;

  @IsNullable()
  @IsString()
  readonly inForce: string | null;

  @IsNullable()
  @IsString()
  readonly windowEnd: string | null;

  @IsNullable()
  @IsCount()
  readonly forecast: number | null;

  @IsString({ each: true })
  readonly clauses: readonly string[];
}

/** One instrument, in an answer of its own. */
export class InstrumentView extends intersectionOf(RegisteredInstrument, KnownView) {}

export class InstrumentsView extends KnownView {
  @IsObjectOf(RegisteredInstrument, { each: true })
  readonly items: readonly RegisteredInstrument[];
}

/** All instruments, sorted by id; with `id` that one alone, or none if it does not exist. */
export class Instruments extends Query<InstrumentsView> {
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

  execute(query: Instruments): Promise<InstrumentsView> {
    return definedItems(this.reader, query, 'instrument', (id, revision, definition) => ({
      id,
      revision,
      kind: definition.kind,
      title: definition.title ?? null,
      issuer: definition.issuer ?? null,
      issued: definition.issued ?? null,
      submitted: definition.submitted ?? null,
      adopted: definition.adopted ?? null,
      inForce: definition.inForce ?? null,
      windowEnd: definition.windowEnd ?? null,
      forecast: definition.forecast ?? null,
      clauses: definition.clauses,
    }));
  }
}
