import type { Movement, MovementTotals } from './movement.view.js';

/**
 * `learned-late`: it was so on the earlier day already, but that was known only later. `happened-since`: it happened between the
 * two days.
 */
export const DIFFERENCE_ORIGINS = ['learned-late', 'happened-since'] as const;
export type DifferenceOrigin = (typeof DIFFERENCE_ORIGINS)[number];

/** Reason and event of what was learned late are those of the event that made it known, for instance a correction. */
export interface Difference extends Movement {
  readonly kind: 'entered' | 'left' | 'moved';
  readonly origin: DifferenceOrigin;
  /** When the event that made it known was recorded; null for what happened since, and for a change of the policy. */
  readonly learnedAt: string | null;
}

/** By origin: opening and what was learned late make `reopening`, that and what happened since make the closing. */
export interface DifferenceTotals {
  readonly learnedLate: MovementTotals;
  readonly happenedSince: MovementTotals;
}
