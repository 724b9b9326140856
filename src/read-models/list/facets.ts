/**
 * Facets: the people of a list, or of the register as a whole, who share a value that is filtered by. A page walks the index of some
 * facets in the order of a sort key and checks each case: together they must have every case that a question may find, and may have more.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { CONVICTED_STAGE, DEFAULT_POLICY, HELD_CUSTODIES } from '../../domain/case/state.js';
import { daysOfSeveral, intersect, unionOf, type DaySpan } from '../../domain/intervals.js';
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import { toNfc } from '../../domain/text.js';
import type { Day } from '../../domain/time.js';
import { leastReferenceSortKey, shownName } from '../names/rows.js';
import { judgingLists, personReferences } from '../person.js';
import type { CaseHistory } from '../table.js';
import { headOfFilterArticle, headsOfStoredArticles } from './article-condition.js';
import type { Filters } from './filters.js';
import { periodRows, recognitionRows, type PeriodRow } from './rows.js';

/** A case in a facet, valid on days [from_day, to_day), with the keys of all orders. */
export interface FacetRow {
  readonly facet: number;
  readonly name_key: string;
  readonly reference_key: string;
  /** Since which day the case has been recognised; MAX_DAY if it is not. */
  readonly since_day: Day;
  readonly from_day: Day;
  readonly to_day: Day;
}

/** A property that people are filtered by, computed from some columns of a period. */
interface FacetProperty<Column extends keyof PeriodRow = keyof PeriodRow> {
  readonly name: string;
  readonly columns: readonly Column[];
  /**
   * Values that nearly every case has for a while. The register as a whole has no facets for them, which would make up most rows:
   * pages look for such people among everybody.
   */
  readonly transientValues: readonly string[];
  readonly valuesOfPeriod: (period: Pick<PeriodRow, Column>) => readonly (string | null)[];
  /** The values of which a period must have one to match the filters; undefined if it may have any. */
  readonly valuesInFilters: (filters: Filters) => readonly string[] | undefined;
}

/** Lets the compiler check that a property reads no other columns than it names. */
const facetProperty = <Column extends keyof PeriodRow>(property: FacetProperty<Column>): FacetProperty<Column> =>
  property;

const singletonOf = (value: string | undefined): readonly string[] | undefined =>
  value === undefined ? undefined : [value];

const AWAITING_JUDGMENT = 'awaiting-judgment' satisfies Filters['stage'];

/**
 * The properties that have facets. A page walks the facets of the first usable property that it is filtered by, so properties whose
 * values have the fewest people come first.
 */
const FACET_PROPERTIES: readonly FacetProperty[] = [
  facetProperty({
    name: 'incident',
    columns: ['incident'],
    transientValues: [],
    valuesOfPeriod: ({ incident }) => [incident],
    valuesInFilters: ({ incident }) => singletonOf(incident),
  }),
  facetProperty({
    name: 'facility',
    columns: ['facility'],
    transientValues: [],
    valuesOfPeriod: ({ facility }) => [facility],
    valuesInFilters: ({ facility }) => singletonOf(facility === undefined ? undefined : toNfc(facility)),
  }),
  facetProperty({
    name: 'article',
    columns: ['articles'],
    transientValues: [],
    valuesOfPeriod: ({ articles }) => headsOfStoredArticles(JSON.parse(articles) as readonly string[]),
    valuesInFilters: ({ article }) => article?.map(headOfFilterArticle),
  }),
  facetProperty({
    name: 'category',
    columns: ['category'],
    transientValues: [],
    valuesOfPeriod: ({ category }) => [category],
    valuesInFilters: ({ category }) => category,
  }),
  facetProperty({
    name: 'proceedings',
    columns: ['proceedings'],
    transientValues: ['none'],
    valuesOfPeriod: ({ proceedings }) => [proceedings],
    valuesInFilters: ({ proceedings, stage }) =>
      proceedings ?? (stage === 'convicted' ? [...CONVICTED_STAGE] : undefined),
  }),
  facetProperty({
    name: 'stage',
    columns: ['proceedings', 'custody'],
    transientValues: [AWAITING_JUDGMENT],
    // The filter `stage=convicted` walks the facets of proceedings, so it needs no value here.
    valuesOfPeriod: ({ proceedings, custody }) => [
      custody !== null && HELD_CUSTODIES.has(custody) && !CONVICTED_STAGE.has(proceedings ?? 'none')
        ? AWAITING_JUDGMENT
        : null,
    ],
    valuesInFilters: ({ stage }) => singletonOf(stage === AWAITING_JUDGMENT ? stage : undefined),
  }),
  facetProperty({
    name: 'custody',
    columns: ['custody'],
    transientValues: ['unknown', 'detained'],
    valuesOfPeriod: ({ custody }) => [custody],
    valuesInFilters: ({ custody }) => custody,
  }),
];

