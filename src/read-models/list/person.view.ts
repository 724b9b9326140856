/** What answers say of people and their standings. */
import type { Reference } from '../../domain/case/events.js';
import type { Custody, Proceedings, Recognition, SentenceState } from '../../domain/case/state.js';
import type { MatchReason } from '../../domain/names/match-reasons.js';
import type { Certainty } from './filters.js';

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

/** How a name matched that was searched for. */
export interface MatchView {
  /** The spelling that matched. */
  readonly text: string;
  /** From 0 to 1. */
  readonly score: number;
  readonly why: readonly MatchReason[];
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
  /** In answers to a search by name only. */
  readonly match?: MatchView;
}
