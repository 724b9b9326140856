import { MEMBER_SETS, type CertainOrPossible } from '../../read-models/counts/movement.view.js';
import { SEPARATOR_NAMES, type Separator } from '../../register-files/csv-table.js';
import { IsDay, IsOneOf, IsOptional, IsSlug, ObjectRule } from '../../schema/decorators.js';
import { PARAMETER_DESCRIPTIONS, FilteredQueryParameters } from '../parameters.js';

export class StatisticQueryParameters extends FilteredQueryParameters {
  @IsSlug({ description: 'The list whose people are counted.' })
  list: string;

  @IsOptional()
  @IsDay({ description: 'Of a statistic of several days, the first day; a year before the last one where absent.' })
  from?: string;

  @ObjectRule<StatisticQueryParameters>(
    'PARAMETER.NEEDS',
    'to',
    'a day, or asOf: one of the two',
    ({ to, asOf }) => to === undefined || asOf === undefined,
  )
  @IsOptional()
  @IsDay({ description: 'The last day, or the one day. As `asOf`.' })
  to?: string;

  @IsOptional()
  @IsOneOf(MEMBER_SETS, { description: `Of a statistic of several days: ${PARAMETER_DESCRIPTIONS.set}` })
  set?: CertainOrPossible;
}

export class StatisticCsvQueryParameters extends StatisticQueryParameters {
  @IsOptional()
  @IsOneOf(SEPARATOR_NAMES, { description: PARAMETER_DESCRIPTIONS.separator })
  separator?: Separator;
}
