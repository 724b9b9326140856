import { expect, test } from '@jest/globals';
import { decide, listAndInstrumentIdsInClaims } from '../../../src/domain/claim/decide.js';
import type { ClaimEvent } from '../../../src/domain/claim/events.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { accepted, expectOutcome, refused, type DecisionExpected } from '../../support/case-spec.js';
import { REFERENCE_DATA } from '../../support/events.js';

const event = (id: string, fields: object): EventWithId<ClaimEvent> => ({
  id,
  event: {
    sources: [{ kind: 'press', citation: 'x' }],
    reliability: 'reported',
    ...fields,
  } as unknown as ClaimEvent,
});
const ABOUT = { metric: 'count', list: 'union', on: '2025-10-07' };
const claimed = (fields: object = {}, id = 'c') =>
  event(id, { type: 'claimed', speaker: 'A. B.', about: ABOUT, value: 392, saidOn: '2025-10-08', ...fields });
const withdrawn = (fields: object = {}, id = 'w') =>
  event(id, { type: 'claim-withdrawn', reason: 'a slip', ...fields });
const retracted = (of: string, id = `r-${of}`) => event(id, { type: 'retracted', event: of, reason: 'x' });

const given = (...history: readonly EventWithId<ClaimEvent>[]) => ({
  when: (...newEvents: readonly EventWithId<ClaimEvent>[]) => ({
    then: (expected: DecisionExpected) => expectOutcome(decide(history, newEvents, REFERENCE_DATA, []), expected),
  }),
});

test('a claim is made once, before anything else is said of it', () => {
  given().when(claimed()).then(accepted());
  given(claimed()).when(claimed({}, 'd')).then(refused('refuse CLAIM.ALREADY_MADE'));
  given().when(withdrawn()).then(refused('refuse CLAIM.UNKNOWN'));
});

test('a claim is withdrawn once, unless the withdrawal is retracted', () => {
  given(claimed()).when(withdrawn()).then(accepted());
  given(claimed(), withdrawn()).when(withdrawn({}, 'v')).then(refused('refuse CLAIM.ALREADY_WITHDRAWN'));
  given(claimed(), withdrawn(), retracted('w')).when(withdrawn({}, 'v')).then(accepted());
});

test('a claim is withdrawn on the day on which it was said, or later', () => {
  given(claimed())
    .when(withdrawn({ withdrawnOn: '2025-10-07' }))
    .then(refused('refuse CLAIM.DATES_CONTRADICT'));
  given(claimed())
    .when(withdrawn({ withdrawnOn: '2025-10' }))
    .then(accepted());
  given(claimed(), withdrawn({ withdrawnOn: '2025-11-01' }))
    .when(event('x', { type: 'corrected', event: 'c', correctedType: 'claimed', data: { saidOn: '2025-12' } }))
    .then(refused('refuse CLAIM.DATES_CONTRADICT'));
});

test('a claim that was withdrawn is not retracted before its withdrawal', () => {
  given(claimed(), withdrawn()).when(retracted('c')).then(refused('refuse CORRECTION.BEGINNING_RETRACTED'));
  given(claimed()).when(retracted('c')).then(accepted());
  given(claimed(), retracted('c')).when(claimed({}, 'd')).then(accepted());
});

test('a reason of leaving that movements do not know is asked about', () => {
  const about = { metric: 'left', list: 'union', from: '2025-12-01', to: '2026-01-05' };
  given()
    .when(claimed({ about: { ...about, reason: 'amnesty' } }))
    .then(accepted());
  given()
    .when(claimed({ about: { ...about, reason: 'amnestied' } }))
    .then(refused('ask CLAIM.REASON_UNKNOWN'));
});

test.each<[string, object, string]>([
  ['list', { about: { ...ABOUT, list: 'nobodys' } }, 'refuse LIST.UNKNOWN'],
  ['category', { about: { ...ABOUT, category: 'poets' } }, 'refuse CATEGORY.UNKNOWN'],
  [
    'instrument',
    { about: { metric: 'beneficiaries', instrument: 'x', on: '2026-01-05' } },
    'refuse INSTRUMENT.UNKNOWN',
  ],
  ['day to come', { saidOn: '2026-02' }, 'refuse DATE.FUTURE'],
])('an unknown %s is refused, also by a correction', (_, fields, code) => {
  given().when(claimed(fields)).then(refused(code));
  const correction = event('k', { type: 'corrected', event: 'c', correctedType: 'claimed', data: fields });
  given(claimed()).when(correction).then(refused(code));
});

test('a claim is not withdrawn on a day to come', () => {
  given(claimed())
    .when(withdrawn({ withdrawnOn: '2026-01-06' }))
    .then(refused('refuse DATE.FUTURE'));
});

test('what claims and corrections of claims name is loaded before', () => {
  const correction = event('k', {
    type: 'corrected',
    event: 'c',
    correctedType: 'claimed',
    data: { about: { metric: 'beneficiaries', instrument: 'act', on: '2026-01-05' } },
  });
  expect(listAndInstrumentIdsInClaims([claimed().event, correction.event, withdrawn().event])).toEqual({
    lists: new Set(['union']),
    instruments: new Set(['act']),
  });
});
