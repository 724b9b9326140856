/** The conditions of clauses: for which courses of a standing each holds on a day, and the value that it looks at. */
import { CONVICTED_STAGE, HELD_CUSTODIES } from '../case/state.js';
import type { DayRange, Standing } from '../case/period.js';
import { sentenceEndDay } from '../case/sentence.js';
import { formatDay, MAX_DAY, MIN_DAY, termLength, type Day } from '../time.js';
import { matchesNamedArticle } from './articles.js';
import { GRAVITIES, type ConditionCode, type Conditions } from './events.js';
import { commonDays, leadingDays, trailingDays, type CourseExtent } from './extent.js';
import type { GravityLookup } from './gravity.js';

/** A possible standing of a case, with the courses that lead to it. */
export interface PossibleStanding {
  readonly standing: Standing;
  readonly all: CourseExtent;
  /** The days on which a sentence of unknown term may end. */
  readonly endDays: DayRange;
  /** EDTF; null if unknown. */
  readonly born: string | null;
  readonly sex: string | null;
}

/** What conditions are evaluated with: the days that they are measured on, and the gravity of articles. */
export interface EvaluationContext {
  readonly day: Day;
  readonly inForce: Day;
  readonly gravityOf: GravityLookup;
  /** The function `addTerm`, with results cached for all cases. */
  readonly addTerm: (day: Day, term: string) => Day;
  /** The last day on which a term can begin and have passed by `day`; results are cached for all cases. */
  readonly lastTermStart: (day: Day, term: string) => Day;
}

interface ConditionRule<C extends ConditionCode> {
  /** Whether the condition depends on the day, so that it is evaluated for each day of a range. */
  readonly dependsOnDay: boolean;
  extent(condition: Conditions[C], possible: PossibleStanding, context: EvaluationContext): CourseExtent | null;
  /** The value that the condition looked at; null if nothing is known. */
  saw(possible: PossibleStanding, condition: Conditions[C], context: EvaluationContext): string | null;
}

/** What a condition saw: no category, conviction, stage, sentence or term. */
const CONDITION_SAW_NONE = 'none';
/** What a condition saw: a sentence for life. */
const CONDITION_SAW_LIFE = 'life';
/** What a condition saw: a term that no source reports. */
const CONDITION_SAW_UNKNOWN = 'unknown';

const allCoursesIf = (holds: boolean, { all }: PossibleStanding): CourseExtent | null => (holds ? all : null);
const uncertainInAllCourses = ({ all }: PossibleStanding): CourseExtent => ({ ...all, isCertain: false });
const coursesWithStarts = (starts: DayRange | null, { all }: PossibleStanding): CourseExtent | null =>
  starts && { ...all, starts };
const coursesWithBirths = (births: DayRange | null, { all }: PossibleStanding): CourseExtent | null =>
  births && { ...all, births };

const daysUpTo = (latest: Day): DayRange => ({ earliest: MIN_DAY, latest });
const daysAfter = (day: Day): DayRange => ({ earliest: day + 1, latest: MAX_DAY });

/**
 * The articles of the conviction; null without a conviction, since the articles of the standing are then those of a
 * charge.
 */
const articlesOfConviction = ({ standing }: PossibleStanding): readonly string[] | null =>
  CONVICTED_STAGE.has(standing.proceedings) ? standing.articles : null;

const categoryIn = ({ standing }: PossibleStanding, list: string): string | null => {
  const judged = standing.lists.find((one) => one.list === list);
  return judged?.recognition === 'recognised' ? judged.category : null;
};

/** The lowest and highest rank (index in GRAVITIES) that the gravest article may have: an article of unknown gravity may have any. */
const possibleGravestRanks = (articles: readonly string[], { gravityOf, day }: EvaluationContext): DayRange => {
  const known = articles.map((article) => gravityOf(article, day)).filter((gravity) => gravity !== null);
  const gravest = Math.max(0, ...known.map((gravity) => GRAVITIES.indexOf(gravity)));
  return { earliest: gravest, latest: known.length < articles.length ? GRAVITIES.length - 1 : gravest };
};

const coursesMeetingGravity = (
  { atLeast, atMost }: Conditions['gravity'],
  possible: PossibleStanding,
  context: EvaluationContext,
): CourseExtent | null => {
  const convicted = articlesOfConviction(possible);
  if (convicted === null) return null;
  const ranks = possibleGravestRanks(convicted, context);
  const shared = commonDays(ranks, {
    earliest: atLeast === undefined ? 0 : GRAVITIES.indexOf(atLeast),
    latest: atMost === undefined ? GRAVITIES.length - 1 : GRAVITIES.indexOf(atMost),
  });
  if (shared === null) return null;
  return shared.earliest === ranks.earliest && shared.latest === ranks.latest
    ? possible.all
    : uncertainInAllCourses(possible);
};

