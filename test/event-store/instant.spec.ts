import fc from 'fast-check';
import { formatInstant, parseInstant } from '../../src/event-store/instant.js';
import { effort } from '../support/effort.js';
import { assertProperty } from '../support/property.js';

describe('an instant', () => {
  const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
  const LAST = Date.parse('9999-12-31T23:59:59.999Z');

  it('is formatted as a Date formats it', () => {
    const any = fc.integer({ min: FIRST, max: LAST });
    const onADay = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -2, max: 2 }));
    assertProperty(
      fc.property(
        fc.oneof(
          any,
          onADay.map(([days, ms]) => days * 86_400_000 + ms),
        ),
        (instant) => {
          expect(formatInstant(instant)).toBe(new Date(instant).toISOString());
        },
      ),
      effort(2_000, 100_000),
    );
  });

  it('is read from its own format only', () => {
    const time = fc.stringMatching(/^[0-3]?\d:\d\d:\d\d\.\d{2,4}(Z|\+00:00)?$/);
    const day = fc.constantFrom(
      '2025-12-22T',
      '2024-02-29T',
      '2023-02-29T',
      '0000-01-01T',
      '+010000-01-01T',
      '2025-12-22 ',
    );
    assertProperty(
      fc.property(day, time, (onDay, atTime) => {
        const text = onDay + atTime;
        const milliseconds = Date.parse(text);
        const isInstant = !Number.isNaN(milliseconds) && formatInstant(milliseconds) === text;
        expect(parseInstant(text)).toBe(isInstant ? milliseconds : null);
      }),
      effort(2_000, 100_000),
    );
  });

  it('has a year of four digits', () => {
    expect([FIRST - 1, FIRST, LAST, LAST + 1].map(formatInstant)).toEqual([
      null,
      '0000-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
      null,
    ]);
  });

  it.each([1.5, NaN, Infinity, 8.64e15 + 1, -8.64e15, 8.64e15])('is none at %s', (milliseconds) => {
    expect(formatInstant(milliseconds)).toBeNull();
    expect(formatInstant(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});
