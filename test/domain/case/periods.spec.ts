import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { orderOf } from '../../../src/domain/case/order.js';
import type { Period, Standing } from '../../../src/domain/case/period.js';
import { MAX_UNDECIDED_EVENTS } from '../../../src/domain/case/periods.js';
import { applyEvent } from '../../../src/domain/case/rules.js';
import { INITIAL_STATE, type CaseState } from '../../../src/domain/case/state.js';
import { courses } from '../../support/courses.js';
import { periodsOf } from '../../support/timeline.js';
import type { CaseEvent } from '../../../src/domain/case/events.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { addTerm, formatDay, MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../../../src/domain/time.js';
import { DAY_COUNT, FIRST_DAY, arbitraryCaseEvents } from '../../support/arbitraries.js';
import { assertProperty } from '../../support/property.js';
import { ARTICLE, day, withIds, THREE_YEARS, type CaseEventFields } from '../../support/events.js';

const arrested = { type: 'arrested', occurredOn: '2024-02-20' } as const;
const convicted = { type: 'convicted', occurredOn: '2024-08-10', articles: [ARTICLE], sentence: THREE_YEARS } as const;
const recognised = { type: 'recognised', occurredOn: '2024-03-01', list: 'union', category: 'believers' } as const;
const released = { type: 'released', occurredOn: '2024-09-01', reason: 'other' } as const;

const text = (value: Day): string => (value === MIN_DAY ? '…' : value === MAX_DAY ? '…' : formatDay(value));
const told = (events: readonly EventWithId<CaseEvent>[], value: (standing: Standing) => unknown): readonly string[] =>
  periodsOf(events).map(
    ({ from, to, standing }) =>
      `${text(from)} ${text(to)} ${standing === null ? 'undecided' : String(value(standing))}`,
  );
const custody = ({ custody }: Standing): string => custody;

