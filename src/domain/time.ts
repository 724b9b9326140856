/** Days, partial dates and terms of imprisonment. */
import { parse } from 'edtf';
import { Temporal } from 'temporal-polyfill';

/** Days since 1970-01-01 in the proleptic Gregorian calendar, without a time zone. */
export type Day = number;

/** Open ends of a range of days: before and after every day that an event can name. */
export const MIN_DAY: Day = -100_000_000;
export const MAX_DAY: Day = 100_000_000;

/** The years that a date may name; any other is taken for a typing error. */
export const FIRST_YEAR = 1800;
export const LAST_YEAR = 2199;

const MS_PER_DAY = 86_400_000;

const dayOf = (year: number, month: number, day: number): Day => Date.UTC(year, month, day) / MS_PER_DAY;

/** Parses `YYYY-MM-DD`; null if the text has another form, the day does not exist or the year is out of bounds. */
export const parseDay = (text: string): Day | null => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return null;
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number];
  if (year < FIRST_YEAR || year > LAST_YEAR) return null;
  const day = dayOf(year, month - 1, date);
  return formatDay(day) === text ? day : null;
};

const plainDateOf = (day: Day): Temporal.PlainDate => {
  const date = new Date(day * MS_PER_DAY);
  return new Temporal.PlainDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
};

/** Formats a day as `YYYY-MM-DD`. */
export const formatDay = (day: Day): string => new Date(day * MS_PER_DAY).toISOString().slice(0, 10);

/** The days that a partial date may mean, both ends included. `~` sets `approximate` and does not widen the interval. */
export interface Interval {
  readonly earliest: Day;
  readonly latest: Day;
  readonly approximate: boolean;
}

/** The interval of an event whose date is unknown. */
export const ANY_DAY: Interval = {
  earliest: dayOf(FIRST_YEAR, 0, 1),
  latest: dayOf(LAST_YEAR, 11, 31),
  approximate: false,
};

/** Parsed texts to cache: the EDTF grammar takes about 100 µs a date, and registers repeat their dates and terms. */
const MAX_CACHED_TEXTS = 20_000;

const memoized = <T>(parseText: (text: string) => T): ((text: string) => T) => {
  const cache = new Map<string, T>();
  return (text) => {
    const hit = cache.get(text);
    if (hit !== undefined) return hit;
    const value = parseText(text);
    if (cache.size >= MAX_CACHED_TEXTS) cache.clear();
    cache.set(text, value);
    return value;
  };
};

const PARTIAL_DATE = String.raw`\d{4}(?:-\d{2}(?:-\d{2})?)?~?`;
const EDTF_SUBSET = new RegExp(`^${PARTIAL_DATE}(?:/${PARTIAL_DATE})?$`);

/**
 * Parses EDTF level 0 (a day, a month, a year, or an interval between two of them) with an optional `~`
 * (ISO 8601-2:2019, EDTF levels 0 and 1). Null for everything else: times of day, seasons, `?`, unspecified digits,
 * open intervals, intervals that end before they begin.
 */
export const parseEdtf: (text: string) => Interval | null = memoized((text): Interval | null => {
  if (!EDTF_SUBSET.test(text)) return null;
  // Most dates are days, of which a register has thousands, and the grammar takes a hundred times as long.
  const day = parseDay(text);
  if (day !== null) return { earliest: day, latest: day, approximate: false };
  try {
    const parsed = parse(text, { level: 1 }) as EdtfNode;
    const [first, last] = parsed.type === 'Interval' ? parsed.values : [parsed, parsed];
    const interval = {
      earliest: boundsOfDate(first).earliest,
      latest: boundsOfDate(last).latest,
      approximate: first.approximate !== undefined || last.approximate !== undefined,
    };
    return interval.earliest <= interval.latest ? interval : null;
  } catch {
    return null;
  }
});

interface EdtfDate {
  /** The library parses months 21 to 24 as seasons, which the register does not accept. */
  readonly type: 'Date' | 'Season';
  readonly values: readonly [year: number, month?: number, day?: number];
  readonly approximate?: unknown;
}
type EdtfNode = EdtfDate | { readonly type: 'Interval'; readonly values: readonly [EdtfDate, EdtfDate] };

const boundsOfDate = ({ type, values: [year, month, day] }: EdtfDate): { earliest: Day; latest: Day } => {
  if (type !== 'Date' || year < FIRST_YEAR || year > LAST_YEAR) throw new RangeError('season or year out of bounds');
  const earliest = dayOf(year, month ?? 0, day ?? 1);
  // The grammar accepts 29 February in every year.
  if (new Date(earliest * MS_PER_DAY).getUTCMonth() !== (month ?? 0)) throw new RangeError('no such day');
  return {
    earliest,
    latest: day === undefined ? dayOf(year, (month ?? 11) + 1, 0) : dayOf(year, month ?? 0, day),
  };
};

/** Parses an ISO 8601 duration in years, months, weeks and days; null for anything else and for a zero duration. */
const parseTerm = memoized((text): Temporal.Duration | null => {
  if (!/^P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/.test(text)) return null;
  const term = Temporal.Duration.from(text);
  return term.blank ? null : term;
});

/** Whether the text is a term of imprisonment, such as `P3Y10M`. */
export const isTerm = (text: string): boolean => parseTerm(text) !== null;

/**
 * The day on which a term that began on `day` ends, counted in calendar months: a day that the month does not have becomes
 * its last day. Subtracts the reductions from the end. Throws RangeError if a text is not a term.
 */
export const addTerm = (day: Day, term: string, reductions: readonly string[] = []): Day => {
  const durationOf = (text: string): Temporal.Duration => {
    const duration = parseTerm(text);
    if (duration === null) throw new RangeError(`no term: ${text}`);
    return duration;
  };
  const start = plainDateOf(day);
  const end = reductions.reduce((date, reduction) => date.subtract(durationOf(reduction)), start.add(durationOf(term)));
  return dayOf(end.year, end.month - 1, end.day);
};

/** The day from which lengths of terms are counted: 2001 is no leap year. */
const TERM_LENGTH_START = dayOf(2001, 0, 1);

/** The days of a term that begins on 1 January 2001, by which terms are compared. Throws RangeError if the text is not a term. */
export const termLength = (term: string): number => addTerm(TERM_LENGTH_START, term) - TERM_LENGTH_START;

/** The calendar day of an instant in a time zone (IANA name). */
export const dayOfInstant = (timeZone: string, instant: Date): Day => {
  const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return dayOf(year, month - 1, day);
};

/** Offsets from UTC are multiples of this in every zone, since 1972. */
const OFFSET_STEP_MS = 15 * 60_000;

/** Returns `dayOfInstant` of one time zone, fast for instants that mostly follow each other: the last result is cached. */
export const dayFinder = (timeZone: string): ((instant: string) => Day) => {
  let last = { step: NaN, day: NaN };
  return (instant) => {
    const milliseconds = Date.parse(instant);
    const step = Math.floor(milliseconds / OFFSET_STEP_MS);
    if (step !== last.step) last = { step, day: dayOfInstant(timeZone, new Date(milliseconds)) };
    return last.day;
  };
};

/** The first instant after a day in a time zone (IANA name). */
export const endOfDay = (timeZone: string, day: Day): Date =>
  new Date(plainDateOf(day + 1).toZonedDateTime(timeZone).epochMilliseconds);
