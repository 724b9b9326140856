import * as fc from 'fast-check';
import { daysOfSeveral, type DaySpan } from '../../src/domain/intervals.js';
import { assertProperty } from '../support/property.js';

const LAST = 12;
const span: fc.Arbitrary<DaySpan> = fc
  .tuple(fc.nat(LAST - 1), fc.nat(LAST - 1))
  .map(([from, length]) => ({ from, to: Math.min(LAST, from + 1 + length) }));
const daysIn = (spans: readonly DaySpan[], least: number): readonly number[] =>
  Array.from({ length: LAST }, (_, day) => day).filter(
    (day) => spans.filter(({ from, to }) => from <= day && day < to).length >= least,
  );

it('days of several intervals are those that two or more have, without overlaps and in order', () => {
  assertProperty(
    fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
      const shared = daysOfSeveral(spans);
      expect(daysIn(shared, 1)).toEqual(daysIn(spans, 2));
      expect(daysIn(shared, 2)).toEqual([]);
      expect([...shared].sort((a, b) => a.from - b.from)).toEqual(shared);
    }),
  );
});
