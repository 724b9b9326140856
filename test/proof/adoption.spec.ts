/** Events of before leaf hashes get theirs, in either store; what was adopted is then found changed like any other event. */
import Database from '../../src/sqlite/database.js';
import { join } from 'node:path';
import { encodeWithoutLeaf } from '../../src/event-store/codec.js';
import { copyAdoptedLeaves, copyEvents, readStoredLog, verifyCopy } from '../../src/event-store/copy.js';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { ADOPTED_TOGETHER, type EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { adoptLog, LOG_STREAM, type OperatorDecision } from '../../src/proof/adoption.js';
import { verifyLog } from '../../src/proof/verify-log.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { newEvent, newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const OLD = ADOPTED_TOGETHER + 3;
const DECISION: OperatorDecision = {
  actor: { kind: 'person', id: '7f3a', asserted: true },
  decidedAt: new Date('2026-11-27T10:00:00.000Z'),
};
const fill = async (store: EventStore): Promise<void> => {
  const old = Array.from({ length: OLD }, () => encodeWithoutLeaf(newEvent()));
  await store.appendStored(newStreamName(), 'no-stream', old);
  await store.append(newStreamName(), 'no-stream', newEvents(2));
};
const adopt = (store: EventStore) => adoptLog(store, DECISION, UNWATCHED);
const verify = async (store: EventStore) => {
  const { tree, ...verified } = await verifyLog(store, [], UNWATCHED);
  return { ...verified, root: tree?.root() ?? null };
};

let folder: TemporaryFolder;
let store: EventStore;
let db: Database.Database;
let double: EsdbDouble;
beforeAll(async () => void (double = await startDouble()));
afterAll(() => double.stop());
beforeEach(async () => {
  folder = await temporaryFolder();
  store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
  db = new Database(join(folder.path, 'events.sqlite'));
  await fill(store);
});
afterEach(async () => {
  db.close();
  await store.close();
  await folder.remove();
});

it('a log whose past is adopted has a root, and says what was adopted, when and by whom', async () => {
  expect(await verify(store)).toMatchObject({ uncovered: OLD, root: null });
  expect(await adopt(store)).toEqual({ events: OLD, isRepeated: false });
  const verified = await verify(store);
  expect(verified).toMatchObject({ events: OLD + 3, uncovered: 0, adopted: OLD });
  expect(verified.root).not.toBeNull();
  expect(await store.readStream(LOG_STREAM, -1, 10)).toMatchObject([
    {
      actor: DECISION.actor,
      recordedAt: DECISION.decidedAt.toISOString(),
      event: { type: 'log-adopted', events: OLD, root: expect.stringMatching(/^.{43}=$/) as string },
    },
  ]);
});

it('adopted again, it stays as it is', async () => {
  await adopt(store);
  const { root } = await verify(store);
  expect(await adopt(store)).toEqual({ events: OLD, isRepeated: true });
  expect((await verify(store)).root).toEqual(root);
});

it('a log without such events has nothing to adopt, and nothing is recorded', async () => {
  const young = createSqliteStore({ file: ':memory:' });
  await young.append(newStreamName(), 'no-stream', newEvents(1));
  expect(await adopt(young)).toEqual({ events: 0, isRepeated: true });
  expect(await young.head()).toBe('1');
  await young.close();
});

it('an interrupted adoption covers nothing, and is resumed', async () => {
  const controller = new AbortController();
  const stopped = adoptLog(store, DECISION, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toThrow();
  expect((await store.readStored(null, 1))[0]?.leaf).not.toBeNull();
  expect(await verify(store)).toMatchObject({ uncovered: OLD, adopted: 0, root: null });
  expect(await adopt(store)).toEqual({ events: OLD, isRepeated: false });
  expect(await verify(store)).toMatchObject({ uncovered: 0, adopted: OLD });
});

const CHANGES: readonly (readonly [string, string, RegExp])[] = [
  ['a name', `UPDATE events SET payload = replace(payload, 'Elçin', 'Elşin') WHERE position = 7`, /^position 7: /],
  ['a time', 'UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 8', /^position 8: /],
  ['a salt', 'UPDATE adopted SET salt = zeroblob(32) WHERE position = 9', /^position 9: /],
  ['a leaf hash', 'UPDATE adopted SET leaf = zeroblob(32) WHERE position = 10', /^position 10: /],
  ['an adopted leaf hash that is gone', 'DELETE FROM adopted WHERE position = 11', /^position 11: its leaf hash is/],
  ['all of them', 'DELETE FROM adopted', /^position 1: its leaf hash is/],
  [
    'an event and its leaf hash, each fitting the other',
    `UPDATE events SET recorded_at = (SELECT recorded_at FROM events WHERE position = 13), payload =
       (SELECT payload FROM events WHERE position = 13), revision = 9999, id = (SELECT id FROM events WHERE position = 13)
       WHERE position = 12;
     UPDATE adopted SET (commitment, salt, leaf) = (SELECT commitment, salt, leaf FROM adopted WHERE position = 13)
       WHERE position = 12;
     UPDATE events SET revision = 12 + 9999 WHERE position = 13; UPDATE events SET revision = 12 WHERE position = 12`,
    /^position 13: /,
  ],
];
it.each(CHANGES)('%s is found', async (_, sql, says) => {
  await adopt(store);
  db.exec(sql);
  await expect(verify(store)).rejects.toThrow(says);
});

it('an adopted event that was exchanged with all that is kept of it does not lead to the root that was recorded', async () => {
  await adopt(store);
  const other = createSqliteStore({ file: ':memory:' });
  const [first] = await store.readStored(null, 1);
  const forged = encodeWithoutLeaf(newEvent());
  await other.appendStored(String(first?.stream), 'no-stream', [forged]);
  await adopt(other);
  const [{ leaf, adopted }] = (await other.readStored(null, 1)) as unknown as [
    { leaf: string; adopted: { commitment: string; salt: string } },
  ];
  await other.close();
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  db.prepare('UPDATE events SET id = ?, payload = ? WHERE position = 1').run(
    Buffer.from(forged.id.replaceAll('-', ''), 'hex'),
    forged.text,
  );
  db.prepare('UPDATE adopted SET commitment = ?, salt = ?, leaf = ? WHERE position = 1').run(
    ...[adopted.commitment, adopted.salt, leaf].map(bytes),
  );
  await expect(verify(store)).rejects.toThrow('positions 1 to 503: they are not those that were adopted');
});

it('the personal part of an adopted event can be erased, with its salt, and the root stays', async () => {
  await adopt(store);
  const { root } = await verify(store);
  db.exec(`UPDATE events SET payload = json_set(payload, '$.personal', json('null')) WHERE position = 5;
    UPDATE adopted SET salt = NULL WHERE position = 5`);
  expect(await verify(store)).toMatchObject({ root, erased: 1, adopted: OLD });
});

it('a server keeps the leaf hashes beside the log; copied there and back, the root is the same', async () => {
  const server = await openEsdbStore({ url: double.url, register: 'habeas' });
  const back = createSqliteStore({ file: ':memory:' });
  await copyEvents(readStoredLog(store), server, UNWATCHED);
  expect(await adopt(server)).toEqual({ events: OLD, isRepeated: false });
  const { root } = await verify(server);
  expect(root).not.toBeNull();
  // A copy that was interrupted between events and leaf hashes is resumed.
  for (let run = 0; run < 2; run++) await copyEvents(readStoredLog(server), back, UNWATCHED);
  await copyAdoptedLeaves(readStoredLog(server), back);
  await copyEvents(readStoredLog(server), back, UNWATCHED);
  await copyAdoptedLeaves(readStoredLog(server), back);
  expect(await verifyCopy(readStoredLog(server), back)).toBe(OLD + 3);
  expect((await verify(back)).root).toEqual(root);
  await back.close();
  await server.close();
});
