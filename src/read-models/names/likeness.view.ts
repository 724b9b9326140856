import { LIKENESS_REASONS, type LikenessReason } from '../../domain/names/match-reasons.js';
import { IsBoolean, IsOneOf } from '../../schema/decorators.js';
import { IsScore } from '../../schema/view-decorators.js';

/** How likely two cases, or a case and one about to be opened, are of one person. */
export class LikenessView {
  @IsScore()
  readonly score: number;

  @IsOneOf(LIKENESS_REASONS, { each: true })
  readonly why: readonly LikenessReason[];

  @IsBoolean({ description: 'Name and year of birth agree.' })
  readonly isProbable: boolean;
}
