/** A watched store is a store under the contract of all stores, and tells of what happens in it. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { AppendTooLarge, StoreDamaged } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { WatchedStore, type AppendSeen } from '../../src/watching/watched-store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { anEvent, events, newStream } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

eventStoreContract(
  'watched',
  async () => ({
    store: new WatchedStore(createSqliteStore({ file: ':memory:' }), () => undefined),
    cleanup: async () => undefined,
  }),
  { durable: false },
);

let folder: TemporaryFolder;
let file: string;
let seen: AppendSeen[];
let store: WatchedStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'events.sqlite');
  seen = [];
  store = new WatchedStore(createSqliteStore({ file }), (append) => seen.push(append));
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

it('tells of every append how it ended, of how many events, and how long it took', async () => {
  const stream = newStream();
  await store.append(stream, 'no-stream', events(3));
  await store.append(stream, 'no-stream', [anEvent()]);
  await expect(store.append(stream, 'no-stream', events(1_001))).rejects.toThrow(AppendTooLarge);
  await store.close();
  await expect(store.append(stream, 'no-stream', [anEvent()])).rejects.toThrow();
  expect(seen.map(({ outcome, events: count }) => [outcome, count])).toEqual([
    ['appended', 3],
    ['conflict', 1],
    ['AppendTooLarge', 1_001],
    ['StoreUnavailable', 1],
  ]);
  expect(seen.every(({ seconds }) => seconds > 0)).toBe(true);
});

it('knows how many appends wait', async () => {
  const asked = [1, 2, 3].map(() => store.append(newStream(), 'no-stream', [anEvent()]));
  expect(store.waiting).toBe(3);
  await Promise.all(asked);
  expect(store.waiting).toBe(0);
});

describe('damage', () => {
  let stream: string;
  beforeEach(async () => {
    stream = newStream();
    await store.append(stream, 'no-stream', events(2));
    const db = new Database(file);
    db.exec(`UPDATE events SET payload = '' WHERE position = 2`);
    db.close();
  });

  it.each([
    ['a stream', () => store.readStream(stream, -1, 10)],
    ['the log', () => store.read(null, 10)],
    ['following it', () => store.follow(null, new AbortController().signal, 10)[Symbol.asyncIterator]().next()],
  ])('that is met in reading %s is remembered', async (_, meet) => {
    expect(store.damaged).toBe(false);
    await expect(meet()).rejects.toThrow(StoreDamaged);
    await store.readStream(stream, -1, 1);
    expect(store.damaged).toBe(true);
  });
});
