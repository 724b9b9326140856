/**
 * Rebuilds a read-model file in a temporary file: stores all events, projects case by case, creates indexes. Yields to
 * the event loop after each small batch.
 */
import { open, rm } from 'node:fs/promises';
import { renameSync, rmSync } from 'node:fs';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { EventStore } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { causeOf } from './errors.js';
import { ModelFile } from './model-file.js';
import { ModelReader } from './model-reader.js';

/** Batch sizes: each blocks the event loop for some ten milliseconds. */
const READ_BATCH = 500;
const PROJECT_BATCH = 10;

export const IN_MEMORY = ':memory:';
/** Where the temporary file of a file is built. */
export const buildPath = (path: string): string => (path === IN_MEMORY ? path : `${path}.building`);
const sqliteFiles = (path: string): readonly string[] => ['', '-wal', '-shm', '-journal'].map((end) => `${path}${end}`);

/** Removes a database file with its WAL, shared-memory and journal files. */
const remove = async (path: string): Promise<void> => {
  if (path === IN_MEMORY) return;
  for (const file of sqliteFiles(path)) await rm(file, { force: true });
};

/**
 * Builds a temporary file up to the current head of the log; `swapFiles` puts it in place. On failure removes it and
 * throws: errors of the store, PoisonEventError, or the reason of the signal.
 */
export const buildFile = async (
  path: string,
  timeZone: string,
  store: EventStore,
  job: JobContext,
): Promise<ModelFile> => {
  await remove(buildPath(path));
  const file = ModelFile.create(buildPath(path), timeZone);
  try {
    await storeAllEvents(file, store, job);
    await projectAllCases(file, job);
    await runSteps(file.finishSteps(), job.signal);
    await fsyncFile(path);
    file.makeDurable();
    return file;
  } catch (error) {
    await discardFile(path, file);
    throw error;
  }
};

const storeAllEvents = async (
  file: ModelFile,
  store: EventStore,
  { signal, onProgress }: JobContext,
): Promise<void> => {
  // Stop at the head read at the start: following a growing log might never end.
  const head = await store.head();
  while (!file.hasReached(head, store)) {
    signal.throwIfAborted();
    const events = await store.read(file.checkpoint.cursor, READ_BATCH);
    if (events.length === 0) return;
    file.store(events);
    onProgress({ stage: 'events read', done: file.checkpoint.position, total: null });
    await yieldToOthers();
  }
};

const projectAllCases = async (file: ModelFile, { signal, onProgress }: JobContext): Promise<void> => {
  await runSteps(file.eventIndexSteps(), signal);
  const total = file.logTables.cases.count();
  let done = 0;
  for (let cases = file.logTables.cases.after(0, PROJECT_BATCH); cases.length > 0;) {
    signal.throwIfAborted();
    try {
      file.projectCases(cases);
    } catch (error) {
      throw causeOf(error);
    }
    done += cases.length;
    onProgress({ stage: 'cases projected', done, total });
    await yieldToOthers();
    cases = file.logTables.cases.after(cases.at(-1) ?? 0, PROJECT_BATCH);
  }
};

/** Yields after each step; indexing a large table takes seconds. */
const runSteps = async (steps: readonly (() => void)[], signal?: AbortSignal): Promise<void> => {
  for (const step of steps) {
    signal?.throwIfAborted();
    step();
    await yieldToOthers();
  }
};

/** Projects the next batch of the log, of at most `limit` events; returns the number of events. */
export const applyNextBatch = async (file: ModelFile, store: EventStore, limit = READ_BATCH): Promise<number> => {
  const events = await store.read(file.checkpoint.cursor, Math.min(limit, READ_BATCH));
  for (const step of file.applySteps(events)) {
    step();
    await yieldToOthers();
  }
  return events.length;
};

/** Creates an empty temporary file, complete with indexes. */
export const createEmptyFile = async (path: string, timeZone: string): Promise<ModelFile> => {
  await remove(buildPath(path));
  const file = ModelFile.create(buildPath(path), timeZone);
  await runSteps([...file.eventIndexSteps(), ...file.finishSteps()]);
  file.makeDurable();
  return file;
};

/** Closes and removes a temporary file. */
export const discardFile = async (path: string, file: ModelFile): Promise<void> => {
  file.close();
  await remove(buildPath(path));
};

/**
 * Replaces a file that nobody writes by the temporary one, which is closed, and opens it. Synchronous, so that no query runs in
 * between. Closes its last connection first and removes the old WAL, which SQLite would apply to the new file.
 */
export const swapFiles = (path: string, timeZone: string, inUse: ModelReader | null): ModelReader => {
  inUse?.close();
  for (const file of sqliteFiles(path).slice(1)) rmSync(file, { force: true });
  renameSync(buildPath(path), path);
  const opened = ModelReader.open(path, timeZone);
  if (opened === null) throw new Error('a read-model file that was just built cannot be opened');
  return opened;
};

/** Removes a temporary file that is closed. */
export const removeBuilt = (path: string): Promise<void> => remove(buildPath(path));

/** The file was written with synchronous = OFF: flush it to disk once. */
const fsyncFile = async (path: string): Promise<void> => {
  if (path === IN_MEMORY) return;
  const handle = await open(buildPath(path), 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
