import { IsDay, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { ListEntryView } from '../list/list-entry.view.js';

/**
 * Whose movements to count: certain members or possible members of the list. Each set balances: opening + entered -
 * left + movedIn - movedOut = closing.
 */
export const MEMBER_SETS = ['certain', 'possible'] as const;
export type CertainOrPossible = (typeof MEMBER_SETS)[number];

export class Movement extends ListEntryView {
  @IsString({
    description:
      'Of an entry: `recognised` and the like; of an exit: the reason of release, `died`, `delisted`, `policy` …; of a move: the type of its event.',
  })
  readonly reason: string;

  @IsDay({
    description:
      'The first day of the new membership. With a partial date, certain and possible membership may change on different days.',
  })
  readonly day: string;

  @IsNullable()
  @IsString({ description: 'EDTF date of the event, as precise as it is known.' })
  readonly on: string | null;

  @IsNullable()
  @IsString({ description: 'The category on the list (of an exit: the last one); null if several are possible.' })
  readonly category: string | null;

  @IsNullable()
  @IsString()
  readonly previousCategory: string | null;

  @IsNullable()
  @IsString()
  readonly event: string | null;
}

export class MovementTotals {
  @IsCount()
  readonly entered: number;

  @IsCount()
  readonly left: number;

  @IsCount()
  readonly moved: number;

  @IsCount({ description: 'Moves into the categories asked for.' })
  readonly movedIn: number;

  @IsCount({ description: 'Moves out of them.' })
  readonly movedOut: number;
}

export class CountedReason {
  @IsString()
  readonly reason: string;

  @IsCount()
  readonly count: number;
}

/** Whose movements are counted, and between which days. */
export class MovementScopeView extends KnownView {
  @IsString()
  readonly list: string;

  @IsDay()
  readonly from: string;

  @IsDay()
  readonly to: string;

  @IsOneOf(MEMBER_SETS)
  readonly set: CertainOrPossible;
}

export class MovementsView extends MovementScopeView {
  @IsCount()
  readonly opening: number;

  @IsCount()
  readonly closing: number;

  @IsObjectOf(MovementTotals, {
    description: 'Of the whole span: opening + entered - left + movedIn - movedOut = closing.',
  })
  readonly totals: MovementTotals;

  @IsObjectOf(CountedReason, { each: true, description: 'Exits of the whole span.' })
  readonly leftByReason: readonly CountedReason[];

  @IsObjectOf(Movement, { each: true })
  readonly entered: readonly Movement[];

  @IsObjectOf(Movement, { each: true })
  readonly left: readonly Movement[];

  @IsObjectOf(Movement, { each: true })
  readonly moved: readonly Movement[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}
