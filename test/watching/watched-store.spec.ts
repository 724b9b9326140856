/** A watched store is a store under the contract of all stores, and tells of what happens in it. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { AppendTooLarge, StoreDamaged, StoreUnavailable, type EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { WatchedStore, type AppendSeen } from '../../src/watching/watched-store.js';
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
  const stream = newStreamName();
  await store.append(stream, 'no-stream', newEvents(3));
  await store.append(stream, 'no-stream', [newEvent()]);
  await expect(store.append(stream, 'no-stream', newEvents(1_001))).rejects.toThrow(AppendTooLarge);
  await store.close();
  await expect(store.append(stream, 'no-stream', [newEvent()])).rejects.toThrow();
  expect(seen.map(({ outcome, events: count }) => [outcome, count])).toEqual([
    ['appended', 3],
    ['conflict', 1],
    ['AppendTooLarge', 1_001],
    ['StoreUnavailable', 1],
  ]);
  expect(seen.every(({ seconds }) => seconds > 0)).toBe(true);
});

it('knows how many appends wait', async () => {
  const asked = [1, 2, 3].map(() => store.append(newStreamName(), 'no-stream', [newEvent()]));
  expect(store.waiting).toBe(3);
  await Promise.all(asked);
  expect(store.waiting).toBe(0);
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
  ])('that is met in reading %s is remembered', async (_, meet) => {
    expect(store.damaged).toBe(false);
    await expect(meet()).rejects.toThrow(StoreDamaged);
    await store.read(null, 1);
    expect(store.damaged).toBe(true);
  });

  it('that is known ends all writing, to other streams too, and the loading of what commands decide on', async () => {
    await expect(store.read(null, 10)).rejects.toThrow(StoreDamaged);
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
    await expect(store.readStream(newStreamName(), -1, 1)).rejects.toThrow(StoreDamaged);
    expect(await store.head()).toBe('2');
    expect(seen.at(-1)?.outcome).toBe('StoreDamaged');
  });

  it('that somebody else found does the same', async () => {
    store.foundDamaged(new StoreDamaged('for a test'));
    expect(store.damaged).toBe(true);
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow('for a test');
  });
});

describe('whether the log is the one that it was', () => {
  let verdicts: (() => Promise<void>)[];
  let asked: number;
  let inner: EventStore;
  beforeEach(async () => {
    await store.close();
    [verdicts, asked] = [[], 0];
    inner = createSqliteStore({ file });
    store = new WatchedStore(
      inner,
      () => undefined,
      () => {
        asked += 1;
        return verdicts.shift()?.() ?? Promise.resolve();
      },
    );
  });
  const write = () => store.append(newStreamName(), 'no-stream', [newEvent()]);

  it('is asked once, by the first of many commands, and no command goes on before it is known', async () => {
    let say = (): void => undefined;
    verdicts.push(() => new Promise((resolve) => (say = resolve)));
    const writes = [write(), write(), store.readStream(newStreamName(), -1, 1)];
    await store.read(null, 1);
    expect([asked, await store.head()]).toEqual([1, null]);
    say();
    await Promise.all(writes);
    await write();
    expect(asked).toBe(1);
  });

  it('is asked again where nobody could say', async () => {
    verdicts.push(() => Promise.reject(new StoreUnavailable('for a test')));
    await expect(write()).rejects.toThrow(StoreUnavailable);
    await write();
    expect([asked, store.damaged]).toEqual([2, false]);
  });

  it('is asked again after the store was away', async () => {
    await write();
    jest.spyOn(inner, 'head').mockRejectedValueOnce(new StoreUnavailable('for a test'));
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
    verdicts.push(() => Promise.reject(new StoreDamaged('another log')));
    await expect(write()).rejects.toThrow('another log');
    expect([asked, store.damaged, await store.head()]).toEqual([2, true, '1']);
    await expect(write()).rejects.toThrow('another log');
  });
});
