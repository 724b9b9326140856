/** Statistics of a list over a span of days, and the marks of its days: editions and dates of instruments. */
import type { Instrument } from '../../domain/instrument/instrument.js';
import { formatDay, parseEdtf, type Day } from '../../domain/time.js';
import { causeOfEntry, causeOfExit, type MovementScope } from '../counts/movement.js';
import { visitMovements } from '../counts/visit-movements.js';
import type { Totals } from '../list/person.view.js';
import { nextContext } from '../one-file.js';
import type { QueryContext, ReadModelReader } from '../reader.js';
import { dailyMemberCounts } from './daily-members.js';
import { ONLY_COLUMN, statisticTable, type StatisticTable } from './statistic-table.js';

export interface SpanStatisticRequest {
  readonly reader: ReadModelReader;
  readonly context: QueryContext;
  /** The position up to which events are known. */
  readonly position: number;
  readonly scope: MovementScope;
}

/** Entries and exits after the day `from`, by month and reason (`entered:recognised`, `left:amnesty`). To be called within `retryIfFileReplaced`. */
export const entriesAndExitsByMonth = async ({
  reader,
  context,
  position,
  scope,
}: SpanStatisticRequest): Promise<StatisticTable> => {
  const found = new Map<string, Map<string, Totals>>();
  await visitMovements(reader, context, position, scope, ({ changes, rows }) => {
    for (const { kind, day, moved } of changes) {
      if (moved === 'within') continue;
      const cause = { entered: causeOfEntry, left: causeOfExit, moved: () => ({ reason: moved ?? '' }) }[kind];
      const column = `${kind}:${cause(scope.list, rows, day).reason}`;
      const month = found.get(monthOf(day)) ?? new Map<string, Totals>();
      month.set(column, { yes: (month.get(column)?.yes ?? 0) + 1, uncertain: 0 });
      found.set(monthOf(day), month);
    }
  });
  return statisticTable(found, { rows: monthsOf(scope.from + 1, scope.to), columns: [] });
};

const monthOf = (day: Day): string => formatDay(day).slice(0, 'YYYY-MM'.length);

/** Every month with a day of the span. */
const monthsOf = (from: Day, to: Day): readonly string[] => [
  ...new Set(Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => monthOf(from + index))),
];

/**
 * How many people were on the list at the end of each day; `uncertain` counts those who perhaps were. To be called within `retryIfFileReplaced`.
 */
export const dailyCounts = async ({
  reader,
  context,
  position,
  scope,
}: SpanStatisticRequest): Promise<StatisticTable> => {
  const numbers = await dailyMemberCounts(reader, context, position, scope);
  const possible =
    scope.set === 'possible'
      ? numbers
      : await dailyMemberCounts(reader, await nextContext(reader, context, position), position, {
          ...scope,
          set: 'possible',
        });
  return {
    rows: numbers.map((_, index) => formatDay(scope.from + index)),
    columns: [ONLY_COLUMN],
    cells: numbers.map((number) => [number]),
    uncertain: possible.map((number, index) => [number - (numbers[index] ?? 0)]),
  };
};

/** What a day of a series is marked with: a date of an instrument, or an edition of the list. */
export interface DayMark {
  readonly day: string;
  readonly kind: 'edition' | 'instrument';
  readonly id: string;
  readonly what: string;
}

const INSTRUMENT_DATES = ['issued', 'submitted', 'adopted', 'inForce', 'windowEnd'] as const;

/** The days of editions and of the dates of instruments within a span, in order; partial dates mark no day. */
export const dayMarksOf = ({
  context: { logTables },
  position,
  scope: { list, from, to },
}: SpanStatisticRequest): readonly DayMark[] => {
  const instruments = logTables.idsOf('instrument').flatMap((id) => {
    const instrument = logTables.definitionAt('instrument', id, position)?.definition;
    return instrument === undefined ? [] : instrumentMarks(id, instrument);
  });
  const editions = list.editions.map(({ edition, asOf }): DayMark => ({
    day: asOf,
    kind: 'edition',
    id: edition,
    what: 'asOf',
  }));
  return [...editions, ...instruments]
    .filter(({ day }) => formatDay(from) <= day && day <= formatDay(to))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
};

const instrumentMarks = (id: string, instrument: Instrument): readonly DayMark[] =>
  INSTRUMENT_DATES.flatMap((what): readonly DayMark[] => {
    const days = parseEdtf(instrument[what] ?? '');
    if (days === null || days.earliest !== days.latest) return [];
    return [{ day: formatDay(days.earliest), kind: 'instrument', id, what }];
  });

const sortKey = ({ day, kind, id, what }: DayMark): string => [day, kind, id, what].join(' ');
