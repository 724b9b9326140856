/**
 * The contract suite that every event-store adapter runs. It is independent of the adapter and never waits for time, only
 * for results of the store.
 */
import { describe, expect, it, afterEach, beforeEach } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  AppendTooLarge,
  MAX_APPEND_BYTES,
  MAX_EVENTS_PER_APPEND,
  MAX_READ,
  StoreDamaged,
  StoreUnavailable,
  type AdoptedLeaf,
  type Cursor,
  type EventStore,
  type ExpectedRevision,
  type LogEvent,
  type NewEvent,
  type StoredEvent,
  type StreamEvent,
} from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { createAdoptedLeaf, encodeWithoutLeaf, storedText, verifyRecord } from '../../src/event-store/codec.js';
import { recordSizeInBytes } from '../../src/event-store/request-checks.js';
import { effort } from '../support/effort.js';
import { encoded } from '../support/encoded.js';
import { appendToEnd } from '../support/extend.js';
import { newEvent, newEvents, newStreamName, namedEvent } from '../support/new-events.js';

/** Writers of one stream who begin at once: all but one of those that are left must try again, so the appends grow as their square. */
const RETRYING = effort(24, 64);

export interface Opened {
  readonly store: EventStore;
  /** Closes the store and reopens the same log; absent for logs that end with their store. */
  readonly reopen?: () => Promise<EventStore>;
  /** Called after the store was closed. */
  readonly cleanup: () => Promise<void>;
}

