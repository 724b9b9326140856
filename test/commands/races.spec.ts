/** The guarantees of a single writer hold for 64 concurrent ones. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { newCaseId } from '../../src/commands/ids.js';
import type { RecordEventsResult } from '../../src/commands/record-events.js';
import type { AnyEvent } from '../../src/domain/events.js';
import { referenceStreamName } from '../../src/domain/reference/reference.js';
import { ANNA, arrested, named, opened, Register, request, type Recorded } from './support.js';

const WRITERS = 64;
let register: Register;

beforeEach(async () => {
  register = await Register.open();
});
afterEach(() => register.store.close());

const all = <T>(make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: WRITERS }, (_, index) => make(index)));
const winnersOf = (answers: readonly RecordEventsResult[]): readonly Recorded[] =>
  answers.filter((a): a is Recorded => a.outcome === 'recorded');

it('one of 64 cases gets a reference, and the others learn which', async () => {
  const answers = await all(() => register.record(request(newCaseId(ANNA), [opened('AZ-1')])));
  const [winner, ...more] = winnersOf(answers);
  expect(more).toEqual([]);
  const taken = { outcome: 'reference-taken', list: 'union', reference: 'AZ-1', by: winner?.subject.id };
  expect(answers.filter((a) => a.outcome !== 'recorded')).toEqual(Array(WRITERS - 1).fill(taken));
  const types = (await register.log()).map((e) => e.event.type);
  expect(types.filter((t) => t === 'opened' || t === 'reference-claimed')).toEqual(['reference-claimed', 'opened']);
});

it('of requests for the same two references in different order, one gets both', async () => {
  const answers = await all((index) =>
    register.record(request(newCaseId(ANNA), index % 2 === 0 ? [opened('A', 'B')] : [opened('B', 'A')])),
  );
  const winners = winnersOf(answers);
  expect(winners).toHaveLength(1);
  for (const reference of ['A', 'B'])
    expect(await register.store.readStream(referenceStreamName({ list: 'union', reference }), -1, 10)).toMatchObject([
      { event: { caseId: winners[0]?.subject.id } },
    ]);
});

it('one of 64 opens a case', async () => {
  const id = newCaseId(ANNA);
  const answers = await all(() => register.record(request(id, [opened('AZ-1')])));
  expect(winnersOf(answers)).toHaveLength(1);
  expect(answers.filter((a) => a.outcome === 'already-exists')).toHaveLength(WRITERS - 1);
  expect(await register.caseEvents(id)).toHaveLength(1);
});

it('64 additions to a case are recorded in call order', async () => {
  const id = newCaseId(ANNA);
  await register.recorded(request(id, [opened()]));
  const answers = await all((index) => register.recorded(request(id, [named(`Name ${String(index)}`)])));
  expect(answers.map(({ revision }) => revision)).toEqual(Array.from({ length: WRITERS }, (_, index) => index + 1));
  const added = (await register.caseEvents(id)).slice(1);
  expect(added.map((e) => e.id)).toEqual(answers.flatMap((answer) => answer.events));
});

it('an expected revision is checked when the request leaves the queue: behind 64 writers it is stale', async () => {
  const id = newCaseId(ANNA);
  await register.recorded(request(id, [opened()]));
  const first = register.record(request(id, [named('First')], { expectedRevision: 0 }));
  const others = all((index) => register.record(request(id, [named(`Name ${String(index)}`)])));
  const last = register.record(request(id, [named('Last')], { expectedRevision: 0 }));
  expect(await first).toMatchObject({ outcome: 'recorded', revision: 1 });
  expect(winnersOf(await others)).toHaveLength(WRITERS);
  expect(await last).toEqual({ outcome: 'conflict', preconditionFailed: true, revision: WRITERS + 1 });
});

it('of 64 requests that expect the same revision one is recorded', async () => {
  const id = newCaseId(ANNA);
  await register.recorded(request(id, [opened()]));
  const answers = await all(() => register.record(request(id, [named('Name')], { expectedRevision: 0 })));
  expect(winnersOf(answers)).toHaveLength(1);
  const conflict = { outcome: 'conflict', preconditionFailed: true, revision: 1 };
  expect(answers.filter((a) => a.outcome === 'conflict')).toEqual(Array(WRITERS - 1).fill(conflict));
});

it('64 concurrent repeats record once and get the same answer', async () => {
  const id = newCaseId(ANNA, 'key');
  const answers = await all(() =>
    register.recorded(request(id, [opened('AZ-1'), arrested('2025-01-02')], { key: 'key' })),
  );
  expect(answers.filter((a) => !a.repeated)).toHaveLength(1);
  const [first] = answers;
  expect(answers.map((a) => ({ ...a, repeated: false }))).toEqual(Array(WRITERS).fill({ ...first, repeated: false }));
  expect(await register.caseEvents(id)).toHaveLength(2);
});

it.each([
  ['other words', [named('One')], [named('Two')]],
  ['fewer events', [named('One'), named('Two')], [named('One')]],
  ['more events', [named('One')], [named('One'), named('Two')]],
])('of two concurrent bodies under one key the first is recorded and the other refused: %s', async (_, body, other) => {
  const id = newCaseId(ANNA);
  await register.recorded(request(id, [opened()]));
  const record = (events: readonly AnyEvent[]) => register.record(request(id, events, { key: 'key' }));
  expect(await Promise.all([record(body), record(other)])).toMatchObject([
    { outcome: 'recorded', repeated: false },
    { outcome: 'key-reused' },
  ]);
  expect((await register.caseEvents(id)).slice(1).map((e) => e.event)).toEqual(body);
});

it('of 64 concurrent bodies under one key only the recorded one succeeds', async () => {
  const id = newCaseId(ANNA, 'key');
  const answers = await all((index) =>
    register.record(request(id, [opened(), named(`Name ${String(index)}`)], { key: 'key' })),
  );
  const [winner] = winnersOf(answers);
  expect(answers.filter((a) => a.outcome === 'key-reused')).toHaveLength(WRITERS - 1);
  expect((await register.caseEvents(id)).map((e) => e.id)).toEqual(winner?.events);
});
