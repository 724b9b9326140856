/**
 * What can be asked of the read models. Days are ISO 8601 days in the register's time zone; `asOf` (what was true on a
 * day) defaults to today. `atLeast` is a token that a write answered with: the question waits for it, within a bound.
 */
import { Query } from '@nestjs/cqrs';
import type { LocalName } from '../domain/list/events.js';
import type { Name, Reference } from '../domain/case/events.js';
import type { Custody, Proceedings, Recognition, SentenceState } from '../domain/case/state.js';
import type { Actor, Finding } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';

/** Thrown by a handler when the read models do not reach a token in time. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
/** Thrown for a position to go on from that lies beyond the end of the log: it is of a log that went further. */
export class BeyondLog extends Error {
  override readonly name = 'BeyondLog';
}
/** Thrown for a token or a page mark that this register did not give out. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  constructor(readonly parameter: 'atLeast' | 'after') {
    super(`not a mark of this register: ${parameter}`);
  }
}

export const CERTAINTIES = ['yes', 'uncertain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];
export const STAGES = ['convicted', 'awaiting-judgment'] as const;

/** Several values of one filter are alternatives; several filters must all hold. */
export interface Filters {
  readonly category?: readonly string[];
  readonly custody?: readonly Custody[];
  readonly proceedings?: readonly Proceedings[];
  readonly stage?: (typeof STAGES)[number];
  /** `234` finds all its parts, `234.4` those beginning so. */
  readonly article?: readonly string[];
  readonly facility?: string;
  readonly incident?: string;
  readonly certainty?: Certainty;
}

export const SORTS = ['name', '-name', 'recognised', '-recognised', 'reference', '-reference'] as const;
export type Sort = (typeof SORTS)[number];

export interface Page {
  readonly sort?: Sort;
  readonly limit: number;
  /** The `next` mark of the page before. */
  readonly after?: string;
}

export interface Totals {
  readonly yes: number;
  readonly uncertain: number;
}

export interface SentenceEnd {
  readonly earliest: string;
  /** Null where the term is unknown: the sentence may run for ever. */
  readonly latest: string | null;
}

/** One possible standing of a person on the day asked about. */
export interface StandingView {
  readonly custody: Custody;
  readonly proceedings: Proceedings;
  readonly sentence: SentenceState;
  readonly sentenceEnd: SentenceEnd | null;
  readonly life: boolean;
  readonly articles: readonly string[];
  readonly facility: string | null;
  readonly incident: string | null;
  readonly lists: readonly {
    readonly list: string;
    readonly recognition: Recognition;
    readonly category: string | null;
  }[];
}

export interface PersonRow {
  readonly caseId: string;
  readonly references: readonly Reference[];
  /** The name shown first, null where none is known. */
  readonly name: string | null;
  readonly certainty: Certainty;
  /** Every standing possible on the day; one where the day is certain, none where too much is undecided. */
  readonly standings: readonly StandingView[];
}

export interface PageOf<T> {
  readonly asOf: string;
  /** Position of the last event that the answer takes account of. */
  readonly position: number;
  readonly total: Totals;
  readonly items: readonly T[];
  readonly next: string | null;
}

