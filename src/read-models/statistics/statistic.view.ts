import { IsDay, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsCountMatrix, IsString } from '../../schema/view-decorators.js';
import { MEMBER_SETS, type CertainOrPossible } from '../counts/movement.view.js';
import { KnownView } from '../known.view.js';
import type { DayMark } from './flows.js';

interface StatisticDescription {
  readonly means: string;
  readonly rowsAre: string;
  readonly columnsAre: string;
  /** Whether the statistic is about a span of days rather than about one day. */
  readonly hasSpan: boolean;
}

/** The statistics by name. */
export const STATISTICS = {
  'stage-by-category': {
    means: 'who is on the list, by category and stage of proceedings',
    rowsAre: 'category',
    columnsAre: 'stage',
    hasSpan: false,
  },
  'category-by-instrument': {
    means: 'to whom each act and decree was applied by the day, by category at that time',
    rowsAre: 'category',
    columnsAre: 'instrument',
    hasSpan: false,
  },
  'incident-by-instrument': {
    means: 'to whom each act and decree was applied by the day, by affair',
    rowsAre: 'incident',
    columnsAre: 'instrument',
    hasSpan: false,
  },
  gravity: {
    means: 'who is on the list, by the gravest offence of the conviction',
    rowsAre: 'gravity',
    columnsAre: 'number',
    hasSpan: false,
  },
  'time-left': {
    means: 'who is on the list, by what is left of the sentence',
    rowsAre: 'time left',
    columnsAre: 'number',
    hasSpan: false,
  },
  'time-held': {
    means: 'who is on the list, by how long they have been held without a break',
    rowsAre: 'time held',
    columnsAre: 'number',
    hasSpan: false,
  },
  'days-to-release': {
    means: 'to whom each act and decree was applied by the day, by the days until they walked out',
    rowsAre: 'days',
    columnsAre: 'instrument',
    hasSpan: false,
  },
  'entries-and-exits': {
    means: 'how many came to the list and left it each month, and by what',
    rowsAre: 'month',
    columnsAre: 'reason',
    hasSpan: true,
  },
  daily: {
    means: 'how many were on the list at the end of each day',
    rowsAre: 'day',
    columnsAre: 'number',
    hasSpan: true,
  },
} as const satisfies Readonly<Record<string, StatisticDescription>>;

export type StatisticName = keyof typeof STATISTICS;
export const STATISTIC_NAMES = Object.keys(STATISTICS) as readonly StatisticName[];

export class MarkView implements DayMark {
  @IsDay()
  readonly day: string;

  @IsOneOf(['edition', 'instrument'])
  readonly kind: DayMark['kind'];

  @IsString()
  readonly id: string;

  @IsString({ description: 'Which date of it: `asOf` of an edition; `inForce`, `windowEnd` … of an instrument.' })
  readonly what: string;
}

export class StatisticView extends KnownView {
  @IsOneOf(STATISTIC_NAMES)
  readonly name: StatisticName;

  @IsString()
  readonly list: string;

  @IsDay({ description: 'The day, or the last day of the span.' })
  readonly asOf: string;

  @IsNullable()
  @IsDay({ description: 'The first day of the span; null for a statistic of one day.' })
  readonly from: string | null;

  @IsNullable()
  @IsOneOf(MEMBER_SETS, { description: 'Whose movements are counted; null for a statistic of one day.' })
  readonly set: CertainOrPossible | null;

  @IsString({ description: 'What a row is.' })
  readonly rowsAre: string;

  @IsString({ description: 'What a column is.' })
  readonly columnsAre: string;

  @IsString({ each: true })
  readonly rows: readonly string[];

  @IsString({ each: true })
  readonly columns: readonly string[];

  @IsCountMatrix({ description: 'By row, then by column: how many people, in every possible course of events.' })
  readonly cells: readonly (readonly number[])[];

  @IsCountMatrix({
    description:
      'Likewise: how many more in some possible courses only. None where `set` is `possible`, and of entries and exits, which are those of the set.',
  })
  readonly uncertain: readonly (readonly number[])[];

  @IsObjectOf(MarkView, { each: true, description: 'Of a daily series: editions and dates of instruments.' })
  readonly marks: readonly DayMark[];
}