/** `open` returns a store with a new, empty log. */
export const eventStoreContract = (
  name: string,
  open: () => Promise<Opened>,
  { durable }: { readonly durable: boolean },
): void => {
  let opened: Opened;
  let store: EventStore;
  let stream: string;
  const whereDurable = durable ? it : it.skip;

  const readAll = async (after: Cursor | null = null, limit = 1_000): Promise<LogEvent[]> => {
    const all: LogEvent[] = [];
    for (let cursor = after; ; cursor = all.at(-1)?.cursor ?? null) {
      const page = await store.read(cursor, limit);
      if (page.length === 0) return all;
      all.push(...page);
    }
  };
  const texts = (of: readonly StreamEvent[]): string[] =>
    of.map(({ event }) => (event.type === 'named' ? event.name.text : event.type));
  const ids = (of: readonly { id: string }[]): string[] => of.map(({ id }) => id);
  const oneToN = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
  const append = async (expected: ExpectedRevision, ...news: NewEvent[]) => {
    const answer = await store.append(stream, expected, news);
    if (answer.outcome === 'conflict') throw new Error(`conflict at ${answer.revision}`);
    return answer;
  };
  /** A store may have several texts for one cursor; `compare` tells which are equal. */
  const isSamePlace = (a: Cursor | null | undefined, b: Cursor | null | undefined): boolean =>
    typeof a === 'string' && typeof b === 'string' && store.compare(a, b) === 0;
  const outcomeOf = async (expected: ExpectedRevision, ...news: NewEvent[]) =>
    (await store.append(stream, expected, news)).outcome;
  /** Follows until `count` events arrived, or the subscription ends. */
  const take = async (
    count: number,
    after: Cursor | null,
    { signal, limit = 100, of = store }: { signal?: AbortSignal; limit?: number; of?: EventStore } = {},
  ): Promise<LogEvent[]> => {
    const taken: LogEvent[] = [];
    for await (const batch of of.follow(after, signal ?? new AbortController().signal, limit)) {
      taken.push(...batch);
      if (taken.length >= count) break;
    }
    return taken;
  };

  describe(`event store: ${name}`, () => {
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      stream = newStreamName();
    });
    afterEach(async () => {
      await store.close();
      await opened.cleanup();
    });

    describe('append', () => {
      it('gives the first event of a stream revision 0', async () => {
        expect(await store.append(stream, 'no-stream', [newEvent()])).toMatchObject({
          outcome: 'appended',
          revision: 0,
        });
      });
      it('answers with the revision of the last event of an append', async () => {
        expect((await append('no-stream', ...newEvents(3))).revision).toBe(2);
        expect((await append(2, ...newEvents(2))).revision).toBe(4);
      });
      it('answers with the cursor of the last event of an append', async () => {
        const { cursor } = await append('no-stream', ...newEvents(3));
        const [last] = await store.readStream(stream, 1, 10);
        expect(isSamePlace(last?.cursor, cursor)).toBe(true);
      });
      it('numbers streams apart', async () => {
        await append('no-stream', ...newEvents(2));
        expect(await store.append(newStreamName(), 'no-stream', newEvents(1))).toMatchObject({ revision: 0 });
      });
      it('shows what it has acknowledged to the next read', async () => {
        const event = newEvent();
        await append('no-stream', event);
        expect(ids(await store.readStream(stream, -1, 1))).toEqual([event.id]);
        expect(ids(await store.read(null, 1))).toEqual([event.id]);
      });
      it('accepts chained revisions that nobody waited for', async () => {
        const answers = await Promise.all(
          newEvents(50).map((event, i) => store.append(stream, i === 0 ? 'no-stream' : i - 1, [event])),
        );
        expect(answers.map(({ outcome, revision }) => [outcome, revision])).toEqual(
          answers.map((_, i) => ['appended', i]),
        );
      });
      it('does not change the events it was given', async () => {
        const event = newEvent();
        const before = structuredClone(event);
        await append('no-stream', event);
        expect(event).toEqual(before);
      });
      it('stores what the events were when it was called', async () => {
        const acknowledged = ['CASE.FIRST'];
        const answer = append('no-stream', newEvent({ acknowledged }));
        acknowledged.push('CASE.SECOND');
        await answer;
        expect((await store.readStream(stream, -1, 1))[0]?.acknowledged).toEqual(['CASE.FIRST']);
      });
    });

    describe('expectation', () => {
      it.each<[ExpectedRevision, string]>([
        ['no-stream', 'appended'],
        [0, 'conflict'],
        [7, 'conflict'],
      ])('%p of a stream that does not exist: %s', async (expected, outcome) => {
        expect(await outcomeOf(expected, newEvent())).toBe(outcome);
      });
      it.each<[ExpectedRevision, string]>([
        ['no-stream', 'conflict'],
        [0, 'conflict'],
        [1, 'conflict'],
        [2, 'appended'],
        [3, 'conflict'],
        [1_000_000, 'conflict'],
      ])('%p of a stream with last revision 2: %s', async (expected, outcome) => {
        await append('no-stream', ...newEvents(3));
        expect(await outcomeOf(expected, newEvent())).toBe(outcome);
      });
      it('names the last revision in a conflict', async () => {
        await append('no-stream', ...newEvents(3));
        expect(await store.append(stream, 0, [newEvent()])).toEqual({ outcome: 'conflict', revision: 2 });
        expect(await store.append(stream, 'no-stream', [newEvent()])).toEqual({ outcome: 'conflict', revision: 2 });
        expect(await store.append(stream, 9, [newEvent()])).toEqual({ outcome: 'conflict', revision: 2 });
      });
      it('names null in a conflict where the stream does not exist', async () => {
        expect(await store.append(stream, 4, [newEvent()])).toEqual({ outcome: 'conflict', revision: null });
      });
      it('writes nothing in a conflict', async () => {
        await append('no-stream', ...newEvents(2));
        await store.append(stream, 0, newEvents(3));
        expect(await store.readStream(stream, -1, 10)).toHaveLength(2);
        expect(await readAll()).toHaveLength(2);
      });
      it('does not begin a stream in a conflict', async () => {
        await store.append(stream, 4, [newEvent()]);
        expect(await outcomeOf('no-stream', newEvent())).toBe('appended');
      });
      it('leaves no gap in the positions after a conflict', async () => {
        await append('no-stream', newEvent());
        await store.append(stream, 'no-stream', newEvents(2));
        await append(0, newEvent());
        expect((await readAll()).map(({ position }) => position)).toEqual([1, 2]);
      });
      it('is judged for each of concurrent appends by itself', async () => {
        await append('no-stream', newEvent());
        const others = [newStreamName(), newStreamName()] as const;
        const answers = await Promise.all([
          store.append(others[0], 'no-stream', newEvents(2)),
          store.append(stream, 'no-stream', newEvents(2)),
          store.append(others[1], 'no-stream', newEvents(2)),
        ]);
        expect(answers.map(({ outcome }) => outcome)).toEqual(['appended', 'conflict', 'appended']);
        expect(await readAll()).toHaveLength(5);
      });
      it.each([-1, -2, 0.5, NaN, Infinity, 'any'])('%p is no revision: RangeError', async (expected) => {
        await expect(store.append(stream, expected as ExpectedRevision, [newEvent()])).rejects.toThrow(RangeError);
      });
    });

    describe('races', () => {
      it('lets one of 64 writers begin a stream', async () => {
        const answers = await Promise.all(
          Array.from({ length: 64 }, () => store.append(stream, 'no-stream', [newEvent()])),
        );
        expect(answers.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
        expect(answers.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(63);
        expect(await store.readStream(stream, -1, 100)).toHaveLength(1);
      });
      it('tells the losers of a race what the winner wrote', async () => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () => store.append(stream, 'no-stream', newEvents(3))),
        );
        expect(answers.map(({ revision }) => revision)).toEqual(Array.from({ length: 8 }, () => 2));
      });
      it('lets one of 64 writers follow a revision', async () => {
        await append('no-stream', ...newEvents(5));
        const answers = await Promise.all(Array.from({ length: 64 }, () => store.append(stream, 4, [newEvent()])));
        expect(answers.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
        expect(await store.readStream(stream, 4, 100)).toHaveLength(1);
      });
      it(`brings every one of ${RETRYING} writers through who try again after a conflict`, async () => {
        const write = async (): Promise<void> => {
          for (let expected: ExpectedRevision = 'no-stream'; ;) {
            const answer = await store.append(stream, expected, [newEvent()]);
            if (answer.outcome === 'appended') return;
            expected = answer.revision ?? 'no-stream';
          }
        };
        await Promise.all(Array.from({ length: RETRYING }, write));
        expect((await store.readStream(stream, -1, 100)).map(({ revision }) => revision)).toEqual(
          oneToN(RETRYING).map((n) => n - 1),
        );
      });
      it('never shows a part of an append', async () => {
        const writers = Array.from({ length: 16 }, async () => {
          for (let i = 0; i < 5; i++) await store.append(newStreamName(), 'no-stream', newEvents(7));
        });
        for (let seen = 0; seen < 16 * 5 * 7;) {
          seen = (await readAll(null, MAX_READ)).length;
          expect(seen % 7).toBe(0);
        }
        await Promise.all(writers);
        expect(await readAll()).toHaveLength(16 * 5 * 7);
      });
    });

    describe('repeat', () => {
      it('with the same ids at no-stream answers as the first time and writes nothing', async () => {
        const news = newEvents(3);
        const first = await append('no-stream', ...news);
        expect(await append('no-stream', ...news)).toEqual(first);
        expect(await readAll()).toHaveLength(3);
      });
      it('with the same ids at a revision answers as the first time and writes nothing', async () => {
        await append('no-stream', ...newEvents(2));
        const news = newEvents(3);
        const first = await append(1, ...news);
        expect(await append(1, ...news)).toEqual(first);
        expect(await readAll()).toHaveLength(5);
      });
      it('answers as the first time also when others have written since', async () => {
        const news = newEvents(2);
        const first = await append('no-stream', ...news);
        await append(1, ...newEvents(300));
        await store.append(newStreamName(), 'no-stream', newEvents(3));
        expect(await append('no-stream', ...news)).toEqual(first);
      });
      it('with other ids is a conflict', async () => {
        await append('no-stream', ...newEvents(2));
        expect(await outcomeOf('no-stream', ...newEvents(2))).toBe('conflict');
      });
      it('with the same ids in another order is a conflict', async () => {
        const [one, two] = [newEvent(), newEvent()];
        await append('no-stream', one, two);
        expect(await outcomeOf('no-stream', two, one)).toBe('conflict');
      });
      it('with one known and one new id is a conflict', async () => {
        const known = newEvent();
        await append('no-stream', known);
        expect(await outcomeOf('no-stream', known, newEvent())).toBe('conflict');
        expect(await readAll()).toHaveLength(1);
      });
      it('with one other id among known ones is a conflict', async () => {
        const [one, two, three] = [newEvent(), newEvent(), newEvent()];
        await append('no-stream', one, two, three);
        expect(await outcomeOf('no-stream', one, newEvent(), three)).toBe('conflict');
      });
      it('with the same ids at an earlier revision is a conflict', async () => {
        await append('no-stream', ...newEvents(2));
        const event = newEvent();
        await append(1, event);
        expect(await outcomeOf(0, event)).toBe('conflict');
      });
      it('at the same time as the first writes once', async () => {
        const news = newEvents(2);
        const answers = await Promise.all([1, 2, 3].map(() => append('no-stream', ...news)));
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        expect(await readAll()).toHaveLength(2);
      });
      whereDurable('is still known after the log was opened anew', async () => {
        const news = newEvents(3);
        const first = await append('no-stream', ...news);
        store = await reopened();
        expect(await append('no-stream', ...news)).toEqual(first);
        expect(await readAll()).toHaveLength(3);
      });
    });

    describe('limits', () => {
      it('refuses an append of nothing', async () => {
        await expect(store.append(stream, 'no-stream', [])).rejects.toThrow(RangeError);
        expect(await outcomeOf('no-stream', newEvent())).toBe('appended');
      });
      it(`takes ${MAX_EVENTS_PER_APPEND} events at once`, async () => {
        const { revision } = await append('no-stream', ...newEvents(MAX_EVENTS_PER_APPEND));
        expect(revision).toBe(MAX_EVENTS_PER_APPEND - 1);
        expect((await readAll()).map(({ position }) => position)).toEqual(oneToN(MAX_EVENTS_PER_APPEND));
      });
      it('refuses one event more, and writes none', async () => {
        await expect(store.append(stream, 'no-stream', newEvents(MAX_EVENTS_PER_APPEND + 1))).rejects.toThrow(
          AppendTooLarge,
        );
        expect(await store.head()).toBeNull();
      });
      it('takes an event of exactly the largest size', async () => {
        const text = largest();
        await append('no-stream', newEvent({ event: namedEvent(text) }));
        expect(texts(await store.readStream(stream, -1, 1))).toEqual([text]);
      });
      it('refuses an event of one byte more, and writes nothing', async () => {
        const event = newEvent({ event: namedEvent(`${largest()}.`) });
        await expect(store.append(stream, 'no-stream', [event])).rejects.toThrow(AppendTooLarge);
        expect(await store.head()).toBeNull();
      });
      it('counts bytes, not characters', async () => {
        const event = newEvent({ event: namedEvent('ə'.repeat(largest().length - 1_000)) });
        await expect(store.append(stream, 'no-stream', [event])).rejects.toThrow(AppendTooLarge);
      });
      it('counts the bytes of all events of an append together', async () => {
        const news = Array.from({ length: 20 }, () => newEvent({ event: namedEvent('x'.repeat(60_000)) }));
        await expect(store.append(stream, 'no-stream', news)).rejects.toThrow(AppendTooLarge);
        expect(await store.head()).toBeNull();
      });
      it('reads events of the largest size, if not all at once', async () => {
        for (let i = 0; i < 20; i++)
          await append(i === 0 ? 'no-stream' : i - 1, newEvent({ event: namedEvent(largest()) }));
        expect((await readAll(null, MAX_READ)).map(({ position }) => position)).toEqual(oneToN(20));
      });
      it.each([0, -1, 0.5, NaN, MAX_READ + 1])('refuses to read %p events', async (limit) => {
        await expect(store.read(null, limit)).rejects.toThrow(RangeError);
        await expect(store.readStream(stream, -1, limit)).rejects.toThrow(RangeError);
        await expect(take(1, null, { limit })).rejects.toThrow(RangeError);
      });
      it('refuses an id twice in one append', async () => {
        const event = newEvent();
        await expect(store.append(stream, 'no-stream', [event, event])).rejects.toThrow(RangeError);
      });
      it.each(['', 'event-1', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'])('refuses %p as an id', async (id) => {
        await expect(store.append(stream, 'no-stream', [newEvent({ id })])).rejects.toThrow(TypeError);
      });
      it.each(['', 'case-\u0000', 'case-\n', 'case-\ud800', 'c'.repeat(201)])('refuses %j as a stream', async (odd) => {
        await expect(store.append(odd, 'no-stream', [newEvent()])).rejects.toThrow(RangeError);
        await expect(store.readStream(odd, -1, 1)).rejects.toThrow(RangeError);
      });
      it('refuses what could not be read back as it is, and writes none of the append', async () => {
        const broken = newEvent({ event: { ...namedEvent('x'), note: undefined } as unknown as NewEvent['event'] });
        await expect(store.append(stream, 'no-stream', [newEvent(), broken])).rejects.toThrow(TypeError);
        expect(await store.head()).toBeNull();
      });
      it('goes on after a refusal', async () => {
        const refused = store.append(stream, 'no-stream', [newEvent({ id: 'no' })]);
        const accepted = store.append(stream, 'no-stream', [newEvent()]);
        await expect(refused).rejects.toThrow(TypeError);
        expect((await accepted).outcome).toBe('appended');
      });
      const largest = (): string =>
        'x'.repeat(
          MAX_APPEND_BYTES - recordSizeInBytes(encoded({ stream, revision: 0 }, newEvent({ event: namedEvent('') }))),
        );
    });

    describe('reading a stream', () => {
      it('gives nothing where it does not exist', async () => {
        expect(await store.readStream(stream, -1, 10)).toEqual([]);
      });
      it('gives its events in order of revision', async () => {
        await append('no-stream', ...newEvents(5));
        const read = await store.readStream(stream, -1, 10);
        expect(texts(read)).toEqual(['name 0', 'name 1', 'name 2', 'name 3', 'name 4']);
        expect(read.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
      });
      it('gives its events alone, whoever wrote between them', async () => {
        const other = newStreamName();
        for (const event of newEvents(4)) {
          await appendToEnd(store, stream, [event]);
          await appendToEnd(store, other, [newEvent()]);
        }
        expect(texts(await store.readStream(stream, -1, 10))).toEqual(['name 0', 'name 1', 'name 2', 'name 3']);
      });
      it('begins after a revision', async () => {
        await append('no-stream', ...newEvents(5));
        expect(texts(await store.readStream(stream, 2, 10))).toEqual(['name 3', 'name 4']);
      });
      it('ends at the limit', async () => {
        await append('no-stream', ...newEvents(5));
        expect(texts(await store.readStream(stream, 0, 2))).toEqual(['name 1', 'name 2']);
      });
      it('gives nothing at its end and beyond', async () => {
        await append('no-stream', ...newEvents(2));
        expect(await store.readStream(stream, 1, 10)).toEqual([]);
        expect(await store.readStream(stream, 99, 10)).toEqual([]);
      });
      it.each([
        [40, 1],
        [100, 3],
        [700, 256],
        [700, 1_000],
      ])('gives all of %p events in pages of %p', async (count, limit) => {
        await append('no-stream', ...newEvents(count));
        const revisions: number[] = [];
        for (let page; (page = await store.readStream(stream, revisions.length - 1, limit)).length > 0;)
          revisions.push(...page.map(({ revision }) => revision));
        expect(revisions).toEqual(oneToN(count).map((n) => n - 1));
      });
      it.each([-2, 0.5, NaN])('refuses %p as a revision to begin after', async (after) => {
        await expect(store.readStream(stream, after, 1)).rejects.toThrow(RangeError);
      });
      it('does not mistake the beginning of a name for the name', async () => {
        await append('no-stream', ...newEvents(1));
        expect(await store.readStream(stream.slice(0, -1), -1, 10)).toEqual([]);
        expect(await store.readStream(stream.toUpperCase(), -1, 10)).toEqual([]);
      });
    });

    describe('reading the log', () => {
      it('gives nothing where it is empty', async () => {
        expect(await store.read(null, 10)).toEqual([]);
      });
      it('counts positions from 1 without gaps over all streams', async () => {
        for (let i = 0; i < 5; i++) await store.append(newStreamName(), 'no-stream', newEvents(3));
        expect((await readAll()).map(({ position }) => position)).toEqual(oneToN(15));
      });
      it('keeps the events of an append together, in their order', async () => {
        const batches = Array.from({ length: 20 }, () => newEvents(4));
        await Promise.all(batches.map((batch) => store.append(newStreamName(), 'no-stream', batch)));
        const all = ids(await readAll());
        for (const batch of batches) {
          const at = all.indexOf(batch[0]?.id ?? '');
          expect(all.slice(at, at + 4)).toEqual(ids(batch));
        }
      });
      it('gives the order in which appends were acknowledged one after another', async () => {
        const news = newEvents(10);
        for (const event of news) await store.append(newStreamName(), 'no-stream', [event]);
        expect(ids(await readAll())).toEqual(ids(news));
      });
      it('begins after a cursor', async () => {
        await append('no-stream', ...newEvents(3));
        const { cursor } = await append(2, newEvent());
        const after = await append(3, newEvent());
        const news = await store.read(cursor, 10);
        expect(news.map((event) => isSamePlace(event.cursor, after.cursor))).toEqual([true]);
      });
      it('ends at the limit', async () => {
        await append('no-stream', ...newEvents(5));
        expect((await store.read(null, 2)).map(({ position }) => position)).toEqual([1, 2]);
      });
      it('gives nothing after the last cursor', async () => {
        const { cursor } = await append('no-stream', ...newEvents(2));
        expect(await store.read(cursor, 10)).toEqual([]);
      });
      it('goes on from every cursor it gave', async () => {
        for (let i = 0; i < 6; i++) await store.append(newStreamName(), 'no-stream', newEvents(2));
        const all = await readAll();
        for (const [i, { cursor }] of all.entries()) expect(await store.read(cursor, 100)).toEqual(all.slice(i + 1));
      });
      it.each([
        [40, 1],
        [200, 7],
        [1_000, 256],
        [1_000, MAX_READ],
      ])('gives all of %p events and 100 of another stream in pages of %p', async (count, limit) => {
        await append('no-stream', ...newEvents(count));
        await store.append(newStreamName(), 'no-stream', newEvents(100));
        expect((await readAll(null, limit)).map(({ position }) => position)).toEqual(oneToN(count + 100));
      });
      it('gives the same event as reading its stream, and its position', async () => {
        await append('no-stream', ...newEvents(3));
        const read = await store.read(null, 10);
        const ofStream = await store.readStream(stream, -1, 10);
        expect(read.map(({ position: _, cursor: __, ...event }) => event)).toEqual(
          ofStream.map(({ cursor: _, ...event }) => event),
        );
        expect(read.map(({ cursor }, i) => isSamePlace(cursor, ofStream[i]?.cursor))).toEqual([true, true, true]);
      });
      it('refuses what is no cursor', async () => {
        await append('no-stream', newEvent());
        await expect(store.read('no cursor', 10)).rejects.toThrow(RangeError);
      });
      it('skips no late commit: readers beside 64 writers see 1 to n without gaps', async () => {
        const [perWriter, writers] = [effort(6, 20), 64];
        const total = perWriter * writers;
        const write = async (): Promise<void> => {
          const own = newStreamName();
          for (let i = 0; i < perWriter; i++) await store.append(own, i === 0 ? 'no-stream' : i - 1, [newEvent()]);
        };
        const readTo = async (limit: number): Promise<number[]> => {
          const seen: number[] = [];
          for (let cursor: Cursor | null = null; seen.length < total;) {
            const page: readonly LogEvent[] = await store.read(cursor, limit);
            seen.push(...page.map(({ position }) => position));
            cursor = page.at(-1)?.cursor ?? cursor;
          }
          return seen;
        };
        const [first, second, followed] = await Promise.all([
          readTo(10),
          readTo(500),
          take(total, null, { limit: 33 }),
          ...Array.from({ length: writers }, write),
        ]);
        expect(first).toEqual(oneToN(total));
        expect(second).toEqual(oneToN(total));
        expect(followed.map(({ position }) => position)).toEqual(oneToN(total));
      });
    });

    describe('exact round trip', () => {
      it('of everything that an event carries', async () => {
        const event = newEvent({
          recordedAt: '2025-12-31T23:59:59.999Z',
          actor: { kind: 'import', id: 'file-7', asserted: false },
          acknowledged: ['CASE.ARRESTED_WHILE_HELD'],
          raised: [{ code: 'CASE.X', grade: 'warn', events: [randomUUID()], expected: 'something else' }],
          correlationId: 'request-2',
          causationId: 'cause-1',
          event: {
            type: 'arrested',
            occurredOn: '2020-06~',
            sources: [{ kind: 'press', citation: 'a paper', url: 'https://example.org/1', machineTranslated: true }],
            reliability: 'verified',
            note: 'a note',
            after: randomUUID(),
            kind: 'administrative',
            days: 30,
            place: 'a place',
          },
        });
        const { cursor } = await append('no-stream', event);
        const [read] = await store.read(null, 1);
        expect(read).toStrictEqual({ ...event, stream, revision: 0, position: 1, cursor: read?.cursor });
        expect(isSamePlace(read?.cursor, cursor)).toBe(true);
      });
      it('of corrections, retractions, merges and their ends', async () => {
        const said = { sources: [], reliability: 'reported' } as const;
        const events: readonly NewEvent['event'][] = [
          {
            type: 'corrected',
            event: randomUUID(),
            correctedType: 'delisted',
            data: { reason: 'moved home', occurredOn: '2025-12', note: null },
            ...said,
          },
          { type: 'retracted', event: randomUUID(), reason: 'another person', ...said },
          { type: 'merged', into: randomUUID(), reason: 'one person', ...said },
          { type: 'unmerged', reason: 'two people', ...said },
        ];
        await append('no-stream', ...events.map((event) => newEvent({ event })));
        expect((await store.readStream(stream, -1, 9)).map(({ event }) => event)).toStrictEqual(events);
      });
      it('of absent fields, null, false, 0 and empty texts', async () => {
        const event: NewEvent['event'] = {
          type: 'described',
          sources: [],
          reliability: 'reported',
          note: '',
          born: null,
          region: '',
        };
        await append('no-stream', newEvent({ event }));
        expect((await store.readStream(stream, -1, 1))[0]?.event).toStrictEqual(event);
      });
      it.each([
        ['Azerbaijani', 'Şəhanə Əsgərova-Məmmədli, Göygöl, İmişli, ığüöç'],
        ['Russian', 'Гейдар Нумунов, Ёжиков-Щукин, Баку'],
        ['right to left', 'حیدر نمونه‌ای'],
        ['combining marks', 'I\u0307 i\u0307 e\u0301 \u00e9'],
        ['beyond the basic plane', '𐰉𐰃𐰠𐰏𐰀 👩🏽‍⚖️'],
        ['controls', 'a\u0000b\u0001\t\r\n\u007f\u0085\u2028\u2029'],
        ['quotes', `'"\`\\\\/\${x};--<script>]]>`],
        ['a byte order mark', '\ufeffx'],
        ['spaces', '  x \u00a0 '],
        ['JSON', '{"a":[null]}'],
        ['a prototype', '__proto__'],
      ])('of %s', async (_, text) => {
        await append('no-stream', newEvent({ event: { ...namedEvent(text), note: text } }));
        const [read] = await store.readStream(stream, -1, 1);
        expect(texts(read ? [read] : [])).toEqual([text]);
        expect(read?.event.note).toBe(text);
      });
      it.each(['reference-union:AZ-0137', 'list-həbs', 'case-a"b\'c\\d%_', 'case-a b', 'case-👩🏽‍⚖️'])(
        'of the stream %j',
        async (odd) => {
          await store.append(odd, 'no-stream', [newEvent()]);
          expect((await store.readStream(odd, -1, 1)).map((event) => event.stream)).toEqual([odd]);
          expect((await store.read(null, 1)).map((event) => event.stream)).toEqual([odd]);
        },
      );
      whereDurable('of everything after the log was opened anew', async () => {
        await append('no-stream', ...newEvents(3));
        await store.append(newStreamName(), 'no-stream', newEvents(2));
        const before = await readAll();
        store = await reopened();
        expect(await readAll()).toStrictEqual(before);
      });
    });

    describe('as stored', () => {
      /** A copy of events, as a file or another store gives them. */
      const copied = (events: readonly StoredEvent[]) =>
        events.map(({ id, type, recordedAt, payload, leaf }) => ({ id, type, recordedAt, payload, leaf }));

      it('gives each event with a leaf hash that fits it', async () => {
        await append('no-stream', ...newEvents(3));
        const stored = await store.readStored(null, 10);
        expect(stored.map((event) => verifyRecord(event, event))).toEqual(['covered', 'covered', 'covered']);
        expect(stored.map(({ position, stream, revision }) => ({ position, stream, revision }))).toEqual(
          (await readAll()).map(({ position, stream, revision }) => ({ position, stream, revision })),
        );
        expect(isSamePlace(stored[2]?.cursor, await store.head())).toBe(true);
      });
      it('is the same in another store, byte by byte', async () => {
        await append('no-stream', ...newEvents(3));
        const stored = await store.readStored(null, 10);
        const other = createSqliteStore({ file: ':memory:' });
        await other.appendStored(stream, 'no-stream', copied(stored));
        const inOther = await other.readStored(null, 10);
        await other.close();
        expect(inOther.map(({ leaf }) => leaf)).toEqual(stored.map(({ leaf }) => leaf));
        expect(inOther.map(({ text }) => text)).toEqual(stored.map(storedText));
      });
      it('takes the events of another store as they are, also those of before leaf hashes', async () => {
        const uncovered = encodeWithoutLeaf(newEvent());
        const covered = encoded({ stream, revision: 1 }, newEvent());
        expect(await store.appendStored(stream, 'no-stream', [uncovered, covered])).toMatchObject({ revision: 1 });
        const stored = await store.readStored(null, 10);
        expect(stored.map(storedText)).toEqual([uncovered.text, covered.text]);
        expect(stored.map(({ leaf }) => leaf)).toEqual([null, covered.leaf]);
        expect(ids(await store.readStream(stream, -1, 10))).toEqual([uncovered.id, covered.id]);
      });
      it('refuses an event under a leaf hash of another, or at another place, and writes nothing', async () => {
        const [first, second] = [
          encoded({ stream, revision: 0 }, newEvent()),
          encoded({ stream, revision: 1 }, newEvent()),
        ];
        for (const records of [[{ ...first, leaf: second.leaf }], [second], [{ ...first, type: 'died' }]])
          await expect(store.appendStored(stream, 'no-stream', records)).rejects.toThrow(StoreDamaged);
        expect(await store.head()).toBeNull();
      });
    });

    describe('adopting events of before leaf hashes', () => {
      const adopted = async (): Promise<readonly AdoptedLeaf[]> =>
        (await store.readStored(null, 10))
          .filter(({ leaf }) => leaf === null)
          .map((event) => createAdoptedLeaf(event, event));
      beforeEach(async () => {
        await store.appendStored(stream, 'no-stream', [encodeWithoutLeaf(newEvent()), encodeWithoutLeaf(newEvent())]);
        await store.append(stream, 1, newEvents(1));
      });

      it('gives them the leaf hashes beside the log, and leaves the log as it is', async () => {
        const before = await readAll();
        const leaves = await adopted();
        await store.adopt(0, leaves);
        const stored = await store.readStored(null, 10);
        expect(stored.map((event) => verifyRecord(event, event))).toEqual(['adopted', 'adopted', 'covered']);
        expect(stored.slice(0, 2).map(({ leaf }) => leaf)).toEqual(leaves.map(({ leaf }) => leaf));
        expect(await readAll()).toStrictEqual(before);
      });
      it('takes the same again, and refuses others', async () => {
        const leaves = await adopted();
        await store.adopt(0, leaves);
        await store.adopt(0, leaves);
        const [first, second] = leaves as [AdoptedLeaf, AdoptedLeaf];
        await expect(store.adopt(0, [first, { ...second, leaf: first.leaf }])).rejects.toThrow(StoreDamaged);
        expect((await store.readStored(null, 10))[0]?.leaf).toBe(leaves[0]?.leaf);
      });
      it('takes only pages', async () => {
        const leaves = await adopted();
        await expect(store.adopt(1, leaves)).rejects.toThrow(RangeError);
        await expect(store.adopt(0, [])).rejects.toThrow(RangeError);
        await expect(store.adopt(0, Array(501).fill(leaves[0]) as typeof leaves)).rejects.toThrow(RangeError);
      });
      whereDurable('survives that the log is opened anew', async () => {
        const leaves = await adopted();
        await store.adopt(0, leaves);
        store = await reopened();
        expect((await store.readStored(null, 10))[1]).toMatchObject({ leaf: leaves[1]?.leaf });
      });
    });

    describe('following', () => {
      it('gives what is there already, in order', async () => {
        await append('no-stream', ...newEvents(25));
        expect((await take(25, null, { limit: 10 })).map(({ position }) => position)).toEqual(oneToN(25));
      });
      it('gives batches of at least one and at most the limit', async () => {
        await append('no-stream', ...newEvents(25));
        const sizes: number[] = [];
        for await (const batch of store.follow(null, new AbortController().signal, 10)) {
          sizes.push(batch.length);
          if (sizes.reduce((sum, size) => sum + size, 0) === 25) break;
        }
        expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
      });
      it('gives the same events as reading', async () => {
        await append('no-stream', ...newEvents(5));
        expect(await take(5, null)).toStrictEqual(await readAll());
      });
      it('waits on an empty log for the first event', async () => {
        const taken = take(1, null);
        const event = newEvent();
        await append('no-stream', event);
        expect(ids(await taken)).toEqual([event.id]);
      });
      it('catches up, then goes on with what comes', async () => {
        await append('no-stream', ...newEvents(5));
        const seen: number[] = [];
        for await (const batch of store.follow(null, new AbortController().signal, 2)) {
          seen.push(...batch.map(({ position }) => position));
          if (seen.length === 5) void append(4, ...newEvents(3));
          if (seen.length === 8) break;
        }
        expect(seen).toEqual(oneToN(8));
      });
      it('wakes for each of many appends that come one by one', async () => {
        const [one, two] = [newStreamName(), newStreamName()];
        const following = store.follow(null, new AbortController().signal, 10)[Symbol.asyncIterator]();
        for (let i = 0; i < 20; i++) {
          const next = following.next();
          await appendToEnd(store, i % 2 ? one : two, [newEvent()]);
          expect((await next).value?.map((event: LogEvent) => event.position)).toEqual([i + 1]);
        }
        await following.return?.();
      });
      it('can be resumed at any cursor', async () => {
        for (let i = 0; i < 8; i++) await store.append(newStreamName(), 'no-stream', newEvents(2));
        const all = await readAll();
        for (const [i, { cursor }] of all.slice(0, -1).entries())
          expect(ids(await take(all.length - i - 1, cursor, { limit: 3 }))).toEqual(ids(all.slice(i + 1)));
      });
      it('begun at the head gives only what comes', async () => {
        await append('no-stream', ...newEvents(3));
        const taken = take(1, await store.head());
        await append(2, newEvent());
        expect((await taken).map(({ position }) => position)).toEqual([4]);
      });
      it('ends when the signal aborts while it waits', async () => {
        const abort = new AbortController();
        const taken = take(1, null, { signal: abort.signal });
        abort.abort();
        expect(await taken).toEqual([]);
      });
      it('ends when the signal aborts while a batch is worked on', async () => {
        await append('no-stream', ...newEvents(10));
        const abort = new AbortController();
        const batches: (readonly LogEvent[])[] = [];
        for await (const batch of store.follow(null, abort.signal, 2)) {
          batches.push(batch);
          abort.abort();
        }
        expect(batches.map(([first]) => first?.position)).toEqual([1]);
      });
      it('gives nothing where the signal has aborted before', async () => {
        await append('no-stream', ...newEvents(3));
        expect(await take(1, null, { signal: AbortSignal.abort() })).toEqual([]);
      });
      it('ends when the store closes while it waits', async () => {
        const taken = take(1, null);
        await store.close();
        expect(await taken).toEqual([]);
      });
      it('ends when the store closes while a batch is worked on', async () => {
        await append('no-stream', ...newEvents(10));
        const batches: (readonly LogEvent[])[] = [];
        for await (const batch of store.follow(null, new AbortController().signal, 2)) {
          batches.push(batch);
          await store.close();
        }
        expect(batches.map(([first]) => first?.position)).toEqual([1]);
      });
      it('refuses what is no cursor', async () => {
        await expect(take(1, 'no cursor')).rejects.toThrow(RangeError);
      });
      it('waits for a slow consumer and loses nothing', async () => {
        const seen: number[] = [];
        const own = newStreamName();
        await store.append(own, 'no-stream', newEvents(9));
        for await (const batch of store.follow(null, new AbortController().signal, 3)) {
          seen.push(...batch.map(({ position }) => position));
          if (seen.length >= 100) break;
          // Appends faster than the consumer reads, until enough events exist.
          if (seen.length < 40) await appendToEnd(store, own, newEvents(9));
        }
        expect(seen).toEqual(oneToN(seen.length));
      });
      it('serves two followers at their own pace', async () => {
        const [fast, slow] = [take(60, null, { limit: 50 }), take(60, null, { limit: 1 })];
        for (let i = 0; i < 20; i++) await store.append(newStreamName(), 'no-stream', newEvents(3));
        expect(ids(await slow)).toEqual(ids(await fast));
        expect(ids(await fast)).toEqual(ids(await readAll()));
      });
      it('leaves others alone when one stops', async () => {
        const abort = new AbortController();
        const [stopped, goesOn] = [take(9, null, { signal: abort.signal }), take(3, null)];
        await append('no-stream', newEvent());
        abort.abort();
        await append(0, ...newEvents(2));
        expect((await goesOn).map(({ position }) => position)).toEqual([1, 2, 3]);
        expect((await stopped).length).toBeLessThan(3);
      });
      it('interrupted and resumed under 16 writers loses nothing and doubles nothing', async () => {
        const total = 16 * 20;
        const writers = Array.from({ length: 16 }, async () => {
          const own = newStreamName();
          for (let i = 0; i < 20; i++) await store.append(own, i === 0 ? 'no-stream' : i - 1, [newEvent()]);
        });
        const seen: LogEvent[] = [];
        while (seen.length < total)
          seen.push(
            ...(await take(Math.min(1 + (seen.length % 17), total - seen.length), seen.at(-1)?.cursor ?? null, {
              limit: 5,
            })),
          );
        await Promise.all(writers);
        expect(seen.map(({ position }) => position)).toEqual(oneToN(total));
        expect(new Set(ids(seen)).size).toBe(total);
      });
      whereDurable('is resumed after the log was opened anew', async () => {
        await append('no-stream', ...newEvents(3));
        const [, second] = await take(2, null);
        store = await reopened();
        const taken = take(2, second?.cursor ?? null);
        await append(2, newEvent());
        expect((await taken).map(({ position }) => position)).toEqual([3, 4]);
      });
    });

    describe('head', () => {
      it('is null where the log is empty', async () => {
        expect(await store.head()).toBeNull();
      });
      it('is the cursor of the last append', async () => {
        await append('no-stream', ...newEvents(2));
        const { cursor } = await store.append(newStreamName(), 'no-stream', newEvents(2)).then((answer) => {
          if (answer.outcome === 'conflict') throw new Error('a conflict');
          return answer;
        });
        expect(isSamePlace(await store.head(), cursor)).toBe(true);
        expect(isSamePlace((await readAll()).at(-1)?.cursor, cursor)).toBe(true);
      });
      it('stands still in a conflict and in a repeat', async () => {
        const news = newEvents(2);
        const { cursor } = await append('no-stream', ...news);
        await append('no-stream', ...news);
        await store.append(stream, 'no-stream', newEvents(1));
        expect(isSamePlace(await store.head(), cursor)).toBe(true);
      });
      whereDurable('and the next position stand after the log was opened anew', async () => {
        await append('no-stream', ...newEvents(3));
        const head = await store.head();
        store = await reopened();
        expect(isSamePlace(await store.head(), head)).toBe(true);
        await append(2, newEvent());
        expect((await readAll()).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
      });
    });

    describe('lastRecordedAt', () => {
      it('is that of the last event, whenever others were recorded; null where the log is empty', async () => {
        expect(await store.lastRecordedAt()).toBeNull();
        const recorded = async (on: string, recordedAt: string): Promise<string | null> => {
          await store.append(on, 'no-stream', [newEvent(), newEvent({ recordedAt })]);
          return store.lastRecordedAt();
        };
        for (const recordedAt of ['2036-01-01T00:00:00.000Z', '2025-12-31T23:59:59.999Z'])
          expect(await recorded(newStreamName(), recordedAt)).toBe(recordedAt);
      });
    });

    describe('compare', () => {
      it('orders cursors as the log orders events', async () => {
        // Enough that cursors as texts would be in another order.
        for (let i = 0; i < 12; i++) await append(i === 0 ? 'no-stream' : i - 1, newEvent());
        const cursors = (await readAll()).map(({ cursor }) => cursor);
        const order = cursors.map((a) => cursors.map((b) => Math.sign(store.compare(a, b))));
        expect(order).toEqual(cursors.map((_, i) => cursors.map((__, k) => Math.sign(i - k))));
      });
      it.each(['', 'x', '-1', '1.5', ' 1', '1 ', 'null', '１', '9'.repeat(60)])('refuses %j', async (odd) => {
        const { cursor } = await append('no-stream', newEvent());
        expect(() => store.compare(cursor, odd)).toThrow(RangeError);
        expect(() => store.compare(odd, cursor)).toThrow(RangeError);
      });
    });

    describe('checkWritable', () => {
      it('finds that it can, before and after an append, and records nothing', async () => {
        await store.checkWritable();
        await append('no-stream', newEvent());
        await store.checkWritable();
        expect(await readAll()).toHaveLength(1);
      });
    });

    describe('close', () => {
      it('answers appends that are under way', async () => {
        const answers = [1, 2, 3].map(() => store.append(newStreamName(), 'no-stream', [newEvent()]));
        await store.close();
        expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('appended'));
      });
      whereDurable('loses nothing of what was under way', async () => {
        const answers = [1, 2, 3].map(() => store.append(newStreamName(), 'no-stream', [newEvent()]));
        store = await reopened();
        await Promise.all(answers);
        expect(await readAll()).toHaveLength(3);
      });
      it('refuses later appends and reads', async () => {
        await append('no-stream', newEvent());
        await store.close();
        await expect(store.append(stream, 'no-stream', [newEvent()])).rejects.toThrow(StoreUnavailable);
        await expect(store.readStream(stream, -1, 1)).rejects.toThrow(StoreUnavailable);
        await expect(store.read(null, 1)).rejects.toThrow(StoreUnavailable);
        await expect(store.head()).rejects.toThrow(StoreUnavailable);
        await expect(store.lastRecordedAt()).rejects.toThrow(StoreUnavailable);
        await expect(store.checkWritable()).rejects.toThrow(StoreUnavailable);
      });
      it('ends followers that come later at once', async () => {
        await append('no-stream', newEvent());
        await store.close();
        expect(await take(1, null)).toEqual([]);
      });
      it('may be called twice', async () => {
        await store.close();
        await expect(store.close()).resolves.toBeUndefined();
      });
    });
  });

  const reopened = async (): Promise<EventStore> => {
    if (opened.reopen === undefined) throw new Error('a durable store that cannot be opened anew');
    return opened.reopen();
  };
};
