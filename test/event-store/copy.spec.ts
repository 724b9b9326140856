/** A log copied from store to store: exactly, in order, and from where an interruption left it. */
import { join } from 'node:path';
import { copyEvents, CopyRefused, verifyCopy, readStoredLog } from '../../src/event-store/copy.js';
import { MAX_APPEND_BYTES, type EventStore } from '../../src/event-store/port.js';
import { UNWATCHED, type JobProgress } from '../../src/jobs/job.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { newEvent, newEvents, newStreamName, namedEvent } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let from: EventStore;
let to: EventStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  from = createSqliteStore({ file: join(folder.path, 'from.sqlite') });
  to = createSqliteStore({ file: join(folder.path, 'to.sqlite') });
});
afterEach(async () => {
  await from.close();
  await to.close();
  await folder.remove();
});

/** Streams that take turns, appends of several events and of one, and every field filled. */
const fill = async (count: number): Promise<void> => {
  const streams = [newStreamName(), newStreamName(), newStreamName()];
  const revisions = [-1, -1, -1];
  for (let i = 0; i < count; i++) {
    const event = newEvent({
      acknowledged: ['CASE.ALREADY_HELD'],
      raised: [{ code: 'CASE.ALREADY_HELD', grade: 'ask', events: ['f1'], expected: 'held once' }],
      causationId: 'cause',
      event: namedEvent(`=ad ${i} "'\u2028`),
    });
    const last = revisions[i % 3] as number;
    const news = i % 5 === 0 ? [event, ...newEvents(3)] : [event];
    await from.append(streams[i % 3] as string, last < 0 ? 'no-stream' : last, news);
    revisions[i % 3] = last + news.length;
  }
};

const everything = async (store: EventStore): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const batch of readStoredLog(store, 7)) all.push(...batch);
  return all;
};

describe('a copy of a log', () => {
  it('is equal, event by event', async () => {
    await fill(30);
    const seen: number[] = [];
    const copied = await copyEvents(readStoredLog(from, 7), to, {
      ...UNWATCHED,
      onProgress: ({ done }) => seen.push(done),
    });
    expect(copied).toEqual({ outcome: 'complete', existing: 0, added: 48 });
    expect(await everything(to)).toEqual(await everything(from));
    expect(await verifyCopy(readStoredLog(from), to)).toBe(48);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(48);
  });

  it('of an empty log is an empty log', async () => {
    expect(await copyEvents(readStoredLog(from), to, UNWATCHED)).toEqual({
      outcome: 'complete',
      existing: 0,
      added: 0,
    });
    expect(await to.head()).toBeNull();
    expect(await verifyCopy(readStoredLog(from), to)).toBe(0);
  });

  it('goes on where it was stopped, wherever that was', async () => {
    await fill(30);
    let reached = 0;
    for (let stops = 0; ; stops++) {
      const stop = new AbortController();
      const onProgress = ({ done }: JobProgress): void => {
        if (done > reached) stop.abort();
        reached = Math.max(reached, done);
      };
      const {
        outcome,
        existing: found,
        added,
      } = await copyEvents(readStoredLog(from, 7), to, {
        signal: stop.signal,
        onProgress,
      });
      if (outcome === 'complete') {
        expect(found + added).toBe(48);
        expect(stops).toBeGreaterThan(3);
        break;
      }
      expect(await everything(to)).toEqual((await everything(from)).slice(0, found + added));
    }
    expect(await verifyCopy(readStoredLog(from), to)).toBe(48);
  });

  it('goes on with what came to the source since', async () => {
    await fill(5);
    await copyEvents(readStoredLog(from), to, UNWATCHED);
    await fill(5);
    expect(await copyEvents(readStoredLog(from), to, UNWATCHED)).toMatchObject({
      outcome: 'complete',
      existing: 8,
      added: 8,
    });
    expect(await verifyCopy(readStoredLog(from), to)).toBe(16);
  });

  it('takes appends as large as one may be apart into as many as needed', async () => {
    const large = (): ReturnType<typeof newEvent> => newEvent({ causationId: 'x'.repeat(MAX_APPEND_BYTES / 2) });
    const stream = newStreamName();
    for (let i = 0; i < 5; i++) await from.append(stream, i === 0 ? 'no-stream' : i - 1, [large()]);
    await copyEvents(readStoredLog(from), to, UNWATCHED);
    expect(await verifyCopy(readStoredLog(from), to)).toBe(5);
  });
});

describe('a copy is refused', () => {
  it('into another log, which stays as it is', async () => {
    await fill(5);
    await to.append(newStreamName(), 'no-stream', newEvents(2));
    const before = await everything(to);
    await expect(copyEvents(readStoredLog(from), to, UNWATCHED)).rejects.toThrow(CopyRefused);
    expect(await everything(to)).toEqual(before);
  });

  it('into a log of the same ids recorded at another time, which stays as it is', async () => {
    const [stream, [first, second]] = [newStreamName(), newEvents(2)];
    if (first === undefined || second === undefined) throw new Error('no events');
    await from.append(stream, 'no-stream', [first, second]);
    await to.append(stream, 'no-stream', [{ ...first, recordedAt: '2026-01-01T00:00:00.000Z' }]);
    await expect(copyEvents(readStoredLog(from), to, UNWATCHED)).rejects.toThrow('position 1: ');
    expect(await everything(to)).toHaveLength(1);
  });

  it('into a log that has gone on without the source', async () => {
    await fill(5);
    await copyEvents(readStoredLog(from), to, UNWATCHED);
    await to.append(newStreamName(), 'no-stream', newEvents(1));
    await expect(copyEvents(readStoredLog(from), to, UNWATCHED)).rejects.toThrow('position 9: the target holds more');
  });

  it('where the source has lost an event', async () => {
    await fill(5);
    const holed = async function* () {
      for await (const batch of readStoredLog(from)) yield batch.filter(({ position }) => position !== 3);
    };
    await expect(copyEvents(holed(), to, UNWATCHED)).rejects.toThrow('position 4: out of order');
    expect(await to.head()).toBeNull();
  });

  it('by its verification, where anything at all differs', async () => {
    await fill(5);
    await copyEvents(readStoredLog(from), to, UNWATCHED);
    const changed = async function* () {
      for await (const batch of readStoredLog(from))
        yield batch.map((event) => (event.position === 5 ? { ...event, recordedAt: event.recordedAt + 1 } : event));
    };
    await expect(verifyCopy(changed(), to)).rejects.toThrow('position 5: another event');
    await from.append(newStreamName(), 'no-stream', newEvents(1));
    await expect(verifyCopy(readStoredLog(from), to)).rejects.toThrow('position 9: missing');
    await to.append(newStreamName(), 'no-stream', newEvents(1));
    await to.append(newStreamName(), 'no-stream', newEvents(1));
    const shorter = async function* () {
      for await (const batch of readStoredLog(from)) yield batch.slice(0, 8);
    };
    await expect(verifyCopy(shorter(), to)).rejects.toThrow('position 9: not in the source');
  });
});

describe('the whole log', () => {
  it('ends where it ended when it was asked for', async () => {
    await fill(5);
    let count = 0;
    for await (const batch of readStoredLog(from, 3)) {
      count += batch.length;
      await from.append(newStreamName(), 'no-stream', newEvents(3));
    }
    expect(count).toBe(8);
  });
});
