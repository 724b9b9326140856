import { IsDay, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsCount, IsInstant, IsString } from '../../schema/view-decorators.js';
import { MEMBER_SETS, Movement, MovementTotals, type CertainOrPossible } from './movement.view.js';

/**
 * `learned-late`: it was so on the earlier day already, but that was known only later. `happened-since`: it happened between the
 * two days.
 */
export const DIFFERENCE_ORIGINS = ['learned-late', 'happened-since'] as const;
export type DifferenceOrigin = (typeof DIFFERENCE_ORIGINS)[number];

const DIFFERENCE_KINDS = ['entered', 'left', 'moved'] as const;

/** Reason and event of what was learned late are those of the event that made it known, for instance a correction. */
export class Difference extends Movement {
  @IsOneOf(DIFFERENCE_KINDS)
  readonly kind: (typeof DIFFERENCE_KINDS)[number];

  @IsOneOf(DIFFERENCE_ORIGINS, {
    description: 'Whether it was so on the earlier day and only known later, or happened between the two days.',
  })
  readonly origin: DifferenceOrigin;

  @IsNullable()
  @IsInstant({
    description:
      'When the event that made it known was recorded; null for what happened since, and for a change of the policy.',
  })
  readonly learnedAt: string | null;
}

export class DifferenceTotals {
  @IsObjectOf(MovementTotals, { description: 'Leads from `opening` to `reopening`.' })
  readonly learnedLate: MovementTotals;

  @IsObjectOf(MovementTotals, { description: 'Leads from `reopening` to `closing`.' })
  readonly happenedSince: MovementTotals;
}

export class DifferencesView {
  @IsString()
  readonly list: string;

  @IsDay()
  readonly from: string;

  @IsString()
  readonly fromKnown: string;

  @IsCount()
  readonly fromPosition: number;

  @IsDay()
  readonly to: string;

  @IsString()
  readonly toKnown: string;

  @IsCount()
  readonly toPosition: number;

  @IsOneOf(MEMBER_SETS)
  readonly set: CertainOrPossible;

  @IsCount({ description: 'On the list on the earlier day, as known then.' })
  readonly opening: number;

  @IsCount({ description: 'On the list on the earlier day, as known later.' })
  readonly reopening: number;

  @IsCount({ description: 'On the list on the later day.' })
  readonly closing: number;

  @IsObjectOf(DifferenceTotals)
  readonly totals: DifferenceTotals;

  @IsObjectOf(Difference, { each: true })
  readonly items: readonly Difference[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}