const stageOf = ({ standing }: PossibleStanding): string => {
  if (CONVICTED_STAGE.has(standing.proceedings)) return 'convicted';
  return HELD_CUSTODIES.has(standing.custody) ? 'awaiting-judgment' : CONDITION_SAW_NONE;
};

const measurementDayOf = ({ measured }: { readonly measured: string }, { day, inForce }: EvaluationContext): Day =>
  measured === 'rolling' ? day : inForce;

const coursesMeetingRemaining = (
  condition: Conditions['remaining'],
  possible: PossibleStanding,
  context: EvaluationContext,
): CourseExtent | null => {
  const { running, isForLife } = possible.standing;
  const { lessThan, atLeast } = condition;
  const on = measurementDayOf(condition, context);
  if (running === null) return null;
  if (isForLife) return allCoursesIf(lessThan === undefined, possible);
  const first = atLeast === undefined ? on + 1 : context.addTerm(on, atLeast);
  const last = lessThan === undefined ? MAX_DAY : context.addTerm(on, lessThan) - 1;
  const { term, isTermUnknown, reductions } = running;
  if (term === null) return isTermUnknown ? coursesIfEndUnknown({ earliest: first, latest: last }, possible) : null;
  if (running.start === null) return uncertainInAllCourses(possible);
  const end = (start: Day): Day => sentenceEndDay(start, term, reductions);
  const { starts } = possible.all;
  if (starts.earliest === starts.latest) {
    const only = endIfKnown(possible) ?? end(starts.earliest);
    return allCoursesIf(first <= only && only <= last, possible);
  }
  // A sentence that counts from a later day ends later: it ends late enough from some day on, and early enough up to some day.
  const late = trailingDays(starts, (start) => end(start) >= first);
  const early = leadingDays(starts, (start) => end(start) <= last);
  return coursesWithStarts(late && early && commonDays(late, early), possible);
};

const coursesIfEndUnknown = (wanted: DayRange, possible: PossibleStanding): CourseExtent | null => {
  const { endDays } = possible;
  if (wanted.earliest > wanted.latest || commonDays(wanted, endDays) === null) return null;
  return wanted.earliest <= endDays.earliest && endDays.latest <= wanted.latest
    ? possible.all
    : uncertainInAllCourses(possible);
};

/** The only day on which the sentence can end, which saves computing it; null if there are several or none. */
const endIfKnown = ({ standing: { sentenceEnd } }: PossibleStanding): Day | null =>
  sentenceEnd !== null && sentenceEnd.earliest === sentenceEnd.latest ? sentenceEnd.earliest : null;

const coursesMeetingServed = (
  condition: Conditions['served'],
  possible: PossibleStanding,
  context: EvaluationContext,
): CourseExtent | null => {
  const { running, isForLife } = possible.standing;
  const { atLeast, atLeastShare } = condition;
  const on = measurementDayOf(condition, context);
  if (running === null || (isForLife && atLeastShare !== undefined)) return null;
  if (running.start === null) return uncertainInAllCourses(possible);
  const { term, isTermUnknown, reductions } = running;
  const { starts } = possible.all;
  // The earlier the day from which the sentence counts, the more of it is served.
  const long = atLeast === undefined ? starts : commonDays(starts, daysUpTo(context.lastTermStart(on, atLeast)));
  if (atLeastShare === undefined) return coursesWithStarts(long, possible);
  if (term === null) return isTermUnknown && long !== null ? { ...possible.all, starts: long, isCertain: false } : null;
  const [part = 1, whole = 1] = atLeastShare.split('/').map(Number);
  const end = endIfKnown(possible);
  const share = leadingDays(
    starts,
    (start) => (on - start) * whole >= part * ((end ?? sentenceEndDay(start, term, reductions)) - start),
  );
  return coursesWithStarts(long && share && commonDays(long, share), possible);
};

const coursesMeetingTerm = ({ atMost }: Conditions['term'], possible: PossibleStanding): CourseExtent | null => {
  const { running } = possible.standing;
  if (running === null) return null;
  const { term, isTermUnknown } = running;
  if (term === null) return isTermUnknown ? uncertainInAllCourses(possible) : null;
  return allCoursesIf(termLength(term) <= termLength(atMost), possible);
};

