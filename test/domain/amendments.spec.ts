/** Corrections and retractions of lists and instruments, decided by the rules of their kind. */
import { decide as decideInstrument } from '../../src/domain/instrument/decide.js';
import type { InstrumentEvent } from '../../src/domain/instrument/events.js';
import { decide as decideList } from '../../src/domain/list/decide.js';
import type { ListEvent } from '../../src/domain/list/events.js';
import type { Decision, EventWithId } from '../../src/domain/event.js';

const SAID = { sources: [{ kind: 'other', citation: 'minutes' }], reliability: 'verified' } as const;
const withIds = <E>(events: readonly object[]): readonly EventWithId<E>[] =>
  events.map((event, index) => ({ id: `f${String(index + 1)}`, event: { ...SAID, ...event } as E }));

type Decide<E> = (
  history: readonly EventWithId<E>[],
  newEvents: readonly EventWithId<E>[],
  acknowledge: readonly string[],
) => Decision;

/** Events get the ids `f1`, `f2` … over history and new events together. */
const given =
  <E>(decide: Decide<E>) =>
  (...history: readonly object[]) => ({
    when: (...newEvents: readonly object[]) => {
      const events = withIds<E>([...history, ...newEvents]);
      const decision = decide(events.slice(0, history.length), events.slice(history.length), []);
      return [decision.outcome, ...decision.findings.map(({ code }) => code)];
    },
  });
const givenList = given<ListEvent>(decideList);
const givenInstrument = given<InstrumentEvent>((history, newEvents, acknowledge) =>
  decideInstrument(history, newEvents, new Map(), acknowledge),
);

const defined = { type: 'list-defined', name: { en: 'Union' } };
const category = { type: 'category-defined', category: 'believers', name: { en: 'Believers' } };
const registered = { type: 'instrument-registered', kind: 'amnesty-act', adopted: '2025-12-19', inForce: '2025-12-22' };
const corrected = (event: string, correctedType: string, data: object) => ({
  type: 'corrected',
  event,
  correctedType,
  data,
});
const retracted = (event: string) => ({ type: 'retracted', event, reason: 'an error' });

describe('a list', () => {
  test('is corrected', () => {
    expect(givenList(defined, category).when(corrected('f2', 'category-defined', { category: 'faithful' }))).toEqual([
      'accepted',
    ]);
  });

  test('may be defined anew once its definition is retracted', () => {
    expect(givenList(defined).when(retracted('f1'))).toEqual(['accepted']);
    expect(givenList(defined, retracted('f1')).when(defined)).toEqual(['accepted']);
    expect(givenList(defined, retracted('f1')).when(category)).toEqual(['refused', 'CORRECTION.BEGINNING_RETRACTED']);
  });

  test('keeps its definition while categories and policies stand', () => {
    expect(givenList(defined, category).when(retracted('f1'))).toEqual(['refused', 'CORRECTION.BEGINNING_RETRACTED']);
    expect(givenList(defined, category).when(retracted('f2'), retracted('f1'))).toEqual(['accepted']);
    expect(givenList(defined, category, retracted('f2'), retracted('f1')).when(retracted('f3'))).toEqual([
      'refused',
      'CORRECTION.BEGINNING_RETRACTED',
    ]);
  });

  test('a retraction of the definition may be retracted', () => {
    expect(givenList(defined, retracted('f1')).when(retracted('f2'))).toEqual(['accepted']);
    expect(givenList(defined, retracted('f1'), defined).when(retracted('f2'))).toEqual([
      'refused',
      'LIST.ALREADY_DEFINED',
    ]);
  });
});

describe('an instrument', () => {
  test('is corrected where its dates stay in order', () => {
    const correction = (inForce: string) => corrected('f1', 'instrument-registered', { inForce });
    expect(givenInstrument(registered).when(correction('2025-12-20'))).toEqual(['accepted']);
    expect(givenInstrument(registered).when(correction('2025-12-01'))).toEqual([
      'refused',
      'INSTRUMENT.DATES_CONTRADICT',
    ]);
  });

  test('registered by mistake is retracted, and may be registered again', () => {
    expect(givenInstrument(registered).when(retracted('f1'))).toEqual(['accepted']);
    expect(givenInstrument(registered, retracted('f1')).when(registered)).toEqual(['accepted']);
    expect(givenInstrument(registered).when(registered)).toEqual(['refused', 'INSTRUMENT.ALREADY_REGISTERED']);
  });
});
