/**
 * Whom a clause reaches. All conditions are judged by the standing on the day of the list (by default the eve of the act in force), as if
 * nothing happened after it: no new judgment, no transfer, no application of the act. Only time passes, so that terms run out.
 */
import type { DayRange, Period, Standing } from '../case/period.js';
import { sentenceEndDay } from '../case/sentence.js';
import type { CaseEvent } from '../case/events.js';
import { timelineOf } from '../case/timeline.js';
import type { EventWithId } from '../event.js';
import { policyOn, type ListDefinition } from '../list/list.js';
import { addTerm, ANY_DAY, MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../time.js';
import { CONDITION_RULES, type PossibleStanding, type EvaluationContext } from './conditions.js';
import type { ClauseFields, Condition, ConditionCode, Conditions } from './events.js';
import { commonDays, covers, intersection, leadingDays, trailingDays, type CourseExtent } from './extent.js';
import type { GravityLookup } from './gravity.js';
import { LISTED_CODE, VERDICTS, type ConditionOutcome, type Verdict } from './verdicts.js';

export interface ConditionVerdict {
  readonly code: ConditionCode | typeof LISTED_CODE;
  readonly verdict: ConditionOutcome;
  /** The values that the condition looked at in the possible courses, sorted; none if nothing is known. */
  readonly saw: readonly string[];
}

export interface EligibilityQuestion {
  /** Alternatives: whoever satisfies one is eligible. */
  readonly clauses: readonly ClauseFields[];
  readonly list: ListDefinition;
  readonly listDay: Day;
  readonly inForce: Day;
  readonly gravityOf: GravityLookup;
}

export interface EligibilityCandidate {
  /** At least the periods that include the day of the list, as if the act had not been applied (`periodsWithoutAct`). */
  readonly periods: readonly Period[];
  /** EDTF; null if unknown. */
  readonly born: string | null;
  readonly sex: string | null;
}

export interface Eligibility {
  readonly verdict: Verdict;
  /** The first day with this verdict; null if it is `not` on all. */
  readonly firstDay: Day | null;
}

/** Eligibility with its reasons: those on `firstDay`, or on the last day asked for if that is null. */
export interface ExplainedEligibility extends Eligibility {
  /** The clause with the best verdict on the person; the first of several. */
  readonly clause: ClauseFields;
  readonly conditions: readonly ConditionVerdict[];
}

/** An eligibility question with its values per day cached, to be evaluated for many cases. */
export interface PreparedQuestion {
  /** The best verdict on the days from `from` to `to`, both included. Null for a case that is on the list in no possible course. */
  readonly evaluate: (candidate: EligibilityCandidate, from: Day, to: Day) => Eligibility | null;
  readonly explain: (candidate: EligibilityCandidate, from: Day, to: Day) => ExplainedEligibility | null;
}

/** The periods of a case as if an act had not been applied to it. `events` are as they stand. */
export const periodsWithoutAct = (events: readonly EventWithId<CaseEvent>[], act: string): readonly Period[] =>
  timelineOf(events.filter(({ event }) => !isApplication(event, act))).courses.periods;

/** Whether an event applies the instrument to the person. */
export const isApplication = (event: CaseEvent, instrument: string): boolean =>
  (event.type === 'amnestied' && event.act === instrument) ||
  (event.type === 'pardoned' && event.decree === instrument);

/** Eligibility on one day. */
export const eligibility = (
  candidate: EligibilityCandidate,
  question: EligibilityQuestion,
  day: Day,
): ExplainedEligibility | null => prepareQuestion(question).explain(candidate, day, day);

export const prepareQuestion = (question: EligibilityQuestion): PreparedQuestion => {
  const contextOn = contextsOf(question);
  const evaluate = (candidate: EligibilityCandidate, from: Day, to: Day): Eligibility | null => {
    const prepared = prepareEligibilityCandidate(question, candidate);
    return prepared && eligibilityBetweenDays(prepared, contextOn, from, to);
  };
  const explain = (candidate: EligibilityCandidate, from: Day, to: Day): ExplainedEligibility | null => {
    const prepared = prepareEligibilityCandidate(question, candidate);
    if (prepared === null) return null;
    const found = eligibilityBetweenDays(prepared, contextOn, from, to);
    return { ...found, ...explainEligibility(prepared, contextOn(found.firstDay ?? to)) };
  };
  return { evaluate, explain };
};

const contextsOf = ({ inForce, gravityOf }: EligibilityQuestion): ((day: Day) => EvaluationContext) => {
  const addTermOnce = cachedByTermAndDay(addTerm);
  const lastTermStart = cachedByTermAndDay(lastStartOf);
  const contexts = new Map<Day, EvaluationContext>();
  return (day) => {
    const context = contexts.get(day) ?? { day, inForce, gravityOf, addTerm: addTermOnce, lastTermStart };
    contexts.set(day, context);
    return context;
  };
};

const cachedByTermAndDay = (compute: (day: Day, term: string) => Day): ((day: Day, term: string) => Day) => {
  const known = new Map<string, Map<Day, Day>>();
  return (day, term) => {
    const ofTerm = known.get(term) ?? new Map<Day, Day>();
    const found = ofTerm.get(day) ?? compute(day, term);
    if (!ofTerm.has(day)) known.set(term, ofTerm.set(day, found));
    return found;
  };
};

/**
 * The last day on which a term can begin and have passed by `day`; if there is none, the day before ANY_DAY begins, since no event
 * happened earlier.
 */
const lastStartOf = (day: Day, term: string): Day => {
  const { earliest } = ANY_DAY;
  return leadingDays({ earliest, latest: day }, (start) => addTerm(start, term) <= day)?.latest ?? earliest - 1;
};

/** A candidate with its possible standings, and the results of conditions that do not depend on the day. */
interface PreparedEligibilityCandidate {
  readonly question: EligibilityQuestion;
  /** The standings in which the person is on the list. */
  readonly standings: readonly PreparedStanding[];
  /** Whether the person may have a standing in which he or she is not on the list. */
  readonly isPerhapsUnlisted: boolean;
  /** Whether a period has no standing because too many events are undecided, so that any standing is possible. */
  readonly isUndecided: boolean;
}

interface PreparedStanding {
  readonly possible: PossibleStanding;
  /** By clause: the courses that meet all its conditions that do not depend on the day; null where no course does. */
  readonly dayIndependentExtents: readonly (CourseExtent | null)[];
}

const prepareEligibilityCandidate = (
  question: EligibilityQuestion,
  { periods, born, sex }: EligibilityCandidate,
): PreparedEligibilityCandidate | null => {
  const { list, listDay } = question;
  const custody = policyOn(list, listDay).custody;
  const valid = periods.filter(({ from, to }) => from <= listDay && listDay < to);
  const isListed = (standing: Standing): boolean =>
    custody.includes(standing.custody) &&
    standing.lists.some((one) => one.list === list.id && one.recognition === 'recognised');
  const listed = valid.flatMap(({ standing }) => (standing !== null && isListed(standing) ? [standing] : []));
  const isUndecided = valid.some(({ standing }) => standing === null);
  if (listed.length === 0 && !isUndecided) return null;
  const standings = listed.map((standing) => toPossibleStanding(standing, listDay, { born, sex }));
  return {
    question,
    standings: standings.map((possible) => ({
      possible,
      dayIndependentExtents: question.clauses.map(({ conditions }) =>
        coursesMeetingConditions(conditions, false, possible, NO_CONTEXT),
      ),
    })),
    isPerhapsUnlisted: isUndecided || listed.length < valid.length,
    isUndecided,
  };
};

const toPossibleStanding = (
  standing: Standing,
  listDay: Day,
  person: Pick<PossibleStanding, 'born' | 'sex'>,
): PossibleStanding => {
  const born = parseEdtf(person.born ?? '');
  return {
    standing,
    all: {
      starts: possibleStartsOf(standing, listDay),
      births: born === null ? IRRELEVANT_DAYS : { earliest: born.earliest, latest: born.latest },
      isCertain: true,
    },
    endDays: possibleEndsOf(standing, listDay),
    ...person,
  };
};

/** A placeholder range for an unknown birth or start of a sentence, which no condition reads. */
const IRRELEVANT_DAYS: DayRange = { earliest: 0, latest: 0 };

/** The days from which the sentence may count, given that it runs, or has run to its end, on the day of the list. */
const possibleStartsOf = ({ running, sentence }: Standing, listDay: Day): DayRange => {
  const start = running?.start ?? null;
  if (running === null || start === null) return IRRELEVANT_DAYS;
  const { term, reductions } = running;
  const begun = commonDays(start, { earliest: MIN_DAY, latest: listDay }) ?? start;
  if (term === null || begun.earliest === begun.latest) return begun;
  const hasEnded = (day: Day): boolean => sentenceEndDay(day, term, reductions) <= listDay;
  const fitting =
    sentence === 'completed' ? leadingDays(begun, hasEnded) : trailingDays(begun, (day) => !hasEnded(day));
  return fitting ?? begun;
};

const possibleEndsOf = ({ running, sentence }: Standing, listDay: Day): DayRange => {
  const earliest = (running?.start?.earliest ?? MIN_DAY) + 1;
  return sentence === 'completed'
    ? { earliest, latest: listDay }
    : { earliest: Math.max(earliest, listDay + 1), latest: MAX_DAY };
};

/** The context for conditions that do not depend on the day; they read none of it. */
const NO_CONTEXT: EvaluationContext = {
  day: 0,
  inForce: 0,
  gravityOf: () => null,
  addTerm: (day) => day,
  lastTermStart: (day) => day,
};

/**
 * The courses that meet all conditions that depend on the day (or, if `dependsOnDay` is false, all others); null if no course does.
 * Without such conditions, every course does.
 */
const coursesMeetingConditions = (
  conditions: readonly Condition[],
  dependsOnDay: boolean,
  possible: PossibleStanding,
  context: EvaluationContext,
): CourseExtent | null =>
  conditions.reduce<CourseExtent | null>(
    (extent, condition) =>
      extent === null || conditionRule(condition).dependsOnDay !== dependsOnDay
        ? extent
        : intersection(extent, conditionRule(condition).extent(conditionValue(condition), possible, context)),
    possible.all,
  );

const codeOfCondition = (condition: Condition): ConditionCode => Object.keys(condition)[0] as ConditionCode;
/** The casts are safe: a condition has one property, and its name is the key of the rule. */
const conditionRule = (condition: Condition) =>
  CONDITION_RULES[codeOfCondition(condition)] as (typeof CONDITION_RULES)['category'];
const conditionValue = (condition: Condition) => condition[codeOfCondition(condition)] as Conditions['category'];

/** By standing and clause: the courses in which the clause holds on a day; null where it holds in none. */
const coursesMeetingClausesOn = (
  { question, standings }: PreparedEligibilityCandidate,
  context: EvaluationContext,
): readonly (readonly (CourseExtent | null)[])[] =>
  standings.map(({ possible, dayIndependentExtents }) =>
    question.clauses.map(({ conditions }, index) => {
      const extent = dayIndependentExtents[index] ?? null;
      return extent && intersection(extent, coursesMeetingConditions(conditions, true, possible, context));
    }),
  );

const isExtent = (extent: CourseExtent | null): extent is CourseExtent => extent !== null;

const eligibilityBetweenDays = (
  prepared: PreparedEligibilityCandidate,
  contextOn: (day: Day) => EvaluationContext,
  from: Day,
  to: Day,
): Eligibility => {
  let firstPossible: Day | null = null;
  const isHopeless =
    !prepared.isUndecided &&
    !prepared.standings.some(({ dayIndependentExtents }) => dayIndependentExtents.some(isExtent));
  for (let day = from; day <= to && !isHopeless; day += 1) {
    const verdict = verdictOf(prepared, coursesMeetingClausesOn(prepared, contextOn(day)));
    if (verdict === 'eligible') return { verdict, firstDay: day };
    if (verdict === 'possibly') firstPossible ??= day;
  }
  return { verdict: firstPossible === null ? 'not' : 'possibly', firstDay: firstPossible };
};

const verdictOf = (
  { standings, isUndecided, isPerhapsUnlisted }: PreparedEligibilityCandidate,
  extents: readonly (readonly (CourseExtent | null)[])[],
): Verdict => {
  if (!isUndecided && !extents.some((ofStanding) => ofStanding.some(isExtent))) return 'not';
  const isCertain = standings.every(({ possible }, index) =>
    covers((extents[index] ?? []).filter(isExtent), possible.all),
  );
  return isCertain && !isPerhapsUnlisted ? 'eligible' : 'possibly';
};

/** The clause with the best verdict on the person, and the verdict of each of its conditions. */
const explainEligibility = (
  prepared: PreparedEligibilityCandidate,
  context: EvaluationContext,
): Pick<ExplainedEligibility, 'clause' | 'conditions'> => {
  const { clauses } = prepared.question;
  const extents = coursesMeetingClausesOn(prepared, context);
  const verdicts = clauses.map((_, index) =>
    verdictOf(
      prepared,
      extents.map((ofStanding) => [ofStanding[index] ?? null]),
    ),
  );
  const best = VERDICTS.map((verdict) => verdicts.indexOf(verdict)).find((index) => index >= 0) ?? 0;
  const clause = clauses[best] as ClauseFields;
  return {
    clause,
    conditions: [listedVerdict(prepared), ...clause.conditions.map((one) => conditionVerdict(prepared, one, context))],
  };
};

const listedVerdict = ({ standings, isPerhapsUnlisted }: PreparedEligibilityCandidate): ConditionVerdict => ({
  code: LISTED_CODE,
  verdict: isPerhapsUnlisted ? 'possibly' : 'yes',
  saw: sortedKnownValues(standings.map(({ possible }) => possible.standing.custody)),
});

const conditionVerdict = (
  { standings, isUndecided }: PreparedEligibilityCandidate,
  condition: Condition,
  context: EvaluationContext,
): ConditionVerdict => {
  const [rule, value] = [conditionRule(condition), conditionValue(condition)];
  const extents = standings.map(({ possible }) => rule.extent(value, possible, context));
  const isCertain = standings.every(({ possible }, index) =>
    covers([extents[index] ?? null].filter(isExtent), possible.all),
  );
  const isPossible = isUndecided || extents.some(isExtent);
  return {
    code: codeOfCondition(condition),
    verdict: isCertain && !isUndecided ? 'yes' : isPossible ? 'possibly' : 'no',
    saw: sortedKnownValues(standings.map(({ possible }) => rule.saw(possible, value, context))),
  };
};

const sortedKnownValues = (values: readonly (string | null)[]): readonly string[] =>
  [...new Set(values.filter((value) => value !== null))].sort();
