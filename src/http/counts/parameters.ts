import { COUNTED_BY } from '../../read-models/counts/counts.query.js';
import { MEMBER_SETS, type CertainOrPossible } from '../../read-models/counts/movement.view.js';
import { FILTERS } from '../../read-models/list/filters.js';
import { IsDay, IsOneOf, IsOptional, IsSlug, ObjectRule } from '../../schema/decorators.js';
import { FilteredQueryParameters, isSpan, PARAMETER_DESCRIPTIONS } from '../parameters.js';

/** The value of `by` that counts exits from a list between two days instead of people on one day. */
export const EXIT_REASON = 'exit-reason';

export class CountsQueryParameters extends FilteredQueryParameters {
  @ObjectRule<CountsQueryParameters>(
    'PARAMETER.NEEDS',
    'by',
    'with by=exit-reason no filters but category, and no asOf',
    (q) => q.by !== EXIT_REASON || NOT_WITH_EXIT_REASON.every((name) => q[name] === undefined),
  )
  @IsSlug({ description: 'The list whose people are counted.' })
  list: string;

  @ObjectRule<CountsQueryParameters>(
    'PARAMETER.NEEDS',
    'from',
    'from and to with by=exit-reason, and only there',
    (q) => [q.from, q.to].every((day) => (day !== undefined) === (q.by === EXIT_REASON)),
  )
  @IsOneOf([...COUNTED_BY, EXIT_REASON], {
    description: 'The property by which people are counted; or `exit-reason`, which counts exits between two days.',
  })
  by: (typeof COUNTED_BY)[number] | typeof EXIT_REASON;

  @ObjectRule<CountsQueryParameters>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @IsOptional()
  @IsDay({ description: 'With `by=exit-reason`: the day after whose end people left.' })
  from?: string;

  @IsOptional()
  @IsDay({ description: 'With `by=exit-reason`: the last day.' })
  to?: string;

  @ObjectRule<CountsQueryParameters>(
    'PARAMETER.NEEDS',
    'set',
    'only with by=exit-reason',
    (q) => q.set === undefined || q.by === EXIT_REASON,
  )
  @IsOptional()
  @IsOneOf(MEMBER_SETS, { description: `With \`by=exit-reason\`: ${PARAMETER_DESCRIPTIONS.set}` })
  set?: CertainOrPossible;
}

const NOT_WITH_EXIT_REASON = [
  'asOf',
  ...FILTERS.map(({ name }) => name).filter((name) => name !== 'category'),
] as const;
