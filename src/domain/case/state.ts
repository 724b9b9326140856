/** The values of the four axes of a case, and the state that the rules fold events into. */
import type { Day, Interval } from '../time.js';

export const CUSTODIES = [
  'unknown',
  'free',
  'detained',
  'remand',
  'house-arrest',
  'imprisoned',
  'medical-custody',
  'conditional-liberty',
  'abroad',
  'fugitive',
  'deceased',
] as const;
export type Custody = (typeof CUSTODIES)[number];

export const PROCEEDINGS = [
  'none',
  'charged',
  'on-trial',
  'convicted',
  'on-appeal',
  'final',
  'terminated',
  'acquitted',
  'quashed',
] as const;
export type Proceedings = (typeof PROCEEDINGS)[number];

export const SENTENCE_STATES = ['none', 'active', 'suspended', 'completed', 'extinguished'] as const;
export type SentenceState = (typeof SENTENCE_STATES)[number];

export const RECOGNITIONS = ['none', 'proposed', 'recognised', 'declined', 'delisted'] as const;
export type Recognition = (typeof RECOGNITIONS)[number];

/** The custody values that keep a recognised person on a list before its first policy. */
export const DEFAULT_POLICY: readonly Custody[] = ['detained', 'remand', 'imprisoned', 'medical-custody'];

export const HELD_CUSTODIES: ReadonlySet<Custody> = new Set<Custody>([...DEFAULT_POLICY, 'house-arrest']);

/** The proceedings that make up the stage `convicted`. */
export const CONVICTED_STAGE: ReadonlySet<Proceedings> = new Set<Proceedings>(['convicted', 'on-appeal', 'final']);

/** The recognition of a case by one list. */
export interface ListRecognition {
  readonly recognition: Recognition;
  readonly category: string | null;
  /** The id of the event that set the recognition. */
  readonly by: string;
}

/** The sentence as a court passed it, or an act of clemency replaced it, with the later reductions. */
export interface CurrentSentence {
  readonly state: SentenceState;
  readonly isImprisonment: boolean;
  readonly isForLife: boolean;
  /** ISO 8601 duration; null if the sentence has no term, or an unknown one (`isTermUnknown`). */
  readonly term: string | null;
  /** True if the term is unknown, so that the sentence may end on any day after its first. */
  readonly isTermUnknown: boolean;
  readonly reductions: readonly string[];
  /** EDTF; null if it counts from the arrest, or from another day that nobody said (`passedWhileServing`). */
  readonly countedFrom: string | null;
  /** The id of the conviction, if a sentence of imprisonment was running then; null if none was. */
  readonly passedWhileServing: string | null;
}

/** A conviction that stands while the person is charged anew: what the proceedings and articles were before the new charge. */
export interface EarlierConviction {
  readonly proceedings: Proceedings;
  readonly articles: readonly string[];
}

/** The span from an arrest (or the first proceeding) until the next arrest after a release. */
export interface Episode {
  /** The id of its first arrest. */
  readonly firstArrestId: string | null;
  /** The days on which the first arrest may have happened. */
  readonly arrestedOn: Interval | null;
  readonly isConvicted: boolean;
  /** Whether the person was released, deported or exchanged, and not held since: the next arrest starts an episode. */
  readonly endsAtNextArrest: boolean;
}

/** A pardon, an amnesty or a parole that can be the reason of a release, with its last possible day. */
export interface ReleaseGround {
  readonly id: string;
  readonly latestDay: Day;
}

/** The state of a case after the events applied so far. */
export interface CaseState {
  readonly custody: Custody;
  readonly custodyEventId: string | null;
  /** The custody to return to after medical custody. */
  readonly custodyBeforeMedical: Custody | null;
  readonly episode: Episode | null;
  readonly proceedings: Proceedings;
  /** Null unless the person was convicted in this episode, and charged anew since. */
  readonly earlierConviction: EarlierConviction | null;
  readonly sentence: CurrentSentence;
  readonly articles: readonly string[];
  readonly facility: string | null;
  readonly incident: string | null;
  readonly lists: Readonly<Record<string, ListRecognition>>;
  /** The id of the last `died` event. */
  readonly deathEventId: string | null;
  /** The last pardon of the episode; likewise `lastAmnesty` and `lastParole`. */
  readonly lastPardon: ReleaseGround | null;
  readonly lastAmnesty: ReleaseGround | null;
  readonly lastParole: ReleaseGround | null;
}

export const NO_SENTENCE: CurrentSentence = {
  state: 'none',
  isImprisonment: false,
  isForLife: false,
  term: null,
  isTermUnknown: false,
  reductions: [],
  countedFrom: null,
  passedWhileServing: null,
};

/** The state before any event. Its custody, `unknown`, does not count as held. */
export const INITIAL_STATE: CaseState = {
  custody: 'unknown',
  custodyEventId: null,
  custodyBeforeMedical: null,
  episode: null,
  proceedings: 'none',
  earlierConviction: null,
  sentence: NO_SENTENCE,
  articles: [],
  facility: null,
  incident: null,
  lists: {},
  deathEventId: null,
  lastPardon: null,
  lastAmnesty: null,
  lastParole: null,
};
