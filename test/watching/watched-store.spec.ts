/** The watched store fulfils the contract of event stores, and adds measuring and the handling of damage. */
import Database from '../../src/sqlite/database.js';
import { join } from 'node:path';
import { AppendTooLarge, StoreDamaged, StoreUnavailable, type EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { WatchedStore, type AppendMeasurement } from '../../src/watching/watched-store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { newEvent, newEvents, newStreamName } from '../support/new-events.js';
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
let results: AppendMeasurement[];
let store: WatchedStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'events.sqlite');
  results = [];
  store = new WatchedStore(createSqliteStore({ file }), (append) => results.push(append));
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

it('reports outcome, number of events and duration of every append', async () => {
  const stream = newStreamName();
  await store.append(stream, 'no-stream', newEvents(3));
  await store.append(stream, 'no-stream', [newEvent()]);
  await expect(store.append(stream, 'no-stream', newEvents(1_001))).rejects.toThrow(AppendTooLarge);
  await store.close();
  await expect(store.append(stream, 'no-stream', [newEvent()])).rejects.toThrow();
  expect(results.map(({ outcome, events: count }) => [outcome, count])).toEqual([
    ['appended', 3],
    ['conflict', 1],
    ['AppendTooLarge', 1_001],
    ['StoreUnavailable', 1],
  ]);
  expect(results.every(({ seconds }) => seconds > 0)).toBe(true);
});

it('counts appends in progress', async () => {
  const appends = [1, 2, 3].map(() => store.append(newStreamName(), 'no-stream', [newEvent()]));
  expect(store.pendingAppends).toBe(3);
  await Promise.all(appends);
  expect(store.pendingAppends).toBe(0);
});

describe('damage', () => {
  let stream: string;
  beforeEach(async () => {
    stream = newStreamName();
    await store.append(stream, 'no-stream', newEvents(2));
    const db = new Database(file);
    db.exec(`UPDATE events SET payload = '' WHERE position = 2`);
    db.close();
  });

  it.each([
    ['a stream', () => store.readStream(stream, -1, 10)],
    ['the log', () => store.read(null, 10)],
    ['following it', () => store.follow(null, new AbortController().signal, 10)[Symbol.asyncIterator]().next()],
  ])('found while reading %s is remembered', async (_, readDamaged) => {
    expect(store.isDamaged).toBe(false);
    await expect(readDamaged()).rejects.toThrow(StoreDamaged);
    await store.read(null, 1);
    expect(store.isDamaged).toBe(true);
  });

  it('refuses appends to any stream, and reading of streams, but not reading of the log', async () => {
    await expect(store.read(null, 10)).rejects.toThrow(StoreDamaged);
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
    await expect(store.readStream(newStreamName(), -1, 1)).rejects.toThrow(StoreDamaged);
    expect(await store.head()).toBe('2');
    expect(results.at(-1)?.outcome).toBe('StoreDamaged');
  });

  it('is that at the first position, whichever was found first', async () => {
    const damageAt = (position: number) => new StoreDamaged('for a test', { position });
    const inner = createSqliteStore({ file: ':memory:' });
    const reads = [5, 2, 9].map(damageAt);
    inner.read = async () => {
      throw reads.shift() ?? new Error('read too often');
    };
    const watched = new WatchedStore(inner, () => undefined);
    while (reads.length > 0) await expect(watched.read(null, 1)).rejects.toThrow(StoreDamaged);
    expect(watched.damage?.position).toBe(2);
    await watched.close();
  });

  it('reported from outside has the same effect', async () => {
    store.markDamaged(new StoreDamaged('for a test'));
    expect(store.isDamaged).toBe(true);
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow('for a test');
  });
});

describe('verification of the log', () => {
  let verifications: (() => Promise<void>)[];
  let calls: number;
  let inner: EventStore;
  beforeEach(async () => {
    await store.close();
    [verifications, calls] = [[], 0];
    inner = createSqliteStore({ file });
    store = new WatchedStore(
      inner,
      () => undefined,
      () => {
        calls += 1;
        return verifications.shift()?.() ?? Promise.resolve();
      },
    );
  });
  const write = () => store.append(newStreamName(), 'no-stream', [newEvent()]);

  it('runs once for concurrent commands, which all wait for it', async () => {
    let finish = (): void => undefined;
    verifications.push(() => new Promise((resolve) => (finish = resolve)));
    const writes = [write(), write(), store.readStream(newStreamName(), -1, 1)];
    await store.read(null, 1);
    expect([calls, await store.head()]).toEqual([1, null]);
    finish();
    await Promise.all(writes);
    await write();
    expect(calls).toBe(1);
  });

  it('runs again after it failed because the store was unavailable', async () => {
    verifications.push(() => Promise.reject(new StoreUnavailable('for a test')));
    await expect(write()).rejects.toThrow(StoreUnavailable);
    await write();
    expect([calls, store.isDamaged]).toEqual([2, false]);
  });

  it('runs again after the store was unavailable', async () => {
    await write();
    jest.spyOn(inner, 'head').mockRejectedValueOnce(new StoreUnavailable('for a test'));
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
    verifications.push(() => Promise.reject(new StoreDamaged('another log')));
    await expect(write()).rejects.toThrow('another log');
    expect([calls, store.isDamaged, await store.head()]).toEqual([2, true, '1']);
    await expect(write()).rejects.toThrow('another log');
  });
});
