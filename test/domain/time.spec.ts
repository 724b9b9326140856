import fc from 'fast-check';
import { assertProperty } from '../support/property.js';
import {
  addTerm,
  dayFinder,
  dayOfInstant,
  endOfDay,
  FIRST_YEAR,
  formatDay,
  isTerm,
  LAST_YEAR,
  MAX_DAY,
  MIN_DAY,
  parseDay,
  parseEdtf,
} from '../../src/domain/time.js';

const day = (text: string): number => {
  const parsed = parseDay(text);
  if (parsed === null) throw new Error(`no day: ${text}`);
  return parsed;
};

const FIRST = day('1800-01-01');
const LAST = day('2199-12-31');
const days = fc.integer({ min: FIRST, max: LAST });
/** Far enough from the last year that a term of some years does not leave it. */
const starts = fc.integer({ min: day('1900-01-01'), max: day('2099-12-31') });

/** A calendar of our own, month by month: how many days a month has. */
const daysIn = (year: number, month: number): number => {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
};

const parts = (text: string): [number, number, number] => text.split('-').map(Number) as [number, number, number];
const pad = (n: number): string => String(n).padStart(2, '0');

describe('days', () => {
  test.each([
    ['1970-01-01', 0],
    ['1970-01-02', 1],
    ['1969-12-31', -1],
    ['2000-03-01', 11_017],
    ['2024-02-29', 19_782],
    ['2026-01-05', 20_458],
  ])('%s is day %i', (text, number) => {
    expect(parseDay(text)).toBe(number);
    expect(formatDay(number)).toBe(text);
  });

  test('the open ends lie beyond every day that can be said', () => {
    expect(MIN_DAY).toBeLessThan(FIRST);
    expect(MAX_DAY).toBeGreaterThan(LAST);
  });

  test('every day reads back from its text', () => {
    assertProperty(fc.property(days, (d) => parseDay(formatDay(d)) === d));
  });

  test('the next day is the calendar’s next day', () => {
    assertProperty(
      fc.property(fc.integer({ min: FIRST, max: LAST - 1 }), (d) => {
        const [year, month, date] = parts(formatDay(d));
        const next =
          date < daysIn(year, month) ? [year, month, date + 1] : month < 12 ? [year, month + 1, 1] : [year + 1, 1, 1];
        expect(parts(formatDay(d + 1))).toEqual(next);
      }),
    );
  });

  test.each([
    ['2023-02-29', 'no such day'],
    ['1900-02-29', 'no leap year'],
    ['2024-02-30', 'no such day'],
    ['2024-04-31', 'no such day'],
    ['2024-13-01', 'no such month'],
    ['2024-00-10', 'no such month'],
    ['2024-01-00', 'no such day'],
    ['2024-01-32', 'no such day'],
    ['1799-12-31', 'before the first year'],
    ['2200-01-01', 'after the last year'],
    ['0000-01-01', 'before the first year'],
    ['2024-1-1', 'one digit'],
    ['24-01-01', 'two digits'],
    ['2024-01', 'a month'],
    ['2024', 'a year'],
    ['2024-01-01~', 'an approximate day'],
    ['2024-01-01T00:00', 'a time of day'],
    [' 2024-01-01', 'a space before'],
    ['2024-01-01 ', 'a space after'],
    ['2024-01-01\n', 'a line end'],
    ['x2024-01-01', 'something before'],
    ['2024-01-011', 'something after'],
    ['12024-01-01', 'five digits'],
    ['-2024-01-01', 'a sign'],
    ['2024/01/01', 'strokes'],
    ['01.01.2024', 'points'],
    ['٢٠٢٤-٠١-٠١', 'other digits'],
    ['', 'nothing'],
  ])('%j is refused: %s', (text) => {
    expect(parseDay(text)).toBeNull();
  });

  test('the first and the last year can be said in full', () => {
    expect([FIRST_YEAR, LAST_YEAR]).toEqual([1800, 2199]);
    expect(formatDay(FIRST)).toBe('1800-01-01');
    expect(formatDay(LAST)).toBe('2199-12-31');
  });
});

