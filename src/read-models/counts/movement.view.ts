import type { Reference } from '../../domain/case/events.js';

/**
 * Whose movements to count: certain members or possible members of the list. Each set balances: opening + entered -
 * left = closing.
 */
export const MEMBER_SETS = ['certain', 'possible'] as const;
export type MemberSet = (typeof MEMBER_SETS)[number];

export interface Movement {
  readonly caseId: string;
  readonly references: readonly Reference[];
  readonly name: string | null;
  /**
   * `entered`: `recognised` and the like; `left`: the reason of release, `died`, `delisted`, `policy` …; `moved`: the
   * event type.
   */
  readonly reason: string;
  /**
   * The first day of the new membership. With a partial date, certain and possible membership may change on different
   * days.
   */
  readonly day: string;
  /** EDTF date of the event, as precise as it is known. */
  readonly on: string | null;
  /** Category on the list (for `left`: the last one); null if several are possible. */
  readonly category: string | null;
  readonly previousCategory: string | null;
  readonly event: string | null;
}

/**
 * With a category filter, `movedIn` and `movedOut` are moves across the filter: opening + entered - left + movedIn -
 * movedOut = closing.
 */
export interface MovementTotals {
  readonly entered: number;
  readonly left: number;
  readonly moved: number;
  readonly movedIn: number;
  readonly movedOut: number;
}
