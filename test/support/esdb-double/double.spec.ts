/**
 * Answers recorded from a real node, asserted for the double and, if ESDB_URL is set, for the node there.
 * Faults that a real node cannot produce on demand are in failures.spec.ts.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import {
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  UnknownError,
  WrongExpectedVersionError,
  jsonEvent,
  streamNameFilter,
  type AppendExpectedRevision,
  type AppendToStreamOptions,
  type JSONEventType,
  type Position,
  type ReadStreamOptions,
} from '@eventstore/db-client';
import { effort } from '../effort.js';
import { startDouble } from './double.js';

type Event = ReturnType<typeof jsonEvent<JSONEventType<string, { n: number }>>>;

interface Target {
  readonly url: string;
  stop(): Promise<void>;
}

const REAL = process.env['ESDB_URL'];
const targets: [string, () => Promise<Target>][] = [
  ['the double', startDouble],
  ...(REAL === undefined
    ? []
    : ([['the node at ESDB_URL', async () => ({ url: REAL, stop: async () => undefined })]] as [
        string,
        () => Promise<Target>,
      ][])),
];

/** Both ways to append: with credentials of its own an append is a call of its own. */
const ways: [string, AppendToStreamOptions][] = [
  ['on the shared stream', {}],
  ['as a call of its own', { credentials: { username: 'admin', password: 'changeit' } }],
];

