/** Faults between the store and the server: nothing acknowledged is lost, and nothing is recorded twice. */
import { EventStoreDBClient } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { permanentError } from '../../../src/event-store/eventstoredb/faults.js';
import { openEsdbStore } from '../../../src/event-store/eventstoredb/store.js';
import {
  AppendTooLarge,
  StoreDamaged,
  StoreUnavailable,
  type EventStore,
  type LogEvent,
} from '../../../src/event-store/port.js';
import { startDouble, type EsdbDouble, type Fault } from '../../support/esdb-double/double.js';
import { newEvent, newEvents, newStreamName } from '../../support/new-events.js';

/** Time for one attempt at a call; three of them for a call. */
const TRY_MS = 300;
const hasty = (url: string): string => `${url}&defaultDeadline=${TRY_MS}`;
let double: EsdbDouble;
let store: EventStore;
let stream: string;

beforeEach(async () => {
  double = await startDouble();
  store = await openEsdbStore({ url: hasty(double.url), register: 'habeas' });
  stream = newStreamName();
});
afterEach(async () => {
  await store.close();
  await double.stop();
});

const stored = (): string[] => double.log.filter((r) => r.stream.startsWith('habeas.')).map(({ id }) => id);
const readAll = async (of = store): Promise<LogEvent[]> => {
  const all: LogEvent[] = [];
  for (let page; (page = await of.read(all.at(-1)?.cursor ?? null, 1_000)).length > 0;) all.push(...page);
  return all;
};

describe('an append', () => {
  it.each<[string, Fault]>([
    ['is written and its answer is lost with the connection', { stored: true, outcome: 'cut' }],
    ['is lost with the connection before it is written', { outcome: 'cut' }],
    ['is written and never answered', { stored: true, outcome: 'silence' }],
    ['is neither written nor answered', { outcome: 'silence' }],
    ['is written and answered later than anybody waits', { stored: true, delayAfter: 1_000 }],
    ['is written later than anybody waits', { delayBefore: 500 }],
    ['ends without an answer', { stored: true, outcome: 'half-close' }],
    ['meets a server that is starting', { outcome: 'not-ready' }],
    ['meets a server that is busy', { outcome: 'busy' }],
    ['meets a leader that is just gone', { stored: true, outcome: 'timeout' }],
    ['meets a cluster without a leader', { outcome: 'no-leader' }],
    ['meets a server that is unavailable', { outcome: 'unavailable' }],
  ])('that %s is repeated, and stands there once', async (_, fault) => {
    const news = newEvents(2);
    double.faults.arm('append', fault);
    expect(await store.append(stream, 'no-stream', news)).toMatchObject({ outcome: 'appended', revision: 1 });
    expect(stored()).toEqual(news.map(({ id }) => id));
    expect(await store.append(stream, 1, [newEvent()])).toMatchObject({ outcome: 'appended', revision: 2 });
  });

  it('goes to the node that is said to be the leader', async () => {
    const leader = await startDouble({ cluster: double });
    double.faults.arm('append', { outcome: { leader: { host: '127.0.0.1', port: leader.port } } });
    expect(await store.append(stream, 'no-stream', [newEvent()])).toMatchObject({ outcome: 'appended' });
    expect(stored()).toHaveLength(1);
    await leader.stop();
  });

  it('whose server stays away is given up in bounded time, with StoreUnavailable', async () => {
    await double.stop();
    await expect(store.append(stream, 'no-stream', [newEvent()])).rejects.toThrow(StoreUnavailable);
    await double.start();
    expect(await store.append(stream, 'no-stream', [newEvent()])).toMatchObject({ outcome: 'appended' });
  });

  it('that hangs with the whole server is written when it goes on', async () => {
    double.pause();
    const news = [newEvent()];
    const answer = store.append(stream, 'no-stream', news);
    await expect(answer).rejects.toThrow(StoreUnavailable);
    double.resume();
    expect(await store.append(stream, 'no-stream', news)).toMatchObject({ outcome: 'appended', revision: 0 });
    expect(stored()).toHaveLength(1);
  });

  it('learns of a conflict also after a lost answer', async () => {
    const theirs = newEvent();
    double.faults.arm('append', { outcome: 'cut' });
    const ours = store.append(stream, 'no-stream', [newEvent()]);
    const other = await openEsdbStore({ url: hasty(double.url), register: 'habeas' });
    const [first, second] = await Promise.all([ours, other.append(stream, 'no-stream', [theirs])]);
    expect([first.outcome, second.outcome].sort()).toEqual(['appended', 'conflict']);
    expect(stored()).toHaveLength(1);
    await other.close();
  });

  it('over the size that the server allows is refused', async () => {
    const small = await startDouble({ maxAppendSize: 2_000 });
    const there = await openEsdbStore({ url: hasty(small.url), register: 'habeas' });
    await expect(there.append(stream, 'no-stream', newEvents(20))).rejects.toThrow(AppendTooLarge);
    expect(await there.append(stream, 'no-stream', newEvents(1))).toMatchObject({ outcome: 'appended' });
    await there.close();
    await small.stop();
  });
});

