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
import { serialize, recordBytes } from './request-checks.js';

/** An event with its place in the log; a cursor is of one store alone and is not copied. */
export type PositionedEvent = Omit<LogEvent, 'cursor'>;
export type LogBatches = AsyncIterable<readonly PositionedEvent[]>;

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
const MAX_IN_FLIGHT: Readonly<Record<string, number>> = { sqlite: 1_000 };

export interface CopyResult {
  readonly outcome: 'complete' | 'stopped';
  /** Events that were there already, and those that came to them. */
  readonly existing: number;
  readonly added: number;
}

/** The log as it is now, as batches. What is appended meanwhile is not in it. */
export async function* readWholeLog(store: EventStore, limit = 1_000): AsyncGenerator<readonly LogEvent[]> {
  const head = await store.head();
  let cursor: Cursor | null = null;
  while (head !== null && cursor !== head) {
    const page: readonly LogEvent[] = await store.read(cursor, limit);
    const events: readonly LogEvent[] = page.filter((event) => store.compare(event.cursor, head) <= 0);
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
  target: EventStore,
  { signal, onProgress = () => undefined }: CopyOptions,
): Promise<CopyResult> => {
  const targetEvents = flatten(readWholeLog(target, MAX_READ));
  const isStopped = (): boolean => signal.aborted;
  let [existing, added] = [0, 0];
  let next = await targetEvents.next();
  for await (const batch of source) {
    if (isStopped()) return { outcome: 'stopped', existing, added };
    const missing: PositionedEvent[] = [];
    for (const event of batch) {
      if (event.position !== existing + added + missing.length + 1)
        throw new CopyRefused(event.position, 'out of order');
      if (next.done === true) missing.push(event);
      else {
        if (!isSameEvent(event, next.value)) throw new CopyRefused(event.position, 'the target holds another event');
        existing += 1;
        next = await targetEvents.next();
      }
    }
    for (const window of groupIntoWindows(groupIntoRuns(missing), MAX_IN_FLIGHT[target.kind] ?? 1)) {
      if (isStopped()) return { outcome: 'stopped', existing, added };
      await Promise.all(window.map((run) => appendRun(target, run)));
      added += window.reduce((sum, run) => sum + run.length, 0);
      onProgress(existing + added);
    }
    onProgress(existing + added);
  }
  if (next.done !== true) throw new CopyRefused(next.value.position, 'the target holds more than the source');
  return { outcome: 'complete', existing, added };
};

/** Compares every record of a source with a store's, byte by byte; the number of them. Throws CopyRefused where any differs. */
export const verifyCopy = async (source: LogBatches, target: EventStore): Promise<number> => {
  const targetEvents = flatten(readWholeLog(target, MAX_READ));
  let count = 0;
  for await (const event of flatten(source)) {
    const { value: copy } = await targetEvents.next();
    if (copy === undefined) throw new CopyRefused(event.position, 'missing in the copy');
    if (!isSameEvent(event, copy)) throw new CopyRefused(event.position, 'another event in the copy');
    count += 1;
  }
  if ((await targetEvents.next()).done !== true) throw new CopyRefused(count + 1, 'not in the source');
  return count;
};

async function* flatten<E>(batches: AsyncIterable<readonly E[]>): AsyncGenerator<E, undefined> {
  for await (const batch of batches) yield* batch;
}

/** Also the time, and all else: an import makes the same ids again. */
const isSameEvent = (a: PositionedEvent, b: PositionedEvent): boolean => {
  if (a.stream !== b.stream || a.revision !== b.revision || a.position !== b.position) return false;
  const [first, second] = [serialize(a), serialize(b)];
  return (
    first.id === second.id &&
    first.type === second.type &&
    first.recordedAt === second.recordedAt &&
    first.text === second.text
  );
};

/** Events of one stream that follow each other in the log, as many as one append may hold. */
type Run = readonly PositionedEvent[];

const groupIntoRuns = (events: readonly PositionedEvent[]): readonly Run[] => {
  const runs: PositionedEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = recordBytes(serialize(event));
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
const groupIntoWindows = (runs: readonly Run[], inFlight: number): readonly (readonly Run[])[] => {
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

const appendRun = async (target: EventStore, run: Run): Promise<void> => {
  const [first] = run;
  if (first === undefined) return;
  const result = await target.append(first.stream, first.revision === 0 ? 'no-stream' : first.revision - 1, run);
  if (result.outcome === 'conflict') throw new CopyRefused(first.position, 'the target holds another event');
};
