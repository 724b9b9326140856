import { describe, expect, test } from '@jest/globals';
import type { EventWithId } from '../../../src/domain/event.js';
import { decide, listIdsNamedBy } from '../../../src/domain/instrument/decide.js';
import type { InstrumentEvent } from '../../../src/domain/instrument/events.js';
import { accepted, expectOutcome, refused, type DecisionExpected } from '../../support/case-spec.js';
import { REFERENCE_DATA } from '../../support/events.js';

const said = { sources: [{ kind: 'official' as const, citation: 'x' }], reliability: 'verified' as const };

const event = (id: string, fields: object): EventWithId<InstrumentEvent> => ({
  id,
  event: { ...said, ...fields } as unknown as InstrumentEvent,
});
const registered = (fields: object = {}, id = 'i') =>
  event(id, { type: 'instrument-registered', kind: 'amnesty-act', ...fields });
const amended = (fields: object, id = 'a') => event(id, { type: 'instrument-amended', ...fields });
const clause = (version: string, conditions: readonly object[], id = `c-${version}`) =>
  event(id, {
    type: 'clause-set',
    clause: 'drugs',
    version,
    conditions,
    effect: 'released-from-imprisonment',
  });
const withdrawn = (version: string, id = `w-${version}`) =>
  event(id, { type: 'clause-withdrawn', clause: 'drugs', version, reason: 'x' });
const drugs = [{ articles: { anyOf: ['234'] } }];

const givenInstrument = (...history: readonly EventWithId<InstrumentEvent>[]) => ({
  when: (...newEvents: readonly EventWithId<InstrumentEvent>[]) => ({
    then: (expected: DecisionExpected) => expectOutcome(decide(history, newEvents, REFERENCE_DATA.lists, []), expected),
  }),
});

describe('an instrument', () => {
  test('is registered once, before anything else is said of it', () => {
    givenInstrument().when(registered()).then(accepted());
    givenInstrument(registered()).when(registered({}, 'j')).then(refused('refuse INSTRUMENT.ALREADY_REGISTERED'));
    givenInstrument().when(clause('1', drugs)).then(refused('refuse INSTRUMENT.UNKNOWN'));
    expect(decide([], [registered(), registered({}, 'j')], new Map(), [])).toEqual({
      outcome: 'refused',
      findings: [
        {
          code: 'INSTRUMENT.ALREADY_REGISTERED',
          grade: 'refuse',
          events: ['j'],
          expected: 'The instrument was registered before.',
        },
      ],
    });
  });

  test.each<[string, object, boolean]>([
    [
      'in order',
      { submitted: '2025-12-15', adopted: '2025-12-19', inForce: '2025-12-22', windowEnd: '2026-04-22' },
      true,
    ],
    [
      'on one day',
      { submitted: '2025-12-15', adopted: '2025-12-15', inForce: '2025-12-15', windowEnd: '2025-12-15' },
      true,
    ],
    ['some unknown', { submitted: '2025-12-15', windowEnd: '2026-04-22' }, true],
    ['possibly in order', { adopted: '2025-12-19', inForce: '2025-12' }, true],
    ['adopted before it was submitted', { submitted: '2025-12-15', adopted: '2025-12-14' }, false],
    ['in force before it was adopted', { adopted: '2025-12-19', inForce: '2025-12-18' }, false],
    ['a window closed before it was submitted', { submitted: '2025-12-15', windowEnd: '2025-12-14' }, false],
    ['a window closed before it begins', { inForce: '2025-12-22', windowEnd: '2025-12-21' }, false],
  ])('its days: %s', (_, days, isAccepted) => {
    const expected = isAccepted ? accepted() : refused('refuse INSTRUMENT.DATES_CONTRADICT');
    givenInstrument().when(registered(days)).then(expected);
    givenInstrument(registered()).when(amended(days)).then(expected);
  });

  test('an amendment is judged with the days that it leaves alone', () => {
    const act = registered({ adopted: '2025-12-19', inForce: '2025-12-22', windowEnd: '2026-04-22' });
    givenInstrument(act)
      .when(amended({ windowEnd: '2026-06-22' }))
      .then(accepted());
    givenInstrument(act)
      .when(amended({ inForce: '2026-05-01' }))
      .then(refused('refuse INSTRUMENT.DATES_CONTRADICT'));
    givenInstrument(act)
      .when(amended({ inForce: '2026-05-01', windowEnd: null }))
      .then(accepted());
  });
});

describe('a clause', () => {
  test('has several versions side by side, each set once', () => {
    givenInstrument(registered(), clause('fixed', drugs)).when(clause('rolling', drugs)).then(accepted());
    givenInstrument(registered(), clause('fixed', drugs))
      .when(clause('fixed', drugs, 'again'))
      .then(refused('refuse CLAUSE.VERSION_TAKEN'));
  });

  test('is withdrawn by version, and may be set again', () => {
    const act = [registered(), clause('fixed', drugs), clause('rolling', drugs)];
    givenInstrument(...act)
      .when(withdrawn('rolling'))
      .then(accepted());
    givenInstrument(...act, withdrawn('rolling'))
      .when(withdrawn('rolling', 'again'))
      .then(refused('refuse CLAUSE.VERSION_UNKNOWN'));
    givenInstrument(...act, withdrawn('rolling'))
      .when(clause('rolling', drugs, 'again'))
      .then(accepted());
  });

  test('names lists and categories that are defined', () => {
    const inList = (list: string, category: string) => [{ category: { list, in: ['believers'], notIn: [category] } }];
    givenInstrument(registered())
      .when(clause('1', inList('union', 'journalists')))
      .then(accepted());
    givenInstrument(registered())
      .when(clause('1', inList('nowhere', 'journalists')))
      .then(refused('refuse LIST.UNKNOWN'));
    givenInstrument(registered())
      .when(clause('1', inList('union', 'nobody')))
      .then(refused('refuse CATEGORY.UNKNOWN'));
  });

  test('that nobody can meet is refused', () => {
    givenInstrument(registered())
      .when(clause('1', [{ stage: { in: ['convicted'] } }, { stage: { in: ['awaiting-judgment'] } }]))
      .then(refused('refuse CLAUSE.CONTRADICTS_ITSELF'));
  });

  test('is judged as corrected, with the lists that the correction names', () => {
    const correction = event('k', {
      type: 'corrected',
      event: 'c-1',
      correctedType: 'clause-set',
      data: { conditions: [{ category: { list: 'nowhere', in: ['believers'] } }] },
    });
    givenInstrument(registered(), clause('1', drugs)).when(correction).then(refused('refuse LIST.UNKNOWN'));
    expect(listIdsNamedBy([correction.event])).toEqual(new Set(['nowhere']));
  });

  test('what was accepted stands although its category does not any more', () => {
    const unknown = clause('1', [{ category: { list: 'union', in: ['gone'] } }]);
    givenInstrument(registered(), unknown).when(clause('2', drugs)).then(accepted());
  });
});
