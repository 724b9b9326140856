/** Finds clauses that contradict themselves, so that nobody can meet all their conditions. */
import { addTerm, parseDay, type Day } from '../time.js';
import { isArticleNameCoveredBy } from './articles.js';
import { GRAVITIES, type Condition, type ConditionCode, type Conditions } from './events.js';

/** False only if no case can meet all conditions, whatever the register knows about it. */
export const canBeMet = (conditions: readonly Condition[]): boolean =>
  canMeetCategories(conditionsOf(conditions, 'category')) &&
  canMeetArticles(conditionsOf(conditions, 'articles')) &&
  canMeetBounds(
    conditionsOf(conditions, 'gravity').map(({ atLeast, atMost }) => ({
      atLeast: atLeast && GRAVITIES.indexOf(atLeast),
      atMost: atMost && GRAVITIES.indexOf(atMost),
    })),
  ) &&
  canMeetPerMeasurementDay(conditionsOf(conditions, 'age'), canMeetBounds) &&
  canMeetPerMeasurementDay(conditionsOf(conditions, 'remaining'), canMeetRemaining) &&
  canMeetValues(conditionsOf(conditions, 'sex')) &&
  canMeetValues(conditionsOf(conditions, 'stage')) &&
  canMeetValues(conditionsOf(conditions, 'custody')) &&
  !(needsConviction(conditions) && conditionsOf(conditions, 'stage').some((stage) => !stage.in.includes('convicted')));

const conditionsOf = <C extends ConditionCode>(conditions: readonly Condition[], code: C): readonly Conditions[C][] =>
  conditions.flatMap((condition) => (condition[code] === undefined ? [] : [condition[code]]));

/** Conditions that are measured on different days (MEASUREMENT_DAYS) may all hold, so only those of one day are compared. */
const canMeetPerMeasurementDay = <C extends { readonly measured: string }>(
  conditions: readonly C[],
  canHold: (conditions: readonly C[]) => boolean,
): boolean =>
  [...new Set(conditions.map(({ measured }) => measured))].every((measured) =>
    canHold(conditions.filter((condition) => condition.measured === measured)),
  );

const canMeetCategories = (conditions: readonly Conditions['category'][]): boolean =>
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

const canMeetArticles = (conditions: readonly Conditions['articles'][]): boolean => {
  const excluded = conditions.flatMap(({ noneOf }) => noneOf ?? []);
  return conditions.every(
    ({ anyOf }) =>
      anyOf === undefined || anyOf.some((name) => !excluded.some((other) => isArticleNameCoveredBy(name, other))),
  );
};

interface ConditionBounds {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

const canMeetBounds = (conditions: readonly ConditionBounds[]): boolean =>
  Math.max(...conditions.map(({ atLeast }) => atLeast ?? -Infinity)) <=
  Math.min(...conditions.map(({ atMost }) => atMost ?? Infinity));

const canMeetRemaining = (conditions: readonly Conditions['remaining'][]): boolean =>
  conditions.every(
    ({ atLeast }) =>
      atLeast === undefined ||
      conditions.every(({ lessThan }) => lessThan === undefined || canTermBeShorter(atLeast, lessThan)),
  );

/** A month has 28 to 31 days, so two terms are compared from the first day of every month of four years. */
const FIRST_DAYS: readonly Day[] = Array.from({ length: 48 }, (_, month) => {
  const [year, number] = [2001 + Math.floor(month / 12), (month % 12) + 1];
  return parseDay(`${year}-${String(number).padStart(2, '0')}-01`) ?? 0;
});

const canTermBeShorter = (term: string, other: string): boolean =>
  FIRST_DAYS.some((day) => addTerm(day, term) < addTerm(day, other));

const canMeetValues = (conditions: readonly { readonly in: readonly string[] }[]): boolean =>
  conditions.length === 0 ||
  conditions.some((one) => one.in.some((value) => conditions.every((c) => c.in.includes(value))));

/**
 * Whether only convicted people can meet the conditions. People who await judgment meet `noneOf` of articles, too, and conditions on a
 * sentence: that of an earlier conviction, if they were charged anew while they serve it.
 */
const needsConviction = (conditions: readonly Condition[]): boolean =>
  conditions.some(({ articles, gravity }) => articles?.anyOf !== undefined || gravity !== undefined);