describe('partial dates', () => {
  const interval = (text: string): [string, string, boolean] | null => {
    const read = parseEdtf(text);
    return read && [formatDay(read.earliest), formatDay(read.latest), read.approximate];
  };

  test.each([
    ['2025-12-22', '2025-12-22', '2025-12-22', false],
    ['2025-12', '2025-12-01', '2025-12-31', false],
    ['2024-02', '2024-02-01', '2024-02-29', false],
    ['2023-02', '2023-02-01', '2023-02-28', false],
    ['2019', '2019-01-01', '2019-12-31', false],
    ['2020-06~', '2020-06-01', '2020-06-30', true],
    ['2019~', '2019-01-01', '2019-12-31', true],
    ['2020-06-05~', '2020-06-05', '2020-06-05', true],
    ['2024-02/2024-03', '2024-02-01', '2024-03-31', false],
    ['2019/2020', '2019-01-01', '2020-12-31', false],
    ['2019-11-30/2019-12', '2019-11-30', '2019-12-31', false],
    ['2019/2019-02-03', '2019-01-01', '2019-02-03', false],
    ['2024-02-01/2024-02-01', '2024-02-01', '2024-02-01', false],
    ['2024-02~/2024-03', '2024-02-01', '2024-03-31', true],
    ['2024-02/2024-03~', '2024-02-01', '2024-03-31', true],
    ['2024-02~/2024-03~', '2024-02-01', '2024-03-31', true],
    ['1800', '1800-01-01', '1800-12-31', false],
    ['2199', '2199-01-01', '2199-12-31', false],
    ['1800/2199', '1800-01-01', '2199-12-31', false],
  ])('%s means the days from %s to %s', (text, earliest, latest, approximate) => {
    expect(interval(text)).toEqual([earliest, latest, approximate]);
  });

  test.each([
    ['2024-02-30', 'no such day'],
    ['2023-02-29', 'no such day'],
    ['2024-13', 'no such month'],
    ['2024-00', 'no such month'],
    ['2024-21', 'a season'],
    ['2024-24~', 'a season'],
    ['2024-01/2024-21', 'a season at the end'],
    ['2024?', 'uncertain'],
    ['2024%', 'uncertain and approximate'],
    ['2024-02?', 'uncertain'],
    ['~2024', 'approximate in front'],
    ['2024~-02', 'approximate within'],
    ['2024~~', 'twice approximate'],
    ['202X', 'unspecified digits'],
    ['2024-XX', 'unspecified digits'],
    ['2024-02-XX', 'unspecified digits'],
    ['2024-02-01T10:00:00Z', 'a time of day'],
    ['2024-02-01T10:00', 'a time of day'],
    ['2024/', 'an open end'],
    ['2024/..', 'an open end'],
    ['../2024', 'an open beginning'],
    ['/2024', 'an unknown beginning'],
    ['2024-03/2024-02', 'ends before it begins'],
    ['2024-02-02/2024-02-01', 'ends before it begins'],
    ['2021/2020', 'ends before it begins'],
    ['2024/2025/2026', 'three ends'],
    ['[2024,2025]', 'a set'],
    ['Y2024', 'a long year'],
    ['1799', 'before the first year'],
    ['2200', 'after the last year'],
    ['1799-12-31', 'before the first year'],
    ['2200-01-01', 'after the last year'],
    ['1799/1801', 'begins before the first year'],
    ['2198/2200', 'ends after the last year'],
    ['-2024', 'a sign'],
    ['24', 'two digits'],
    ['2024-1', 'one digit'],
    ['2024-02-1', 'one digit'],
    ['2024-02-011', 'three digits'],
    [' 2024', 'a space before'],
    ['2024 ', 'a space after'],
    ['2024\n', 'a line end'],
    ['unknown', 'a word'],
    ['', 'nothing'],
  ])('%j is refused: %s', (text) => {
    expect(parseEdtf(text)).toBeNull();
    // Refused alike when it is remembered.
    expect(parseEdtf(text)).toBeNull();
  });

  test('a full day means itself', () => {
    assertProperty(
      fc.property(days, fc.boolean(), (d, approximate) => {
        expect(parseEdtf(`${formatDay(d)}/${formatDay(d)}`)).toEqual(parseEdtf(formatDay(d)));
        expect(parseEdtf(formatDay(d) + (approximate ? '~' : ''))).toEqual({ earliest: d, latest: d, approximate });
      }),
      200,
    );
  });

  test('a month or a year begins on its first and ends on its last day', () => {
    assertProperty(
      fc.property(fc.integer({ min: 1800, max: 2199 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        expect(interval(`${year}-${pad(month)}`)).toEqual([
          `${year}-${pad(month)}-01`,
          `${year}-${pad(month)}-${pad(daysIn(year, month))}`,
          false,
        ]);
        expect(interval(`${year}`)).toEqual([`${year}-01-01`, `${year}-12-31`, false]);
      }),
      200,
    );
  });

  test('an interval spans from the earliest of its beginning to the latest of its end, or is refused', () => {
    const date = fc.tuple(days, fc.constantFrom(4, 7, 10)).map(([d, length]) => formatDay(d).slice(0, length));
    assertProperty(
      fc.property(date, date, (first, last) => {
        const earliest = parseEdtf(first)!.earliest;
        const latest = parseEdtf(last)!.latest;
        const expected = earliest <= latest ? { earliest, latest, approximate: false } : null;
        expect(parseEdtf(`${first}/${last}`)).toEqual(expected);
      }),
      200,
    );
  });

  test('any text is answered, and what is read again is answered alike', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9~?X/.T:-]{0,22}$/));
    assertProperty(
      fc.property(text, (said) => {
        const first = parseEdtf(said);
        expect(parseEdtf(said)).toEqual(first);
        if (first !== null) expect(first.earliest).toBeLessThanOrEqual(first.latest);
      }),
    );
  });

  test('more dates than are remembered are still read right', () => {
    for (let d = 0; d < 21_000; d += 1) parseEdtf(`no date ${d}`);
    expect(interval('2025-12')).toEqual(['2025-12-01', '2025-12-31', false]);
    expect(parseEdtf('no date 1')).toBeNull();
  });
});

