/** Whom an instrument makes eligible: a verdict with its reasons on each person of a list, for one day or for a range of days. */
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { DayRange } from '../../domain/case/period.js';
import { commonDays } from '../../domain/instrument/extent.js';
import { prepareQuestion, type EligibilityQuestion } from '../../domain/instrument/eligibility.js';
import type { Condition } from '../../domain/instrument/events.js';
import type { Instrument } from '../../domain/instrument/instrument.js';
import { VERDICTS, type Verdict } from '../../domain/instrument/verdicts.js';
import { formatDay, MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../../domain/time.js';
import { LIMITS } from '../../schema/limits.js';
import { listEntriesOf } from '../list/entries.js';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { listScope } from '../list/predicate.js';
import { InvalidParameter } from '../query-errors.js';
import { retryIfFileReplaced, nextContext } from '../one-file.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, requireDay, type Scope, type ScopedContext } from '../scope.js';
import { casesWithApplication, periodsByCaseWithoutInstrument, birthAndSexOf } from './candidates.js';
import { clausesInQuestion, clauseVersionName } from './clauses-asked.js';
import type { EligibilityView, EligiblePersonView } from './eligibility.view.js';
import { VerdictCache, type EligibilityRequest, type CasesByVerdict } from './eligible-cases.js';
import { GRAVITY_DATA, type GravityData } from './gravity-file.js';

export interface EligibilityParameters {
  readonly list: string;
  /** As clause@version, or the clause alone where it has one version; every clause of the instrument where absent. */
  readonly clause?: readonly string[];
  /** By default the day before the instrument enters into force. */
  readonly listDay?: string;
  /** `from` and `to` are given both or neither; without them, eligibility is evaluated for the day of the scope. */
  readonly from?: string;
  readonly to?: string;
  readonly verdict?: Verdict;
  readonly limit: number;
  readonly after?: string;
}

/** The people of a list with the verdict of an instrument on each; null for an unknown instrument or list. */
export class PeopleByEligibility extends Query<EligibilityView | null> {
  constructor(
    readonly scope: Scope,
    readonly instrument: string,
    readonly parameters: EligibilityParameters,
  ) {
    super();
  }
}

/** Content of a page cursor: the day and position of the first page, and how many people were shown. */
interface EligibilityCursor {
  readonly day: Day;
  readonly position: number;
  readonly shown: number;
}

@QueryHandler(PeopleByEligibility)
export class PeopleByEligibilityHandler implements IQueryHandler<PeopleByEligibility> {
  private readonly verdicts: VerdictCache;

  constructor(
    private readonly reader: ReadModelReader,
    @Inject(GRAVITY_DATA) private readonly gravity: GravityData,
  ) {
    this.verdicts = new VerdictCache(reader);
  }

  /**
   * Throws InvalidParameter if the instrument lacks the clause or the day in force that the question needs, or for too many days;
   * InvalidCursor for a cursor of another query; and QueriesBusy.
   */
  async execute({ scope: opened, instrument, parameters }: PeopleByEligibility): Promise<EligibilityView | null> {
    const { after, limit, ...question } = parameters;
    const queryKey = ['eligibility', opened.key, instrument, question];
    const cursor =
      after === undefined
        ? null
        : (readCursor(
            after,
            queryKey,
            (await this.reader.contextAt({ atLeast: opened.atLeast })).logId,
          ) as EligibilityCursor);
    const context = await openScope(this.reader, opened, cursor);
    const asked = this.#asked(context, instrument, parameters);
    if (asked === null) return null;
    return retryIfFileReplaced(this.reader, asked.position, async (first) => {
      const cases = await this.verdicts.casesByVerdict(first, asked);
      const current = await nextContext(this.reader, first, asked.position);
      const shown = cursor?.shown ?? 0;
      const chosen = parameters.verdict === undefined ? inVerdictOrder(cases) : cases[parameters.verdict];
      const page = chosen.slice(shown, shown + limit);
      const end = shown + page.length;
      const next = { day: context.scope.day, position: asked.position, shown: end };
      return {
        ...this.#head(context, asked),
        total: { eligible: cases.eligible.length, possibly: cases.possibly.length, not: cases.not.length },
        items: personViewsOf(current, asked, page),
        next: end < chosen.length ? writeCursor(next, queryKey, current.logId) : null,
      };
    });
  }

  #asked(
    { logTables, scope: { day, position } }: ScopedContext,
    instrumentId: string,
    { list: listId, clause, listDay, from, to }: EligibilityParameters,
  ): EligibilityRequest | null {
    const instrument = logTables.definitionAt('instrument', instrumentId, position)?.definition;
    const list = logTables.definitionAt('list', listId, position)?.definition;
    if (instrument === undefined || list === undefined) return null;
    const clauses = clausesInQuestion(instrument, clause);
    const needsDay = listDay === undefined || clauses.some(({ conditions }) => conditions.some(isMeasuredOnDayInForce));
    const inForce = needsDay ? dayInForce(instrument) : 0;
    const question: EligibilityQuestion = {
      clauses,
      list,
      listDay: listDay === undefined ? inForce - 1 : requireDay(listDay),
      inForce,
      gravityOf: this.gravity.gravityOf,
    };
    const span =
      from === undefined || to === undefined ? { from: day, to: day } : { from: requireDay(from), to: requireDay(to) };
    if (span.to - span.from >= LIMITS.askedDays)
      throw new InvalidParameter('to', 'SPAN.TOO_LONG', `at most ${LIMITS.askedDays} days`);
    if (from === undefined) return { instrument: instrumentId, question, ...span, position };
    const days = commonDays({ earliest: span.from, latest: span.to }, windowOf(instrument));
    if (days === null)
      throw new InvalidParameter('from', 'SPAN.OUTSIDE_WINDOW', 'days on which the act is in force, within its window');
    return { instrument: instrumentId, question, from: days.earliest, to: days.latest, position };
  }

  #head(
    { logTables, scope: { knownAt, position } }: ScopedContext,
    { instrument, question: { clauses, list, listDay }, from, to }: EligibilityRequest,
  ): Omit<EligibilityView, 'total' | 'items' | 'next'> {
    const act = logTables.definitionAt('instrument', instrument, position)?.definition;
    const isInWindow = act === undefined || commonDays({ earliest: from, latest: to }, windowOf(act)) !== null;
    const asksGravity = clauses.some(({ conditions }) => conditions.some(({ gravity }) => gravity !== undefined));
    return {
      instrument,
      clauses: clauses.map(clauseVersionName),
      list: list.id,
      listDay: formatDay(listDay),
      from: formatDay(from),
      to: formatDay(to),
      knownAt,
      position,
      assumptions: [
        `no judgment, transfer or release after ${formatDay(listDay)}`,
        'as if the act had been applied to nobody',
        `terms as known at ${knownAt}`,
        ...(isInWindow ? [] : [`as if the act could be applied on ${formatDay(from)}`]),
        ...(asksGravity ? [`gravity of offences: ${this.gravity.source}`] : []),
      ],
    };
  }
}

