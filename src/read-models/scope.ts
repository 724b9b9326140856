/**
 * The scope of a question: the day that it is about, up to which knowledge it is answered, and who asks. Every query has one, and
 * every answer, page cursor, entity tag and count is made in one.
 */
import type { Clock } from '../domain/clock.js';
import { knownAtPosition, parseKnownAt, type KnownAt } from '../domain/known-at.js';
import { endOfDay, parseDay, type Day } from '../domain/time.js';
import { IsDay, IsKnownAt, IsOptional, IsText } from '../schema/decorators.js';
import { LIMITS } from '../schema/limits.js';
import { BeyondLog, InvalidKnownAt } from './query-errors.js';
import type { QueryContext, ReadModelReader } from './reader.js';

/** Who asks. Viewers with the same rights get the same answers, and may use each other's cursors and entity tags. */
export interface Viewer {
  readonly rights: string;
}

/** A viewer with all rights: whoever passes the access guard, and whoever can open the data folder. */
export const UNRESTRICTED: Viewer = { rights: 'all' };

/** Parameters of every query. */
export class KnowledgeParameters {
  @IsOptional()
  @IsKnownAt({
    description:
      'What the register knew then: at the end of a day, at an instant or at a position of the log; all where absent.',
  })
  readonly knownAt?: string;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: 'A token that a write answered with; the answer takes account of that write.' })
  readonly atLeast?: string;
}

/** Parameters of queries about a day. */
export class ScopeParameters extends KnowledgeParameters {
  @IsOptional()
  @IsDay({ description: 'What was true on this day; today where absent.' })
  readonly asOf?: string;
}

/** A class with a private field, so that no other object can stand for a scope. */
export class Scope {
  readonly #parameters: ScopeParameters;

  /** The parameters must have been validated. */
  constructor(
    readonly viewer: Viewer,
    parameters: ScopeParameters = {},
  ) {
    this.#parameters = parameters;
  }

  get asOf(): string | undefined {
    return this.#parameters.asOf;
  }

  get knownAt(): string | undefined {
    return this.#parameters.knownAt;
  }

  get atLeast(): string | undefined {
    return this.#parameters.atLeast;
  }

  /** Two scopes with the same key ask for the same: part of the key of every page cursor and entity tag. */
  get key(): readonly unknown[] {
    return [this.viewer.rights, this.asOf ?? null, this.knownAt ?? null];
  }
}

/** A scope resolved to a day and a position, in which a query is answered. */
export interface AnswerScope {
  readonly viewer: Viewer;
  readonly day: Day;
  /** The last event that the answer takes account of. */
  readonly position: number;
  /** `knownAt` as the question gave it, else the position. */
  readonly knownAt: string;
}

export interface ScopedContext extends QueryContext {
  readonly scope: AnswerScope;
}

/** The day and position of a first page, which its later pages keep. */
export interface PinnedScope {
  readonly day: Day;
  readonly position: number;
}

/**
 * Waits for what the scope asks for and resolves it. Throws InvalidKnownAt for an instant or day in the future or a position beyond
 * the log, and what `contextAt` throws.
 */
export const openScope = async (
  reader: ReadModelReader,
  scope: Scope,
  pinned: PinnedScope | null = null,
): Promise<ScopedContext> => {
  const { context, position } = await waitForScope(reader, scope, pinned);
  const day = pinned?.day ?? (scope.asOf === undefined ? context.clock.today() : requireDay(scope.asOf));
  const { viewer, knownAt = knownAtPosition(position) } = scope;
  return { ...context, scope: { viewer, day, position, knownAt } };
};

interface ContextAtPosition {
  readonly context: QueryContext;
  readonly position: number;
}

const waitForScope = async (
  reader: ReadModelReader,
  { atLeast, knownAt }: Scope,
  pinned: PinnedScope | null,
): Promise<ContextAtPosition> => {
  const known = knownAt === undefined ? null : parseKnownAt(knownAt);
  if (pinned !== null) return openAtPosition(reader, pinned.position, atLeast);
  if (known?.kind === 'position') {
    try {
      return await openAtPosition(reader, known.position, atLeast);
    } catch (error) {
      if (error instanceof BeyondLog) throw new InvalidKnownAt('KNOWN_AT.BEYOND_LOG');
      throw error;
    }
  }
  const context = await reader.contextAt({ atLeast });
  const instant = known === null ? null : instantUnlessNow(known, context.clock);
  return instant === null ? { context, position: context.position } : openAtInstant(reader, context, instant);
};

const openAtPosition = async (
  reader: ReadModelReader,
  position: number,
  atLeast: string | undefined,
): Promise<ContextAtPosition> => ({ context: await reader.contextAt({ atLeast, position }), position });

/** The instant up to which events count as known; null if all that is known now does. */
const instantUnlessNow = (known: Exclude<KnownAt, { kind: 'position' }>, clock: Clock): Date | null => {
  const today = clock.today();
  if (known.kind === 'day' ? known.day > today : known.instant > clock.now())
    throw new InvalidKnownAt('KNOWN_AT.IN_FUTURE');
  if (known.kind === 'instant') return known.instant;
  return known.day === today ? null : new Date(endOfDay(clock.timeZone, known.day).getTime() - 1);
};

const openAtInstant = async (
  reader: ReadModelReader,
  context: QueryContext,
  instant: Date,
): Promise<ContextAtPosition> => {
  const position = context.logTables.recordingTimes.positionAtUnlessAtEnd(instant);
  if (position !== null) return { context, position };
  // Every projected event was recorded by then, so there may be more in the log.
  const head = await reader.store.head();
  const latest = head === null ? context : await reader.contextAt({ atLeast: head });
  return {
    context: latest,
    position: latest.logTables.recordingTimes.positionAtUnlessAtEnd(instant) ?? latest.position,
  };
};

/** Parses an ISO 8601 day that was validated before. Throws RangeError. */
export const requireDay = (text: string): Day => {
  const day = parseDay(text);
  if (day === null) throw new RangeError('no day');
  return day;
};
