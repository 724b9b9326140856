/** Backups of the embedded log as a single file: made while the service writes, verified event by event, and restored. */
import Database from '../../sqlite/database.js';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UNWATCHED, type JobContext } from '../../jobs/job.js';
import { checkStoredEvent } from '../codec.js';
import { readStoredLog } from '../copy.js';
import { StoreDamaged, type EventStore } from '../port.js';
import { newPartPath } from '../private-file.js';
import { openLogFile, translateErrors } from './file.js';
import {
  summarizeLog,
  readManifestOf,
  manifestPath,
  readPreviousBackup,
  findPreviousBackup,
  writeManifest,
} from './manifest.js';
import { createSqliteStore } from './store.js';

/** A precondition of a backup or restore is not met; the message says which. No file is left behind. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

/** Where a log ends that was read completely and found intact; damage is thrown. */
export interface IntactLogEnd {
  readonly events: number;
  /** The id of the last event. */
  readonly last: string | null;
}

export interface BackupResult extends IntactLogEnd {
  readonly sha256: string;
  /** Sentences about events known from elsewhere that the log no longer holds. */
  readonly lacks: readonly string[];
}

export interface BackupOptions {
  /** The backup to compare with; by default the newest in the target's folder. */
  readonly previous?: string | undefined;
  /** Compares the copy with what is known of the log elsewhere, such as in the read models. A sentence about what is missing, or null. */
  readonly describeMissingEvents?: (copy: EventStore) => Promise<string | null>;
}

/** Pages copied per step: a few milliseconds of work. */
const PAGES_PER_STEP = 1_000;

/**
 * Copies a SQLite file as of now, also during writes. Throws StoreDamaged, StoreUnavailable, and the signal's reason if it
 * aborts.
 */
export const copyDatabase = async (from: string, to: string, job: JobContext = UNWATCHED): Promise<void> => {
  try {
    await copyPages(from, to, job);
  } catch (error) {
    translateErrors(() => {
      throw error;
    });
  }
};

const copyPages = async (from: string, to: string, { signal, onProgress }: JobContext): Promise<void> => {
  const source = new Database(from, { readonly: true, fileMustExist: true });
  try {
    // A read transaction pins the snapshot; without it, every write would restart the copy.
    source.exec('BEGIN');
    source.pragma('schema_version');
    const { totalPages: pages } = await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted();
        onProgress({ stage: 'pages copied', done: totalPages - remainingPages, total: totalPages });
        return PAGES_PER_STEP;
      },
    });
    onProgress({ stage: 'pages copied', done: pages, total: pages });
  } finally {
    source.close();
  }
};

/**
 * Backs up a log to a new file, with its SHA-256 in `.sha256` and a manifest in `.json`. Leaves no files if it fails. A log
 * that lost events is backed up all the same; `lacks` reports it.
 */
export const backUp = async (
  logFile: string,
  target: string,
  { previous, describeMissingEvents }: BackupOptions = {},
  job: JobContext = UNWATCHED,
): Promise<BackupResult> => {
  for (const file of [target, `${target}.sha256`, manifestPath(target)])
    if (existsSync(file)) throw new BackupRefused(`${file} is there already; a backup overwrites nothing`);
  const partFile = newPartPath(target);
  try {
    const predecessor = previous === undefined ? null : await readPreviousBackup(previous);
    await createBackupPartFile(partFile);
    await copyDatabase(logFile, partFile, job);
    leaveWalMode(partFile);
    const checkedLog = await checkLog(partFile, job, describeMissingEvents);
    const choosePredecessor = async (first: string | null) => predecessor ?? findPreviousBackup(dirname(target), first);
    const { summary, difference } = await summarizeLog(partFile, choosePredecessor, job.signal);
    const lacks = [checkedLog.lack, difference].filter((sentence) => sentence !== null);
    const sha256 = await sha256Of(partFile);
    await writeFile(`${target}.sha256`, `${sha256}  ${basename(target)}\n`, { mode: 0o600, flush: true });
    await writeManifest(target, { ...summary, sha256, made: new Date().toISOString(), lacks });
    await moveIntoPlace(partFile, target);
    return { events: checkedLog.events, last: checkedLog.last, sha256, lacks };
  } catch (error) {
    await removeDatabase(partFile);
    for (const file of [`${target}.sha256`, manifestPath(target)]) await rm(file, { force: true });
    throw error;
  }
};

/**
 * Restores a backup into a folder without a log. `verify` sees the restored log before it is put in place, and throws to prevent that.
 * Leaves no files if it fails.
 */