const coursesMeetingAge = (
  condition: Conditions['age'],
  possible: PossibleStanding,
  context: EvaluationContext,
): CourseExtent | null => {
  const { atLeast = 0, atMost } = condition;
  if (possible.born === null) return uncertainInAllCourses(possible);
  const on = measurementDayOf(condition, context);
  const { births } = possible.all;
  const old = atLeast === 0 ? births : commonDays(births, daysUpTo(context.lastTermStart(on, `P${atLeast}Y`)));
  const young =
    atMost === undefined ? births : commonDays(births, daysAfter(context.lastTermStart(on, `P${atMost + 1}Y`)));
  return coursesWithBirths(old && young && commonDays(old, young), possible);
};

const daysText = ({ earliest, latest }: DayRange): string => {
  if (latest >= MAX_DAY) return `${formatDay(earliest)}/..`;
  return earliest === latest ? formatDay(earliest) : `${formatDay(earliest)}/${formatDay(latest)}`;
};

export const CONDITION_RULES: { readonly [C in ConditionCode]: ConditionRule<C> } = {
  category: {
    dependsOnDay: false,
    extent: ({ list, in: among, notIn }, possible) => {
      const category = categoryIn(possible, list) ?? CONDITION_SAW_NONE;
      return allCoursesIf(among?.includes(category) !== false && notIn?.includes(category) !== true, possible);
    },
    saw: (possible, { list }) => categoryIn(possible, list) ?? CONDITION_SAW_NONE,
  },
  articles: {
    dependsOnDay: false,
    extent: ({ anyOf, noneOf = [] }, possible) => {
      const convicted = articlesOfConviction(possible) ?? [];
      const isUnder = (named: string): boolean => convicted.some((article) => matchesNamedArticle(article, named));
      return allCoursesIf(anyOf?.some(isUnder) !== false && !noneOf.some(isUnder), possible);
    },
    saw: (possible) => articlesOfConviction(possible)?.join(' ') ?? CONDITION_SAW_NONE,
  },
  gravity: {
    dependsOnDay: true,
    extent: coursesMeetingGravity,
    saw: (possible, _, context) => {
      const convicted = articlesOfConviction(possible);
      if (convicted === null) return CONDITION_SAW_NONE;
      const { earliest, latest } = possibleGravestRanks(convicted, context);
      return earliest === latest ? (GRAVITIES[earliest] ?? null) : null;
    },
  },
  remaining: {
    dependsOnDay: true,
    extent: coursesMeetingRemaining,
    saw: ({ standing: { running, isForLife, sentenceEnd } }) => {
      if (running === null) return CONDITION_SAW_NONE;
      if (isForLife) return CONDITION_SAW_LIFE;
      return sentenceEnd === null ? null : daysText(sentenceEnd);
    },
  },
  served: {
    dependsOnDay: true,
    extent: coursesMeetingServed,
    saw: ({ standing: { running } }) => {
      if (running === null) return CONDITION_SAW_NONE;
      return running.start === null ? null : daysText(running.start);
    },
  },
  term: {
    dependsOnDay: false,
    extent: coursesMeetingTerm,
    saw: ({ standing: { running, isForLife } }) => {
      if (running === null) return CONDITION_SAW_NONE;
      if (isForLife) return CONDITION_SAW_LIFE;
      return running.term ?? (running.isTermUnknown ? CONDITION_SAW_UNKNOWN : CONDITION_SAW_NONE);
    },
  },
  age: { dependsOnDay: true, extent: coursesMeetingAge, saw: ({ born }) => born },
  sex: {
    dependsOnDay: false,
    extent: ({ in: among }, possible) =>
      possible.sex === null
        ? uncertainInAllCourses(possible)
        : allCoursesIf((among as readonly string[]).includes(possible.sex), possible),
    saw: ({ sex }) => sex,
  },
  stage: {
    dependsOnDay: false,
    extent: ({ in: among }, possible) =>
      allCoursesIf((among as readonly string[]).includes(stageOf(possible)), possible),
    saw: stageOf,
  },
  custody: {
    dependsOnDay: false,
    extent: ({ in: among }, possible) => allCoursesIf(among.includes(possible.standing.custody), possible),
    saw: ({ standing }) => standing.custody,
  },
};

export const CONDITION_CODES = Object.keys(CONDITION_RULES) as readonly ConditionCode[];
