import {
  RecordBatch,
  RecordBatchHandler,
  type BatchRow,
  type RecordBatchRequest,
} from '../../src/commands/record-batch.js';
import type { AnyEvent } from '../../src/domain/events.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ANNA, arrested, BORIS, named, opened, recognised, referenced, Register, request } from './support.js';
import { newCaseId } from '../../src/commands/ids.js';

let register: Register;
beforeEach(async () => (register = await Register.open()));
afterEach(() => register.store.close());

const row = (selector: string | null, event: AnyEvent, more: Partial<BatchRow> = {}): BatchRow => ({
  case: selector === null ? null : selector.includes('AZ') ? { list: 'union', reference: selector } : { id: selector },
  event: event as CaseEvent,
  acknowledge: [],
  ...more,
});
const record = (rows: readonly BatchRow[], more: Partial<RecordBatchRequest> = {}) =>
  new RecordBatchHandler(register.store, register.clock, register.handler).execute(
    new RecordBatch({ rows, actor: ANNA, correlationId: newCaseId(ANNA), ...more }),
  );
const outcomes = async (rows: readonly BatchRow[], more: Partial<RecordBatchRequest> = {}) =>
  (await record(rows, more)).rows.map(({ outcome }) => outcome);
const events = async (id: string) => (await register.caseEvents(id)).map(({ event }) => event.type);

const begin = async (...references: readonly string[]): Promise<string> => {
  const id = newCaseId(ANNA);
  await register.recorded(request(id, [opened(...references)]));
  return id;
};

it('records rows of cases named by id, by reference and by the row that opens them, in order', async () => {
  const [byId, byReference] = [await begin(), await begin('AZ-1')];
  const answer = await record([
    row(byId, arrested('2024-01-01')),
    row(null, opened('AZ-2')),
    row('AZ-2', arrested('2024-02-01')),
    row('AZ-1', arrested('2024-03-01')),
    row('AZ-2', recognised('2024-04-01')),
    row(byReference, recognised('2024-05-01')),
  ]);
  const subjects = answer.rows.map((r) => (r.outcome === 'recorded' ? [r.subject.id, r.revision] : r));
  const made = subjects[1]![0 as never];
  expect(subjects).toEqual([
    [byId, 1],
    [made, 0],
    [made, 1],
    [byReference, 1],
    [made, 2],
    [byReference, 2],
  ]);
  expect(await events(String(made))).toEqual(['opened', 'arrested', 'recognised']);
  expect(answer.token).toBe((await register.log()).at(-1)?.cursor);
});

it('a reference that an earlier row gives to a case names that case', async () => {
  const id = await begin();
  expect(await outcomes([row(id, referenced('AZ-7')), row('AZ-7', arrested('2024'))])).toEqual([
    'recorded',
    'recorded',
  ]);
  expect(await events(id)).toEqual(['opened', 'referenced', 'arrested']);
});

it('refuses a row alone, and the rows that depend on it', async () => {
  const other = await begin('AZ-1');
  const rows = [
    row(null, opened('AZ-1')),
    row('AZ-1', arrested('2024-01-01')),
    row(null, opened('AZ-2')),
    { unreadable: [{ list: 'union', reference: 'AZ-3' }] },
    row('AZ-3', arrested('2024-01-01')),
    row('AZ-4', arrested('2024-01-01')),
    row('nobody', arrested('2024-01-01')),
    row('nobody', referenced('AZ-5')),
    row('AZ-5', arrested('2024-01-01')),
    row('AZ-2', arrested('2027-01-01')),
    row('AZ-2', arrested('2024-01-01')),
  ];
  const { rows: answers, token } = await record(rows);
  expect(answers.map(({ outcome }) => outcome)).toEqual([
    'reference-taken',
    'reference-not-given',
    'recorded',
    'unreadable',
    'reference-not-given',
    'unknown-subject',
    'unknown-subject',
    'unknown-subject',
    'reference-not-given',
    'refused',
    'recorded',
  ]);
  expect(await events(other)).toEqual(['opened']);
  expect(token).not.toBeNull();
  expect(await record([row('nobody', named('x'))])).toEqual({ rows: [{ outcome: 'unknown-subject' }], token: null });
});

