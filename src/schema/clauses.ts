/** DTO classes of what a clause of an instrument says: its conditions and its effect. */
import { CLEMENCY_EFFECTS, SEXES } from '../domain/case/events.js';
import { CUSTODIES, type Custody } from '../domain/case/state.js';
import {
  CLAUSE_STAGES,
  GRAVITIES,
  MEASUREMENT_DAYS,
  type ClauseFields,
  type Condition as ConditionOf,
  type Conditions,
  type Gravity,
} from '../domain/instrument/events.js';
import {
  IsArticleFilter,
  IsInteger,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsFraction,
  IsSlug,
  IsDuration,
  IsText,
  ObjectRule,
} from './decorators.js';
import { LIMITS } from './limits.js';
import { CommonFields, EffectRules, Sentence } from './parts.js';

/** The version of a clause where none is given. Only a clause that sources report differently needs others. */
export const DEFAULT_CLAUSE_VERSION = '1';

const CATEGORY_BOUNDS = { min: 1, max: LIMITS.alternatives } as const;
const ARTICLE_BOUNDS = { min: 1, max: LIMITS.articles } as const;
const MEASURED_DESCRIPTION = {
  description: 'The day of reference: that of the question (`rolling`), or that on which the act enters into force.',
} as const;

const NeedsAnyOf = <T extends object>(...fields: readonly (keyof T & string)[]): PropertyDecorator =>
  ObjectRule<T>('CONDITION.EMPTY', '', `at least one of ${fields.join(', ')}`, (condition) =>
    fields.some((field) => condition[field] !== undefined),
  );

export class CategoryCondition {
  @NeedsAnyOf<CategoryCondition>('in', 'notIn')
  @IsSlug()
  list: string;

  @IsOptional()
  @IsSlug({ each: CATEGORY_BOUNDS })
  in?: string[];

  @IsOptional()
  @IsSlug({ each: CATEGORY_BOUNDS })
  notIn?: string[];
}

export class ArticlesCondition {
  @NeedsAnyOf<ArticlesCondition>('anyOf', 'noneOf')
  @IsOptional()
  @IsArticleFilter({ each: ARTICLE_BOUNDS, description: 'The conviction is under at least one of them.' })
  anyOf?: string[];

  @IsOptional()
  @IsArticleFilter({ each: ARTICLE_BOUNDS, description: 'The conviction, if there is one, is under none of them.' })
  noneOf?: string[];
}

export class GravityCondition {
  @NeedsAnyOf<GravityCondition>('atLeast', 'atMost')
  @IsOptional()
  @IsOneOf(GRAVITIES)
  atLeast?: Gravity;

  @IsOptional()
  @IsOneOf(GRAVITIES)
  atMost?: Gravity;
}

export class RemainingCondition {
  @NeedsAnyOf<RemainingCondition>('lessThan', 'atLeast')
  @IsOptional()
  @IsDuration({ description: 'The sentence ends after the day of reference and before that day plus this term.' })
  lessThan?: string;

  @IsOptional()
  @IsDuration({ description: 'The sentence ends on the day of reference plus this term, or later.' })
  atLeast?: string;

  @IsOneOf(MEASUREMENT_DAYS, MEASURED_DESCRIPTION)
  measured: Conditions['remaining']['measured'] = 'rolling';
}

export class ServedCondition {
  @NeedsAnyOf<ServedCondition>('atLeast', 'atLeastShare')
  @IsOptional()
  @IsDuration()
  atLeast?: string;

  @IsOptional()
  @IsFraction({ description: 'Of the whole sentence.' })
  atLeastShare?: string;

  @IsOneOf(MEASUREMENT_DAYS, MEASURED_DESCRIPTION)
  measured: Conditions['served']['measured'] = 'rolling';
}

export class TermCondition {
  @IsDuration({ description: 'Of the sentence as passed.' })
  atMost: string;
}

export class AgeCondition {
  @NeedsAnyOf<AgeCondition>('atLeast', 'atMost')
  @IsOptional()
  @IsInteger(0, 120, { description: 'Full years.' })
  atLeast?: number;

  @IsOptional()
  @IsInteger(0, 120)
  atMost?: number;

  @IsOneOf(MEASUREMENT_DAYS, MEASURED_DESCRIPTION)
  measured: Conditions['age']['measured'] = 'rolling';
}

export class SexCondition {
  @IsOneOf(SEXES, { each: { min: 1, max: SEXES.length } })
  in: (typeof SEXES)[number][];
}

export class StageCondition {
  @IsOneOf(CLAUSE_STAGES, { each: { min: 1, max: CLAUSE_STAGES.length } })
  in: (typeof CLAUSE_STAGES)[number][];
}

export class CustodyCondition {
  @IsOneOf(CUSTODIES, { each: { min: 1, max: CUSTODIES.length } })
  in: Custody[];
}

const CONDITION_FIELDS = [
  'category',
  'articles',
  'gravity',
  'remaining',
  'served',
  'term',
  'age',
  'sex',
  'stage',
  'custody',
] as const satisfies readonly (keyof Conditions)[];

/** One condition: exactly one of the fields is present. */
export class Condition implements ConditionOf {
  @ObjectRule<Condition>(
    'CONDITION.NOT_ONE',
    '',
    `exactly one of ${CONDITION_FIELDS.join(', ')}`,
    (condition) => CONDITION_FIELDS.filter((code) => condition[code] !== undefined).length === 1,
  )
  @IsOptional()
  @IsObjectOf(CategoryCondition)
  category?: CategoryCondition;

  @IsOptional()
  @IsObjectOf(ArticlesCondition)
  articles?: ArticlesCondition;

  @IsOptional()
  @IsObjectOf(GravityCondition)
  gravity?: GravityCondition;

  @IsOptional()
  @IsObjectOf(RemainingCondition)
  remaining?: RemainingCondition;

  @IsOptional()
  @IsObjectOf(ServedCondition)
  served?: ServedCondition;

  @IsOptional()
  @IsObjectOf(TermCondition)
  term?: TermCondition;

  @IsOptional()
  @IsObjectOf(AgeCondition)
  age?: AgeCondition;

  @IsOptional()
  @IsObjectOf(SexCondition)
  sex?: SexCondition;

  @IsOptional()
  @IsObjectOf(StageCondition)
  stage?: StageCondition;

  @IsOptional()
  @IsObjectOf(CustodyCondition)
  custody?: CustodyCondition;
}

export class ClauseSet extends CommonFields {
  @EffectRules()
  @IsSlug()
  clause: string;

  @IsSlug({ description: 'Sources that disagree on a clause give it several versions.' })
  version: string = DEFAULT_CLAUSE_VERSION;

  @IsObjectOf(Condition, {
    each: { min: 1, max: LIMITS.conditions },
    description: 'Whoever meets all of them gets the effect.',
  })
  conditions: Condition[];

  @IsOneOf(CLEMENCY_EFFECTS)
  effect: ClauseFields['effect'];

  @IsOptional()
  @IsDuration()
  reducedBy?: string;

  @IsOptional()
  @IsObjectOf(Sentence)
  replacement?: Sentence;

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true, description: 'The wording.' })
  text?: string;
}
