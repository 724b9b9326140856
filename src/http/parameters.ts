/** Query parameters that several resources share. */
import { Filters } from '../read-models/list/filters.js';
import { SORTS, type Paging, type Sort } from '../read-models/list/paging.js';
import { ScopeParameters } from '../read-models/scope.js';
import { IsInteger, IsOneOf, IsOptional, IsSearchedName, IsText, ObjectRule } from '../schema/decorators.js';
import { intersectionOf } from '../schema/field.js';
import { LIMITS } from '../schema/limits.js';

/** Descriptions of parameters that stand in several classes. */
export const PARAMETER_DESCRIPTIONS = {
  after: 'The `next` of the page before.',
  atLeast: 'A token that a write answered with; the answer takes account of that write.',
  limit: 'At most so many on a page.',
  separator:
    'What separates the cells: a comma where absent; spreadsheets in Azerbaijani and Russian want a semicolon.',
  name: 'Only people of this name, in any spelling (Həsənov, Hasanov, Гасанов), or whose name begins so; ranked, the best match first.',
  words:
    'Only people whose facility, an article or whose summary has all these words, in any spelling; ranked, and the match says where.',
  set: 'those certainly on the list (unless set), or those possibly on it; with partial dates each set moves on its own days.',
} as const;

/** Parameters that filter people by their properties on a day. */
export class FilteredQueryParameters extends intersectionOf(ScopeParameters, Filters) {}

/** People in an order, without paging. */
export class PeopleQueryParameters extends FilteredQueryParameters {
  @IsOptional()
  @IsOneOf(SORTS, { description: 'The order; `-` in front reverses it.' })
  sort?: Sort;
}

export class PeoplePageQueryParameters extends PeopleQueryParameters {
  @ObjectRule<PeoplePageQueryParameters>(
    'PARAMETER.NEEDS',
    'sort',
    'no order where a name or words are searched for: the best match comes first',
    (q) => (q.name === undefined && q.words === undefined) || q.sort === undefined,
  )
  @IsOptional()
  @IsSearchedName({ description: PARAMETER_DESCRIPTIONS.name })
  name?: string;

  @ObjectRule<PeoplePageQueryParameters>(
    'PARAMETER.NEEDS',
    'words',
    'a name or words: they are ranked each in their own way',
    (q) => q.name === undefined || q.words === undefined,
  )
  @IsOptional()
  @IsSearchedName({ description: PARAMETER_DESCRIPTIONS.words })
  words?: string;

  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}

/** Whether `from` is not after `to`; true if either is absent, since other rules demand them. */
export const isSpan = ({ from, to }: { readonly from?: string; readonly to?: string }): boolean =>
  from === undefined || to === undefined || from <= to;

export const toPaging = (query: PeoplePageQueryParameters): Paging => ({
  limit: query.limit,
  ...pick(query, ['sort', 'after']),
});

/** The named properties, without those that are undefined. */
export const pick = <T extends object, K extends keyof T>(
  from: T,
  names: readonly K[],
): { [P in K]: Exclude<T[P], undefined> } =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as never;
