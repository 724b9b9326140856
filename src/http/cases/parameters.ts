import { IsOptional, IsSlug, Matches, ObjectRule } from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { PeoplePageQueryParameters } from '../parameters.js';

export class CasesQueryParameters extends PeoplePageQueryParameters {
  @ObjectRule<CasesQueryParameters>(
    'PARAMETER.NEEDS',
    'list',
    'the list whose categories are meant',
    (q) => q.category === undefined || q.list !== undefined,
  )
  @IsOptional()
  @IsSlug({ description: 'Only people of this list on that day.' })
  list?: string;

  @IsOptional()
  @Matches(
    new RegExp(`^[a-z0-9-]{1,${LIMITS.slug}}:.{1,${LIMITS.reference}}$`),
    'a list and a reference: union:AZ-0137',
    { description: 'A list and a reference in it, in any spelling: `union:AZ-0137`.' },
  )
  reference?: string;
}
