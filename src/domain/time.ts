/**
 * Days, partial dates and terms. A day is a number: days since 1970-01-01 in the proleptic Gregorian calendar, without
 * a time zone; which day an instant falls on is asked in the register's time zone.
 */
import { parse } from 'edtf';
import { Temporal } from 'temporal-polyfill';

export type Day = number;

/** Open ends of a stretch of days: before and after every day that can be said. */
export const MIN_DAY: Day = -100_000_000;
export const MAX_DAY: Day = 100_000_000;

/** The years in which something may have happened; beyond them a date is a slip of the pen. */
export const FIRST_YEAR = 1800;
export const LAST_YEAR = 2199;

const MS_A_DAY = 86_400_000;

const dayOf = (year: number, month: number, day: number): Day => Date.UTC(year, month, day) / MS_A_DAY;

/** `2024-02-29` as a day; null for anything else, also for days that do not exist and years out of bounds. */
export const parseDay = (text: string): Day | null => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return null;
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number];
  if (year < FIRST_YEAR || year > LAST_YEAR) return null;
  const day = dayOf(year, month - 1, date);
  return formatDay(day) === text ? day : null;
};

/** The day as `2024-02-29`. */
export const formatDay = (day: Day): string => new Date(day * MS_A_DAY).toISOString().slice(0, 10);

/** The days that a partial date may mean, first and last included. `~` keeps them and only marks them. */
export interface Interval {
  readonly earliest: Day;
  readonly latest: Day;
  readonly approximate: boolean;
}

/** Any day on which something may have happened. */
export const ANY_DAY: Interval = {
  earliest: dayOf(FIRST_YEAR, 0, 1),
  latest: dayOf(LAST_YEAR, 11, 31),
  approximate: false,
};

/** Texts whose reading is remembered; the grammar takes some 100 µs a date, and registers repeat their days and terms. */
const REMEMBERED = 20_000;

const remembering = <T>(read: (text: string) => T): ((text: string) => T) => {
  const remembered = new Map<string, T>();
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const value = read(text);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(text, value);
    return value;
  };
};

/**
 * Reads EDTF level 0 (a day, a month, a year, or an interval between two of them) with an optional `~`
 * (ISO 8601-2:2019, EDTF levels 0 and 1). Null for everything else: times of day, seasons, `?`, unspecified digits,
 * open intervals, intervals that end before they begin.
 */
export const parseEdtf = (text: string): Interval | null => readEdtf(text);

const PARTIAL = String.raw`\d{4}(?:-\d{2}(?:-\d{2})?)?~?`;
const SHAPE = new RegExp(`^${PARTIAL}(?:/${PARTIAL})?$`);

const readEdtf = remembering((text): Interval | null => {
  if (!SHAPE.test(text)) return null;
  try {
    const parsed = parse(text, { level: 1 }) as EdtfNode;
    const [first, last] = parsed.type === 'Interval' ? parsed.values : [parsed, parsed];
    const interval = {
      earliest: bounds(first).earliest,
      latest: bounds(last).latest,
      approximate: first.approximate !== undefined || last.approximate !== undefined,
    };
    return interval.earliest <= interval.latest ? interval : null;
  } catch {
    return null;
  }
});

interface EdtfDate {
  /** A month of 21 to 24 is a season there, and no date of ours. */
  readonly type: 'Date' | 'Season';
  readonly values: readonly [year: number, month?: number, day?: number];
  readonly approximate?: unknown;
}
type EdtfNode = EdtfDate | { readonly type: 'Interval'; readonly values: readonly [EdtfDate, EdtfDate] };

const bounds = ({ type, values: [year, month, day] }: EdtfDate): { earliest: Day; latest: Day } => {
  if (type !== 'Date' || year < FIRST_YEAR || year > LAST_YEAR) throw new RangeError('not a date of ours');
  const earliest = dayOf(year, month ?? 0, day ?? 1);
  // The grammar lets 29 February stand in every year.
  if (new Date(earliest * MS_A_DAY).getUTCMonth() !== (month ?? 0)) throw new RangeError('no such day');
  return {
    earliest,
    latest: day === undefined ? dayOf(year, (month ?? 11) + 1, 0) : dayOf(year, month ?? 0, day),
  };
};

/** Reads an ISO 8601 duration in years, months, weeks and days; null for anything else, also for nothing at all. */
const readTerm = remembering((text): Temporal.Duration | null => {
  if (!/^P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/.test(text)) return null;
  const term = Temporal.Duration.from(text);
  return term.blank ? null : term;
});

/** Whether the text is a term of imprisonment: `P3Y10M`. */
export const isTerm = (text: string): boolean => readTerm(text) !== null;

/**
 * The day on which a term that began on a day ends, in calendar months: a missing day of a month becomes its last day.
 * Reductions are taken off the end. Throws RangeError for what is no term.
 */
export const addTerm = (day: Day, term: string, reductions: readonly string[] = []): Day => {
  const read = (text: string): Temporal.Duration => {
    const duration = readTerm(text);
    if (duration === null) throw new RangeError(`no term: ${text}`);
    return duration;
  };
  const start = Temporal.PlainDate.from(formatDay(day));
  const end = reductions.reduce((date, reduction) => date.subtract(read(reduction)), start.add(read(term)));
  return dayOf(end.year, end.month - 1, end.day);
};

/** The day on which an instant falls in a time zone (IANA name). */
export const dayOfInstant = (timeZone: string, instant: Date): Day => {
  const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return dayOf(year, month - 1, day);
};

/** The first instant after a day in a time zone. */
export const endOfDay = (timeZone: string, day: Day): Date =>
  new Date(Temporal.PlainDate.from(formatDay(day + 1)).toZonedDateTime(timeZone).epochMilliseconds);
