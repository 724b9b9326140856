import { describe, expect, test } from '@jest/globals';
import { changesBetween, type AxisChange } from '../../../src/domain/case/changes.js';
import type { Period } from '../../../src/domain/case/period.js';
import { periodsOf } from '../../support/timeline.js';
import { formatDay, MAX_DAY, MIN_DAY } from '../../../src/domain/time.js';
import { ARTICLE, withIds, type CaseEventFields } from '../../support/events.js';

const text = (day: number): string => (day === MIN_DAY || day === MAX_DAY ? '…' : formatDay(day));
const told = ({ axis, from, to, before, after }: AxisChange): string =>
  `${axis} ${text(from)} ${text(to)}: ${before.join('|')} > ${after.join('|')}`;
const changes = (before: CaseEventFields, event: CaseEventFields[number]): readonly string[] => {
  const events = withIds(...before, { ...event, id: 'z' });
  return changesBetween(periodsOf(events.slice(0, -1)), periodsOf(events)).map(told);
};

/** Periods of nothing but a facility: [from, to, where], days by number. */
const moves = (...told: readonly [from: number, to: number, facility: string][]): readonly Period[] => {
  const [{ standing }] = periodsOf([]) as [Period];
  return told.map(([from, to, facility]) => ({ from, to, standing: standing && { ...standing, facility } }));
};

const arrested = { type: 'arrested', occurredOn: '2024-02-20', incident: 'soyudlu-2023' } as const;
const convicted = {
  type: 'convicted',
  occurredOn: '2024-08-10',
  articles: [ARTICLE, { ...ARTICLE, part: '1' }],
  sentence: { kind: 'imprisonment', term: 'P3Y' },
  facility: 'No. 2',
} as const;

describe('what an event changed', () => {
  test('is nothing where it changed no axis', () => {
    expect(changes([arrested], { type: 'mistreated', occurredOn: '2024-03-01', kind: 'torture' })).toEqual([]);
    expect(changes([arrested], { type: 'named', name: {} })).toEqual([]);
  });

  test('is told axis by axis from the day on', () => {
    expect(changes([], arrested)).toEqual([
      'custody 2024-02-20 …: unknown > detained',
      'incident 2024-02-20 …: none > soyudlu-2023',
    ]);
    expect(changes([arrested], convicted)).toEqual([
      'articles 2024-08-10 …: none > 234.1 234.4.3',
      'custody 2024-08-10 …: detained > imprisoned',
      'facility 2024-08-10 …: none > No. 2',
      'proceedings 2024-08-10 …: none > convicted',
      'sentence 2024-08-10 2027-02-20: none > active',
      'sentence 2027-02-20 …: none > completed',
      'sentenceEnd 2024-08-10 …: none > 2027-02-20',
    ]);
  });

  test('is told of each list by itself', () => {
    const recognised = { type: 'recognised', occurredOn: '2024-06-14', list: 'union', category: 'believers' } as const;
    expect(changes([arrested], recognised)).toEqual([
      'category:union 2024-06-14 …: none > believers',
      'recognition:union 2024-06-14 …: none > recognised',
    ]);
    expect(
      changes([arrested, recognised], { type: 'delisted', occurredOn: '2024-07-01', list: 'union', reason: 'x' }),
    ).toEqual([
      'category:union 2024-07-01 …: believers > none',
      'recognition:union 2024-07-01 …: recognised > delisted',
    ]);
  });

  test('of a late event ends where what was known takes over', () => {
    expect(
      changes([{ type: 'released', occurredOn: '2024-09-01', reason: 'other' }], {
        type: 'arrested',
        occurredOn: '2024-02-20',
      }),
    ).toEqual(['custody 2024-02-20 2024-09-01: unknown > detained']);
  });

  test('of a partial date names every value that is possible', () => {
    expect(changes([], { type: 'arrested', occurredOn: '2024-02' })).toEqual([
      'custody 2024-02-01 2024-02-29: unknown > detained|unknown',
      'custody 2024-02-29 …: unknown > detained',
    ]);
  });

  test('of a sentence for life and of one that ends on an unknown day says so', () => {
    expect(changes([arrested], { ...convicted, sentence: { kind: 'imprisonment', life: true } })).toContain(
      'sentenceEnd 2024-08-10 …: none > life',
    );
    expect(changes([{ ...arrested, occurredOn: '2024-02' }], convicted)).toContain(
      'sentenceEnd 2024-08-10 …: none > 2027-02-01/2027-02-28',
    );
  });

  test('is one change as long as it is the same, and another where the days part or a value differs', () => {
    const change = (from: number, to: number, before: string, after: string): AxisChange => ({
      axis: 'facility',
      from,
      to,
      before: [before],
      after: [after],
    });
    expect(changesBetween(moves([0, 9, 'a']), moves([0, 3, 'b'], [3, 9, 'b']))).toEqual([change(0, 9, 'a', 'b')]);
    expect(changesBetween(moves([0, 9, 'a']), moves([0, 2, 'b'], [2, 4, 'a'], [4, 9, 'b']))).toEqual([
      change(0, 2, 'a', 'b'),
      change(4, 9, 'a', 'b'),
    ]);
    expect(changesBetween(moves([0, 9, 'a']), moves([0, 3, 'b'], [3, 9, 'c']))).toEqual([
      change(0, 3, 'a', 'b'),
      change(3, 9, 'a', 'c'),
    ]);
    expect(changesBetween(moves([0, 3, 'a'], [3, 9, 'b']), moves([0, 9, 'c']))).toEqual([
      change(0, 3, 'a', 'c'),
      change(3, 9, 'b', 'c'),
    ]);
  });

  test('beyond what is enumerated says so', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      type: 'proposed' as const,
      occurredOn: '2024-03-01/2024-03-31',
      list: `list-${String(index)}`,
    }));
    expect(
      changes([arrested, ...many], { type: 'proposed', occurredOn: '2024-03-01/2024-03-31', list: 'one-more' }),
    ).toEqual(
      expect.arrayContaining([
        'custody 2024-03-01 2024-03-31: detained > undecided',
        'recognition:one-more 2024-03-01 2024-03-31: none > undecided',
        'recognition:one-more 2024-03-31 …: none > proposed',
      ]),
    );
  });
});
