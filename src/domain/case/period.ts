/** Standings and periods: the values of a case's axes on a day, and over a range of days. */
import type { Day } from '../time.js';
import type { Custody, ListRecognition, Proceedings, SentenceState } from './state.js';

/** The recognition of a case by one list. */
export interface ListStanding extends ListRecognition {
  readonly list: string;
}

/** Days, both ends included. */
export interface DayRange {
  readonly earliest: Day;
  readonly latest: Day;
}

/** What the end of a sentence is computed from. The sentence is in force, suspended, or has run to its end. */
export interface RunningSentence {
  /** ISO 8601 duration; null if the sentence has no term (life, a fine) or an unknown one. */
  readonly term: string | null;
  readonly isTermUnknown: boolean;
  /** Terms by which acts of clemency reduced it. */
  readonly reductions: readonly string[];
  /** The days from which the sentence may be counted; null if unknown. */
  readonly start: DayRange | null;
}

/** The values of a case's axes on a day. */
export interface Standing {
  readonly custody: Custody;
  /** The id of the event that set the custody; null while the custody is `unknown`. */
  readonly custodyBy: string | null;
  readonly proceedings: Proceedings;
  readonly sentence: SentenceState;
  /**
   * The days on which the sentence may end, both included; `latest` is MAX_DAY if the term is unknown. Null if no sentence runs,
   * it is for life, or its first day is unknown.
   */
  readonly sentenceEnd: DayRange | null;
  /** The term, reductions and first day that `sentenceEnd` is computed from; null without such a sentence. */
  readonly running: RunningSentence | null;
  /** Whether the sentence is imprisonment for life. */
  readonly life: boolean;
  /** In the form of `articleText`, sorted. */
  readonly articles: readonly string[];
  readonly facility: string | null;
  readonly incident: string | null;
  /** Sorted by list, without lists whose recognition is `none`. */
  readonly lists: readonly ListStanding[];
}

/**
 * A maximal range of days [from, to) on which a standing is possible. Periods overlap where partial dates make several
 * standings possible. `standing` is null where more than MAX_UNDECIDED events are undecided, so that any standing is possible.
 */
export interface Period {
  readonly from: Day;
  readonly to: Day;
  readonly standing: Standing | null;
}
