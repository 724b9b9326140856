import fc from 'fast-check';
import { assertProperty } from '../../support/property.js';
import { DEFAULT_POLICY } from '../../../src/domain/case/state.js';
import type { NonAmendment } from '../../../src/domain/amendments.js';
import type { ListEvent as AnyListEvent } from '../../../src/domain/list/events.js';
import { foldList, policyOn } from '../../../src/domain/list/list.js';
import { parseDay } from '../../../src/domain/time.js';

type ListEvent = NonAmendment<AnyListEvent>;

const said = { sources: [{ kind: 'other', citation: 'minutes' }], reliability: 'verified' } as const;
const defined = (en = 'Union'): ListEvent => ({ type: 'list-defined', name: { en }, ...said });
const category = (id: string, en: string): ListEvent => ({
  type: 'category-defined',
  category: id,
  name: { en },
  ...said,
});
const policy = (from: string, custody: readonly ('remand' | 'house-arrest')[], paceRequired?: boolean): ListEvent => ({
  type: 'policy-set',
  from,
  custody,
  ...(paceRequired === undefined ? {} : { paceRequired }),
  ...said,
});
const day = (text: string): number => parseDay(text)!;

describe('foldList', () => {
  test('nothing said, or nothing before its definition: no list', () => {
    expect(foldList('union', [])).toBeNull();
    expect(foldList('union', [category('believers', 'Believers'), policy('2024-01-01', ['remand'])])).toBeNull();
  });

  test('a definition alone has neither categories nor policies', () => {
    expect(foldList('union', [defined()])).toEqual({
      id: 'union',
      name: { en: 'Union' },
      categories: new Map(),
      policies: [],
      editions: [],
    });
  });

  test('what was said before the definition is not kept', () => {
    const list = foldList('union', [category('believers', 'Believers'), policy('2024-01-01', []), defined()]);
    expect(list).toEqual(foldList('union', [defined()]));
  });

  test('a second definition renames the list and keeps the rest', () => {
    const rest = [category('believers', 'Believers'), policy('2024-01-01', ['remand'])];
    const list = foldList('union', [defined('Union'), ...rest, defined('The Union')]);
    expect(list).toEqual({ ...foldList('union', [defined('Union'), ...rest]), name: { en: 'The Union' } });
  });

  test('categories stand in the order of their first definition; a later word renames', () => {
    const list = foldList('union', [defined(), category('b', 'B'), category('a', 'A'), category('b', 'Bees')]);
    expect([...list!.categories]).toEqual([
      ['b', { en: 'Bees' }],
      ['a', { en: 'A' }],
    ]);
  });

  test('folding does not change what an earlier fold answered', () => {
    const events = [defined(), category('a', 'A'), policy('2024-01-01', ['remand'])];
    const before = foldList('union', events)!;
    foldList('union', [...events, category('b', 'B'), policy('2023-01-01', [])]);
    expect([...before.categories.keys()]).toEqual(['a']);
    expect(before.policies).toHaveLength(1);
  });

  test('a policy that is from no full day is left out', () => {
    expect(foldList('union', [defined(), policy('2024-01', ['remand'])])!.policies).toEqual([]);
  });

  test('policies stand by day; the letters are not demanded unless it says so', () => {
    const list = foldList('union', [
      defined(),
      policy('2024-06-01', ['remand', 'house-arrest'], true),
      policy('2024-01-01', ['remand']),
    ])!;
    expect(list.policies).toEqual([
      { from: day('2024-01-01'), custody: ['remand'], paceRequired: false },
      { from: day('2024-06-01'), custody: ['remand', 'house-arrest'], paceRequired: true },
    ]);
  });

  test('a later word about the same day replaces the earlier', () => {
    const list = foldList('union', [
      defined(),
      policy('2024-01-01', ['remand'], true),
      policy('2024-03-01', []),
      policy('2024-01-01', ['house-arrest'], false),
    ])!;
    expect(list.policies).toEqual([
      { from: day('2024-01-01'), custody: ['house-arrest'], paceRequired: false },
      { from: day('2024-03-01'), custody: [], paceRequired: false },
    ]);
  });
});

describe('policyOn', () => {
  const list = foldList('union', [
    defined(),
    policy('2024-01-01', ['remand']),
    policy('2024-06-01', ['house-arrest'], true),
  ])!;

  test.each([
    ['2024-01-01', ['remand'], false],
    ['2024-05-31', ['remand'], false],
    ['2024-06-01', ['house-arrest'], true],
    ['2030-01-01', ['house-arrest'], true],
  ])('on %s it is the last one set from then or before', (text, custody, paceRequired) => {
    expect(policyOn(list, day(text))).toMatchObject({ custody, paceRequired });
  });

  test('before the first it is the default', () => {
    expect(policyOn(list, day('2023-12-31'))).toEqual({
      from: day('2023-12-31'),
      custody: DEFAULT_POLICY,
      paceRequired: false,
    });
  });

  test('policies of different days may be recorded in any order', () => {
    const policies = [1, 2, 3, 4, 5].map((month) =>
      policy(`2024-0${month}-01`, month % 2 === 0 ? ['remand'] : ['house-arrest']),
    );
    assertProperty(
      fc.property(fc.shuffledSubarray(policies, { minLength: 5 }), (shuffled) => {
        expect(foldList('union', [defined(), ...shuffled])).toEqual(foldList('union', [defined(), ...policies]));
      }),
    );
  });
});
