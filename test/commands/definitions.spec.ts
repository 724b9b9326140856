import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Definitions } from '../../src/commands/definitions.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { EventStore } from '../../src/event-store/port.js';
import { caseEvent } from '../support/events.js';
import { Register, request } from './support.js';

let register: Register;
/** Streams read, each with the revision after which. */
let reads: [stream: string, after: number][];
let definitions: Definitions;

beforeEach(async () => {
  register = await Register.open();
  const { store } = register;
  reads = [];
  const readStream: EventStore['readStream'] = (stream, after, limit) => {
    reads.push([stream, after]);
    return store.readStream(stream, after, limit);
  };
  definitions = new Definitions({ readStream } as EventStore);
});
afterEach(() => register.store.close());

const said = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };
const given = (...events: readonly CaseEvent[]) => definitions.given(events, register.clock.today());
const proposed = (list: string) => caseEvent({ type: 'proposed', occurredOn: '2025-01-02', list });
const amnestied = (act: string) =>
  caseEvent({ type: 'amnestied', occurredOn: '2025-12-31', act, effect: 'released-from-imprisonment' });
const define = (id: string) =>
  register.recorded(
    request('', [{ type: 'list-defined', name: { en: id }, ...said }], { subject: { kind: 'list', id }, begins: true }),
  );

it('gives what the events name, as far as it exists, and the day', async () => {
  const { today, lists, instruments } = await given(proposed('union'), proposed('nobody'), amnestied('amnesty-2025'));
  expect(today).toBe(register.clock.today());
  expect([...lists].map(([id, list]) => [id, list.id, [...list.categories.keys()]])).toEqual([
    ['union', 'union', ['believers']],
  ]);
  expect([...instruments].map(([id, { kind }]) => [id, kind])).toEqual([['amnesty-2025', 'amnesty-act']]);
});

it('reads of what it knows only what is new, and sees it', async () => {
  await given(proposed('union'), amnestied('amnesty-2025'));
  const category = { type: 'category-defined' as const, category: 'late', name: { en: 'Late' } };
  await register.recorded(
    request('', [{ ...category, ...said }], { subject: { kind: 'list', id: 'union' }, begins: false }),
  );
  reads.length = 0;
  const { lists } = await given(proposed('union'), amnestied('amnesty-2025'));
  expect([...(lists.get('union')?.categories.keys() ?? [])]).toEqual(['believers', 'late']);
  await given(proposed('union'));
  expect(reads).toEqual([
    ['list-union', 1],
    ['list-union', 2],
    ['instrument-amnesty-2025', 0],
    ['list-union', 2],
  ]);
});

it('sees a list that was defined after it had been asked for', async () => {
  expect((await given(proposed('later'))).lists.size).toBe(0);
  await define('later');
  expect((await given(proposed('later'))).lists.size).toBe(1);
});

it('remembers a bounded number, and forgets what was asked for longest ago', async () => {
  const others = Array.from({ length: 256 }, (_, index) => `list-${String(index)}`);
  await Promise.all(others.map(define));
  for (const list of others) await given(proposed(list));
  await given(proposed('list-0'));
  await given(proposed('union'));
  reads.length = 0;
  await given(proposed('list-0'), proposed('list-1'), proposed('list-2'));
  expect(reads).toEqual([
    ['list-list-0', 0],
    ['list-list-1', -1],
    ['list-list-1', 0],
    ['list-list-2', -1],
    ['list-list-2', 0],
  ]);
});