/** All cases in the order of the answer: the eligible, the possibly eligible, all others. */
const inVerdictOrder = (cases: CasesByVerdict): readonly number[] => VERDICTS.flatMap((verdict) => cases[verdict]);

const isMeasuredOnDayInForce = (condition: Condition): boolean =>
  [condition.remaining, condition.served, condition.age].some((timed) => timed?.measured === 'at-in-force');

/** The days on which an instrument may be in force and its window open; without bound where a date is unknown. */
const windowOf = (instrument: Instrument): DayRange => ({
  earliest: parseEdtf(dateInForce(instrument))?.earliest ?? MIN_DAY,
  latest: parseEdtf(instrument.windowEnd ?? '')?.latest ?? MAX_DAY,
});

/** EDTF; empty if it is unknown. A pardon decree is in force from the day on which it was issued. */
const dateInForce = ({ inForce, issued, kind }: Instrument): string =>
  inForce ?? (kind === 'pardon-decree' ? issued : undefined) ?? '';

const dayInForce = (instrument: Instrument): Day => {
  const day = parseEdtf(dateInForce(instrument));
  if (day === null || day.earliest !== day.latest)
    throw new InvalidParameter('id', 'INSTRUMENT.UNDATED', 'an instrument whose day in force is known, or listDay');
  return day.earliest;
};

/** The people of a page. Their verdicts are computed again, this time with the reasons. */
const personViewsOf = (
  context: QueryContext,
  asked: EligibilityRequest,
  caseNos: readonly number[],
): readonly EligiblePersonView[] => {
  const { question, from, to, position, instrument } = asked;
  const scope = listScope(question.list.id, question.listDay, position, context.position);
  const applied = casesWithApplication(context, instrument, question.listDay, position);
  const periods = periodsByCaseWithoutInstrument(context, scope, caseNos, instrument, applied);
  const entries = listEntriesOf(context.db, scope, caseNos);
  const prepared = prepareQuestion(question);
  return caseNos.flatMap((caseNo) => {
    const person = birthAndSexOf(context.logTables, caseNo, position);
    const found = prepared.explain({ periods: periods.get(caseNo) ?? [], ...person }, from, to);
    const entry = entries.get(caseNo);
    if (found === null || entry === undefined) return [];
    const { clause, verdict, firstDay, conditions } = found;
    return [
      {
        caseId: entry.caseId,
        references: entry.references,
        name: entry.name,
        verdict,
        firstDay: firstDay === null ? null : formatDay(firstDay),
        clause: clauseVersionName(clause),
        conditions,
      },
    ];
  });
};