export const restore = async (
  backup: string,
  logFile: string,
  job: JobContext = UNWATCHED,
  verify: (copy: EventStore) => Promise<void> = () => Promise.resolve(),
): Promise<BackupResult> => {
  if ([logFile, `${logFile}-wal`].some((file) => existsSync(file)))
    throw new BackupRefused(`${dirname(logFile)} holds a register already; a restore overwrites nothing`);
  if (existsSync(`${backup}-wal`))
    throw new BackupRefused(
      `${backup} is a log in use, with a write-ahead log beside it; \`habeas backup\` copies that`,
    );
  const partFile = `${logFile}.part`;
  try {
    await createBackupPartFile(partFile);
    const sha256 = await copyFile(backup, partFile, job);
    const manifest = await readManifestOf(backup);
    const expectedDigests = { '.sha256': await readSha256File(backup), '.json': manifest?.sha256 ?? null };
    for (const [suffix, digest] of Object.entries(expectedDigests))
      if (digest !== null && digest !== sha256)
        throw new BackupRefused(`${backup} is not what ${basename(backup)}${suffix} says; it was changed or damaged`);
    const { events, last } = await checkLog(partFile, job, (copy) => verify(copy).then(() => null));
    await moveIntoPlace(partFile, logFile);
    return { events, last, sha256, lacks: manifest?.lacks ?? [] };
  } catch (error) {
    await removeDatabase(partFile);
    throw error;
  } finally {
    await removeSidecars(partFile);
  }
};

/** Checks a whole log. Throws StoreDamaged if the file, an event, its leaf hash or the order of events is invalid. */
export const checkLog = async (
  file: string,
  { signal, onProgress }: JobContext = UNWATCHED,
  checkKnown: BackupOptions['describeMissingEvents'] = () => Promise.resolve(null),
): Promise<IntactLogEnd & { readonly lack: string | null }> => {
  checkIntegrity(file);
  const store = createSqliteStore({ file, readonly: true });
  try {
    const total = Number((await store.head()) ?? 0);
    let [events, last]: [number, string | null] = [0, null];
    for await (const batch of readStoredLog(store)) {
      for (const event of batch) checkStoredEvent(event, event);
      events += batch.length;
      last = batch.at(-1)?.id ?? last;
      onProgress({ stage: 'events checked', done: events, total });
      signal.throwIfAborted();
    }
    return { events, last, lack: await checkKnown(store) };
  } finally {
    await store.close();
  }
};

const checkIntegrity = (file: string): void => {
  const db = openLogFile(file, true);
  try {
    translateErrors(() => {
      if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok')
        throw new StoreDamaged('the file fails the integrity check of SQLite');
      const withGaps = db.prepare(COUNT_STREAMS_WITH_GAPS).pluck().get() as number;
      if (withGaps > 0) throw new StoreDamaged(`${withGaps} streams lack events`);
    });
  } finally {
    db.close();
  }
};

/** Counts the streams whose revisions do not run from 0 without gaps. */
const COUNT_STREAMS_WITH_GAPS = `SELECT count(*) FROM (
  SELECT 1 FROM events GROUP BY stream HAVING min(revision) <> 0 OR max(revision) <> count(*) - 1)`;

/** Takes a copy out of WAL mode, so that it can be read without creating sidecar files. */
const leaveWalMode = (file: string): void => {
  translateErrors(() => {
    const db = new Database(file);
    try {
      db.pragma('journal_mode = DELETE');
    } finally {
      db.close();
    }
  });
};

/** Creates an empty file of mode 0600, replacing one left by an earlier try. */
const createBackupPartFile = async (file: string): Promise<void> => {
  await removeDatabase(file);
  await writeFile(file, '', { mode: 0o600, flag: 'wx' });
};

const removeDatabase = async (file: string): Promise<void> => {
  await removeSidecars(file);
  await rm(file, { force: true });
};

const removeSidecars = async (file: string): Promise<void> => {
  for (const suffix of ['-wal', '-shm', '-journal']) await rm(`${file}${suffix}`, { force: true });
};

/** Flushes the content before the rename, then the folder, so that the rename is durable. */
const moveIntoPlace = async (partFile: string, target: string): Promise<void> => {
  await fsyncPath(partFile);
  await rename(partFile, target);
  try {
    await fsyncPath(dirname(target));
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
};

const fsyncPath = async (path: string): Promise<void> => {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Copies the bytes and returns their SHA-256. */
const copyFile = async (from: string, to: string, { signal, onProgress }: JobContext): Promise<string> => {
  const { size } = await stat(from);
  const hash = createHash('sha256');
  const target = await open(to, 'r+');
  try {
    let done = 0;
    for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      hash.update(chunk);
      await target.writeFile(chunk);
      onProgress({ stage: 'bytes copied', done: (done += chunk.length), total: size });
    }
  } finally {
    await target.close();
  }
  return hash.digest('hex');
};

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
};

/** The digest in the `.sha256` file (format of `sha256sum`); null if there is no such file. */
const readSha256File = async (backup: string): Promise<string | null> =>
  existsSync(`${backup}.sha256`) ? ((await readFile(`${backup}.sha256`, 'utf8')).split(' ', 1)[0] ?? '') : null;
