/** Statistics of a list, each a table of numbers. */
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay } from '../../domain/time.js';
import { LIMITS } from '../../schema/limits.js';
import type { CertainOrPossible } from '../counts/movement.view.js';
import { retryIfFileReplaced } from '../one-file.js';
import { GRAVITY_DATA, type GravityData } from '../eligibility/gravity-file.js';
import { FILTERS, type Filters } from '../list/filters.js';
import { InvalidParameter } from '../query-errors.js';
import { ReadModelReader } from '../reader.js';
import { openScope, requireDay, type Scope, type ScopedContext } from '../scope.js';
import { categoryByInstrument, daysToRelease, incidentByInstrument } from './clemency.js';
import { dailyCounts, entriesAndExitsByMonth, dayMarksOf, type SpanStatisticRequest } from './flows.js';
import { membersByGravity, membersByTimeHeld, membersByTimeLeft, stageByCategory } from './members.js';
import type { StatisticTable } from './statistic-table.js';
import { STATISTICS, type StatisticName, type StatisticView } from './statistic.view.js';

export interface StatisticParameters {
  readonly list: string;
  readonly filters: Filters;
  /** The first day of a span, which ends on the day of the scope; 365 days before that where absent. */
  readonly from?: string;
  readonly set?: CertainOrPossible;
}

/** One statistic of a list, as a table of numbers; null for an unknown list. */
export class OneStatistic extends Query<StatisticView | null> {
  constructor(
    readonly scope: Scope,
    readonly statistic: StatisticName,
    readonly parameters: StatisticParameters,
  ) {
    super();
  }
}

/** Days from the first to the last day of a span whose first day is not given. */
const DEFAULT_SPAN_DAYS = 365;

type DayStatistic = (asked: Parameters<typeof stageByCategory>[0]) => StatisticTable;

const DAY_STATISTICS: Readonly<Record<Exclude<StatisticName, SpanStatisticName>, DayStatistic>> = {
  'stage-by-category': stageByCategory,
  'category-by-instrument': categoryByInstrument,
  'incident-by-instrument': incidentByInstrument,
  gravity: membersByGravity,
  'time-left': membersByTimeLeft,
  'time-held': membersByTimeHeld,
  'days-to-release': daysToRelease,
};

type SpanStatisticName = 'entries-and-exits' | 'daily';
const SPAN_STATISTICS: { readonly [N in SpanStatisticName]: (asked: SpanStatisticRequest) => Promise<StatisticTable> } =
  {
    'entries-and-exits': entriesAndExitsByMonth,
    daily: dailyCounts,
  };

const isSpanStatistic = (name: StatisticName): name is SpanStatisticName => STATISTICS[name].hasSpan;

@QueryHandler(OneStatistic)
export class OneStatisticHandler implements IQueryHandler<OneStatistic> {
  constructor(
    private readonly reader: ReadModelReader,
    @Inject(GRAVITY_DATA) private readonly gravity: GravityData,
  ) {}

  /** Throws InvalidParameter for a parameter that the statistic does not have, and for a span that is too long or ends before it begins. */
  async execute({ scope: asked, statistic, parameters }: OneStatistic): Promise<StatisticView | null> {
    const context = await openScope(this.reader, asked);
    return isSpanStatistic(statistic)
      ? this.#ofSpan(context, statistic, parameters)
      : this.#ofDay(context, statistic, parameters);
  }

  #ofDay(
    context: ScopedContext,
    statistic: keyof typeof DAY_STATISTICS,
    { list: id, filters, from, set }: StatisticParameters,
  ): StatisticView | null {
    for (const [parameter, value] of Object.entries({ from, set }))
      if (value !== undefined) throw new InvalidParameter(parameter, 'PARAMETER.NEEDS', 'a statistic of several days');
    const list = context.logTables.listAt(id, context.scope.position)?.definition;
    if (list === undefined) return null;
    const table = DAY_STATISTICS[statistic]({ context, list, filters, gravityOf: this.gravity.gravityOf });
    return { ...answerHead(context, statistic, id), from: null, set: null, ...table, marks: [] };
  }

  async #ofSpan(
    opened: ScopedContext,
    statistic: SpanStatisticName,
    { list: id, filters, from, set = 'certain' }: StatisticParameters,
  ): Promise<StatisticView | null> {
    for (const { name } of FILTERS)
      if (name !== 'category' && filters[name] !== undefined)
        throw new InvalidParameter(
          name,
          'PARAMETER.NEEDS',
          'a statistic of one day; of several, only category filters',
        );
    const { day: to, position } = opened.scope;
    const first = from === undefined ? to - DEFAULT_SPAN_DAYS : requireDay(from);
    if (first > to) throw new InvalidParameter('from', 'PARAMETER.NEEDS', 'a day that is not after the last one, `to`');
    if (to - first >= LIMITS.seriesDays)
      throw new InvalidParameter('from', 'SPAN.TOO_LONG', `at most ${LIMITS.seriesDays} days`);
    return retryIfFileReplaced(this.reader, position, async (context) => {
      const list = context.logTables.listAt(id, position)?.definition;
      if (list === undefined) return null;
      const scope = { list, set, categories: filters.category, from: first, to };
      const span: SpanStatisticRequest = { reader: this.reader, context, position, scope };
      const table = await SPAN_STATISTICS[statistic](span);
      const marks = statistic === 'daily' ? dayMarksOf(span) : [];
      return { ...answerHead(opened, statistic, id), from: formatDay(first), set, ...table, marks };
    });
  }
}

const answerHead = ({ scope: { day, knownAt, position } }: ScopedContext, name: StatisticName, list: string) => {
  const { rowsAre, columnsAre } = STATISTICS[name];
  return { name, list, asOf: formatDay(day), knownAt, position, rowsAre, columnsAre };
};
