import { CLAIM_METRICS, type Metric } from '../../domain/claim/events.js';
import { ScopeParameters } from '../../read-models/scope.js';
import { IsDay, IsInteger, IsOneOf, IsOptional, IsSlug, IsText, ObjectRule } from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { PARAMETER_DESCRIPTIONS } from '../parameters.js';

/** Lets the caller choose the day for which the register counts the numbers that claims are about. */
export class CountingDayParameters extends ScopeParameters {
  @ObjectRule<CountingDayParameters>(
    'PARAMETER.NEEDS',
    'on',
    'a day, or asOf: one of the two',
    ({ on, asOf }) => on === undefined || asOf === undefined,
  )
  @IsOptional()
  @IsDay({
    description:
      'The day for which the register counts, in place of the (last) day that each claim is about. As `asOf`.',
  })
  on?: string;
}

export class ClaimsQueryParameters extends CountingDayParameters {
  @IsOptional()
  @IsOneOf(CLAIM_METRICS, { description: 'Only claims about this.' })
  about?: Metric;

  @IsOptional()
  @IsSlug({ description: 'Only claims about this list.' })
  list?: string;

  @IsOptional()
  @IsSlug({ description: 'Only claims about this instrument.' })
  instrument?: string;

  @IsInteger(1, LIMITS.claims, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultClaims;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}
