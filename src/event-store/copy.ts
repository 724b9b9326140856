/**
 * A log written again into another store, event by event: ids, revisions, positions, times and order stay. What was
 * begun goes on where it ended; what is there already must be the beginning of the same log.
 */
import {
  MAX_APPEND_BYTES,
  MAX_EVENTS_PER_APPEND,
  MAX_READ,
  type Cursor,
  type EventStore,
  type LogEvent,
} from './port.js';
import { checkEvent, sizeOf } from './request.js';

/** An event with its place in the log; a cursor is of one store alone and is not copied. */
export type PlacedEvent = Omit<LogEvent, 'cursor'>;
export type LogBatches = AsyncIterable<readonly PlacedEvent[]>;

/** The log copied into is not the beginning of the one copied from, or somebody else writes to it. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  constructor(
    readonly position: number,
    what: string,
  ) {
    super(`position ${position}: ${what}`);
  }
}

export interface CopyOptions {
  readonly signal: AbortSignal;
  /** Called with the position up to which the target holds the log. */
  readonly onProgress?: (position: number) => void;
}

/**
 * Events under way at once, by the kind of the store. The appends of one turn share a commit of the embedded store, in the order
 * of their calls; a server keeps an order only among appends that wait for each other.
 */
const IN_FLIGHT: Readonly<Record<string, number>> = { sqlite: 1_000 };

export interface Copied {
  readonly outcome: 'complete' | 'stopped';
  /** Events that were there already, and those that came to them. */
  readonly found: number;
  readonly added: number;
}

/** The log as it is now, as batches. What is appended meanwhile is not in it. */
export async function* wholeLog(store: EventStore, limit = 1_000): AsyncGenerator<readonly LogEvent[]> {
  const head = await store.head();
  let cursor: Cursor | null = null;
  while (head !== null && cursor !== head) {
    const read: readonly LogEvent[] = await store.read(cursor, limit);
    const events: readonly LogEvent[] = read.filter((event) => store.compare(event.cursor, head) <= 0);
    const last = events.at(-1);
    if (last === undefined) return;
    yield events;
    cursor = last.cursor;
  }
}

/**
 * Appends to a store what it lacks of a log. Throws CopyRefused where the store holds anything else, and what stores and
 * the source throw; what was appended by then stays, and the same call goes on there.
 */
export const copyEvents = async (
  source: LogBatches,
  to: EventStore,
  { signal, onProgress = () => undefined }: CopyOptions,
): Promise<Copied> => {
  const there = eventsOf(wholeLog(to, MAX_READ));
  const stopped = (): boolean => signal.aborted;
  let [found, added] = [0, 0];
  let existing = await there.next();
  for await (const batch of source) {
    if (stopped()) return { outcome: 'stopped', found, added };
    const rest: PlacedEvent[] = [];
    for (const event of batch) {
      if (event.position !== found + added + rest.length + 1) throw new CopyRefused(event.position, 'out of order');
      if (existing.done === true) rest.push(event);
      else {
        if (!isSame(event, existing.value)) throw new CopyRefused(event.position, 'the target holds another event');
        found += 1;
        existing = await there.next();
      }
    }
    for (const window of windowsOf(runsOf(rest), IN_FLIGHT[to.kind] ?? 1)) {
      if (stopped()) return { outcome: 'stopped', found, added };
      await Promise.all(window.map((run) => appendRun(to, run)));
      added += window.reduce((sum, run) => sum + run.length, 0);
      onProgress(found + added);
    }
    onProgress(found + added);
  }
  if (existing.done !== true) throw new CopyRefused(existing.value.position, 'the target holds more than the source');
  return { outcome: 'complete', found, added };
};

/** Compares every record of a source with a store's, byte by byte; the number of them. Throws CopyRefused where any differs. */
export const verifyCopy = async (source: LogBatches, to: EventStore): Promise<number> => {
  const there = eventsOf(wholeLog(to, MAX_READ));
  let count = 0;
  for await (const event of eventsOf(source)) {
    const { value: copy } = await there.next();
    if (copy === undefined) throw new CopyRefused(event.position, 'missing in the copy');
    if (!isSame(event, copy)) throw new CopyRefused(event.position, 'another event in the copy');
    count += 1;
  }
  if ((await there.next()).done !== true) throw new CopyRefused(count + 1, 'not in the source');
  return count;
};

async function* eventsOf<E>(batches: AsyncIterable<readonly E[]>): AsyncGenerator<E, undefined> {
  for await (const batch of batches) yield* batch;
}

/** Also the time, and all else: an import makes the same ids again. */
const isSame = (a: PlacedEvent, b: PlacedEvent): boolean => {
  if (a.stream !== b.stream || a.revision !== b.revision || a.position !== b.position) return false;
  const [one, other] = [checkEvent(a), checkEvent(b)];
  return (
    one.id === other.id && one.type === other.type && one.recordedAt === other.recordedAt && one.text === other.text
  );
};

/** Events of one stream that follow each other in the log, as many as one append may hold. */
type Run = readonly PlacedEvent[];

const runsOf = (events: readonly PlacedEvent[]): readonly Run[] => {
  const runs: PlacedEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(checkEvent(event));
    const run = runs.at(-1);
    const fits =
      run?.[0]?.stream === event.stream && run.length < MAX_EVENTS_PER_APPEND && bytes + size <= MAX_APPEND_BYTES;
    if (run !== undefined && fits) run.push(event);
    else runs.push([event]);
    bytes = fits ? bytes + size : size;
  }
  return runs;
};

/** Runs that are appended without waiting for each other: together at most so many events, or one run. */
const windowsOf = (runs: readonly Run[], inFlight: number): readonly (readonly Run[])[] => {
  const windows: Run[][] = [];
  let events = 0;
  for (const run of runs) {
    events += run.length;
    const window = windows.at(-1);
    if (window !== undefined && events <= inFlight) window.push(run);
    else {
      windows.push([run]);
      events = run.length;
    }
  }
  return windows;
};

const appendRun = async (to: EventStore, run: Run): Promise<void> => {
  const [first] = run;
  if (first === undefined) return;
  const appended = await to.append(first.stream, first.revision === 0 ? 'no-stream' : first.revision - 1, run);
  if (appended.outcome === 'conflict') throw new CopyRefused(first.position, 'the target holds another event');
};