describe('terms', () => {
  test.each(['P3Y10M', 'P8Y', 'P6M', 'P2W', 'P15D', 'P1Y2M3W4D', 'P12M', 'P999Y', 'P3Y5D', 'P1M1D'])(
    '%s is a term',
    (text) => {
      expect(isTerm(text)).toBe(true);
    },
  );

  test.each([
    ['', 'nothing'],
    ['P', 'nothing after P'],
    ['P0Y', 'no time at all'],
    ['P0Y0M0D', 'no time at all'],
    ['3Y', 'no P'],
    ['P3', 'no unit'],
    ['PT8H', 'hours'],
    ['P1DT8H', 'hours'],
    ['-P3Y', 'a sign'],
    ['P-3Y', 'a sign'],
    ['P3.5Y', 'a fraction'],
    ['P10M3Y', 'months before years'],
    ['P3Y3Y', 'years twice'],
    ['p3y', 'small letters'],
    ['P1000Y', 'more years than bounded'],
    ['P10000M', 'more months than bounded'],
    ['P10000W', 'more weeks than bounded'],
    ['P100000D', 'more days than bounded'],
    ['P3Y ', 'a space after'],
    [' P3Y', 'a space before'],
    ['P3Y\n', 'a line end'],
    ['xP3Y', 'something before'],
    ['life', 'a word'],
  ])('%j is none: %s', (text) => {
    expect(isTerm(text)).toBe(false);
    expect(() => addTerm(0, text)).toThrow(new RangeError(`no term: ${text}`));
    expect(() => addTerm(0, 'P1Y', [text])).toThrow(RangeError);
  });

  test.each([
    ['2024-01-15', 'P3Y10M', '2027-11-15'],
    ['2024-08-31', 'P6M', '2025-02-28'],
    ['2023-08-31', 'P6M', '2024-02-29'],
    ['2024-02-29', 'P1Y', '2025-02-28'],
    ['2024-02-29', 'P4Y', '2028-02-29'],
    ['2024-01-31', 'P1M', '2024-02-29'],
    ['2024-01-31', 'P3M', '2024-04-30'],
    ['2024-12-31', 'P1D', '2025-01-01'],
    ['2024-02-22', 'P1W', '2024-02-29'],
    ['2024-12-01', 'P15D', '2024-12-16'],
    // The months first, held to the end of the month, and then the days.
    ['2024-01-31', 'P1M1D', '2024-03-01'],
    ['1969-12-31', 'P1M', '1970-01-31'],
  ])('a term that began on %s and lasts %s ends on %s', (start, term, end) => {
    expect(formatDay(addTerm(day(start), term))).toBe(end);
  });

  test('reductions are taken off the end, each in calendar months', () => {
    expect(formatDay(addTerm(day('2022-05-31'), 'P4Y', ['P1Y']))).toBe('2025-05-31');
    expect(formatDay(addTerm(day('2022-05-31'), 'P4Y', ['P3M']))).toBe('2026-02-28');
    expect(formatDay(addTerm(day('2022-05-31'), 'P4Y', ['P3M', 'P1M']))).toBe('2026-01-28');
    expect(addTerm(day('2022-05-31'), 'P4Y', [])).toBe(addTerm(day('2022-05-31'), 'P4Y'));
  });

  test('a term of months ends on the same day of its month, or on the last where that is missing', () => {
    assertProperty(
      fc.property(starts, fc.integer({ min: 1, max: 600 }), (start, months) => {
        const [year, month, date] = parts(formatDay(start));
        const count = year * 12 + (month - 1) + months;
        const [endYear, endMonth] = [Math.floor(count / 12), (count % 12) + 1];
        const end = `${endYear}-${pad(endMonth)}-${pad(Math.min(date, daysIn(endYear, endMonth)))}`;
        expect(formatDay(addTerm(start, `P${months}M`))).toBe(end);
      }),
    );
  });

  test('twelve months are a year, seven days a week', () => {
    assertProperty(
      fc.property(starts, fc.integer({ min: 1, max: 80 }), (start, n) => {
        expect(addTerm(start, `P${n}Y`)).toBe(addTerm(start, `P${12 * n}M`));
        expect(addTerm(start, `P${n}W`)).toBe(addTerm(start, `P${7 * n}D`));
        expect(addTerm(start, `P${n}D`)).toBe(start + n);
        expect(addTerm(start, `P${n}Y`, [`P${n}D`])).toBe(addTerm(start, `P${n}Y`) - n);
      }),
    );
  });

  test('a later beginning never ends earlier, a longer term always later', () => {
    assertProperty(
      fc.property(starts, fc.integer({ min: 1, max: 400 }), (start, months) => {
        expect(addTerm(start + 1, `P${months}M`)).toBeGreaterThanOrEqual(addTerm(start, `P${months}M`));
        expect(addTerm(start, `P${months + 1}M`)).toBeGreaterThan(addTerm(start, `P${months}M`));
      }),
    );
  });
});

