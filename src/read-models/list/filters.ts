/**
 * The filters of people. A filter is one property of `Filters`: what it accepts, what it does, its SQL. Query parameters, OpenAPI,
 * the options of `habeas export` and the conditions of pages, counts and exports follow from it.
 */
import { CUSTODIES, PROCEEDINGS, type Custody, type Proceedings } from '../../domain/case/state.js';
import { toNfc } from '../../domain/text.js';
import { REPEATED_PARAMETER_BOUNDS, IsArticleFilter, IsOneOf, IsSlug, IsText } from '../../schema/decorators.js';
import { changeFieldOptions, fieldsOf } from '../../schema/field.js';
import { LIMITS } from '../../schema/limits.js';
import { articleCondition } from './article-condition.js';
import {
  columnEqualsCondition,
  columnOneOfCondition,
  type ConditionBuilder,
  type SqlCondition,
} from './sql-condition.js';
import { STAGE_SQL, STAGES } from './stage.js';

export const CERTAINTIES = ['yes', 'uncertain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

interface FilterDescription<Value> {
  /** The text after "only" in OpenAPI and in the help of the command line. */
  readonly phraseAfterWordOnly: string;
  /** Placeholder for a value in the help of the command line: `id`. */
  readonly valuePlaceholder: string;
  /** SQL for whether one period `p` matches. Null for a filter that looks at all periods of a person together. */
  readonly toCondition: ConditionBuilder<Value> | null;
}

export interface FilterEntry extends FilterDescription<never> {
  readonly name: keyof Filters;
  /** Whether the filter takes several values. */
  readonly isRepeatable: boolean;
}

const filterDescriptions = new Map<string, FilterDescription<never>>();

/** Makes a property of `Filters` a filter; a decorator below says what it accepts. */
const Filter =
  <Value>(description: FilterDescription<Value>) =>
  <Name extends keyof Filters>(target: { readonly [N in Name]?: Value }, name: Name): void => {
    filterDescriptions.set(name, description);
    changeFieldOptions({ optional: true, description: `Only ${description.phraseAfterWordOnly}.` })(target, name);
  };

/** Values of one filter are alternatives (OR); filters are combined with AND. */
export class Filters {
  @Filter({
    phraseAfterWordOnly: 'people in these categories of the list',
    valuePlaceholder: 'id',
    toCondition: columnOneOfCondition('p.category'),
  })
  @IsSlug({ each: REPEATED_PARAMETER_BOUNDS })
  readonly category?: readonly string[];

  @Filter({
    phraseAfterWordOnly: 'people in such a custody',
    valuePlaceholder: 'value',
    toCondition: columnOneOfCondition('p.custody'),
  })
  @IsOneOf(CUSTODIES, { each: REPEATED_PARAMETER_BOUNDS })
  readonly custody?: readonly Custody[];

  @Filter({
    phraseAfterWordOnly: 'people in such a state of proceedings',
    valuePlaceholder: 'value',
    toCondition: columnOneOfCondition('p.proceedings'),
  })
  @IsOneOf(PROCEEDINGS, { each: REPEATED_PARAMETER_BOUNDS })
  readonly proceedings?: readonly Proceedings[];

  @Filter({
    phraseAfterWordOnly: 'people at this stage of proceedings; on appeal and final count as convicted',
    valuePlaceholder: 'stage',
    toCondition: columnEqualsCondition(STAGE_SQL),
  })
  @IsOneOf(STAGES)
  readonly stage?: (typeof STAGES)[number];

  @Filter({
    phraseAfterWordOnly: 'people under these articles; 234 finds all its parts, 234.4 those beginning so',
    valuePlaceholder: 'article',
    toCondition: articleCondition,
  })
  @IsArticleFilter({ each: REPEATED_PARAMETER_BOUNDS })
  readonly article?: readonly string[];

  @Filter({
    phraseAfterWordOnly: 'people held there',
    valuePlaceholder: 'name',
    toCondition: (facility: string, name) => columnEqualsCondition('p.facility')(toNfc(facility), name),
  })
  @IsText(LIMITS.name)
  readonly facility?: string;

  @Filter({
    phraseAfterWordOnly: 'people of this affair',
    valuePlaceholder: 'id',
    toCondition: columnEqualsCondition('p.incident'),
  })
  @IsSlug()
  readonly incident?: string;

  @Filter<Certainty>({
    phraseAfterWordOnly: 'those who match certainly (yes), or only in some possible courses of events (uncertain)',
    valuePlaceholder: 'value',
    toCondition: null,
  })
  @IsOneOf(CERTAINTIES)
  readonly certainty?: Certainty;
}

/** Every filter, in the order of the class. */
export const FILTERS: readonly FilterEntry[] = fieldsOf(Filters).map(({ name, valueType }) => ({
  name: name as keyof Filters,
  isRepeatable: valueType.schema['type'] === 'array',
  ...(filterDescriptions.get(name) as FilterDescription<never>),
}));

/** Picks the filters out of the parameters of a query. */
export const pickFilters = (query: Filters): Filters =>
  Object.fromEntries(FILTERS.flatMap(({ name }) => (query[name] === undefined ? [] : [[name, query[name]]])));

/** The SQL conditions on a period that the given filters make; `certainty` makes none. */
export const filterConditions = (filters: Filters): readonly SqlCondition[] =>
  FILTERS.flatMap(({ name, toCondition }) =>
    toCondition === null || filters[name] === undefined ? [] : [toCondition(filters[name] as never, name)],
  );
