/**
 * Builds a read-model file anew beside the one in use: first the events of the whole log, then case by case what follows
 * from them, then the indexes. Other work has its turn after every few events or cases.
 */
import { open, rm } from 'node:fs/promises';
import { renameSync, rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore } from '../event-store/port.js';
import { causeOf } from './errors.js';
import { ModelFile } from './model-file.js';

/** How far a rebuild is: events read (of how many is not known), then cases derived. */
export interface RebuildProgress {
  readonly phase: 'reading' | 'projecting';
  readonly done: number;
  readonly of: number | null;
}
export type OnProgress = (progress: RebuildProgress) => void;

/** Events read at once, and cases derived before others have their turn: some ten milliseconds of either. */
const EVENTS = 500;
const CASES = 10;

export const IN_MEMORY = ':memory:';
const besides = (path: string): string => (path === IN_MEMORY ? path : `${path}.building`);
const filesOf = (path: string): readonly string[] => ['', '-wal', '-shm', '-journal'].map((end) => `${path}${end}`);

/** Removes a file with what SQLite keeps beside it. */
const remove = async (path: string): Promise<void> => {
  if (path === IN_MEMORY) return;
  for (const file of filesOf(path)) await rm(file, { force: true });
};

/**
 * A new file that has taken in the log to the end that it had at first, not yet at its place. Throws what the store throws, PoisonEventError, and the
 * signal's reason; then nothing is left of it.
 */
export const build = async (
  path: string,
  store: EventStore,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<ModelFile> => {
  await remove(besides(path));
  const file = ModelFile.create(besides(path));
  try {
    await storeAll(file, store, signal, onProgress);
    await projectAll(file, signal, onProgress);
    await inTurns(file.finish(), signal);
    await sync(path);
    file.harden();
    return file;
  } catch (error) {
    await discard(path, file);
    throw error;
  }
};

const storeAll = async (
  file: ModelFile,
  store: EventStore,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> => {
  // Up to the head as it is now: who chased one that moves might never come to an end.
  const head = await store.head();
  while (!file.hasReached(head, store)) {
    signal.throwIfAborted();
    const events = await store.read(file.checkpoint.cursor, EVENTS);
    if (events.length === 0) return;
    file.store(events);
    onProgress({ phase: 'reading', done: file.checkpoint.position, of: null });
    await turn();
  }
};

const projectAll = async (file: ModelFile, signal: AbortSignal, onProgress: OnProgress): Promise<void> => {
  await inTurns(file.indexEvents(), signal);
  const of = file.logTables.countCases();
  let done = 0;
  for (let cases = file.logTables.casesAfter(0, CASES); cases.length > 0;) {
    signal.throwIfAborted();
    try {
      file.project(cases);
    } catch (error) {
      throw causeOf(error);
    }
    done += cases.length;
    onProgress({ phase: 'projecting', done, of });
    await turn();
    cases = file.logTables.casesAfter(cases.at(-1) ?? 0, CASES);
  }
};

/** Lets others have their turn after each step; the index of a large table is seconds. */
const inTurns = async (steps: readonly (() => void)[], signal?: AbortSignal): Promise<void> => {
  for (const step of steps) {
    signal?.throwIfAborted();
    step();
    await turn();
  }
};

/** Takes in more of what came while it was built; how many events. */
export const applyMore = async (file: ModelFile, store: EventStore): Promise<number> => {
  const events = await store.read(file.checkpoint.cursor, EVENTS);
  file.applyBatch(events);
  return events.length;
};

/** A new file that has taken in nothing, not yet at its place. */
export const empty = async (path: string): Promise<ModelFile> => {
  await remove(besides(path));
  const file = ModelFile.create(besides(path));
  await inTurns([...file.indexEvents(), ...file.finish()]);
  file.harden();
  return file;
};

/** Gives up a file that was built. */
export const discard = async (path: string, file: ModelFile): Promise<void> => {
  file.close();
  await remove(besides(path));
};

/**
 * Puts a built file in the place of the one in use and opens it there; at once, so that nobody reads between. Both are
 * closed first, and nothing is left beside the old one that SQLite would take for the new one's.
 */
export const swap = (path: string, built: ModelFile, inUse: ModelFile | null): ModelFile => {
  inUse?.close();
  if (path === IN_MEMORY) return built;
  built.close();
  for (const file of filesOf(path).slice(1)) rmSync(file, { force: true });
  renameSync(besides(path), path);
  const opened = ModelFile.open(path);
  if (opened === null) throw new Error('a read-model file that was just built cannot be opened');
  return opened;
};

/** What was written without waiting for the disk is waited for once. */
const sync = async (path: string): Promise<void> => {
  if (path === IN_MEMORY) return;
  const handle = await open(besides(path), 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