/** `list` unknown: null. */
export class ListMembers extends Query<PageOf<PersonRow> | null> {
  constructor(
    readonly list: string,
    readonly parameters: {
      readonly asOf?: string;
      readonly filters: Filters;
      readonly page: Page;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

/** Every case, on a list or not; `reference` finds one by `list:reference`. Category filters need `list`. */
export class Cases extends Query<PageOf<PersonRow>> {
  constructor(
    readonly parameters: {
      readonly asOf?: string;
      readonly list?: string;
      readonly reference?: Reference;
      readonly filters: Filters;
      readonly page: Page;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

export interface PeriodView {
  readonly from: string | null;
  readonly to: string | null;
  /** Null where more is undecided than the register enumerates. */
  readonly standing: StandingView | null;
}

export interface CaseView {
  readonly id: string;
  readonly revision: number;
  readonly asOf: string;
  readonly references: readonly Reference[];
  readonly names: readonly Name[];
  readonly description: Readonly<Record<string, string>>;
  readonly standings: readonly StandingView[];
  readonly findings: readonly Finding[];
  readonly periods: readonly PeriodView[];
  /** True where the sentence has ended by the day asked about and the person is still held. */
  readonly heldPastEnd: boolean;
}

export class OneCase extends Query<CaseView | null> {
  constructor(
    readonly id: string,
    readonly parameters: { readonly asOf?: string; readonly atLeast?: string },
  ) {
    super();
  }
}

/** What one recorded event changed, on the days where it did. Values are those possible before and after. */
export interface Change {
  readonly axis: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface HistoryEntry {
  readonly position: number;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly revision: number;
  readonly id: string;
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly acknowledged: readonly string[];
  readonly correlationId: string;
  /** The event as recorded, with its sources. */
  readonly event: AnyEvent;
  readonly changes: readonly Change[];
}

/** In order of recording; `subject` limits it to one case, list or instrument (unknown: null). `after` is a position. */
export class History extends Query<{ readonly items: readonly HistoryEntry[]; readonly next: number | null } | null> {
  constructor(
    readonly parameters: {
      readonly subject?: { readonly kind: 'case' | 'list' | 'instrument'; readonly id: string };
      readonly types?: readonly string[];
      readonly after: number;
      readonly limit: number;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

/** One event of the log with everything that is needed to write it again. */
export interface LoggedEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly schemaVersion: number;
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly acknowledged: readonly string[];
  readonly raised: readonly Finding[];
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly event: AnyEvent;
}

/** The log after a position, of some types or all, as batches; ends at what the read models had reached when asked. */
export class ReadLog extends Query<AsyncIterable<readonly LoggedEvent[]>> {
  constructor(
    readonly parameters: {
      readonly types?: readonly string[];
      readonly after: number;
      readonly limit?: number;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

/** Some events after a position. */
export interface FeedPage {
  readonly events: readonly LoggedEvent[];
  /** Where to go on: no event up to here is left out that is asked for. */
  readonly through: number;
  /** Whether there is no more by now. */
  readonly caughtUp: boolean;
}

/** What the read models have taken in and will take in, read page by page. */
export interface Feed {
  /** The next events after a position that can be read at this moment, without waiting. */
  page(after: number): FeedPage;
  /** Calls whenever there may be more, until the function returned is called. */
  onMore(wake: () => void): () => void;
}

/**
 * The log as it goes on after a position, of some types or all. With `list` (unknown: null) only what concerns that list:
 * its own stream, and every event of a case from the first event on that names the list, by a judgment or a reference.
 */
export class FollowLog extends Query<Feed | null> {
  constructor(
    readonly parameters: { readonly types?: readonly string[]; readonly list?: string; readonly after: number },
  ) {
    super();
  }
}

export const COUNTED_BY = ['category', 'custody', 'proceedings', 'stage', 'article', 'incident'] as const;

/** People of a list on a day, by one property. A person with several articles is counted once under each. */
export class Counts extends Query<{
  readonly list: string;
  readonly asOf: string;
  readonly by: string;
  readonly position: number;
  readonly total: Totals;
  /** Sorted by key; defined categories stand with their zeros. */
  readonly groups: readonly ({ readonly key: string } & Totals)[];
} | null> {
  constructor(
    readonly list: string,
    readonly parameters: {
      readonly by: (typeof COUNTED_BY)[number];
      readonly asOf?: string;
      readonly filters: Filters;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

/** Whose movements: of those certainly on the list, or of those possibly on it. Each set adds up by itself. */
export const MEMBER_SETS = ['certain', 'possible'] as const;
export type MemberSet = (typeof MEMBER_SETS)[number];

export interface Movement {
  readonly caseId: string;
  readonly references: readonly Reference[];
  readonly name: string | null;
  /** `entered`: `recognised` and the like; `left`: the reason of release, `died`, `delisted`, `policy` …; `moved`: category to category. */
  readonly reason: string;
  /** The first day with the new membership. With a partial date the certain set may change on another day than the possible. */
  readonly day: string;
  /** When it happened, as precise as it is known. */
  readonly on: string | null;
  /** Category on the list (for `left`: the one last held); null where several are possible. */
  readonly category: string | null;
  readonly previousCategory: string | null;
  readonly event: string | null;
}

/** With categories, `movedIn` and `movedOut` are moves between them and others: opening + entered - left + movedIn - movedOut = closing. */
export interface MovementTotals {
  readonly entered: number;
  readonly left: number;
  readonly moved: number;
  readonly movedIn: number;
  readonly movedOut: number;
}

/**
 * Every entry, exit and change of category from the end of day `from` to the end of day `to`, each as often as it happened, so
 * that the parts of a span add up to the whole. A page of them, by day and name; all other numbers are of the whole span.
 */
export class Movements extends Query<{
  readonly list: string;
  readonly from: string;
  readonly to: string;
  readonly set: MemberSet;
  readonly position: number;
  readonly opening: number;
  readonly closing: number;
  readonly totals: MovementTotals;
  readonly entered: readonly Movement[];
  readonly left: readonly Movement[];
  readonly moved: readonly Movement[];
  readonly leftByReason: readonly { readonly reason: string; readonly count: number }[];
  readonly next: string | null;
} | null> {
  constructor(
    readonly list: string,
    readonly parameters: {
      readonly from: string;
      readonly to: string;
      readonly set?: MemberSet;
      readonly category?: readonly string[];
      /** Movements on the page; with 0 only the numbers are answered, and no page follows. */
      readonly limit: number;
      readonly after?: string;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

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
export class Lists extends Query<readonly ListView[]> {
  constructor(readonly parameters: { readonly id?: string; readonly atLeast?: string }) {
    super();
  }
}

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
export class Instruments extends Query<readonly InstrumentView[]> {
  constructor(readonly parameters: { readonly id?: string; readonly atLeast?: string }) {
    super();
  }
}
