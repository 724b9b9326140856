/** The values of a case's axes over a range of days. */
import type { Day } from '../time.js';
import type { Custody, ListRecognition, Proceedings, SentenceState } from './state.js';

/** The recognition of a case by one list. */
export interface ListStanding extends ListRecognition {
  readonly list: string;
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
  readonly sentenceEnd: { readonly earliest: Day; readonly latest: Day } | null;
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