/**
 * Whom a question is about: everybody in the register; those whom a list judges in any way; those whom it recognises; or, of the
 * recognised, only those whose custody is one that the default policy keeps on a list.
 */
export type Population = 'all' | 'judged' | 'recognised' | 'kept by default';

type PopulationGroup = 'all' | 'kept by default' | 'otherwise recognised' | 'otherwise judged';
const GROUPS_OF_POPULATION: Readonly<Record<Population, readonly PopulationGroup[]>> = {
  all: ['all'],
  judged: ['kept by default', 'otherwise recognised', 'otherwise judged'],
  recognised: ['kept by default', 'otherwise recognised'],
  'kept by default': ['kept by default'],
};

const CUSTODIES_KEPT_BY_DEFAULT: ReadonlySet<string> = new Set(DEFAULT_POLICY);

/** The smallest population that contains every member of a list on a day, by the policy of that day. */
export const populationContainingMembers = (list: ListDefinition, day: Day): Population =>
  policyOn(list, day).custody.every((custody) => CUSTODIES_KEPT_BY_DEFAULT.has(custody))
    ? 'kept by default'
    : 'recognised';

/** The facet of people whose standing is undecided on the day, so that they may match any filter. */
const UNDECIDED_FACET = 'undecided';
/** The facets of people with several possible standings on the day, who may match in some possible courses only. */
const UNCERTAIN_FACET = 'uncertain';
/** The facets of everybody in a population group. */
const EVERYBODY_FACET = '';

const FACET_NUMBERS = new LRUCache<string, number>({ max: 10_000 });

/**
 * The number of a facet: 48 bits of a hash, short because nearly every index has it in every entry. If two facets happen to share a number,
 * pages check some more cases, and nothing else changes.
 */
const facetNumber = (
  list: string,
  group: PopulationGroup | typeof UNDECIDED_FACET,
  name = EVERYBODY_FACET,
  value = '',
): number => {
  const text = `${list}\0${group}\0${name}\0${value}`;
  const known = FACET_NUMBERS.get(text);
  if (known !== undefined) return known;
  const number = createHash('sha256').update(text).digest().readUIntBE(0, 6);
  FACET_NUMBERS.set(text, number);
  return number;
};

/** A filter with more values than this does not choose the facets: another filter does, or the facet of everybody is walked. */
const MAX_WALKED_VALUES = 6;

export interface Facets {
  /** Facets to walk: together they have every case that the filters may find. */
  readonly toWalk: readonly number[];
  /** Whether `toWalk` has everybody whom the question is about, whatever the filters. */
  readonly walksEverybody: boolean;
  /** Facets that together have every case that may match in some possible courses only. */
  readonly uncertainFacets: readonly number[];
}

export const chooseFacets = (list: string, population: Population, filters: Filters): Facets => {
  const undecided = facetNumber(list, UNDECIDED_FACET);
  const of = (name: string, values: readonly string[]): readonly number[] => [
    ...GROUPS_OF_POPULATION[population].flatMap((group) =>
      [...new Set(values)].map((value) => facetNumber(list, group, name, value)),
    ),
    undecided,
  ];
  const uncertainFacets = of(UNCERTAIN_FACET, ['']);
  if (filters.certainty === 'uncertain') return { toWalk: uncertainFacets, uncertainFacets, walksEverybody: false };
  for (const { name, valuesInFilters, transientValues } of FACET_PROPERTIES) {
    const values = valuesInFilters(filters);
    const hasFacets = population !== 'all' || !values?.some((value) => transientValues.includes(value));
    if (values !== undefined && values.length <= MAX_WALKED_VALUES && hasFacets)
      return { toWalk: of(name, values), uncertainFacets, walksEverybody: false };
  }
  return { toWalk: of(EVERYBODY_FACET, ['']), uncertainFacets, walksEverybody: true };
};

