/** Bands of time left of a sentence, of time held, and of days: each a key and the days [from, to] that belong to it. */
import { addTerm, MAX_DAY, MIN_DAY, type Day } from '../../domain/time.js';

export interface Band {
  readonly key: string;
  /** Days from `from` to `to`, both included. */
  readonly from: number;
  readonly to: number;
}

/** Calendar terms at which one band ends and the next begins. */
const TIME_BAND_ENDS = [
  ['under-6-months', 'P6M'],
  ['6-to-12-months', 'P1Y'],
  ['1-to-2-years', 'P2Y'],
  ['2-to-5-years', 'P5Y'],
  ['5-to-10-years', 'P10Y'],
] as const;
const LONGEST_BAND = '10-years-or-more';

/** Bands by the day on which a sentence ends: *less than six months left on D* is after D and before D plus six calendar months. */
export const timeLeftBands = (day: Day): readonly Band[] => {
  const bands: Band[] = [{ key: 'over', from: MIN_DAY, to: day }];
  let from = day + 1;
  for (const [key, term] of TIME_BAND_ENDS) {
    const next = addTerm(day, term);
    bands.push({ key, from, to: next - 1 });
    from = next;
  }
  return [...bands, { key: LONGEST_BAND, from, to: MAX_DAY - 1 }];
};

/**
 * Bands by the first day of custody: whoever is held for six months or more on D was held already on a day whose six calendar months end by
 * D.
 */
export const timeHeldBands = (day: Day): readonly Band[] => {
  const bands: Band[] = [];
  let to = day;
  for (const [key, term] of TIME_BAND_ENDS) {
    const last = lastStartEndingBy(day, term);
    bands.push({ key, from: last + 1, to });
    to = last;
  }
  return [...bands, { key: LONGEST_BAND, from: MIN_DAY, to }];
};

/** The last start day from which the term has run out by `day`. */
const lastStartEndingBy = (day: Day, term: string): Day => {
  let start = day - (addTerm(day, term) - day);
  while (addTerm(start, term) > day) start -= 1;
  while (addTerm(start + 1, term) <= day) start += 1;
  return start;
};

/** Bands by the number of days from the application of an act or decree to the release. */
export const DAYS_TO_RELEASE_BANDS: readonly Band[] = [
  { key: '0', from: 0, to: 0 },
  { key: '1', from: 1, to: 1 },
  { key: '2-to-3', from: 2, to: 3 },
  { key: '4-to-7', from: 4, to: 7 },
  { key: '8-to-30', from: 8, to: 30 },
  { key: '31-or-more', from: 31, to: MAX_DAY - MIN_DAY },
];

/** The keys of the bands that overlap the range from `least` to `most`. */
export const overlappingBandKeys = (bands: readonly Band[], least: number, most: number): readonly string[] =>
  bands.filter(({ from, to }) => from <= most && least <= to).map(({ key }) => key);
