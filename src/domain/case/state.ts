/** The four axes of a case, and what stands on each at one point of its order. */
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

/** Custody in which a recognised person is on a list, unless the list's policy names other values. */
export const DEFAULT_POLICY: readonly Custody[] = ['detained', 'remand', 'imprisoned', 'medical-custody'];

/** Held: one of those four, or house arrest. */
export const HELD_CUSTODIES: ReadonlySet<Custody> = new Set<Custody>([...DEFAULT_POLICY, 'house-arrest']);

/** Proceedings that count as convicted when people are counted by stage. */
export const CONVICTED_STAGE: ReadonlySet<Proceedings> = new Set<Proceedings>(['convicted', 'on-appeal', 'final']);

/** What one list makes of the case. */
export interface ListRecognition {
  readonly recognition: Recognition;
  readonly category: string | null;
  /** The event that set the recognition. */
  readonly by: string;
}

/** A sentence as it stands: what the court passed, and what acts of clemency took off it. */
export interface CurrentSentence {
  readonly state: SentenceState;
  readonly imprisonment: boolean;
  readonly life: boolean;
  /** Null where there is none, and where it is unknown (`openEnd`). */
  readonly term: string | null;
  /** The term is unknown: the sentence may end on any day after the one from which it counts. */
  readonly openEnd: boolean;
  readonly reductions: readonly string[];
  readonly countedFrom: string | null;
}

/** It begins with the first arrest or proceeding, and anew with an arrest after a release. */
export interface Episode {
  /** The first arrest in it. */
  readonly arrest: string | null;
  /** The days on which that may have been. */
  readonly arrestedOn: Interval | null;
  readonly convicted: boolean;
  /** Whether the person was released and not taken into custody since. */
  readonly released: boolean;
}

export interface ReleaseGround {
  readonly id: string;
  readonly latest: Day;
}

/** A case after some of its events, applied in order. */
export interface CaseState {
  readonly custody: Custody;
  readonly custodyBy: string | null;
  /** Custody before a transfer to a medical place. */
  readonly beforeMedical: Custody | null;
  readonly episode: Episode | null;
  readonly proceedings: Proceedings;
  readonly sentence: CurrentSentence;
  readonly articles: readonly string[];
  readonly facility: string | null;
  readonly incident: string | null;
  readonly lists: Readonly<Record<string, ListRecognition>>;
  readonly died: string | null;
  /** What may found a release: the last pardon, amnesty and parole since the episode began, each with the last day it may have come. */
  readonly pardoned: ReleaseGround | null;
  readonly amnestied: ReleaseGround | null;
  readonly paroled: ReleaseGround | null;
}

export const NO_SENTENCE: CurrentSentence = {
  state: 'none',
  imprisonment: false,
  life: false,
  term: null,
  openEnd: false,
  reductions: [],
  countedFrom: null,
};

/** Before the first event: custody is unknown, which is not held; the other axes are none. */
export const INITIAL_STATE: CaseState = {
  custody: 'unknown',
  custodyBy: null,
  beforeMedical: null,
  episode: null,
  proceedings: 'none',
  sentence: NO_SENTENCE,
  articles: [],
  facility: null,
  incident: null,
  lists: {},
  died: null,
  pardoned: null,
  amnestied: null,
  paroled: null,
};
