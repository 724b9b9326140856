import { describe, expect, test } from '@jest/globals';
import type { EventWithId } from '../../../src/domain/event.js';
import { decide } from '../../../src/domain/list/decide.js';
import { latestEditionUpTo } from '../../../src/domain/list/editions.js';
import type { EditionFlow, FlowNumbers, ListEvent } from '../../../src/domain/list/events.js';
import { foldList } from '../../../src/domain/list/list.js';
import { accepted, expectOutcome, refused, type DecisionExpected } from '../../support/case-spec.js';

const said = { sources: [{ kind: 'organisation' as const, citation: 'minutes' }], reliability: 'verified' as const };
const defined: EventWithId<ListEvent> = { id: 'd', event: { type: 'list-defined', name: { en: 'Union' }, ...said } };

interface Numbers {
  readonly total: number;
  readonly flow?: FlowNumbers;
}
type Groups = Readonly<Record<string, Numbers>>;

/** An edition with as many lines as members. */
const published = (edition: string, asOf: string, groups: Groups, all: Numbers & { readonly flow?: EditionFlow }) => {
  const lines = Array.from({ length: all.total }, (_, no) => ({ case: `case-${no}`, hash: 'h' }));
  const event: ListEvent = {
    type: 'edition-published',
    edition,
    asOf,
    knownAt: 10,
    listRevision: 0,
    policy: { custody: ['remand'] },
    uncertain: 0,
    groups: Object.entries(groups).map(([category, numbers]) => ({ category, ...numbers })),
    ...all,
    hash: 'h',
    lines,
    salts: lines.map(() => 's'),
    ...said,
  };
  return { id: `${edition} ${asOf}`, event };
};
const first = published('spring', '2024-03-01', { believers: { total: 3 }, others: { total: 1 } }, { total: 4 });

const flow = (
  opening: number,
  revised: number,
  entered: number,
  left: FlowNumbers['left'],
  moved: number,
  closing: number,
) => ({ opening, revised, entered, left, moved, closing }) as const;
/** Of the believers, one became known late, one entered, two left and one moved to the others. */
const believers = { total: 2, flow: flow(3, 1, 1, { amnesty: 1, bail: 1 }, -1, 2) };
const others = { total: 2, flow: flow(1, 0, 0, {}, 1, 2) };
const all = { total: 4, flow: { since: 'spring', ...flow(4, 1, 1, { amnesty: 1, bail: 1 }, 0, 4) } };
const second = (over: { believers?: object; others?: object; all?: object; id?: string; asOf?: string } = {}) =>
  published(
    over.id ?? 'summer',
    over.asOf ?? '2024-06-01',
    { believers: { ...believers, ...over.believers }, others: { ...others, ...over.others } },
    { ...all, ...over.all },
  );

const given = (...history: readonly EventWithId<ListEvent>[]) => ({
  when: (...newEvents: readonly EventWithId<ListEvent>[]) => ({
    then: (expected: DecisionExpected) => expectOutcome(decide(history, newEvents, []), expected),
    thenNumbers: (...numbers: readonly string[]) => {
      const decision = decide(history, newEvents, []);
      expect(decision.findings.map(({ code, expected }) => [code, expected])).toEqual([
        ['EDITION.DOES_NOT_RECONCILE', numbers.join('; ')],
      ]);
      expect(decision.outcome).toBe('refused');
    },
  }),
});

describe('publishing an edition', () => {
  test('the first has no flow, and those after it lead on from the one before', () => {
    given(defined).when(first).then(accepted());
    given(defined, first).when(second()).then(accepted());
    given().when(first).then(refused('refuse LIST.UNKNOWN'));
  });

  test('its id is not that of another', () => {
    given(defined, first)
      .when(second({ id: 'spring' }))
      .then(refused('refuse EDITION.ID_TAKEN'));
  });

  test('its flow begins with the edition before it', () => {
    given(defined).when(second()).then(refused('refuse EDITION.NOT_SINCE_LAST', 'refuse EDITION.DOES_NOT_RECONCILE'));
    given(defined, first)
      .when(published('summer', '2024-06-01', { believers: { total: 2 }, others: { total: 2 } }, { total: 4 }))
      .then(refused('refuse EDITION.NOT_SINCE_LAST'));
    const between = published('may', '2024-05-01', { believers, others }, all);
    given(defined, first, second()).when(between).then(accepted());
    given(defined, first, between)
      .when(second())
      .then(refused('refuse EDITION.NOT_SINCE_LAST', 'refuse EDITION.DOES_NOT_RECONCILE'));
  });

  test('an edition of an earlier day is the first again', () => {
    const winter = published('winter', '2024-01-01', { believers: { total: 0 } }, { total: 0 });
    given(defined, first).when(winter).then(accepted());
  });

  test('is refused with the numbers that do not reconcile', () => {
    const when = (over: Parameters<typeof second>[0]) => given(defined, first).when(second(over));
    when({ believers: { flow: { ...believers.flow, entered: 2 } } }).thenNumbers(
      'believers: 3 + (1) + 2 - 2 + (-1) = 3, and closing is 2',
      'entered in all 1, in the groups 2',
    );
    when({ others: { total: 1 } }).thenNumbers('members 4, members of the groups 3', 'others: closing 2, published 1');
    when({ believers: { flow: { ...believers.flow, opening: 4, revised: 0 } } }).thenNumbers(
      'believers: opening 4, published before 3',
      'opening in all 4, in the groups 5',
      'revised in all 1, in the groups 0',
    );
    when({ all: { flow: { ...all.flow, left: { amnesty: 1 } } } }).thenNumbers(
      'all: 4 + (1) + 1 - 1 + (0) = 5, and closing is 4',
      'left in all 1, in the groups 2',
    );
  });

  test('a group of the edition before it does not disappear, and each has a flow', () => {
    given(defined, first)
      .when(published('summer', '2024-06-01', { believers: { ...believers, total: 4 } }, { total: 4, flow: all.flow }))
      .then(refused('refuse EDITION.DOES_NOT_RECONCILE'));
    given(defined)
      .when(published('spring', '2024-03-01', { believers: { total: 2, flow: believers.flow } }, { total: 2 }))
      .then(refused('refuse EDITION.DOES_NOT_RECONCILE'));
  });

  test('has a line and a salt for each member', () => {
    const { id, event } = first;
    given(defined)
      .when({ id, event: { ...event, lines: [], salts: [] } })
      .thenNumbers('members 4, lines 0');
  });

  test('stays recorded: it is not retracted', () => {
    given(defined, first)
      .when({ id: 'r', event: { type: 'retracted', event: first.id, reason: 'a mistake', ...said } })
      .then(refused('refuse CORRECTION.NOT_RETRACTABLE'));
  });
});

test('the edition before a day is the latest by day, of several of one day the last published', () => {
  const list = foldList('union', [
    defined.event,
    ...[
      ['c', '2024-03-01'],
      ['a', '2024-01-01'],
      ['b', '2024-03-01'],
    ].map(([id = '', asOf = '']) => published(id, asOf, {}, { total: 0 }).event),
  ] as Parameters<typeof foldList>[1]);
  if (list === null) throw new Error('no list');
  expect(
    ['2023-12-31', '2024-01-01', '2024-02-29', '2024-03-01', '2025-01-01'].map(
      (day) => latestEditionUpTo(list, day)?.edition,
    ),
  ).toEqual([undefined, 'a', 'a', 'b', 'b']);
  expect(list.editions[0]).not.toHaveProperty('lines');
});