describe('a read', () => {
  it.each<[string, Fault]>([
    ['is cut off before it begins', { outcome: 'cut' }],
    ['is cut off in its middle', { afterEvents: 3, outcome: 'cut' }],
    ['falls silent in its middle', { afterEvents: 3, outcome: 'silence' }],
    ['meets a server that is starting', { outcome: 'not-ready' }],
  ])('that %s goes on to its end, with each event once', async (_, fault) => {
    await store.append(stream, 'no-stream', newEvents(8));
    double.faults.arm('read', fault);
    expect((await store.readStream(stream, -1, 100)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    double.faults.arm('read', fault);
    expect((await readAll()).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    double.faults.arm('read', fault);
    expect(await store.head()).not.toBeNull();
  });

  it('leaves its place on the connection, however many end early', async () => {
    await store.append(stream, 'no-stream', newEvents(5));
    for (let i = 0; i < 150; i++) await store.read(null, 1);
    expect(await store.append(stream, 4, [newEvent()])).toMatchObject({ outcome: 'appended' });
  });
});

describe('following', () => {
  /** Follows as the read models do: dropped, it goes on from the last event that it has. */
  const followed = async (count: number): Promise<number[]> => {
    const seen: LogEvent[] = [];
    for (;;) {
      try {
        const from = seen.at(-1)?.cursor ?? null;
        for await (const batch of store.follow(from, new AbortController().signal, 10)) {
          seen.push(...batch);
          if (seen.length >= count) return seen.map(({ position }) => position);
        }
        throw new Error('the store was closed');
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
  };

  it('says that a subscription was dropped, and can be resumed without loss', async () => {
    await store.append(stream, 'no-stream', newEvents(30));
    double.faults.arm('event', { outcome: 'cut' }, 3);
    const seen = followed(33);
    await store.append(newStreamName(), 'no-stream', newEvents(3));
    expect(await seen).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
  });

  it('goes on where a subscription falls silent and says nothing of it', async () => {
    await store.append(stream, 'no-stream', newEvents(30));
    double.faults.arm('event', { outcome: 'silence' });
    const seen = followed(30);
    expect(await seen).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('leaves a subscription alone that has nothing to deliver', async () => {
    await store.append(stream, 'no-stream', newEvents(1));
    const subscriptions = { count: 0 };
    double.faults.plan(({ method }) => {
      if (method === 'subscribe') subscriptions.count += 1;
      return null;
    });
    const seen = followed(2);
    await sleep(5 * TRY_MS);
    double.appendForeign('elsewhere', { type: 'something' });
    await sleep(5 * TRY_MS);
    expect(subscriptions.count).toBe(1);
    await store.append(stream, 0, newEvents(1));
    expect(await seen).toEqual([1, 2]);
  });

  it('passes over what is delivered twice, and pays no heed to checkpoints', async () => {
    double.faults.plan(({ method }) => {
      if (method === 'event') return { outcome: 'twice' };
      return method === 'checkpoint' ? { position: [2n ** 64n - 1n, 2n ** 64n - 1n] } : null;
    });
    const seen = followed(20);
    for (let i = 0; i < 10; i++) {
      await store.append(newStreamName(), 'no-stream', newEvents(2));
      double.appendForeign('$stats', { type: '$statsCollected' });
    }
    expect(await seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('leaves its place on the connection, however many are begun and left', async () => {
    await store.append(stream, 'no-stream', newEvents(1));
    for (let i = 0; i < 150; i++) {
      const leaving = new AbortController();
      for await (const _ of store.follow(null, leaving.signal, 10)) leaving.abort();
    }
    expect(await store.append(stream, 0, [newEvent()])).toMatchObject({ outcome: 'appended' });
  });
});

describe('the log of a server', () => {
  it('counts our events alone, the same for every instance', async () => {
    double.appendForeign('elsewhere', { type: 'something' });
    await store.append(stream, 'no-stream', newEvents(2));
    double.appendForeign('habeas2.case-1', { type: 'of another register' });
    const head = await store.append(newStreamName(), 'no-stream', newEvents(1));
    if (head.outcome !== 'appended') throw new Error('a conflict');
    const other = await openEsdbStore({ url: hasty(double.url), register: 'habeas' });
    expect((await readAll()).map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(await readAll(other)).toStrictEqual(await readAll());
    // A token of a write says nothing of positions; they are counted up to it.
    await store.append(newStreamName(), 'no-stream', newEvents(1));
    expect((await other.read(head.cursor, 10)).map(({ position }) => position)).toEqual([4]);
    await other.close();
  });

  it('finds its head among events of others, also where it has none yet', async () => {
    const others = (): void => {
      for (let i = 0; i < 2_500; i++) double.appendForeign('elsewhere', { type: 'something' });
    };
    others();
    expect(await store.head()).toBeNull();
    expect(await store.head()).toBeNull();
    others();
    expect(await store.head()).toBeNull();
    const appended = await store.append(stream, 'no-stream', newEvents(1));
    others();
    const head = await store.head();
    expect(await store.head()).toBe(head);
    if (head === null || appended.outcome !== 'appended') throw new Error('no head');
    expect(store.compare(head, appended.cursor)).toBe(0);
    expect(await store.read((await store.read(null, 1))[0]?.cursor ?? null, 10)).toEqual([]);
  });

  it('reads few of the events that others appended after ours, however often it is asked at the head', async () => {
    await store.append(stream, 'no-stream', newEvents(1));
    const [last] = await store.read(null, 1);
    for (let i = 0; i < 2_500; i++) double.appendForeign('elsewhere', { type: 'something' });
    await store.head();
    const before = double.eventsRead;
    for (let i = 0; i < 10; i++) {
      expect(await store.read(last?.cursor ?? null, 1)).toEqual([]);
      expect(await store.readStored(last?.cursor ?? null, 256)).toEqual([]);
    }
    // Twenty reads to the end would have 50,000.
    expect(double.eventsRead - before).toBeLessThan(5_000);
    await store.append(newStreamName(), 'no-stream', newEvents(1));
    expect(await store.read(last?.cursor ?? null, 10)).toMatchObject([{ position: 2 }]);
  });

  it.each<[string, object]>([
    ['a foreign event', { type: 'somethingElse', data: { a: 1 } }],
    ['bytes', { type: 'arrested', data: new Uint8Array([1, 2, 3]) }],
    [
      'an event of a later version',
      { type: 'arrested', data: { data: {}, personal: {}, meta: { schemaVersion: 99 } } },
    ],
  ])('with %s in a stream of ours is damaged there, and read up to it', async (_, event) => {
    await store.append(stream, 'no-stream', newEvents(2));
    double.appendForeign(`habeas.${stream}`, event as { type: string });
    await expect(store.read(null, 10)).rejects.toThrow(StoreDamaged);
    await expect(store.readStream(stream, -1, 10)).rejects.toThrow(StoreDamaged);
    expect(await store.read(null, 2)).toHaveLength(2);
  });

  it.each<[string, (client: EventStoreDBClient, name: string) => Promise<unknown>]>([
    ['kept to one event by $maxCount', (client, name) => client.setStreamMetadata(name, { maxCount: 1 })],
    ['cut before an event by $tb', (client, name) => client.setStreamMetadata(name, { truncateBefore: 2 })],
    ['emptied by $tb', (client, name) => client.setStreamMetadata(name, { truncateBefore: 3 })],
    ['deleted for good', (client, name) => client.tombstoneStream(name)],
  ])('is damaged where a stream of ours was %s', async (_, change) => {
    await store.append(stream, 'no-stream', newEvents(3));
    const client = EventStoreDBClient.connectionString(double.url);
    await change(client, `habeas.${stream}`);
    await client.dispose();
    await expect(store.readStream(stream, -1, 10)).rejects.toThrow(StoreDamaged);
  });

  it('is damaged where a stream of ours was deleted: what is stored in it anew gets later revisions', async () => {
    await store.append(stream, 'no-stream', newEvents(3));
    const client = EventStoreDBClient.connectionString(double.url);
    await client.deleteStream(`habeas.${stream}`);
    await client.dispose();
    await expect(store.append(stream, 'no-stream', newEvents(1))).rejects.toThrow(StoreDamaged);
  });

  it('is damaged for its followers once a stream of ours was deleted, and not by other settings', async () => {
    await store.append(stream, 'no-stream', newEvents(3));
    const client = EventStoreDBClient.connectionString(double.url);
    const name = `habeas.${stream}`;
    await client.setStreamMetadata(name, { acl: { readRoles: ['$admins'] } });
    await client.setStreamMetadata(name, { maxCount: 3 });
    const following = async (): Promise<number> => {
      let last = 0;
      const leaving = new AbortController();
      for await (const batch of store.follow(null, leaving.signal, 1)) {
        last = batch.at(-1)?.position ?? 0;
        if (last === 4) leaving.abort();
      }
      return last;
    };
    const followed = following();
    await store.append(newStreamName(), 'no-stream', newEvents(1));
    expect(await followed).toBe(4);
    await client.deleteStream(name);
    await client.dispose();
    await store.append(newStreamName(), 'no-stream', newEvents(1));
    await expect(following()).rejects.toThrow(StoreDamaged);
  });

  it('is damaged where what is repeated was deleted since', async () => {
    const news = newEvents(3);
    await store.append(stream, 'no-stream', news);
    const client = EventStoreDBClient.connectionString(double.url);
    await client.setStreamMetadata(`habeas.${stream}`, { truncateBefore: 3 });
    await client.dispose();
    await expect(store.append(stream, 'no-stream', news)).rejects.toThrow(StoreDamaged);
  });

  it('knows a cursor of another log', async () => {
    await store.append(stream, 'no-stream', newEvents(3));
    await expect(store.read('1000000-1000000@7', 10)).rejects.toThrow(RangeError);
    await expect(store.read('1-1@7', 10)).rejects.toThrow(RangeError);
    await expect(store.read('1000000-1000000', 10)).rejects.toThrow(RangeError);
  });
});

it.each([
  [3, 'Trying to read from an invalid position.'],
  [2, 'Trying to read from an invalid position.'],
  [2, 'Unexpected ReadAllResult: InvalidPosition'],
])('a position that the log lacks is known, however the version of the server says it: %s %s', (code, message) => {
  expect(permanentError(Object.assign(new Error(message), { code }))).toBeInstanceOf(RangeError);
});

describe('opening', () => {
  const open = (url: string) => openEsdbStore({ url: hasty(url), register: `r-${randomUUID()}` });

  it('a server that is not there yet is no obstacle', async () => {
    const { port } = double;
    await double.stop();
    const early = await open(`esdb://127.0.0.1:${port}?tls=false`);
    await expect(early.append(stream, 'no-stream', [newEvent()])).rejects.toThrow(StoreUnavailable);
    await double.start();
    expect(await early.append(stream, 'no-stream', [newEvent()])).toMatchObject({ outcome: 'appended' });
    await early.close();
  });

  it('a cluster of which no node is found ends neither the process nor the hope', async () => {
    const [one, other] = [await startDouble(), await startDouble()];
    await one.stop();
    await other.stop();
    const early = await open(`esdb://127.0.0.1:${one.port},127.0.0.1:${other.port}?tls=false&maxDiscoverAttempts=2`);
    const appends = Array.from({ length: 8 }, () => early.append(newStreamName(), 'no-stream', [newEvent()]));
    for (const append of appends) await expect(append).rejects.toThrow(StoreUnavailable);
    await other.start();
    expect(await early.append(stream, 'no-stream', [newEvent()])).toMatchObject({ outcome: 'appended' });
    await early.close();
    await other.stop();
  });
});
