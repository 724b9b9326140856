import { MEMBER_SETS, type CertainOrPossible } from '../../read-models/counts/movement.view.js';
import { SEPARATOR_NAMES, type Separator } from '../../register-files/csv-table.js';
import { KnowledgeParameters, Scope, type Viewer } from '../../read-models/scope.js';
import {
  REPEATED_PARAMETER_BOUNDS,
  editionIdIn,
  IsDay,
  IsDayOrEdition,
  IsInteger,
  IsKnownAt,
  IsOneOf,
  IsOptional,
  IsSlug,
  IsText,
  ObjectRule,
} from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { isSpan, PARAMETER_DESCRIPTIONS, PeopleQueryParameters } from '../parameters.js';

export class CsvQueryParameters extends PeopleQueryParameters {
  @IsOptional()
  @IsOneOf(SEPARATOR_NAMES, { description: PARAMETER_DESCRIPTIONS.separator })
  separator?: Separator;
}

/** A page of lists, in the order of their ids. */
export class ListsQueryParameters extends KnowledgeParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.page;

  @IsOptional()
  @IsSlug({ description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}

/** A page of editions, or of the members of one. */
export class EditionsQueryParameters extends KnowledgeParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}

export class MovementsQueryParameters extends KnowledgeParameters {
  @ObjectRule<MovementsQueryParameters>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @IsDay({ description: 'Movements after the end of this day.' })
  from: string;

  @IsDay({ description: 'Movements until the end of this day.' })
  to: string;

  @IsOptional()
  @IsSlug({ each: REPEATED_PARAMETER_BOUNDS, description: 'Counts and movements of these categories alone.' })
  category?: string[];

  @IsOptional()
  @IsOneOf(MEMBER_SETS, { description: PARAMETER_DESCRIPTIONS.set })
  set?: CertainOrPossible;

  @IsInteger(1, LIMITS.movements, { description: 'Movements on a page, all kinds together.' })
  limit: number = LIMITS.movements;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}

const isNotEdition = (text: string | undefined): boolean => text === undefined || editionIdIn(text) === null;
const NOT_WITH_EDITION = 'absent beside an edition, which was known when it was published';

export class DifferencesQueryParameters {
  @ObjectRule<DifferencesQueryParameters>(
    'PARAMETER.NEEDS',
    'to',
    'a day not before from',
    (q) => !isNotEdition(q.from) || !isNotEdition(q.to) || isSpan(q),
  )
  @IsDayOrEdition({ description: 'The end of the earlier day; or an edition, as it was published.' })
  from: string;

  @ObjectRule<DifferencesQueryParameters>(
    'PARAMETER.NEEDS',
    'fromKnown',
    NOT_WITH_EDITION,
    (q) => q.fromKnown === undefined || isNotEdition(q.from),
  )
  @IsOptional()
  @IsKnownAt({ description: 'What the register knew of the earlier day, as `knownAt`; as `toKnown` where absent.' })
  fromKnown?: string;

  @IsDayOrEdition({ description: 'The end of the later day; or an edition, as it was published.' })
  to: string;

  @ObjectRule<DifferencesQueryParameters>(
    'PARAMETER.NEEDS',
    'toKnown',
    NOT_WITH_EDITION,
    (q) => q.toKnown === undefined || isNotEdition(q.to),
  )
  @IsOptional()
  @IsKnownAt({ description: 'What the register knew of the later day, as `knownAt`; all where absent.' })
  toKnown?: string;

  @IsOptional()
  @IsSlug({ each: REPEATED_PARAMETER_BOUNDS, description: 'Differences of these categories alone.' })
  category?: string[];

  @IsOptional()
  @IsOneOf(MEMBER_SETS, { description: PARAMETER_DESCRIPTIONS.set })
  set?: CertainOrPossible;

  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.after })
  after?: string;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.atLeast })
  atLeast?: string;
}

/** The two scopes of the query ListDifferences. Editions in `from` and `to` must have been replaced by their days (edition-days.ts). */
export const comparedScopesOf = (
  viewer: Viewer,
  { from, to, fromKnown, toKnown, atLeast }: DifferencesQueryParameters,
): { readonly earlier: Scope; readonly later: Scope } => {
  const scopeOn = (asOf: string, knownAt: string | undefined): Scope =>
    new Scope(viewer, { asOf, ...(knownAt && { knownAt }), ...(atLeast && { atLeast }) });
  return { earlier: scopeOn(from, fromKnown ?? toKnown), later: scopeOn(to, toKnown) };
};
