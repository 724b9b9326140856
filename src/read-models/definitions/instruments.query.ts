import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import { CLEMENCY_EFFECTS, type Sentence as SentenceOf } from '../../domain/case/events.js';
import type { Source as SourceOf } from '../../domain/event.js';
import { INSTRUMENT_KINDS } from '../../domain/instrument/events.js';
import type { ClauseVersion, Instrument } from '../../domain/instrument/instrument.js';
import { parseEdtf, type Day } from '../../domain/time.js';
import { Condition } from '../../schema/clauses.js';
import { IsInteger, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { intersectionOf } from '../../schema/field.js';
import { Sentence, Source } from '../../schema/parts.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { definedItems, type DefinitionPageRequest } from './defined-items.js';

/** A version of a clause, with the sources that report it. */
export class ClauseVersionView {
  @IsString()
  readonly clause: string;

  @IsString()
  readonly version: string;

  @IsObjectOf(Condition, { each: true })
  readonly conditions: ClauseVersion['conditions'];

  @IsOneOf(CLEMENCY_EFFECTS)
  readonly effect: ClauseVersion['effect'];

  @IsNullable()
  @IsString()
  readonly reducedBy: string | null;

  @IsNullable()
  @IsObjectOf(Sentence)
  readonly replacement: SentenceOf | null;

  @IsNullable()
  @IsString()
  readonly text: string | null;

  @IsObjectOf(Source, { each: true })
  readonly sources: readonly SourceOf[];
}

const MAX_WINDOW_DAYS_LEFT = 1_000_000;

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

  @IsNullable()
  @IsString()
  readonly text: string | null;

  @IsNullable()
  @IsInteger(0, MAX_WINDOW_DAYS_LEFT, {
    description: 'Until its window ends, after the day of the question; null if that is not known to the day.',
  })
  readonly daysLeft: number | null;

  @IsObjectOf(Source, { each: true })
  readonly sources: readonly SourceOf[];

  @IsString({ each: true })
  readonly clauses: readonly string[];

  @IsObjectOf(ClauseVersionView, {
    each: true,
    description:
      'What its clauses say. Sources that disagree give a clause several versions, which stand side by side.',
  })
  readonly clauseVersions: readonly ClauseVersionView[];
}

/** One instrument, in an answer of its own. */
export class InstrumentView extends intersectionOf(RegisteredInstrument, KnownView) {}

export class InstrumentsView extends KnownView {
  @IsObjectOf(RegisteredInstrument, { each: true })
  readonly items: readonly RegisteredInstrument[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}

/** All instruments, sorted by id; with `page` some of them, with `id` that one alone, or none if it does not exist. */
export class Instruments extends Query<InstrumentsView> {
  constructor(
    readonly scope: Scope,
    readonly id?: string,
    readonly page?: DefinitionPageRequest,
  ) {
    super();
  }
}

@QueryHandler(Instruments)
export class InstrumentsHandler implements IQueryHandler<Instruments> {
  constructor(private readonly reader: ReadModelReader) {}

  execute(query: Instruments): Promise<InstrumentsView> {
    return definedItems(this.reader, query, 'instrument', (id, revision, definition, today) => ({
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
      text: definition.text ?? null,
      daysLeft: daysLeft(definition, today),
      sources: definition.sources,
      clauses: definition.clauses,
      clauseVersions: definition.clauseVersions.map(clauseView),
    }));
  }
}

/** The days until the window of the instrument ends; 0 once it has ended; null if that day is not known exactly. */
const daysLeft = ({ windowEnd }: Instrument, today: Day): number | null => {
  const end = parseEdtf(windowEnd ?? '');
  return end === null || end.earliest !== end.latest ? null : Math.max(0, end.latest - today);
};

const clauseView = ({ reducedBy, replacement, text, ...version }: ClauseVersion): ClauseVersionView => ({
  ...version,
  reducedBy: reducedBy ?? null,
  replacement: replacement ?? null,
  text: text ?? null,
});
