import { describe, test } from '@jest/globals';
import type { EventWithId } from '../../../src/domain/event.js';
import { decide } from '../../../src/domain/instrument/decide.js';
import type { InstrumentEvent } from '../../../src/domain/instrument/events.js';
import { accepted, expectOutcome, refused, type DecisionExpected } from '../../support/case-spec.js';
import { REFERENCE_DATA } from '../../support/events.js';

const said = { sources: [{ kind: 'official' as const, citation: 'x' }], reliability: 'verified' as const };
const event = (id: string, fields: object): EventWithId<InstrumentEvent> => ({
  id,
  event: { ...said, ...fields } as unknown as InstrumentEvent,
});

const registered = event('i', {
  type: 'instrument-registered',
  kind: 'amnesty-act',
  inForce: '2025-12-22',
  windowEnd: '2026-04-22',
  clauses: ['1'],
});
const clause = event('c', {
  type: 'clause-set',
  clause: 'drugs',
  version: 'fixed',
  conditions: [{ articles: { anyOf: ['234'] } }],
  effect: 'released-from-imprisonment',
});
const started = (fields: object = {}) =>
  event('s', {
    type: 'application-started',
    application: 'job',
    list: 'union',
    persons: 'named',
    effect: 'released-from-imprisonment',
    amnestiedOn: '2025-12-22',
    ...fields,
  });

const given = (...history: readonly EventWithId<InstrumentEvent>[]) => ({
  when: (...newEvents: readonly EventWithId<InstrumentEvent>[]) => ({
    then: (expected: DecisionExpected) => expectOutcome(decide(history, newEvents, REFERENCE_DATA.lists, []), expected),
  }),
});

describe('applying an instrument to many', () => {
  test('is possible from the day in force to the end of the window', () => {
    for (const amnestiedOn of ['2025-12-22', '2026-04-22', '2025-12', '2026-04'])
      given(registered).when(started({ amnestiedOn })).then(accepted());
    given(registered)
      .when(started({ amnestiedOn: '2025-12-21' }))
      .then(refused('refuse INSTRUMENT.NOT_IN_FORCE'));
    given(registered)
      .when(started({ amnestiedOn: '2026-04-23' }))
      .then(refused('refuse APPLICATION.AFTER_WINDOW'));
  });

  test('names a clause of the instrument, in a version that stands', () => {
    given(registered)
      .when(started({ clause: '1' }))
      .then(accepted());
    given(registered, clause)
      .when(started({ clause: 'drugs', version: 'fixed' }))
      .then(accepted());
    given(registered)
      .when(started({ clause: 'drugs' }))
      .then(refused('refuse INSTRUMENT.CLAUSE_UNKNOWN'));
    given(registered, clause)
      .when(started({ clause: 'drugs', version: 'rolling' }))
      .then(refused('refuse CLAUSE.VERSION_UNKNOWN'));
  });

  test('names a list that is defined', () => {
    given(registered)
      .when(started({ list: 'none' }))
      .then(refused('refuse LIST.UNKNOWN'));
  });

  test('is not followed by a release on an earlier day', () => {
    given(registered)
      .when(started({ releasedOn: '2025-12-22' }))
      .then(accepted());
    given(registered)
      .when(started({ releasedOn: '2025-12' }))
      .then(accepted());
    given(registered)
      .when(started({ releasedOn: '2025-12-21' }))
      .then(refused('refuse APPLICATION.RELEASE_BEFORE'));
  });

  test('needs the instrument, and stays recorded', () => {
    given().when(started()).then(refused('refuse INSTRUMENT.UNKNOWN'));
    given(registered, started())
      .when(event('r', { type: 'retracted', event: 's', reason: 'x' }))
      .then(refused('refuse CORRECTION.NOT_RETRACTABLE'));
    given(registered, started())
      .when(event('f', { type: 'application-finished', application: 'job', reached: 1, refused: 0 }))
      .then(accepted());
  });
});
