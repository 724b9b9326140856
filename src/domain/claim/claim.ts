/** A claim as its events make it, and how it compares with what the register counts and with other claims. */
import type { NonAmendment } from '../amendments.js';
import { eventsAsTheyStand } from '../corrections.js';
import type { EventWithId, Source } from '../event.js';
import type { ClaimEvent, ClaimFields } from './events.js';

type ClaimedFields = ClaimFields['claimed'];

export interface Claim extends ClaimedFields {
  readonly sources: readonly Source[];
  readonly withdrawn: { readonly reason: string; readonly on: string | null } | null;
}

/** Folds the events of a claim as they stand; null where it is not made, or was retracted. */
export const foldClaim = (events: readonly EventWithId<ClaimEvent>[]): Claim | null =>
  eventsAsTheyStand(events).reduce<Claim | null>((claim, { event }) => applyToClaim(claim, event), null);

const applyToClaim = (claim: Claim | null, event: NonAmendment<ClaimEvent>): Claim | null => {
  switch (event.type) {
    case 'claimed': {
      const { type: _, reliability: __, note: ___, ...fields } = event;
      return claim ?? { ...fields, withdrawn: null };
    }
    case 'claim-withdrawn':
      return claim && { ...claim, withdrawn: { reason: event.reason, on: event.withdrawnOn ?? null } };
  }
};

/** The numbers from `atLeast` to `atMost`, both included; `atMost` is Infinity where there is no end. */
export interface Bounds {
  readonly atLeast: number;
  readonly atMost: number;
}

/** The numbers that a claim allows; a denial allows none but zero. */
export const boundsOf = ({ value, range, denies }: Pick<Claim, 'value' | 'range' | 'denies'>): Bounds => {
  if (denies === true) return { atLeast: 0, atMost: 0 };
  return { atLeast: value ?? range?.atLeast ?? 0, atMost: value ?? range?.atMost ?? Infinity };
};

/** Whether the register counts the claimed number: in every possible course of events, in some, in none. */
export const AGREEMENTS = ['agrees', 'possibly', 'differs'] as const;
export type Agreement = (typeof AGREEMENTS)[number];

export const agreementOf = (claimed: Bounds, counted: Bounds): Agreement => {
  if (claimed.atLeast <= counted.atLeast && counted.atMost <= claimed.atMost) return 'agrees';
  return haveNoCommonNumber(claimed, counted) ? 'differs' : 'possibly';
};

/** By how many at least the register counts more than the claim allows (negative: fewer); 0 unless they differ. */
export const differenceOf = (claimed: Bounds, counted: Bounds): number => {
  if (counted.atLeast > claimed.atMost) return counted.atLeast - claimed.atMost;
  return counted.atMost < claimed.atLeast ? counted.atMost - claimed.atLeast : 0;
};

/** Whether no number lies within both: two such claims about one thing cannot both be true. */
export const haveNoCommonNumber = (a: Bounds, b: Bounds): boolean => a.atMost < b.atLeast || b.atMost < a.atLeast;
