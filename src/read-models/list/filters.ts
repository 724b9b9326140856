/**
 * The filters of people. A filter is one property of `Filters`: what it accepts, what it does, its SQL. Query parameters, OpenAPI,
 * the options of `habeas export` and the conditions of pages, counts and exports follow from it.
 */
import { CUSTODIES, PROCEEDINGS, type Custody, type Proceedings } from '../../domain/case/state.js';
import { toNfc } from '../../domain/text.js';
import { field, type ValueType } from '../../schema/field.js';
import { alternatives, articleFilter, oneOf, slug, text } from '../../schema/kinds.js';
import { LIMITS } from '../../schema/limits.js';
import { articleCondition } from './article-condition.js';
import { isEqual, isOneOf, type ConditionOn, type SqlCondition } from './sql-condition.js';
import { STAGE_SQL, STAGES } from './stage.js';

export const CERTAINTIES = ['yes', 'uncertain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

interface FilterDescription<Value> {
  /** Completes "only …": for OpenAPI and for the help of the command line. */
  readonly only: string;
  /** Stands for a value in the help of the command line. */
  readonly value: string;
  /** Whether a period `p` matches; null for a filter on people, whose periods are compared with each other. */
  readonly matches: ConditionOn<Value> | null;
}

export interface FilterEntry extends FilterDescription<never> {
  readonly name: keyof Filters;
  /** Whether it takes several values. */
  readonly isRepeatable: boolean;
}

const entries: FilterEntry[] = [];

/** Every filter, in the order of the class. */
export const FILTERS: readonly FilterEntry[] = entries;

/** Declares a property of `Filters`. */
const Filter =
  <Value>(accepts: ValueType, description: FilterDescription<Value>) =>
  <Name extends keyof Filters>(target: { readonly [N in Name]?: Value }, name: Name): void => {
    entries.push({ name, isRepeatable: accepts.schema['type'] === 'array', ...description });
    field(accepts, { optional: true, means: `Only ${description.only}.` })(target, name);
  };

/** Values of one filter are alternatives (OR); filters are combined with AND. */
export class Filters {
  @Filter(alternatives(slug), {
    only: 'people in these categories of the list',
    value: 'id',
    matches: isOneOf('p.category'),
  })
  readonly category?: readonly string[];

  @Filter(alternatives(oneOf(CUSTODIES)), {
    only: 'people in such a custody',
    value: 'value',
    matches: isOneOf('p.custody'),
  })
  readonly custody?: readonly Custody[];

  @Filter(alternatives(oneOf(PROCEEDINGS)), {
    only: 'people in such a state of proceedings',
    value: 'value',
    matches: isOneOf('p.proceedings'),
  })
  readonly proceedings?: readonly Proceedings[];

  @Filter(oneOf(STAGES), {
    only: 'people at this stage of proceedings; on appeal and final count as convicted',
    value: 'stage',
    matches: isEqual(STAGE_SQL),
  })
  readonly stage?: (typeof STAGES)[number];

  @Filter(alternatives(articleFilter), {
    only: 'people under these articles; 234 finds all its parts, 234.4 those beginning so',
    value: 'article',
    matches: articleCondition,
  })
  readonly article?: readonly string[];

  @Filter(text(LIMITS.name), {
    only: 'people held there',
    value: 'name',
    matches: (facility: string, name) => isEqual('p.facility')(toNfc(facility), name),
  })
  readonly facility?: string;

  @Filter(slug, {
    only: 'people of this affair',
    value: 'id',
    matches: isEqual('p.incident'),
  })
  readonly incident?: string;

  @Filter<Certainty>(oneOf(CERTAINTIES), {
    only: 'those who match certainly (yes), or only in some possible courses of events (uncertain)',
    value: 'value',
    matches: null,
  })
  readonly certainty?: Certainty;
}

/** The filters in a query. */
export const toFilters = (query: Filters): Filters =>
  Object.fromEntries(FILTERS.flatMap(({ name }) => (query[name] === undefined ? [] : [[name, query[name]]])));

/** Conditions of all filters on periods. */
export const filterConditions = (filters: Filters): readonly SqlCondition[] =>
  FILTERS.flatMap(({ name, matches }) =>
    matches === null || filters[name] === undefined ? [] : [matches(filters[name] as never, name)],
  );
