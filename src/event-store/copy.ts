/**
 * Copies a log into another store, preserving ids, revisions, positions, times and order. A copy can be resumed: the
 * target must hold a prefix of the same log.
 */
import type { JobContext, JobProgress } from '../jobs/job.js';
import { checkStoredEvent, storedText } from './codec.js';
import {
  ADOPTED_TOGETHER,
  MAX_APPEND_BYTES,
  MAX_EVENTS_PER_APPEND,
  MAX_READ,
  StoreDamaged,
  type AdoptedLeaf,
  type Cursor,
  type EventStore,
  type LogEvent,
  type StoredEvent,
} from './port.js';
import { recordSizeInBytes } from './request-checks.js';

/** A stored event without its cursor, which is specific to one store. */
export type CopiedEvent = Omit<StoredEvent, 'cursor'>;
export type LogBatches = AsyncIterable<readonly CopiedEvent[]>;

/** The target does not match the source, another writer appends to the target, or the positions of the source are not in order. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  constructor(
    readonly position: number,
    problem: string,
  ) {
    super(`position ${position}: ${problem}`);
  }
}

/**
 * Events appended concurrently, by kind of store (default 1). SQLite commits the appends of one event-loop turn together
 * and in call order; a server keeps the order only of appends that are awaited one by one.
 */
const MAX_IN_FLIGHT: Readonly<Record<string, number>> = { sqlite: 1_000 };

export interface CopyResult {
  readonly outcome: 'complete' | 'stopped';
  /** Number of events that the target already had; `added` is the number that were appended. */
  readonly existing: number;
  readonly added: number;
}

/** Yields the log up to its current head in batches; later events are not included. */
export const readWholeLog = (store: EventStore, limit = 1_000): AsyncGenerator<readonly LogEvent[]> =>
  readToHead(store, (cursor) => store.read(cursor, limit));

/** As `readWholeLog`, but each event as it is stored: neither checked nor upcast. */
export const readStoredLog = (store: EventStore, limit = 1_000): AsyncGenerator<readonly StoredEvent[]> =>
  readToHead(store, (cursor) => store.readStored(cursor, limit));

async function* readToHead<E extends { readonly cursor: Cursor }>(
  store: EventStore,
  readPage: (after: Cursor | null) => Promise<readonly E[]>,
): AsyncGenerator<readonly E[]> {
  const head = await store.head();
  let cursor: Cursor | null = null;
  while (head !== null && cursor !== head) {
    const page = await readPage(cursor);
    const events: readonly E[] = page.filter((event) => store.compare(event.cursor, head) <= 0);
    const last = events.at(-1);
    if (last === undefined) return;
    yield events;
    cursor = last.cursor;
  }
}

/**
 * Appends the events that the target lacks. Throws CopyRefused if the target holds any other event, StoreDamaged for a damaged event of the
 * source, and errors of stores and source. Events copied before an error remain in the target, and the same call resumes after them.
 */
export const copyEvents = async (
  source: LogBatches,
  target: EventStore,
  { signal, onProgress }: JobContext,
): Promise<CopyResult> => {
  const targetEvents = flatten(readStoredLog(target, MAX_READ));
  const isStopped = (): boolean => signal.aborted;
  let [existing, added] = [0, 0];
  let next = await targetEvents.next();
  for await (const batch of source) {
    if (isStopped()) return { outcome: 'stopped', existing, added };
    const missing: CopiedEvent[] = [];
    for (const event of batch) {
      if (event.position !== existing + added + missing.length + 1)
        throw new CopyRefused(event.position, 'out of order');
      if (next.done === true) missing.push(event);
      else {
        if (!isSameEvent(withoutAdoption(event), withoutAdoption(next.value)))
          throw new CopyRefused(event.position, 'the target holds another event');
        existing += 1;
        next = await targetEvents.next();
      }
    }
    const { undamaged, damage } = splitAtDamage(missing);
    for (const window of groupForConcurrentAppends(groupIntoRuns(undamaged), MAX_IN_FLIGHT[target.kind] ?? 1)) {
      if (isStopped()) return { outcome: 'stopped', existing, added };
      await Promise.all(window.map((run) => appendRun(target, run)));
      added += window.reduce((sum, run) => sum + run.length, 0);
      onProgress(progressAt(existing + added));
    }
    if (damage !== null) throw damage;
    onProgress(progressAt(existing + added));
  }
  if (next.done !== true) throw new CopyRefused(next.value.position, 'the target holds more than the source');
  return { outcome: 'complete', existing, added };
};

