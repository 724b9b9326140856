import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { agreementOf, haveNoCommonNumber, boundsOf, differenceOf, foldClaim } from '../../../src/domain/claim/claim.js';
import type { ClaimEvent } from '../../../src/domain/claim/events.js';

const said = { sources: [{ kind: 'press' as const, citation: 'x' }], reliability: 'reported' as const };
const made: ClaimEvent = {
  type: 'claimed',
  speaker: 'A. B.',
  about: { metric: 'count', list: 'union', on: '2025-10-07' },
  value: 392,
  saidOn: '2025-10-08',
  ...said,
};

test('is what its events say as they stand', () => {
  const { type: _, reliability: __, ...fields } = made;
  expect(foldClaim([{ id: 'c', event: made }])).toEqual({ ...fields, withdrawn: null });
  const correction: ClaimEvent = {
    type: 'corrected',
    event: 'c',
    correctedType: 'claimed',
    data: { value: null, range: { atLeast: 390 } },
    ...said,
  };
  const withdrawal: ClaimEvent = { type: 'claim-withdrawn', reason: 'a slip', withdrawnOn: '2025-10-09', ...said };
  const { value: _value, ...others } = fields;
  expect(
    foldClaim([
      { id: 'c', event: made },
      { id: 'k', event: correction },
      { id: 'w', event: withdrawal },
    ]),
  ).toEqual({ ...others, range: { atLeast: 390 }, withdrawn: { reason: 'a slip', on: '2025-10-09' } });
  const retraction: ClaimEvent = { type: 'retracted', event: 'c', reason: 'invented', ...said };
  expect(
    foldClaim([
      { id: 'c', event: made },
      { id: 'r', event: retraction },
    ]),
  ).toBeNull();
});

test.each([
  [{ value: 5 }, 5, 5],
  [{ range: { atLeast: 51 } }, 51, Infinity],
  [{ range: { atMost: 7 } }, 0, 7],
  [{ range: { atLeast: 350, atMost: 360 } }, 350, 360],
  [{ denies: true }, 0, 0],
])('%j allows %i to %i', (claim, atLeast, atMost) => {
  expect(boundsOf(claim)).toEqual({ atLeast, atMost });
});

const bounds = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([a, b]) => ({ atLeast: Math.min(a, b), atMost: Math.max(a, b) }));
const numbers = ({ atLeast, atMost }: { atLeast: number; atMost: number }): readonly number[] =>
  Array.from({ length: atMost - atLeast + 1 }, (_, index) => atLeast + index);

test('agreement, difference and contradiction are those of the numbers one by one', () => {
  fc.assert(
    fc.property(bounds, bounds, (claimed, counted) => {
      const [allowed, possible] = [numbers(claimed), numbers(counted)];
      const among = possible.filter((number) => allowed.includes(number));
      const expected = among.length === possible.length ? 'agrees' : among.length > 0 ? 'possibly' : 'differs';
      expect(agreementOf(claimed, counted)).toBe(expected);
      expect(haveNoCommonNumber(claimed, counted)).toBe(expected === 'differs');
      const gaps = possible.flatMap((number) => allowed.map((one) => number - one));
      const nearest = gaps.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
      expect(differenceOf(claimed, counted) + 0).toBe(expected === 'differs' ? nearest : 0);
    }),
  );
});
