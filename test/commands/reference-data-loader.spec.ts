import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ReferenceDataLoader } from '../../src/commands/reference-data-loader.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { EventStore } from '../../src/event-store/port.js';
import { caseEvent } from '../support/events.js';
import { Register, request } from './support.js';

let register: Register;
/** Every read of a stream, with the revision after which it reads. */
let reads: [stream: string, after: number][];
let loader: ReferenceDataLoader;

beforeEach(async () => {
  register = await Register.open();
  const { store } = register;
  reads = [];
  const readStream: EventStore['readStream'] = (stream, after, limit) => {
    reads.push([stream, after]);
    return store.readStream(stream, after, limit);
  };
  loader = new ReferenceDataLoader({ readStream } as EventStore);
});
afterEach(() => register.store.close());

const SOURCED = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };
const load = (...events: readonly CaseEvent[]) => loader.load(events, register.clock.today());
const proposed = (list: string) => caseEvent({ type: 'proposed', occurredOn: '2025-01-02', list });
const amnestied = (act: string) =>
  caseEvent({ type: 'amnestied', occurredOn: '2025-12-31', act, effect: 'released-from-imprisonment' });
const define = (id: string) =>
  register.recorded(
    request('', [{ type: 'list-defined', name: { en: id }, ...SOURCED }], {
      subject: { kind: 'list', id },
      isNewSubject: true,
    }),
  );

it('loads the lists and instruments that events name and that exist, and the day', async () => {
  const { today, lists, instruments } = await load(proposed('union'), proposed('nowhere'), amnestied('amnesty-2025'));
  expect(today).toBe(register.clock.today());
  expect([...lists].map(([id, list]) => [id, list.id, [...list.categories.keys()]])).toEqual([
    ['union', 'union', ['believers']],
  ]);
  expect([...instruments].map(([id, { kind }]) => [id, kind])).toEqual([['amnesty-2025', 'amnesty-act']]);
});

it('reads only the new events of a cached definition', async () => {
  await load(proposed('union'), amnestied('amnesty-2025'));
  const category = { type: 'category-defined' as const, category: 'late', name: { en: 'Late' } };
  await register.recorded(
    request('', [{ ...category, ...SOURCED }], { subject: { kind: 'list', id: 'union' }, isNewSubject: false }),
  );
  reads.length = 0;
  const { lists } = await load(proposed('union'), amnestied('amnesty-2025'));
  expect([...(lists.get('union')?.categories.keys() ?? [])]).toEqual(['believers', 'late']);
  await load(proposed('union'));
  expect(reads).toEqual([
    ['list-union', 1],
    ['list-union', 2],
    ['instrument-amnesty-2025', 0],
    ['list-union', 2],
  ]);
});

it('finds a list that was defined after the first lookup', async () => {
  expect((await load(proposed('later'))).lists.size).toBe(0);
  await define('later');
  expect((await load(proposed('later'))).lists.size).toBe(1);
});

it('caches a bounded number, and evicts the least recently used', async () => {
  const others = Array.from({ length: 256 }, (_, index) => `list-${String(index)}`);
  await Promise.all(others.map(define));
  for (const list of others) await load(proposed(list));
  await load(proposed('list-0'));
  await load(proposed('union'));
  reads.length = 0;
  await load(proposed('list-0'), proposed('list-1'), proposed('list-2'));
  expect(reads).toEqual([
    ['list-list-0', 0],
    ['list-list-1', -1],
    ['list-list-1', 0],
    ['list-list-2', -1],
    ['list-list-2', 0],
  ]);
});

it('folds a cached definition anew where one of its events is corrected or retracted', async () => {
  const subject = { kind: 'list', id: 'union' } as const;
  const named = async () => [...((await load(proposed('union'))).lists.get('union')?.categories.values() ?? [])];
  expect(await named()).toEqual([{ en: 'Believers' }]);
  const [, category] = await register.store.readStream('list-union', -1, 9);
  const correction = { type: 'corrected' as const, event: category?.id ?? '', correctedType: 'category-defined' };
  const { events } = await register.recorded(
    request('', [{ ...correction, data: { name: { en: 'Faithful' } }, ...SOURCED }], { subject, isNewSubject: false }),
  );
  expect(await named()).toEqual([{ en: 'Faithful' }]);
  const retraction = { type: 'retracted' as const, event: events[0] ?? '', reason: 'an error', ...SOURCED };
  await register.recorded(request('', [retraction], { subject, isNewSubject: false }));
  expect(await named()).toEqual([{ en: 'Believers' }]);
});

it('loads what a correction names', async () => {
  await define('later');
  const corrected = caseEvent({ type: 'corrected', event: 'x', correctedType: 'proposed', data: { list: 'later' } });
  expect([...(await load(proposed('union'), corrected)).lists.keys()].sort()).toEqual(['later', 'union']);
  const act = { event: 'x', correctedType: 'amnestied', data: { act: 'amnesty-2025', list: null } };
  expect([...(await load(caseEvent({ type: 'corrected', ...act }))).instruments.keys()]).toEqual(['amnesty-2025']);
});
