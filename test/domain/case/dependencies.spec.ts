/** Where findings change with a definition, the case depends on what changed; so the read models may skip all other cases. */
import fc from 'fast-check';
import { changedKeysOfDefinition, dependenciesOf } from '../../../src/domain/case/dependencies.js';
import type { ReferenceData } from '../../../src/domain/case/reference-data.js';
import { findingsOfSingleEvents } from '../../../src/domain/case/referents.js';
import type { Instrument } from '../../../src/domain/instrument/instrument.js';
import type { ListDefinition } from '../../../src/domain/list/list.js';
import { caseEvent, day } from '../../support/events.js';

const orUndefined = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const days = fc.constantFrom('2023-01-01', '2024-01-01', '2024-06-01');

const lists: fc.Arbitrary<ListDefinition | null> = fc.option(
  fc.record({
    id: fc.constant('union'),
    name: fc.constantFrom({ en: 'One name' }, { en: 'Another name' }),
    categories: fc.subarray(['x', 'y']).map((ids) => new Map(ids.map((id) => [id, { en: id }]))),
    policies: fc
      .uniqueArray(fc.record({ from: days.map(day), custody: fc.constant([]), paceRequired: fc.boolean() }), {
        selector: ({ from }) => from,
      })
      .map((policies) => policies.sort((a, b) => a.from - b.from)),
    editions: fc.constant([]),
  }),
);

const instruments: fc.Arbitrary<Instrument | null> = fc.option(
  fc
    .record({
      kind: fc.constantFrom('pardon-decree', 'amnesty-act'),
      title: fc.constantFrom('One title', 'Another title'),
      inForce: orUndefined(days),
      issued: orUndefined(days),
      windowEnd: orUndefined(days),
      clauses: fc.subarray(['1', '2']),
    })
    .map((fields) => ({ id: 'act', ...fields }) as unknown as Instrument),
);

const events = fc.oneof(
  fc
    .record({
      type: fc.constantFrom('recognised', 'recategorised'),
      category: fc.constantFrom('x', 'y'),
      occurredOn: days,
      criteria: orUndefined(fc.constantFrom([], [{ letter: 'a', rationale: 'invented' }])),
    })
    .map((fields) => caseEvent({ ...fields, list: 'union' })),
  fc.constant(caseEvent({ type: 'referenced', list: 'union', reference: 'AZ-1' })),
  fc
    .record({ clause: orUndefined(fc.constantFrom('1', '2')), occurredOn: days })
    .map((fields) => caseEvent({ type: 'amnestied', act: 'act', effect: 'replaced', ...fields })),
  days.map((occurredOn) => caseEvent({ type: 'pardoned', decree: 'act', effect: 'replaced', occurredOn })),
);

const given = (list: ListDefinition | null, instrument: Instrument | null): ReferenceData => ({
  today: day('2026-01-01'),
  lists: new Map(list === null ? [] : [[list.id, list]]),
  instruments: new Map(instrument === null ? [] : [[instrument.id, instrument]]),
});

it('depends on every change of a list or instrument that changes a finding', () => {
  fc.assert(
    fc.property(events, lists, lists, instruments, instruments, (event, listBefore, listAfter, before, after) => {
      const findings = (references: ReferenceData) => findingsOfSingleEvents([{ id: 'e', event }], references);
      const keys = dependenciesOf(event).map(({ key }) => key);
      const changed = [
        ...changedKeysOfDefinition('list', listBefore, listAfter),
        ...changedKeysOfDefinition('instrument', before, after),
      ];
      if (!keys.some((key) => changed.includes(key)))
        expect(findings(given(listAfter, after))).toEqual(findings(given(listBefore, before)));
    }),
    { numRuns: 1_000 },
  );
});

it('names what changed, and nothing for a change of names or of custody', () => {
  const list: ListDefinition = {
    id: 'union',
    name: { en: 'union' },
    categories: new Map([['x', { en: 'x' }]]),
    policies: [{ from: day('2024-01-01'), custody: ['remand'], paceRequired: false }],
    editions: [],
  };
  const changed = (fields: Partial<ListDefinition>) => changedKeysOfDefinition('list', list, { ...list, ...fields });
  expect(changedKeysOfDefinition('list', null, list)).toEqual(['list union']);
  expect(changedKeysOfDefinition('list', null, null)).toEqual([]);
  expect(changed({ name: { en: 'another' } })).toEqual([]);
  expect(changed({ policies: [{ from: day('2024-01-01'), custody: [], paceRequired: false }] })).toEqual([]);
  expect(changed({ policies: [{ from: day('2024-01-01'), custody: [], paceRequired: true }] })).toEqual([
    'criteria union',
  ]);
  expect(changed({ categories: new Map([['y', { en: 'y' }]]) })).toEqual(['category union x', 'category union y']);
});
