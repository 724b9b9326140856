/** Whether the conditions of a clause leave anybody whom it could reach. */
import { addTerm, parseDay, type Day } from '../time.js';
import { isCoveredByName } from './articles.js';
import { GRAVITIES, type Condition, type ConditionCode, type Conditions } from './events.js';

/** False only if no case can meet all conditions, whatever the register knows about it. */
export const canBeMet = (conditions: readonly Condition[]): boolean =>
  categoriesRemain(conditionsOf(conditions, 'category')) &&
  articlesRemain(conditionsOf(conditions, 'articles')) &&
  isRange(
    conditionsOf(conditions, 'gravity').map(({ atLeast, atMost }) => ({
      atLeast: atLeast && GRAVITIES.indexOf(atLeast),
      atMost: atMost && GRAVITIES.indexOf(atMost),
    })),
  ) &&
  eachMeasure(conditionsOf(conditions, 'age'), isRange) &&
  eachMeasure(conditionsOf(conditions, 'remaining'), termsRemain) &&
  valuesRemain(conditionsOf(conditions, 'sex')) &&
  valuesRemain(conditionsOf(conditions, 'stage')) &&
  valuesRemain(conditionsOf(conditions, 'custody')) &&
  !(needsConviction(conditions) && conditionsOf(conditions, 'stage').some((stage) => !stage.in.includes('convicted')));

const conditionsOf = <C extends ConditionCode>(conditions: readonly Condition[], code: C): readonly Conditions[C][] =>
  conditions.flatMap((condition) => (condition[code] === undefined ? [] : [condition[code]]));

/** Conditions that are measured on different days (MEASURED) may all hold, so only those of one day are compared. */
const eachMeasure = <C extends { readonly measured: string }>(
  conditions: readonly C[],
  canHold: (conditions: readonly C[]) => boolean,
): boolean =>
  [...new Set(conditions.map(({ measured }) => measured))].every((measured) =>
    canHold(conditions.filter((condition) => condition.measured === measured)),
  );

const categoriesRemain = (conditions: readonly Conditions['category'][]): boolean =>
  conditions.every(({ list }) => {
    const ofList = conditions.filter((condition) => condition.list === list);
    const first = ofList.find((condition) => condition.in !== undefined)?.in;
    return (
      first === undefined ||
      first.some((category) =>
        ofList.every((one) => one.in?.includes(category) !== false && one.notIn?.includes(category) !== true),
      )
    );
  });

const articlesRemain = (conditions: readonly Conditions['articles'][]): boolean => {
  const excluded = conditions.flatMap(({ noneOf }) => noneOf ?? []);
  return conditions.every(
    ({ anyOf }) => anyOf === undefined || anyOf.some((name) => !excluded.some((other) => isCoveredByName(name, other))),
  );
};

interface OptionalBounds {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

const isRange = (conditions: readonly OptionalBounds[]): boolean =>
  Math.max(...conditions.map(({ atLeast }) => atLeast ?? -Infinity)) <=
  Math.min(...conditions.map(({ atMost }) => atMost ?? Infinity));

const termsRemain = (conditions: readonly Conditions['remaining'][]): boolean =>
  conditions.every(
    ({ atLeast }) =>
      atLeast === undefined ||
      conditions.every(({ lessThan }) => lessThan === undefined || canBeShorter(atLeast, lessThan)),
  );

/** A month has 28 to 31 days, so two terms are compared from the first day of every month of four years. */
const FIRST_DAYS: readonly Day[] = Array.from({ length: 48 }, (_, month) => {
  const [year, number] = [2001 + Math.floor(month / 12), (month % 12) + 1];
  return parseDay(`${year}-${String(number).padStart(2, '0')}-01`) ?? 0;
});

const canBeShorter = (term: string, other: string): boolean =>
  FIRST_DAYS.some((day) => addTerm(day, term) < addTerm(day, other));

const valuesRemain = (conditions: readonly { readonly in: readonly string[] }[]): boolean =>
  conditions.length === 0 ||
  conditions.some((one) => one.in.some((value) => conditions.every((c) => c.in.includes(value))));

/** Whether nobody meets the conditions without a conviction. `noneOf` needs none: people who await judgment meet it. */
const needsConviction = (conditions: readonly Condition[]): boolean =>
  conditions.some(
    ({ articles, gravity, remaining, served, term }) =>
      articles?.anyOf !== undefined || [gravity, remaining, served, term].some((condition) => condition !== undefined),
  );
