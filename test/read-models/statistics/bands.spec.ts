import fc from 'fast-check';
import { addTerm, formatDay } from '../../../src/domain/time.js';
import {
  overlappingBandKeys,
  DAYS_TO_RELEASE_BANDS,
  timeHeldBands,
  timeLeftBands,
  type Band,
} from '../../../src/read-models/statistics/bands.js';
import { day } from '../../support/events.js';
import { assertProperty } from '../../support/property.js';

const days = fc.integer({ min: day('2019-12-25'), max: day('2028-03-10') });
const bandOf = (bands: readonly Band[], one: number): readonly string[] => overlappingBandKeys(bands, one, one);

/** What the names of the bands say, one term after the other. */
const TERMS = [
  ['under-6-months', 'P6M'],
  ['6-to-12-months', 'P1Y'],
  ['1-to-2-years', 'P2Y'],
  ['2-to-5-years', 'P5Y'],
  ['5-to-10-years', 'P10Y'],
] as const;

it('puts every end of a sentence into the one band whose calendar months it is within', () => {
  assertProperty(
    fc.property(days, fc.integer({ min: -400, max: 4_500 }), (today, after) => {
      const end = today + after;
      const term = TERMS.find(([, one]) => end < addTerm(today, one))?.[0] ?? '10-years-or-more';
      expect(bandOf(timeLeftBands(today), end)).toEqual([end <= today ? 'over' : term]);
    }),
  );
});

it('puts every beginning of custody into the one band whose calendar months are not over', () => {
  assertProperty(
    fc.property(days, fc.integer({ min: 0, max: 4_500 }), (today, before) => {
      const start = today - before;
      const term = TERMS.find(([, one]) => addTerm(start, one) > today)?.[0] ?? '10-years-or-more';
      expect([formatDay(start), bandOf(timeHeldBands(today), start)]).toEqual([formatDay(start), [term]]);
    }),
  );
});

it.each([
  // *Less than six months left on D*: after D and before D plus six calendar months.
  ['2025-12-22', '2025-12-22', 'over'],
  ['2025-12-22', '2025-12-23', 'under-6-months'],
  ['2025-12-22', '2026-06-21', 'under-6-months'],
  ['2025-12-22', '2026-06-22', '6-to-12-months'],
  ['2025-08-31', '2026-02-27', 'under-6-months'],
  ['2025-08-31', '2026-02-28', '6-to-12-months'],
  ['2023-08-31', '2024-02-28', 'under-6-months'],
  ['2023-08-31', '2024-02-29', '6-to-12-months'],
])('asked on %s, a sentence that ends on %s is %s', (today, end, band) => {
  expect(bandOf(timeLeftBands(day(today)), day(end))).toEqual([band]);
});

it.each([
  [0, 0, ['0']],
  [1, 3, ['1', '2-to-3']],
  [7, 8, ['4-to-7', '8-to-30']],
  [31, 4_000, ['31-or-more']],
])('%i to %i days touch %j', (least, most, bands) => {
  expect(overlappingBandKeys(DAYS_TO_RELEASE_BANDS, least, most)).toEqual(bands);
});
