/**
 * Queries that the read models answer. Days are ISO 8601 dates in the time zone of the register. `asOf` (the day the
 * query is about) defaults to today. `atLeast` is a token from the answer to a write: the query waits, for a limited
 * time, until that write is projected.
 */
import { Query } from '@nestjs/cqrs';
import type { LocalName } from '../domain/list/events.js';
import type { Name, Reference } from '../domain/case/events.js';
import type { Custody, Proceedings, Recognition, SentenceState } from '../domain/case/state.js';
import type { Actor, Finding, RecordedEvent } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';

/** The read models did not reach a token or position within the time limit. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
/** A position beyond the end of the log: probably of another log. */
export class BeyondLog extends Error {
  override readonly name = 'BeyondLog';
}
/** A token or page cursor that this register did not issue. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  constructor(readonly parameter: 'atLeast' | 'after') {
    super(`not a mark of this register: ${parameter}`);
  }
}

export const CERTAINTIES = ['yes', 'uncertain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];
export const STAGES = ['convicted', 'awaiting-judgment'] as const;

/** Values of one filter are alternatives (OR); filters are combined with AND. */
export interface Filters {
  readonly category?: readonly string[];
  readonly custody?: readonly Custody[];
  readonly proceedings?: readonly Proceedings[];
  readonly stage?: (typeof STAGES)[number];
  /** `234` also matches its parts; `234.4` matches parts that begin with 4. */
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
  /** The `next` cursor of the previous page. */
  readonly after?: string;
}

export interface Totals {
  readonly yes: number;
  readonly uncertain: number;
}

export interface SentenceEnd {
  readonly earliest: string;
  /** Null: no upper bound, because the term is unknown. */
  readonly latest: string | null;
}

/** One possible standing of a person on the day of the query. */
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
  /** The display name; null if no name is known. */
  readonly name: string | null;
  readonly certainty: Certainty;
  /**
   * All standings possible on the day: one if the day is certain, none if too many events are undecided to enumerate.
   */
  readonly standings: readonly StandingView[];
}

export interface PageOf<T> {
  readonly asOf: string;
  /** Position of the last event that the answer includes. */
  readonly position: number;
  readonly total: Totals;
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Members of a list; null for an unknown list. */
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

/** All cases, on a list or not. `reference` finds one case. A category filter needs `list`. */
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
  /** Null if too many events are undecided to enumerate the standings. */
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
  /** Whether the sentence has ended by the day of the query while the person is still held. */
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

/** What an event changed on the days [from, to): the possible values before and after. */
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
  /** The event data as recorded, with its sources. */
  readonly event: AnyEvent;
  readonly changes: readonly Change[];
}

/**
 * Recorded events with their changes, in order. `subject` limits them to one case, list or instrument (null if
 * unknown); `after` is a position.
 */
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

/** An event with its whole record, sufficient to store it again. */
export interface LoggedEvent extends RecordedEvent<AnyEvent> {
  readonly position: number;
}

/** Events after a position, in batches, up to the last position projected when the query began. `types` limits them. */
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

/** One page of a feed. */
export interface FeedPage {
  readonly events: readonly LoggedEvent[];
  /** The position to continue after: all matching events up to it have been delivered. */
  readonly through: number;
  /** Whether the end of the projected log was reached. */
  readonly caughtUp: boolean;
}

/** A subscription to the projected log, read in pages. */
export interface Feed {
  /** Reads the next events after a position, without waiting. */
  page(after: number): FeedPage;
  /** Calls `wake` when there may be new events; returns the function that unsubscribes. */
  onMore(wake: () => void): () => void;
}

/**
 * Subscribes to the log after a position; `types` limits it. With `list` (unknown: null), only events of that list: its
 * own stream, and every event of a case from the first one that judges it on the list or gives it a reference there.
 */
export class FollowLog extends Query<Feed | null> {
  constructor(
    readonly parameters: { readonly types?: readonly string[]; readonly list?: string; readonly after: number },
  ) {
    super();
  }
}

export const COUNTED_BY = ['category', 'custody', 'proceedings', 'stage', 'article', 'incident'] as const;

/** Members of a list on a day, counted by one property. A person with several articles is counted once under each. */
export class Counts extends Query<{
  readonly list: string;
  readonly asOf: string;
  readonly by: string;
  readonly position: number;
  readonly total: Totals;
  /** Sorted by key. Categories of the list are included even with zero members. */
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

/**
 * Whose movements to count: certain members or possible members of the list. Each set balances: opening + entered -
 * left = closing.
 */
export const MEMBER_SETS = ['certain', 'possible'] as const;
export type MemberSet = (typeof MEMBER_SETS)[number];

export interface Movement {
  readonly caseId: string;
  readonly references: readonly Reference[];
  readonly name: string | null;
  /**
   * `entered`: `recognised` and the like; `left`: the reason of release, `died`, `delisted`, `policy` …; `moved`: the
   * event type.
   */
  readonly reason: string;
  /**
   * The first day of the new membership. With a partial date, certain and possible membership may change on different
   * days.
   */
  readonly day: string;
  /** EDTF date of the event, as precise as it is known. */
  readonly on: string | null;
  /** Category on the list (for `left`: the last one); null if several are possible. */
  readonly category: string | null;
  readonly previousCategory: string | null;
  readonly event: string | null;
}

/**
 * With a category filter, `movedIn` and `movedOut` are moves across the filter: opening + entered - left + movedIn -
 * movedOut = closing.
 */
export interface MovementTotals {
  readonly entered: number;
  readonly left: number;
  readonly moved: number;
  readonly movedIn: number;
  readonly movedOut: number;
}

/**
 * Every entry, exit and change of category after day `from` until the end of day `to`. Repeated movements are all
 * counted, so that consecutive spans add up. Movements are paged by day and name; all numbers are of the whole span.
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
      /** Page size; 0 returns only the numbers, and `next` is null. */
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
