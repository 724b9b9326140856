/**
 * Rebuilds a read-model file in a temporary file: stores all events, projects case by case (on several threads if `PartWorkers` are
 * given), creates indexes. Yields to the event loop after each small batch.
 */
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameSync, rmSync } from 'node:fs';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { EventStore } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { toProjectionError } from './errors.js';
import { createPart, ModelFile } from './model-file.js';
import { ModelReader } from './model-reader.js';
import type { RebuildPartPaths } from './part-file.js';
import { PartThread } from './part-thread.js';

/** Events read and stored at once, which blocks the event loop for some ten milliseconds. */
const READ_BATCH = 500;
/** Cases projected at once on this thread, which blocks the event loop for as long. */
const PROJECT_BATCH = 10;
/** Cases that another thread projects at a call: few, so that all threads end at about the same time. */
const THREAD_BATCH = 50;

/** Other threads that take part in a rebuild; each runs `servePart`. */
export interface PartWorkers {
  readonly count: number;
  start(paths: RebuildPartPaths): Worker;
}

export const IN_MEMORY = ':memory:';
/** The path at which the replacement of a file is built. */
export const temporaryPathOf = (path: string): string => (path === IN_MEMORY ? path : `${path}.building`);
const partPath = (path: string, number: number): string => `${temporaryPathOf(path)}.part-${number}`;
const sqliteFiles = (path: string): readonly string[] => ['', '-wal', '-shm', '-journal'].map((end) => `${path}${end}`);

/**
 * Removes the temporary file beside the file at `path`, with its WAL, shared-memory and journal files, and its parts. It
 * must be closed.
 */
export const removeTemporaryFile = async (path: string): Promise<void> => {
  if (path === IN_MEMORY) return;
  for (const file of sqliteFiles(temporaryPathOf(path))) await rm(file, { force: true });
  const parts = `${basename(temporaryPathOf(path))}.part-`;
  for (const name of await readdir(dirname(path)))
    if (name.startsWith(parts)) await rm(join(dirname(path), name), { force: true });
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
  partWorkers: PartWorkers | null = null,
): Promise<ModelFile> => {
  await removeTemporaryFile(path);
  const file = ModelFile.create(temporaryPathOf(path), timeZone);
  try {
    await storeAllEvents(file, store, job);
    await runSteps(file.eventIndexSteps(), job.signal);
    if (partWorkers === null || partWorkers.count === 0 || path === IN_MEMORY)
      await projectCases(file, nextCasesOf(file, job));
    else await projectInParts(path, file, partWorkers, nextCasesOf(file, job), job);
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

/** Hands out the numbers of all cases, at most so many at a time; none once there are no more. Throws the reason of the signal. */
type NextCases = (limit: number) => readonly number[];

const nextCasesOf = ({ logTables: { cases } }: ModelFile, { signal, onProgress }: JobContext): NextCases => {
  const total = cases.countCases();
  let [last, done] = [0, 0];
  return (limit) => {
    signal.throwIfAborted();
    if (last > 0) onProgress({ stage: 'cases projected', done, total });
    const next = cases.caseNosAfter(last, limit);
    last = next.at(-1) ?? last;
    done += next.length;
    return next;
  };
};

const projectCases = async (into: Pick<ModelFile, 'projectCases'>, nextCases: NextCases): Promise<void> => {
  for (let cases = nextCases(PROJECT_BATCH); cases.length > 0; cases = nextCases(PROJECT_BATCH)) {
    try {
      into.projectCases(cases);
    } catch (error) {
      throw toProjectionError(error);
    }
    await yieldToOthers();
  }
};

/** Projects cases on this thread and on others, each into a part, and copies the parts into the file. */
const projectInParts = async (
  path: string,
  file: ModelFile,
  partWorkers: PartWorkers,
  nextCases: NextCases,
  { signal }: JobContext,
): Promise<void> => {
  const log = temporaryPathOf(path);
  const parts = Array.from({ length: partWorkers.count + 1 }, (_, index) => partPath(path, index));
  const [ownPath = '', ...otherPaths] = parts;
  const own = createPart({ log, part: ownPath }, file.timeZone);
  const threads: PartThread[] = [];
  try {
    for (const part of otherPaths) threads.push(new PartThread(partWorkers.start({ log, part })));
    const others = threads.map(async (thread) => {
      for (let cases = nextCases(THREAD_BATCH); cases.length > 0; cases = nextCases(THREAD_BATCH))
        await thread.project(cases);
      await thread.close();
    });
    await Promise.all([projectCases(own, nextCases), ...others]);
  } finally {
    own.close();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  for (const part of parts) {
    signal.throwIfAborted();
    file.copyPart(part);
    await rm(part);
    await yieldToOthers();
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
  for (const step of file.stepsToApply(events)) {
    step();
    await yieldToOthers();
  }
  return events.length;
};

/** Creates an empty temporary file, complete with indexes. */
export const createEmptyFile = async (path: string, timeZone: string): Promise<ModelFile> => {
  await removeTemporaryFile(path);
  const file = ModelFile.create(temporaryPathOf(path), timeZone);
  await runSteps([...file.eventIndexSteps(), ...file.finishSteps()]);
  file.makeDurable();
  return file;
};

/** Closes and removes a temporary file. */
export const discardFile = async (path: string, file: ModelFile): Promise<void> => {
  file.close();
  await removeTemporaryFile(path);
};

/**
 * Replaces a file that nobody writes by the temporary one, which is closed, and opens it. Synchronous, so that no query runs in
 * between. Removes the old WAL, which SQLite would apply to the new file, but the old file before it: a process that is killed in between
 * leaves no file, rather than an old one that lacks the events which were only in its WAL.
 */
export const swapFiles = (path: string, timeZone: string, inUse: ModelReader | null): ModelReader => {
  inUse?.close();
  for (const file of sqliteFiles(path)) rmSync(file, { force: true });
  renameSync(temporaryPathOf(path), path);
  const opened = ModelReader.open(path, timeZone);
  if (opened === null) throw new Error('a read-model file that was just built cannot be opened');
  return opened;
};

/** The file was written with synchronous = OFF: flush it to disk once. */
const fsyncFile = async (path: string): Promise<void> => {
  if (path === IN_MEMORY) return;
  const handle = await open(temporaryPathOf(path), 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