describe.each(targets)('as a node was seen to answer: %s', (_name, open) => {
  let target: Target;
  let client: EventStoreDBClient;
  let stream: string;
  /** A prefix of this run alone: the log of a real node holds other things too. */
  let prefix: string;

  beforeAll(async () => {
    target = await open();
    client = EventStoreDBClient.connectionString(target.url);
  });
  beforeEach(() => {
    prefix = `double${randomUUID().replaceAll('-', '')}`;
    stream = `${prefix}-1`;
  });
  afterAll(async () => {
    await client.dispose();
    await target.stop();
  });

  const event = (n = 0, id: string = randomUUID()): Event => jsonEvent({ id, type: 'T', data: { n } });
  const someEvents = (count: number): Event[] => Array.from({ length: count }, (_, n) => event(n));
  const append = (events: Event[], expectedRevision: AppendExpectedRevision, to = stream) =>
    client.appendToStream(to, events, { expectedRevision });
  const read = async (options: ReadStreamOptions = {}, of = stream): Promise<bigint[]> => {
    const revisions: bigint[] = [];
    for await (const { event: found } of client.readStream(of, options)) revisions.push(found?.revision ?? -1n);
    return revisions;
  };
  const failing = async (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> => {
    const error = await promise.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) throw new Error('did not fail');
    return error as Error & Record<string, unknown>;
  };

  describe.each(ways)('appends %s', (_way, by) => {
    const append = (events: Event[], expectedRevision: AppendExpectedRevision, to = stream) =>
      client.appendToStream(to, events, { ...by, expectedRevision });

    it('answers the revision and position of the last event', async () => {
      const answer = await append(someEvents(3), 'no_stream');
      expect(answer).toMatchObject({ success: true, nextExpectedRevision: 2n });
      const last = [];
      for await (const { event: found } of client.readStream(stream, { fromRevision: 2n })) last.push(found?.position);
      expect(last).toEqual([answer.position]);
    });

    it.each<AppendExpectedRevision>(['no_stream', 7n, 1n])(
      'refuses new ids at %s, where the stream is at 2',
      async (expected) => {
        await append(someEvents(3), 'no_stream');
        const error = await failing(append([event()], expected));
        expect(error).toBeInstanceOf(WrongExpectedVersionError);
        expect(error).toMatchObject({
          type: 'wrong-expected-version',
          message: '',
          streamName: stream,
          expectedVersion: expected,
          actualVersion: 2n,
        });
        expect(error['code']).toBeUndefined();
      },
    );

    it.each<AppendExpectedRevision>(['no_stream', 'stream_exists', 0n])(
      'refuses %s where there is no stream, or accepts it',
      async (expected) => {
        if (expected === 'no_stream')
          await expect(append([event()], expected)).resolves.toMatchObject({ nextExpectedRevision: 0n });
        else
          expect(await failing(append([event()], expected))).toMatchObject({
            expectedVersion: expected,
            actualVersion: 'no_stream',
          });
      },
    );

    it.each<AppendExpectedRevision>(['any', 'no_stream', 'stream_exists'])(
      'knows the same ids again at %s, even 300 events later',
      async (expected) => {
        const events = someEvents(3);
        const first = await append(events, 'no_stream');
        await expect(append(events, expected)).resolves.toEqual(first);
        await append(someEvents(300), 2n);
        await expect(append(events, expected)).resolves.toEqual(first);
        await expect(append(events.slice(0, 2), expected)).resolves.toMatchObject({ nextExpectedRevision: 1n });
        expect(await read()).toHaveLength(303);
      },
    );

    it('writes a known id again at the revision where the stream is, twice in one append, and in another stream', async () => {
      const known = event();
      await append([known, event()], 'no_stream');
      await expect(append([known], 1n)).resolves.toMatchObject({ nextExpectedRevision: 2n });
      await expect(append([known, known], 2n)).resolves.toMatchObject({ nextExpectedRevision: 4n });
      await expect(append([known], 'any', `${prefix}-2`)).resolves.toMatchObject({ nextExpectedRevision: 0n });
      expect(await read()).toHaveLength(5);
      expect(await read({}, `${prefix}-2`)).toHaveLength(1);
    });

    it.each<AppendExpectedRevision>(['any', 'no_stream'])(
      'refuses a known id together with a new event at %s',
      async (expected) => {
        const known = event();
        await append([known], 'no_stream');
        expect(await failing(append([known, event()], expected))).toMatchObject({
          type: 'wrong-expected-version',
          actualVersion: 0n,
        });
      },
    );

    it('answers an empty append with 0, and makes no stream', async () => {
      await expect(append([], 'no_stream')).resolves.toMatchObject({ success: true, nextExpectedRevision: 0n });
      await expect(read()).rejects.toBeInstanceOf(StreamNotFoundError);
    });

    it('answers an empty append to a stream with the revision where the stream is', async () => {
      await append(someEvents(3), 'no_stream');
      await expect(append([], 'any')).resolves.toMatchObject({ success: true, nextExpectedRevision: 2n });
      await expect(append([event()], 2n)).resolves.toMatchObject({ nextExpectedRevision: 3n });
    });

    it('knows the same ids again where they can no longer be read, but not their position', async () => {
      const events = someEvents(2);
      await append(events, 'no_stream');
      await client.deleteStream(stream);
      for (const expected of ['any', 'no_stream'] as const) {
        const answer = await append(events, expected);
        expect(answer).toMatchObject({ success: true, nextExpectedRevision: 1n });
        expect(answer.position).toBeUndefined();
      }
      await expect(read()).rejects.toBeInstanceOf(StreamNotFoundError);
    });

    it.each([
      ['one event of 1.1 MB', 1, 1_100_000],
      ['20 events of 100 kB', 20, 100_000],
    ])('refuses %s', async (_what, count, size) => {
      const events = Array.from({ length: count }, () =>
        jsonEvent<JSONEventType<'T', { text: string }>>({ type: 'T', data: { text: 'x'.repeat(size) } }),
      );
      const error = await failing(client.appendToStream(stream, events, { ...by, expectedRevision: 'no_stream' }));
      expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
      expect(error).toMatchObject({ maxAppendSize: 1_048_576 });
      await expect(read()).rejects.toBeInstanceOf(StreamNotFoundError);
    });

    it('lets one of 64 writers win', async () => {
      const race = await Promise.allSettled(someEvents(64).map((one) => append([one], 'no_stream')));
      const lost = race.filter((outcome) => outcome.status === 'rejected');
      expect(lost).toHaveLength(63);
      for (const { reason } of lost) expect(reason).toBeInstanceOf(WrongExpectedVersionError);
      expect(await read()).toEqual([0n]);
    });

    it('refuses to append to what has a tombstone', async () => {
      await append(someEvents(2), 'no_stream');
      await client.tombstoneStream(stream);
      for (const expected of ['any', 'no_stream', 'stream_exists', 1n] as const)
        expect(await failing(append([event()], expected))).toMatchObject({
          type: 'stream-deleted',
          streamName: stream,
        });
    });
  });

  it('keeps the order of 500 calls that nobody awaited', async () => {
    const events = someEvents(500);
    await Promise.all(events.map((one) => append([one], 'any')));
    const seen = [];
    for await (const { event: found } of client.readStream(stream)) seen.push(found?.id);
    expect(seen).toEqual(events.map(({ id }) => id));
  });

  it('accepts 200 chained revisions that nobody awaited', async () => {
    const answers = await Promise.all(
      someEvents(200).map((one, n) => append([one], n === 0 ? 'no_stream' : BigInt(n - 1))),
    );
    expect(answers.map(({ nextExpectedRevision }) => nextExpectedRevision)).toEqual(answers.map((_, n) => BigInt(n)));
  });

  describe('reads', () => {
    it('finds no stream where there is none', async () => {
      const error = await failing(read());
      expect(error).toBeInstanceOf(StreamNotFoundError);
      expect(Buffer.from(error['streamName'] as Uint8Array).toString()).toBe(stream);
    });

    it('reads nothing past the end forwards, and everything backwards', async () => {
      await append(someEvents(3), 'no_stream');
      expect(await read({ fromRevision: 100n })).toEqual([]);
      expect(await read({ fromRevision: 100n, direction: 'backwards' })).toEqual([2n, 1n, 0n]);
      expect(await read({ fromRevision: 100n, direction: 'backwards', maxCount: 1 })).toEqual([2n]);
      expect(await read({ fromRevision: 'end', direction: 'backwards', maxCount: 2 })).toEqual([2n, 1n]);
    });

    it('knows not what to do with a read from the end forwards, or of no events', async () => {
      await append(someEvents(3), 'no_stream');
      expect(await failing(read({ fromRevision: 'end' }))).toBeInstanceOf(UnknownError);
      expect(await failing(read({ maxCount: 0 }))).toBeInstanceOf(UnknownError);
    });

    const all = async (fromPosition: Position, direction: 'forwards' | 'backwards', maxCount = 3) => {
      const found = [];
      for await (const { event: one } of client.readAll({ fromPosition, direction, maxCount }))
        found.push(`${one?.streamId ?? ''} ${String(one?.revision)}`);
      return found;
    };

    it('reads the whole log from a record on, and backwards before it', async () => {
      const answers = [];
      for (const one of someEvents(3)) answers.push(await append([one], 'any'));
      const [first, , last] = answers.map(({ position }) => position as Position) as [Position, Position, Position];
      expect(await all(first, 'forwards')).toEqual([`${stream} 0`, `${stream} 1`, `${stream} 2`]);
      expect(await all(last, 'backwards', 2)).toEqual([`${stream} 1`, `${stream} 0`]);
    });

    it('reads nothing from between two records', async () => {
      const { position } = await append([event()], 'no_stream');
      await append([event()], 0n);
      const { commit } = position as Position;
      const between = { commit: commit + 1n, prepare: commit + 1n };
      expect(await failing(all(between, 'forwards'))).toBeInstanceOf(UnknownError);
    });
  });

  describe('deletes', () => {
    it.each<AppendExpectedRevision>(['no_stream', 2n])(
      'goes on counting after a soft delete, at %s',
      async (expected) => {
        await append(someEvents(3), 'no_stream');
        await client.deleteStream(stream);
        await expect(read()).rejects.toBeInstanceOf(StreamNotFoundError);
        await expect(append(someEvents(2), expected)).resolves.toMatchObject({ nextExpectedRevision: 4n });
        expect(await read()).toEqual([3n, 4n]);
        expect((await client.getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 3 });
      },
    );

    it('does not take a softly deleted stream for one that exists', async () => {
      await append(someEvents(3), 'no_stream');
      await client.deleteStream(stream);
      expect(await failing(append([event()], 'stream_exists'))).toBeInstanceOf(StreamDeletedError);
    });

    it('tells a wrong revision of a delete by its number', async () => {
      const missing = await failing(client.deleteStream(stream));
      expect(missing).toMatchObject({ type: 'wrong-expected-version', expectedVersion: -2n, actualVersion: -1n });
      await append(someEvents(3), 'no_stream');
      const wrong = await failing(client.deleteStream(stream, { expectedRevision: 'no_stream' }));
      expect(wrong).toMatchObject({ type: 'wrong-expected-version', expectedVersion: -1n, actualVersion: 2n });
    });

    it.each([
      ['$maxAge', { maxAge: 1 }],
      ['$tb', { truncateBefore: 3 }],
    ])('reads nothing where everything expired by %s, and yet there is a stream', async (_setting, metadata) => {
      await append(someEvents(3), 'no_stream');
      await client.setStreamMetadata(stream, metadata);
      while ((await read()).length > 0);
      expect(await failing(append([event()], 'no_stream'))).toMatchObject({ actualVersion: 2n });
      await expect(append([event()], 2n)).resolves.toMatchObject({ nextExpectedRevision: 3n });
      expect(await read()).toEqual([3n]);
    });

    it('hides all but the newest by $maxCount', async () => {
      await client.setStreamMetadata(stream, { maxCount: 2 });
      await append(someEvents(5), 'no_stream');
      expect(await read()).toEqual([3n, 4n]);
      expect(await read({ direction: 'backwards', fromRevision: 'end' })).toEqual([4n, 3n]);
    });

    it('lets nobody do anything with a stream that has a tombstone', async () => {
      await append(someEvents(2), 'no_stream');
      await client.tombstoneStream(stream);
      const attempts = [
        read(),
        client.deleteStream(stream),
        client.tombstoneStream(stream),
        client.setStreamMetadata(stream, { maxCount: 2 }),
        client.getStreamMetadata(stream),
      ];
      for (const attempt of attempts) expect(await failing(attempt)).toBeInstanceOf(StreamDeletedError);
      const late = client.subscribeToStream(stream);
      expect(await once(late, 'error')).toEqual([expect.any(StreamDeletedError)]);
    });

    it('tells a subscriber of the tombstone, and then ends with an error', async () => {
      await append(someEvents(1), 'no_stream');
      const subscription = client.subscribeToStream(stream);
      const seen: unknown[] = [];
      subscription.on('data', ({ event: found }) => seen.push([found?.type, found?.revision]));
      await once(subscription, 'caughtUp');
      const [[error]] = await Promise.all([once(subscription, 'error'), client.tombstoneStream(stream)]);
      expect(error).toBeInstanceOf(StreamDeletedError);
      expect(seen).toEqual([
        ['T', 0n],
        ['$streamDeleted', 9223372036854775807n],
      ]);
    });

    it('gives links to what was deleted without an event', async () => {
      const links = `$ce-${prefix}`;
      await append(someEvents(2), 'no_stream');
      await append(someEvents(1), 'no_stream', `${prefix}-2`);
      for (const target of [`0@${stream}`, `0@${prefix}-2`, `1@${stream}`]) {
        const link = { ...event(), type: '$>', contentType: 'application/octet-stream', data: Buffer.from(target) };
        await client.appendToStream(links, link as never);
      }
      await client.deleteStream(`${prefix}-2`);
      const seen = [];
      for await (const { event: found, link } of client.readStream(links, { resolveLinkTos: true }))
        seen.push([found?.streamId, link?.streamId]);
      expect(seen).toEqual([
        [stream, links],
        [undefined, links],
        [stream, links],
      ]);
    });
  });

  describe('subscriptions', () => {
    const ours = () => ({ prefixes: [`${prefix}-`] });

    it('begins with the confirmation, sends old events, and tells when it has caught up', async () => {
      const { position } = await append(someEvents(3), 'no_stream');
      const subscription = client.subscribeToAll({
        fromPosition: position as Position,
        filter: streamNameFilter(ours()),
      });
      const seen: string[] = [];
      subscription.on('confirmation', () => seen.push('confirmation')).on('caughtUp', () => seen.push('caughtUp'));
      const got: Promise<unknown> = new Promise((resolve) => subscription.once('data', resolve));
      await once(subscription, 'caughtUp');
      const { position: next } = await append([event()], 2n);
      expect(await got).toMatchObject({ event: { revision: 3n, position: next } });
      expect(seen).toEqual(['confirmation', 'caughtUp']);
      await subscription.unsubscribe();
    });

    it('loses and doubles nothing, resumed from any checkpoint', async () => {
      const fromPosition = (await append(someEvents(1), 'no_stream')).position as Position;
      for (let n = 0; n < 12; n++) {
        await append(someEvents(50), 'any');
        await append(someEvents(50), 'any', `other${prefix}`);
      }
      const checkpoints: Position[] = [];
      const follow = async (from: Position, count: number): Promise<Position[]> => {
        const checkpointReached = (_subscription: unknown, position: Position) => void checkpoints.push(position);
        const filter = streamNameFilter({ ...ours(), checkpointReached });
        const subscription = client.subscribeToAll({ fromPosition: from, filter });
        const seen: Position[] = [];
        subscription.on('data', ({ event: found }) => seen.push(found?.position as Position));
        while (seen.length < count) await once(subscription, 'data');
        await once(subscription, 'caughtUp');
        await subscription.unsubscribe();
        return seen;
      };
      const whole = await follow(fromPosition, 600);
      expect(new Set(whole.map(({ commit }) => commit)).size).toBe(600);
      expect(checkpoints.length).toBeGreaterThan(15);
      const every = effort(4, 1);
      const places = checkpoints.filter((_, n) => n % every === 0);
      for (const { commit, prepare } of places) {
        const rest = whole.filter(
          (event) => event.commit > commit || (event.commit === commit && event.prepare > prepare),
        );
        expect(await follow({ commit, prepare }, rest.length)).toEqual(rest);
      }
    });

    it('gives a reader that stalled everything, in order', async () => {
      const { position } = await append(someEvents(1), 'no_stream');
      const subscription = client.subscribeToAll({
        fromPosition: position as Position,
        filter: streamNameFilter(ours()),
      });
      await once(subscription, 'caughtUp');
      const many = effort(6, 20);
      for (let n = 0; n < many; n++) await append(someEvents(1_000), 'any');
      const seen: bigint[] = [];
      subscription.on('data', ({ event: found }) => seen.push(found?.revision ?? -1n));
      // It fell so far behind that it has to be caught up anew, and is told so.
      await once(subscription, 'caughtUp');
      await subscription.unsubscribe();
      expect(seen).toEqual(Array.from({ length: many * 1_000 }, (_, n) => BigInt(n + 1)));
    });

    it('gives a live reader that stalled every event of many small appends', async () => {
      const { position } = await append(someEvents(1), 'no_stream');
      const subscription = client.subscribeToAll({
        fromPosition: position as Position,
        filter: streamNameFilter(ours()),
      });
      await once(subscription, 'caughtUp');
      for (let n = 0; n < 1_000; n++) await append([event()], 'any');
      const seen: bigint[] = [];
      subscription.on('data', ({ event: found }) => seen.push(found?.revision ?? -1n));
      while (seen.length < 1_000) await once(subscription, 'data');
      await subscription.unsubscribe();
      expect(seen).toEqual(Array.from({ length: 1_000 }, (_, n) => BigInt(n + 1)));
    });

    it('refuses to begin between two records', async () => {
      const { position } = await append([event()], 'no_stream');
      await append([event()], 0n);
      const { commit } = position as Position;
      const subscription = client.subscribeToAll({
        fromPosition: { commit: commit + 1n, prepare: commit + 1n },
        filter: streamNameFilter({ prefixes: [prefix] }),
      });
      const [error] = (await once(subscription, 'error')) as [Record<string, unknown>];
      expect(error).toMatchObject({ code: 3 });
    });

    it('tells of what nobody asked for when all of it came before', async () => {
      const positions: Position[] = [];
      const subscription = client.subscribeToAll({
        fromPosition: (await append([event()], 'no_stream', `other${prefix}`)).position as Position,
        filter: streamNameFilter({
          ...ours(),
          checkpointReached: (_subscription, position) => void positions.push(position),
        }),
      });
      await once(subscription, 'caughtUp');
      for (let n = 0; n < 64; n++) await append([event()], 'any', `other${prefix}`);
      while (positions.length < 1) await append([event()], 'any', `other${prefix}`);
      await subscription.unsubscribe();
      expect(positions).toEqual([...positions].sort((a, b) => (a.commit < b.commit ? -1 : 1)));
    });

    it('has room for 100 calls on a connection: the next waits until one of them is cancelled', async () => {
      await append(someEvents(3), 'no_stream');
      // Clients of one process share a connection, unless they want different things of it.
      const crowded = EventStoreDBClient.connectionString(`${target.url}&keepAliveInterval=11000`);
      const open = Array.from({ length: 100 }, () => crowded.subscribeToStream(stream));
      await Promise.all(open.map((subscription) => once(subscription, 'confirmation')));
      const late = crowded.readStream(stream);
      let seen = 0;
      late.on('data', () => seen++);
      // Another connection is served meanwhile.
      for (let n = 0; n < 20; n++) expect(await read()).toHaveLength(3);
      expect(seen).toBe(0);
      await open[0]?.unsubscribe();
      await once(late, 'end');
      expect(seen).toBe(3);
      await crowded.dispose();
    });

    it('begins after the revision that was told', async () => {
      await append(someEvents(5), 'no_stream');
      const subscription = client.subscribeToStream(stream, { fromRevision: 2n });
      const seen: bigint[] = [];
      for await (const { event: found } of subscription) {
        seen.push(found?.revision ?? -1n);
        if (seen.length === 2) await append([event()], 4n);
        if (seen.length === 3) break;
      }
      await subscription.unsubscribe();
      expect(seen).toEqual([3n, 4n, 5n]);
    });
  });
});
