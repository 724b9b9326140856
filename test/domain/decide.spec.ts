import { describe, expect, test } from '@jest/globals';
import { listAndInstrumentIdsIn } from '../../src/domain/case/reference-data.js';
import { decideByFindings } from '../../src/domain/decide.js';
import type { EventWithId, Finding, Grade } from '../../src/domain/event.js';
import { decide as decideList } from '../../src/domain/list/decide.js';
import type { ListEvent } from '../../src/domain/list/events.js';
import { accepted, expectOutcome, given, refused, type DecisionExpected } from '../support/case-spec.js';
import { withIds } from '../support/events.js';

const arrested = { type: 'arrested', occurredOn: '2024-02-20', id: 'a1' } as const;
const again = { type: 'arrested', occurredOn: '2024-03-01', id: 'a2' } as const;
const died = { type: 'died', occurredOn: '2024-04-01', id: 'd' } as const;
const recognised = {
  type: 'recognised',
  occurredOn: '2023-01-01',
  list: 'union',
  category: 'believers',
  id: 'r',
} as const;

describe('deciding about a case', () => {
  test('accepts what is not odd', () => {
    given().when(arrested).then(accepted());
  });

  test('refuses what no possible course allows, acknowledged or not', () => {
    given(died)
      .when({ ...arrested, occurredOn: '2025-01-01' })
      .acknowledging('CASE.DECEASED')
      .then(refused('refuse CASE.DECEASED'));
  });

  test('asks about what is probably a mistake, and takes it where its code is acknowledged', () => {
    const recorded = given(arrested).when(again);
    recorded.then(refused('ask CASE.ALREADY_HELD'));
    recorded.acknowledging('CASE.NOT_HELD').then(refused('ask CASE.ALREADY_HELD'));
    recorded.acknowledging('CASE.ALREADY_HELD', 'CASE.NOT_HELD').then(accepted('ask CASE.ALREADY_HELD'));
  });

  test('names an acknowledged code once, sorted', () => {
    given(arrested)
      .when(
        again,
        { ...again, occurredOn: '2024-03-02', id: 'a3' },
        { type: 'appealed', occurredOn: '2024-03-03', id: 'x' },
      )
      .acknowledging('CASE.NOT_CONVICTED', 'CASE.ALREADY_HELD')
      .then(accepted('ask CASE.ALREADY_HELD', 'ask CASE.ALREADY_HELD', 'ask CASE.NOT_CONVICTED'));
  });

  test('warns of what is odd but possible', () => {
    given().when(recognised).then(accepted('warn CASE.RECOGNISED_NOT_HELD'));
  });

  test('is silent about what stood before', () => {
    given(arrested, again).when({ type: 'charged', occurredOn: '2024-05-01', articles: [] }).then(accepted());
  });

  test('opens it once, whether the second comes later or in one batch, and is not shut by what was stored', () => {
    const opened = { type: 'opened', names: [], id: 'o1' } as const;
    const second = { ...opened, id: 'o2' };
    const refusal = refused('refuse CASE.ALREADY_OPENED');
    given().when(opened, arrested).then(accepted());
    given().when(opened, arrested, second).acknowledging('CASE.ALREADY_OPENED').then(refusal);
    given(opened).when(second).then(refusal);
    given(opened, second).when(arrested).then(accepted());
    given(opened, second)
      .when({ ...opened, id: 'o3' })
      .then(refusal);
  });

  test('names only what stands in the way when it refuses', () => {
    given()
      .when(recognised, { type: 'released', occurredOn: '2023-06-01', reason: 'bail', id: 'x' })
      .then(refused('ask CASE.NOT_HELD'));
  });

  test('sees that a late event makes an earlier one odd', () => {
    given(again).when(arrested).then(refused('ask CASE.ALREADY_HELD'));
  });

  test('needs to know the lists and instruments that events name', () => {
    const events = withIds(
      { type: 'opened', names: [], references: [{ list: 'a', reference: '1' }] },
      { type: 'opened', names: [] },
      { type: 'referenced', list: 'b', reference: '1' },
      { ...recognised, list: 'c' },
      { type: 'pardoned', decree: 'd', effect: 'record-expunged' },
      { type: 'amnestied', act: 'e', effect: 'record-expunged' },
      arrested,
    ).map(({ event }) => event);
    expect(listAndInstrumentIdsIn(events)).toEqual({
      lists: new Set(['a', 'b', 'c']),
      instruments: new Set(['d', 'e']),
    });
  });
});

describe('deciding by findings', () => {
  const found = (grade: Grade, code: string, ...events: readonly string[]): Finding => ({
    code,
    grade,
    events,
    expected: 'x',
  });

  test('the same code about other events is another finding', () => {
    const stood = found('ask', 'X', 'a', 'bc');
    const other = found('ask', 'X', 'ab', 'c');
    expect(decideByFindings([stood], [stood], [])).toEqual({ outcome: 'accepted', findings: [], acknowledged: [] });
    expect(decideByFindings([stood], [stood, other], [])).toEqual({ outcome: 'refused', findings: [other] });
  });

  test('acknowledged codes stand sorted, findings as they come', () => {
    const findings = [found('ask', 'Y', 'a'), found('warn', 'Z', 'a'), found('ask', 'X', 'a'), found('ask', 'Y', 'b')];
    expect(decideByFindings([], findings, ['Y', 'Z', 'X'])).toEqual({
      outcome: 'accepted',
      findings,
      acknowledged: ['X', 'Y'],
    });
  });
});

const said = { sources: [{ kind: 'official' as const, citation: 'x' }], reliability: 'verified' as const };

describe('deciding about a list', () => {
  const event = (id: string, fields: object): EventWithId<ListEvent> => ({
    id,
    event: { ...said, ...fields } as unknown as ListEvent,
  });
  const defined = event('l', { type: 'list-defined', name: { en: 'List' } });
  const category = event('c', { type: 'category-defined', category: 'x', name: { en: 'X' } });

  const givenList = (...history: readonly EventWithId<ListEvent>[]) => ({
    when: (...newEvents: readonly EventWithId<ListEvent>[]) => ({
      then: (expected: DecisionExpected) => expectOutcome(decideList(history, newEvents, []), expected),
    }),
  });

  test('a list is defined before anything is said of it, and once', () => {
    const second = { ...defined, id: 'm' };
    givenList().when(defined, category).then(accepted());
    givenList(defined).when(category).then(accepted());
    givenList().when(category).then(refused('refuse LIST.UNKNOWN'));
    givenList(defined, category).when(second).then(refused('refuse LIST.ALREADY_DEFINED'));
    givenList(defined, second).when(category).then(accepted());
    expect(decideList([], [defined, category, second], [])).toEqual({
      outcome: 'refused',
      findings: [
        { code: 'LIST.ALREADY_DEFINED', grade: 'refuse', events: ['m'], expected: 'The list was defined before.' },
      ],
    });
  });
});