it('applies expected revision and acknowledged codes to each row', async () => {
  const id = await begin();
  expect(
    await outcomes([
      row(id, arrested('2024-01-01'), { expectedRevision: 0 }),
      row(id, arrested('2024-02-01'), { expectedRevision: 0 }),
      row(id, arrested('2024-02-01')),
      row(id, arrested('2024-02-01'), { acknowledge: ['CASE.ALREADY_HELD'], expectedRevision: 1 }),
    ]),
  ).toEqual(['recorded', 'conflict', 'refused', 'recorded']);
});

it('answers a repeat as the first time, row by row, and decides again on rows that were not recorded', async () => {
  const rows = [
    row(null, opened('AZ-1')),
    row('AZ-1', arrested('2024-01-01')),
    row('AZ-1', arrested('2024-02-01')),
    row(null, opened()),
  ];
  const first = await record(rows, { key: 'k' });
  expect(first.rows.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded', 'refused', 'recorded']);
  const { length } = await register.log();
  const again = await record(rows, { key: 'k' });
  expect(again.rows).toEqual(first.rows.map((r) => (r.outcome === 'recorded' ? { ...r, repeated: true } : r)));
  expect(again.token).toBe(first.token);
  expect(await register.log()).toHaveLength(length);
  const acknowledged = [
    ...rows.slice(0, 2),
    row('AZ-1', arrested('2024-02-01'), { acknowledge: ['CASE.ALREADY_HELD'] }),
  ];
  expect(await outcomes(acknowledged, { key: 'k' })).toEqual(['recorded', 'recorded', 'recorded']);
  expect(await outcomes([row(null, opened('AZ-9'))], { key: 'k' })).toEqual(['key-reused']);
  expect(await outcomes(rows.slice(0, 1), { key: 'k', actor: BORIS })).toEqual(['reference-taken']);
});

it('records each row once for two concurrent requests under one key', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [
    row(null, opened(`AZ-${i}`)),
    row(`AZ-${i}`, arrested('2024')),
  ]).flat();
  const [one, two] = await Promise.all([record(rows, { key: 'k' }), record(rows, { key: 'k' })]);
  const revisions = (answer: typeof one) => answer.rows.map((r) => (r.outcome === 'recorded' ? r.events : r.outcome));
  expect(revisions(one)).toEqual(revisions(two));
  const types = (await register.log()).map(({ event }) => event.type).filter((type) => type !== 'reference-claimed');
  expect(types.filter((type) => type === 'opened')).toHaveLength(40);
  expect(types.filter((type) => type === 'arrested')).toHaveLength(40);
});

it('reports an error of the store for each row', async () => {
  const id = await begin('AZ-1');
  const closedStore = createSqliteStore({ file: ':memory:' });
  await closedStore.close();
  const handler = new RecordBatchHandler(
    closedStore,
    register.clock,
    register.through(async () => Promise.reject(new Error('disk'))),
  );
  const { rows } = await handler.execute(
    new RecordBatch({
      rows: [row('AZ-1', named('x')), row(id, named('x'))],
      actor: ANNA,
      correlationId: newCaseId(ANNA),
    }),
  );
  expect(rows).toEqual([
    { outcome: 'failed', error: expect.objectContaining({ name: 'StoreUnavailable' }) },
    { outcome: 'failed', error: expect.objectContaining({ message: 'disk' }) },
  ]);
});

it('refuses a row whose correction says what its type refuses, and records the others', async () => {
  const id = await begin();
  const { events: ids } = await register.recorded(request(id, [arrested('2024-01-01')]));
  const corrected = (data: object) =>
    ({ type: 'corrected', event: ids[0], data, sources: [], reliability: 'reported' }) as unknown as AnyEvent;
  const answer = await record([
    row(id, corrected({ occurredOn: '2024-02-30' })),
    row(id, corrected({ occurredOn: '2024-02-20' })),
  ]);
  expect(answer.rows).toMatchObject([
    { outcome: 'invalid', errors: [{ code: 'DATE.INVALID', pointer: '/data/occurredOn' }] },
    { outcome: 'recorded' },
  ]);
});