describe('days of a time zone', () => {
  test.each([
    ['Asia/Baku', '2026-01-04T19:59:59.999Z', '2026-01-04'],
    ['Asia/Baku', '2026-01-04T20:00:00.000Z', '2026-01-05'],
    ['Asia/Baku', '2026-12-31T20:00:00.000Z', '2027-01-01'],
    // Summer time, five hours ahead, until it was given up in 2016.
    ['Asia/Baku', '2015-06-30T19:00:00.000Z', '2015-07-01'],
    ['Asia/Baku', '2015-06-30T18:59:59.999Z', '2015-06-30'],
    ['Asia/Baku', '2016-06-30T19:00:00.000Z', '2016-06-30'],
    ['UTC', '2026-01-04T23:59:59.999Z', '2026-01-04'],
    ['UTC', '1969-12-31T23:59:59.999Z', '1969-12-31'],
    ['America/New_York', '2026-01-05T04:59:59.000Z', '2026-01-04'],
  ])('in %s, %s falls on %s', (zone, instant, expected) => {
    expect(formatDay(dayOfInstant(zone, new Date(instant)))).toBe(expected);
  });

  test.each(['Asia/Baku', 'Asia/Kathmandu', 'Europe/Berlin'])(
    'in %s, days of many instants are those of each',
    (zone) => {
      const find = dayFinder(zone);
      for (let at = Date.UTC(2026, 2, 28, 12); at < Date.UTC(2026, 2, 30, 12); at += 7 * 60_000)
        expect(find(new Date(at).toISOString())).toBe(dayOfInstant(zone, new Date(at)));
    },
  );

  test.each([
    ['Asia/Baku', '2026-01-04', '2026-01-04T20:00:00.000Z'],
    ['Asia/Baku', '2015-06-30', '2015-06-30T19:00:00.000Z'],
    ['UTC', '2025-12-31', '2026-01-01T00:00:00.000Z'],
    // A day of 23 hours ends an hour sooner.
    ['Europe/Berlin', '2026-03-29', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-03-28', '2026-03-28T23:00:00.000Z'],
  ])('in %s, %s has ended at %s', (zone, text, instant) => {
    expect(endOfDay(zone, day(text)).toISOString()).toBe(instant);
  });

  test.each(['Asia/Baku', 'UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland'])(
    'in %s the end of a day is the first instant of the next',
    (zone) => {
      assertProperty(
        fc.property(starts, (d) => {
          const end = endOfDay(zone, d);
          expect(dayOfInstant(zone, end)).toBe(d + 1);
          expect(dayOfInstant(zone, new Date(end.getTime() - 1))).toBe(d);
        }),
        100,
      );
    },
  );

  test('an unknown zone is an error', () => {
    expect(() => dayOfInstant('Asia/Nowhere', new Date(0))).toThrow(RangeError);
  });
});
