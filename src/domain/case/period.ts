/** Standings and periods: the values of a case's axes on a day, and over a range of days. */
import type { Day } from '../time.js';
import type { Custody, ListRecognition, Proceedings, SentenceState } from './state.js';

/** The recognition of a case by one list. */
export interface RecognitionByList extends ListRecognition {
  readonly list: string;
}

/** Days, both ends included. */
export interface DayRange {
  readonly earliest: Day;
  readonly latest: Day;
}

/** The data from which the end of an active, suspended or completed sentence is computed. */
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
  readonly custodyEventId: string | null;
  readonly proceedings: Proceedings;
  readonly sentence: SentenceState;
  /**
   * The days on which the sentence may end, both included; `latest` is MAX_DAY if the term is unknown. Null if no sentence runs,
   * it has no term (life, a fine), or its first day is unknown.
   */
  readonly sentenceEnd: DayRange | null;
  /** What `sentenceEnd` is computed from; null if there is no sentence, or it was extinguished. */
  readonly running: RunningSentence | null;
  /** Whether the sentence is imprisonment for life. */
  readonly isForLife: boolean;
  /** In the form of `articleText`, sorted. */
  readonly articles: readonly string[];
  readonly facility: string | null;
  readonly incident: string | null;
  /** Sorted by list, without lists whose recognition is `none`. */
  readonly lists: readonly RecognitionByList[];
}

/**
 * A maximal range of days [from, to) on which a standing is possible. Periods overlap where partial dates make several
 * standings possible. `standing` is null where more than MAX_UNDECIDED_EVENTS may or may not have happened: any is possible.
 */
export interface Period {
  readonly from: Day;
  readonly to: Day;
  readonly standing: Standing | null;
}
