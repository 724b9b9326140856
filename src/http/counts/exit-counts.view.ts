import { MovementScopeView } from '../../read-models/counts/movement.view.js';
import { IsObjectOf } from '../../schema/decorators.js';
import { IsConstant, IsCount, IsString } from '../../schema/view-decorators.js';
import { EXIT_REASON } from './parameters.js';

export class ExitGroup {
  @IsString({ description: 'The reason.' })
  readonly key: string;

  @IsCount()
  readonly count: number;
}

/** Who left a list between two days, counted by reason. */
export class ExitCountsView extends MovementScopeView {
  @IsConstant(EXIT_REASON)
  readonly by: typeof EXIT_REASON;

  @IsCount()
  readonly total: number;

  @IsObjectOf(ExitGroup, { each: true })
  readonly groups: readonly ExitGroup[];
}
