/** What was true of a case over a stretch of days. */
import type { Day } from '../time.js';
import type { Custody, Proceedings, Recognition, SentenceState } from './state.js';

/** What one list makes of the case. Lists whose recognition is `none` are left out. */
export interface ListStanding {
  readonly list: string;
  readonly recognition: Recognition;
  readonly category: string | null;
  /** The event that set the recognition. */
  readonly by: string;
}

/** Everything that can be asked about a case on a day. Equal values on neighbouring days are one period. */
export interface Standing {
  readonly custody: Custody;
  /** The event that set the custody; null while it is unknown. */
  readonly custodyBy: string | null;
  readonly proceedings: Proceedings;
  readonly sentence: SentenceState;
  /**
   * The reckoned end of the sentence: the days it may fall on, up to MAX_DAY where its term is unknown; null where there is
   * none or where nobody knows from when it counts.
   */
  readonly sentenceEnd: { readonly earliest: Day; readonly latest: Day } | null;
  /** Of the sentence: imprisonment for life. */
  readonly life: boolean;
  /** Articles in the form `234.4.3`, with the code in front where it is not the default one; sorted. */
  readonly articles: readonly string[];
  readonly facility: string | null;
  readonly incident: string | null;
  /** Sorted by list. */
  readonly lists: readonly ListStanding[];
}

/**
 * A longest stretch of days [from, to) in which one standing is possible. Where several are, their periods
 * overlap; with full dates they never do. `standing` is null where more events are undecided than the documented
 * bound (MAX_UNDECIDED): anything may be true then, and the case says why.
 */
export interface Period {
  readonly from: Day;
  readonly to: Day;
  readonly standing: Standing | null;
}
