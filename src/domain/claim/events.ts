/** The events of a claim stream: what somebody said about numbers that the register counts itself. */
import { amendmentEvents, type AmendmentFields } from '../amendments.js';
import type { Edtf, EventDescription, EventOf, FullDay } from '../event.js';

/** What a claim can be about. */
export const CLAIM_METRICS = ['count', 'entered', 'left', 'eligible', 'remaining', 'beneficiaries'] as const;
export type Metric = (typeof CLAIM_METRICS)[number];

/** What exactly a claim is about. METRIC_DESCRIPTIONS says which parameters each metric has. */
export interface ClaimSubject {
  readonly metric: Metric;
  readonly list?: string;
  readonly category?: string;
  readonly on?: FullDay;
  /** The start of a span that ends with the day `to`. Eligibility includes this day; movements are counted from the day after it. */
  readonly from?: FullDay;
  readonly to?: FullDay;
  /** How people left the list, as movements name it: `amnesty`, `pardon`, `died`. */
  readonly reason?: string;
  readonly instrument?: string;
  /** A clause of the instrument, or a version of it: `six-months-drugs@rolling`. */
  readonly clause?: string;
  /** The day of the list: eligibility is judged by the members and standings of this day. */
  readonly listDay?: FullDay;
}

interface MetricDescription {
  readonly means: string;
  readonly required: readonly (keyof ClaimSubject)[];
  readonly optional: readonly (keyof ClaimSubject)[];
}

/** What each metric means, and which parameters it has. */
export const METRIC_DESCRIPTIONS: { readonly [M in Metric]: MetricDescription } = {
  count: { means: 'so many people are on a list on a day', required: ['list', 'on'], optional: ['category'] },
  entered: {
    means: 'so many came to a list between two days',
    required: ['list', 'from', 'to'],
    optional: ['category'],
  },
  left: {
    means: 'so many left a list between two days',
    required: ['list', 'from', 'to'],
    optional: ['category', 'reason'],
  },
  eligible: {
    means: 'an instrument reaches so many of a list on some day of a span',
    required: ['instrument', 'list', 'from', 'to'],
    optional: ['clause', 'listDay'],
  },
  remaining: {
    means: 'so many of a list an instrument does not reach on any day of a span',
    required: ['instrument', 'list', 'from', 'to'],
    optional: ['clause', 'listDay'],
  },
  beneficiaries: {
    means: 'an instrument was applied to so many by a day, of a list or at all',
    required: ['instrument', 'on'],
    optional: ['list'],
  },
};

/** At least one of `atLeast` and `atMost` is present. */
export interface ClaimedRange {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface ClaimFields extends AmendmentFields {
  /** Exactly one of `value`, `range` and `denies` is present. */
  claimed: {
    /** Who said it, as the source names them. */
    readonly speaker: string;
    readonly organisation?: string;
    readonly about: ClaimSubject;
    readonly value?: number;
    readonly range?: ClaimedRange;
    /** True if the speaker denies that there is anybody to count: a claim of zero. */
    readonly denies?: boolean;
    readonly saidOn: Edtf;
    /** The words of the claim. */
    readonly text?: string;
  };
  'claim-withdrawn': { readonly reason: string; readonly withdrawnOn?: Edtf };
}

export type ClaimEventType = keyof ClaimFields;
export type ClaimEvent = EventOf<ClaimFields>;

export const claimEvents: { readonly [T in ClaimEventType]: EventDescription<ClaimFields[T]> } = {
  claimed: {
    means: 'Somebody said a number that the register counts itself, gave a range, or denied that there is anybody.',
    version: 1,
    dated: false,
    personal: ['speaker', 'text'],
  },
  'claim-withdrawn': {
    means: 'Whoever made the claim does not hold to it any more.',
    version: 1,
    dated: false,
    personal: ['reason'],
  },
  ...amendmentEvents,
};
