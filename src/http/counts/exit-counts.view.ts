import { MEMBER_SETS, type MemberSet } from '../../read-models/counts/movement.view.js';
import { KnownView } from '../../read-models/known.view.js';
import { IsDay, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsConstant, IsCount, IsString } from '../../schema/view-decorators.js';
import { EXIT_REASON } from './parameters.js';

export class ExitGroup {
  @IsString({ description: 'The reason.' })
  readonly key: string;

  @IsCount()
  readonly count: number;
}

/** Who left a list between two days, counted by reason. */
export class ExitCountsView extends KnownView {
  @IsString()
  readonly list: string;

  @IsConstant(EXIT_REASON)
  readonly by: typeof EXIT_REASON;

  @IsDay()
  readonly from: string;

  @IsDay()
  readonly to: string;

  @IsOneOf(MEMBER_SETS)
  readonly set: MemberSet;

  @IsCount()
  readonly total: number;

  @IsObjectOf(ExitGroup, { each: true })
  readonly groups: readonly ExitGroup[];
}