/** The columns that the facets of a period depend on. */
const FACET_COLUMNS: readonly (keyof PeriodRow)[] = [
  ...new Set<keyof PeriodRow>([
    'list',
    'recognition',
    'custody',
    ...FACET_PROPERTIES.flatMap(({ columns }) => columns),
  ]),
];

/** Cached facets of periods: an event leaves most periods of its case unchanged. */
const FACETS_OF_PERIODS = new LRUCache<string, readonly number[]>({ max: 10_000 });

/** The facets of a period, without those of `UNCERTAIN_FACET`. */
const facetsOfPeriod = (period: PeriodRow): readonly number[] => {
  const { list, recognition } = period;
  if (period.undecided === 1) return [facetNumber(list, UNDECIDED_FACET)];
  if (recognition === 'none') return [];
  const key = FACET_COLUMNS.map((column) => period[column]).join('\0');
  const known = FACETS_OF_PERIODS.get(key);
  if (known !== undefined) return known;
  const group = populationGroupOf(period);
  const facets = [
    facetNumber(list, group),
    ...FACET_PROPERTIES.flatMap(({ name, transientValues, valuesOfPeriod }) =>
      valuesOfPeriod(period).flatMap((value) =>
        value === null || (group === 'all' && transientValues.includes(value))
          ? []
          : [facetNumber(list, group, name, value)],
      ),
    ),
  ];
  FACETS_OF_PERIODS.set(key, facets);
  return facets;
};

const populationGroupOf = ({ list, recognition, custody }: PeriodRow): PopulationGroup => {
  if (list === '') return 'all';
  if (recognition !== 'recognised') return 'otherwise judged';
  return custody !== null && CUSTODIES_KEPT_BY_DEFAULT.has(custody) ? 'kept by default' : 'otherwise recognised';
};

/** The days of a case in each facet. */
const daysByFacet = (periods: readonly PeriodRow[]): ReadonlyMap<number, readonly DaySpan[]> => {
  const days = new Map<number, DaySpan[]>();
  const add = (facet: number, span: DaySpan): void => {
    const spans = days.get(facet);
    if (spans === undefined) days.set(facet, [span]);
    else spans.push(span);
  };
  const spans = periods.map((period) => ({ period, from: period.from_day, to: period.to_day }));
  const shared = daysOfSeveral(spans);
  for (const span of spans) {
    const { period } = span;
    for (const facet of facetsOfPeriod(period)) add(facet, span);
    if (period.undecided === 1 || period.recognition === 'none') continue;
    for (const days of shared) {
      const common = intersect(days, span);
      if (common !== null) add(facetNumber(period.list, populationGroupOf(period), UNCERTAIN_FACET), common);
    }
  }
  return days;
};

export const facetRows = (history: CaseHistory): readonly FacetRow[] => {
  const periods = periodRows(history);
  const recognitions = recognitionRows(history);
  const { name_key } = shownName(history);
  const references = personReferences(history.events);
  const rows: FacetRow[] = [];
  for (const list of ['', ...judgingLists(history.events)]) {
    const since = recognitions.filter((recognition) => recognition.list === list);
    const reference_key = leastReferenceSortKey(references, list);
    for (const [facet, spans] of daysByFacet(periods.filter((period) => period.list === list)))
      for (const { from, to } of unionOf(spans))
        for (const { since_day, from_day: first, to_day: end } of since) {
          const [from_day, to_day] = [Math.max(from, first), Math.min(to, end)];
          if (from_day < to_day) rows.push({ facet, name_key, reference_key, since_day, from_day, to_day });
        }
  }
  return rows;
};