describe('periods', () => {
  test('of a case of which nothing is known: one', () => {
    expect(told([], custody)).toEqual(['… … unknown']);
  });

  test('of full dates follow each other, the day of an event being the first', () => {
    expect(told(withIds(arrested, recognised, released), custody)).toEqual([
      '… 2024-02-20 unknown',
      '2024-02-20 2024-03-01 detained',
      '2024-03-01 2024-09-01 detained',
      '2024-09-01 … free',
    ]);
  });

  test('of a partial date overlap while it is undecided', () => {
    expect(told(withIds({ ...arrested, occurredOn: '2024-02' }), custody)).toEqual([
      '… 2024-02-29 unknown',
      '2024-02-01 … detained',
    ]);
  });

  test('that are alike and touch are one', () => {
    expect(told(withIds(arrested, { type: 'mistreated', occurredOn: '2024-05-01', kind: 'torture' }), custody)).toEqual(
      ['… 2024-02-20 unknown', '2024-02-20 … detained'],
    );
  });

  test('that are alike and do not touch are two', () => {
    const events = withIds(
      { type: 'transferred', occurredOn: '2024-02-01', facility: 'a' },
      { type: 'transferred', occurredOn: '2024-02-02', facility: 'b' },
      { type: 'transferred', occurredOn: '2024-02-03', facility: 'a' },
    );
    expect(told(events, ({ facility }) => facility)).toEqual([
      '… 2024-02-01 null',
      '2024-02-01 2024-02-02 a',
      '2024-02-02 2024-02-03 b',
      '2024-02-03 … a',
    ]);
  });

  test('events of one axis keep their order, and so take days from each other', () => {
    // Detained and released within the month: released on the first means arrested on the first.
    const events = withIds({ ...arrested, occurredOn: '2024-03' }, { ...released, occurredOn: '2024-03-05' });
    expect(told(events, custody)).toEqual([
      '… 2024-03-05 unknown',
      '2024-03-01 2024-03-05 detained',
      '2024-03-05 … free',
    ]);
    const late = withIds({ ...arrested, occurredOn: '2024-03-05' }, { ...released, occurredOn: '2024-03' });
    expect(told(late, custody)).toEqual([
      '… 2024-03-05 unknown',
      '2024-03-05 2024-03-31 detained',
      '2024-03-05 … free',
    ]);
  });

  test('before 1970 are reckoned alike', () => {
    const events = withIds({ ...arrested, occurredOn: '1937' }, { ...released, occurredOn: '1938-02/1938-03' });
    expect(told(events, custody)).toEqual([
      '… 1937-12-31 unknown',
      '1937-01-01 1938-03-31 detained',
      '1938-02-01 … free',
    ]);
    expect(
      told(withIds({ ...arrested, occurredOn: '1937' }, { ...released, occurredOn: '1937-06-01' }), custody),
    ).toEqual(['… 1937-06-01 unknown', '1937-01-01 1937-06-01 detained', '1937-06-01 … free']);
  });

  test('events of different axes move freely, unless one is said to follow the other', () => {
    const tried = { type: 'tried', occurredOn: '2024-03-01/2024-03-02' } as const;
    const moved = { type: 'transferred', occurredOn: '2024-03-01/2024-03-02', facility: 'x' } as const;
    const both = ({ proceedings, facility }: Standing): string => `${proceedings} ${String(facility)}`;
    expect(told(withIds(tried, moved), both)).toHaveLength(4);
    expect(told(withIds(tried, { ...moved, after: 'f1' }), both)).toEqual([
      '… 2024-03-02 none null',
      '2024-03-01 2024-03-02 on-trial null',
      '2024-03-01 … on-trial x',
    ]);
  });

  test('the end of a sentence completes it, and no custody', () => {
    expect(
      told(
        withIds(arrested, convicted),
        ({ custody, sentence, sentenceEnd }) => `${custody} ${sentence} ${text(sentenceEnd?.latest ?? MIN_DAY)}`,
      ),
    ).toEqual([
      '… 2024-02-20 unknown none …',
      '2024-02-20 2024-08-10 detained none …',
      '2024-08-10 2027-02-20 imprisoned active 2027-02-20',
      '2027-02-20 … imprisoned completed 2027-02-20',
    ]);
  });

  test.each<[string, CaseEventFields, string | null]>([
    ['counts from the arrest', [arrested, convicted], '2027-02-20'],
    ['counts from the day that the court named', [arrested, { ...convicted, countedFrom: '2024-03-01' }], '2027-03-01'],
    [
      'is of the first arrest of the episode',
      [arrested, { type: 'escaped', occurredOn: '2024-03-01' }, { ...arrested, occurredOn: '2024-04-01' }, convicted],
      '2027-02-20',
    ],
    [
      'is of the arrest of this episode',
      [{ ...arrested, occurredOn: '2023-01-01' }, { ...released, occurredOn: '2023-02-01' }, arrested, convicted],
      '2027-02-20',
    ],
    ['is unknown with no arrest', [{ ...convicted, inAbsentia: true }], null],
    ['of a fine is none', [arrested, { ...convicted, sentence: { kind: 'fine' } }], null],
    ['for life is none', [arrested, { ...convicted, sentence: { kind: 'imprisonment', life: true } }], null],
    [
      'of a suspended sentence is reckoned too',
      [arrested, { ...convicted, sentence: { kind: 'suspended', term: 'P1Y' } }],
      '2025-02-20',
    ],
    [
      'of a restriction is reckoned too',
      [arrested, { ...convicted, sentence: { kind: 'restriction', term: 'P1Y' } }],
      '2025-02-20',
    ],
    [
      'comes earlier by a reduction',
      [
        arrested,
        convicted,
        { type: 'pardoned', occurredOn: '2025-01-01', decree: 'x', effect: 'term-reduced', reducedBy: 'P1Y' },
      ],
      '2026-02-20',
    ],
    [
      'comes earlier by every reduction',
      [
        arrested,
        convicted,
        { type: 'pardoned', occurredOn: '2025-01-01', decree: 'x', effect: 'term-reduced', reducedBy: 'P1Y' },
        { type: 'amnestied', occurredOn: '2025-02-01', act: 'x', effect: 'term-reduced', reducedBy: 'P6M' },
      ],
      '2025-08-20',
    ],
    [
      'stays where nobody knows by how much it was reduced',
      [arrested, convicted, { type: 'pardoned', occurredOn: '2025-01-01', decree: 'x', effect: 'term-reduced' }],
      '2027-02-20',
    ],
    [
      'never comes before the second day',
      [
        arrested,
        convicted,
        { type: 'pardoned', occurredOn: '2025-01-01', decree: 'x', effect: 'term-reduced', reducedBy: 'P9Y' },
      ],
      '2024-02-21',
    ],
    [
      'is that of a sentence passed on appeal, counted as before',
      [
        arrested,
        { ...convicted, countedFrom: '2024-03-01' },
        {
          type: 'appeal-decided',
          occurredOn: '2025-01-01',
          outcome: 'reduced',
          newSentence: { kind: 'imprisonment', term: 'P2Y' },
        },
      ],
      '2026-03-01',
    ],
    [
      'is that of a replacement, counted as before',
      [
        arrested,
        { ...convicted, countedFrom: '2024-03-01' },
        {
          type: 'pardoned',
          occurredOn: '2025-01-01',
          decree: 'x',
          effect: 'replaced',
          replacement: { kind: 'restriction', term: 'P2Y' },
        },
      ],
      '2026-03-01',
    ],
    [
      'of an extinguished sentence is none',
      [
        arrested,
        convicted,
        { type: 'pardoned', occurredOn: '2025-01-01', decree: 'x', effect: 'released-from-imprisonment' },
      ],
      null,
    ],
    ['outlasts a parole', [arrested, convicted, { type: 'paroled', occurredOn: '2025-01-01' }], '2027-02-20'],
  ])('the end of a sentence %s', (_, events, end) => {
    const standing = periodsOf(withIds(...events)).at(-1)?.standing;
    expect(standing?.sentenceEnd ?? null).toEqual(end === null ? null : { earliest: day(end), latest: day(end) });
  });

  test('the end of a sentence counted from a partial date is an interval, in which it may be completed', () => {
    const events = withIds({ ...arrested, occurredOn: '2024-02' }, convicted);
    const last = periodsOf(events).at(-1);
    expect(last?.standing?.sentenceEnd).toEqual({ earliest: day('2027-02-01'), latest: day('2027-02-28') });
    expect(told(events, ({ sentence }) => sentence).slice(-2)).toEqual([
      '2024-08-10 2027-02-28 active',
      '2027-02-01 … completed',
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['term', { kind: 'imprisonment', term: 'unknown' }],
    ['kind', { kind: 'unknown' }],
    ['term of a suspended sentence', { kind: 'suspended', term: 'unknown' }],
  ])('a sentence of unknown %s runs on or is over, from the day after it counts', (_, sentence) => {
    const events = withIds(arrested, { ...convicted, sentence });
    const state = sentence['kind'] === 'suspended' ? 'suspended' : 'active';
    expect(periodsOf(events).at(-1)?.standing?.sentenceEnd).toEqual({ earliest: day('2024-02-21'), latest: MAX_DAY });
    expect(
      told(events, (standing) => standing.sentence)
        .slice(-2)
        .sort(),
    ).toEqual([`2024-08-10 … ${state}`, '2024-08-10 … completed'].sort());
  });

  test('the end of a sentence knows that the arrest came before the judgment', () => {
    const events = withIds({ ...arrested, occurredOn: '2024' }, { ...convicted, occurredOn: '2024-03-10' });
    expect(periodsOf(events).at(-1)?.standing?.sentenceEnd).toEqual({
      earliest: day('2027-01-01'),
      latest: day('2027-03-10'),
    });
  });

  test('lists stand in their own order, not in that of the events', () => {
    const events = withIds(arrested, { ...recognised, list: 'zeta' }, { ...recognised, list: 'alpha' });
    const last = periodsOf(events).at(-1);
    expect(last?.standing?.lists.map(({ list }) => list)).toEqual(['alpha', 'zeta']);
  });

  test('events that are past count as decided, also behind one that is not', () => {
    const moved = Array.from({ length: MAX_UNDECIDED_EVENTS + 1 }, (_, index) => ({
      type: 'transferred' as const,
      occurredOn: `2024-03-${String(index + 1).padStart(2, '0')}`,
      facility: `facility ${String(index)}`,
    }));
    const events = withIds(arrested, { type: 'charged', occurredOn: '2024', articles: [ARTICLE] }, ...moved);
    expect(periodsOf(events).every(({ standing }) => standing !== null)).toBe(true);
  });

  test('more events undecided on a day than the register enumerates make it undecided', () => {
    const free = (count: number): CaseEventFields => [
      arrested,
      ...Array.from({ length: count }, (_, index) => ({
        type: 'proposed' as const,
        occurredOn: index === 0 ? '2024-03-01/2024-03-31' : '2024-03-02/2024-03-30',
        list: `list-${String(index)}`,
      })),
    ];
    expect(periodsOf(withIds(...free(MAX_UNDECIDED_EVENTS))).every(({ standing }) => standing !== null)).toBe(true);
    const periods = periodsOf(withIds(...free(MAX_UNDECIDED_EVENTS + 1)));
    expect(periods.filter(({ standing }) => standing === null).map(({ from, to }) => [text(from), text(to)])).toEqual([
      ['2024-03-02', '2024-03-30'],
    ]);
    expect(periods.at(-1)?.standing?.lists).toHaveLength(MAX_UNDECIDED_EVENTS + 1);
  });
});

/** What can be asked of a standing apart from the end of its sentence. */
const asked = (standing: Standing): string => JSON.stringify({ ...standing, sentenceEnd: null, running: null });

/** The standings of a state on a day in one course, its sentence counted from each day that may be meant. */
const concrete = (state: CaseState, on: Day, dayOf: (id: string) => Day | undefined): readonly Standing[] => {
  const { sentence, episode } = state;
  const running =
    (sentence.term !== null || sentence.isTermUnknown) &&
    (sentence.state === 'active' || sentence.state === 'suspended');
  const named = parseEdtf(sentence.countedFrom ?? '');
  const start = dayOf(episode?.firstArrestId ?? '');
  const starts = !running
    ? []
    : named !== null
      ? Array.from({ length: named.latest - named.earliest + 1 }, (_, step) => named.earliest + step)
      : start === undefined
        ? []
        : // A sentence passed while another ran may count from any day up to its conviction.
          Array.from(
            { length: Math.max(0, (dayOf(sentence.passedWhileServing ?? '') ?? start) - start) + 1 },
            (_, step) => start + step,
          );
  const standing = (end: Day | null): Standing => ({
    custody: state.custody,
    custodyEventId: state.custodyEventId,
    proceedings: state.proceedings,
    sentence: end !== null && end <= on ? 'completed' : sentence.state,
    sentenceEnd: end === null ? null : { earliest: end, latest: end },
    running: null,
    isForLife: sentence.isForLife,
    articles: state.articles,
    facility: state.facility,
    incident: state.incident,
    lists: Object.entries(state.lists)
      .map(([list, rest]) => ({ list, ...rest }))
      .sort((a, b) => (a.list < b.list ? -1 : 1)),
  });
  if (starts.length === 0) return [standing(null)];
  // For an unknown term, two stand for all: the shortest, and one that does not end within these days.
  if (sentence.term === null) return starts.flatMap((from) => [standing(from + 1), standing(MAX_DAY)]);
  return starts.map((from) => standing(Math.max(from + 1, addTerm(from, sentence.term ?? '', sentence.reductions))));
};

/** Tries every possible course. */
const slowly = (events: readonly EventWithId<CaseEvent>[], on: Day): readonly Standing[] => {
  const order = orderOf(events).datedEvents;
  return courses(order).flatMap((days) => {
    const past = order.filter((_, place) => (days[place] ?? 0) <= on);
    const state = past.reduce((before, event) => applyEvent(event, before), INITIAL_STATE);
    return concrete(state, on, (id) => days[order.findIndex((event) => event.id === id)]);
  });
};

const valid = (periods: readonly Period[], on: Day): readonly Standing[] =>
  periods
    .filter(({ from, to }) => from <= on && on < to)
    .flatMap(({ standing }) => (standing === null ? [] : [standing]));

describe('for any events', () => {
  test('the answer for a day equals that of trying every possible course', () => {
    assertProperty(
      fc.property(arbitraryCaseEvents(5), (events) => {
        const periods = periodsOf(events);
        for (let on = FIRST_DAY - 1; on <= FIRST_DAY + DAY_COUNT + 40; on += on > FIRST_DAY + DAY_COUNT + 3 ? 9 : 1) {
          const slow = slowly(events, on);
          expect([...new Set(valid(periods, on).map(asked))].sort()).toEqual([...new Set(slow.map(asked))].sort());
        }
      }),
      600,
    );
  });

  test('the days on which a sentence may end are those of every possible course', () => {
    assertProperty(
      fc.property(arbitraryCaseEvents(5), (events) => {
        const on = FIRST_DAY + DAY_COUNT + 400;
        const ends = slowly(events, on).flatMap(({ sentenceEnd }) => (sentenceEnd === null ? [] : [sentenceEnd]));
        const told = valid(periodsOf(events), on).flatMap(({ sentenceEnd }) =>
          sentenceEnd === null ? [] : [sentenceEnd],
        );
        expect(told.length > 0).toBe(ends.length > 0);
        if (ends.length > 0) {
          expect(Math.min(...told.map(({ earliest }) => earliest))).toBe(
            Math.min(...ends.map(({ earliest }) => earliest)),
          );
          expect(Math.max(...told.map(({ latest }) => latest))).toBe(Math.max(...ends.map(({ latest }) => latest)));
        }
      }),
      300,
    );
  });

  test('periods cover every day, begin before they end, and no two alike touch', () => {
    assertProperty(
      fc.property(arbitraryCaseEvents(8), (events) => {
        const periods = periodsOf(events);
        expect(periods[0]?.from).toBe(MIN_DAY);
        expect(Math.max(...periods.map(({ to }) => to))).toBe(MAX_DAY);
        const alike = new Map<string, Period[]>();
        for (const period of periods) {
          expect(period.from).toBeLessThan(period.to);
          const key = JSON.stringify(period.standing);
          for (const other of alike.get(key) ?? []) expect(other.to).toBeLessThan(period.from);
          alike.set(key, [...(alike.get(key) ?? []), period]);
        }
        for (let on = FIRST_DAY - 1; on < FIRST_DAY + DAY_COUNT + 3; on += 1)
          expect(periods.some(({ from, to }) => from <= on && on < to)).toBe(true);
      }),
    );
  });
});