/**
 * The events before the first damaged one, and the error for that one. The store would refuse it too, but events appended concurrently
 * could then take its position.
 */
const splitAtDamage = (
  events: readonly CopiedEvent[],
): { readonly undamaged: readonly CopiedEvent[]; readonly damage: StoreDamaged | null } => {
  for (const [index, event] of events.entries())
    try {
      checkStoredEvent(event, event);
    } catch (error) {
      if (!(error instanceof StoreDamaged)) throw error;
      const { position } = event;
      const damage = new StoreDamaged(`position ${position}: ${error.message}`, { cause: error, position });
      return { undamaged: events.slice(0, index), damage };
    }
  return { undamaged: events, damage: null };
};

/**
 * Copies the leaf hashes of adopted events into a finished copy; reads the source up to its first event that is not adopted. May be
 * repeated. Throws StoreDamaged if the target holds other leaf hashes for these events.
 */
export const copyAdoptedLeaves = async (source: LogBatches, target: EventStore): Promise<void> => {
  let leaves: AdoptedLeaf[] = [];
  let after = 0;
  const write = async (): Promise<void> => {
    if (leaves.length > 0) await target.adopt(after, leaves);
    after += leaves.length;
    leaves = [];
  };
  for await (const { adopted, leaf } of flatten(source)) {
    if (adopted === undefined || leaf === null) break;
    leaves.push({ ...adopted, leaf });
    if (leaves.length === ADOPTED_TOGETHER) await write();
  }
  await write();
};

/** Compares every record of a source with the target's, including the stored text, and returns their number. Throws CopyRefused on a
 * difference. */
export const verifyCopy = async (source: LogBatches, target: EventStore): Promise<number> => {
  const targetEvents = flatten(readStoredLog(target, MAX_READ));
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

const progressAt = (position: number): JobProgress => ({ stage: 'events copied', done: position, total: null });

async function* flatten<E>(batches: AsyncIterable<readonly E[]>): AsyncGenerator<E, undefined> {
  for await (const batch of batches) yield* batch;
}

/** Compares whole records: ids alone do not suffice, since a repeated import generates the same ids. */
const isSameEvent = (a: CopiedEvent, b: CopiedEvent): boolean =>
  COMPARED_FIELDS.every((field) => a[field] === b[field]) &&
  a.adopted?.commitment === b.adopted?.commitment &&
  a.adopted?.salt === b.adopted?.salt &&
  storedText(a) === storedText(b);

/** The event as it was before it was adopted: adopted leaf hashes are copied later, after all events. */
const withoutAdoption = ({ adopted, leaf, ...event }: CopiedEvent): CopiedEvent =>
  adopted === undefined ? { ...event, leaf } : { ...event, leaf: null };

const COMPARED_FIELDS = ['stream', 'revision', 'position', 'id', 'type', 'recordedAt', 'leaf'] as const;

/** Consecutive events of one stream that fit into one append. */
type StreamRun = readonly CopiedEvent[];

const groupIntoRuns = (events: readonly CopiedEvent[]): readonly StreamRun[] => {
  const runs: CopiedEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = recordSizeInBytes({ text: storedText(event) });
    const run = runs.at(-1);
    const fits =
      run?.[0]?.stream === event.stream && run.length < MAX_EVENTS_PER_APPEND && bytes + size <= MAX_APPEND_BYTES;
    if (run !== undefined && fits) run.push(event);
    else runs.push([event]);
    bytes = fits ? bytes + size : size;
  }
  return runs;
};

/** Groups runs to be appended concurrently: at most `inFlight` events together, or a single larger run. */
const groupForConcurrentAppends = (runs: readonly StreamRun[], inFlight: number): readonly (readonly StreamRun[])[] => {
  const windows: StreamRun[][] = [];
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

const appendRun = async (target: EventStore, run: StreamRun): Promise<void> => {
  const [first] = run;
  if (first === undefined) return;
  const result = await target.appendStored(first.stream, first.revision === 0 ? 'no-stream' : first.revision - 1, run);
  if (result.outcome === 'conflict') throw new CopyRefused(first.position, 'the target holds another event');
};
