/** A log as one file that stands by itself: taken while others write, checked event by event, and put back. */
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { wholeLog } from '../copy.js';
import { StoreDamaged, type EventStore } from '../port.js';
import { openFile, translated } from './file.js';
import { contentOf, manifestOf, manifestPath, predecessorAt, predecessorIn, writeManifest } from './manifest.js';
import { createSqliteStore } from './store.js';

/** What stands in the way, said in a sentence; nothing was written. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

export interface Watch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: 'copied' | 'checked', done: number, total: number) => void;
}

/** What a log was found to hold. */
export interface CheckedLog {
  readonly events: number;
  /** The id of the last one. */
  readonly last: string | null;
}

export interface BackedUp extends CheckedLog {
  readonly sha256: string;
  /** Sentences on what was known to have been in the log and is not there any more. */
  readonly lacks: readonly string[];
}

export interface BackupOptions extends Watch {
  /** The backup to compare with; without it the newest in the same folder. */
  readonly previous?: string | undefined;
  /** What else is known to have been in the log, asked of the copy: a sentence, or null where nothing lacks. */
  readonly known?: (copy: EventStore) => Promise<string | null>;
}

/** Pages copied in one turn: some milliseconds of work. */
const PAGES = 1_000;

/**
 * Copies a SQLite file as it is now, also while others write to it. Throws StoreDamaged and StoreUnavailable, and the signal's
 * reason where it aborts.
 */
export const copyDatabase = async (from: string, to: string, watch: Watch = {}): Promise<void> => {
  try {
    await copyPages(from, to, watch);
  } catch (error) {
    translated(() => {
      throw error;
    });
  }
};

const copyPages = async (from: string, to: string, { signal, onProgress }: Watch): Promise<void> => {
  const source = new Database(from, { readonly: true, fileMustExist: true });
  try {
    // A transaction that reads holds on to what is copied; without it every write would begin the copy anew.
    source.exec('BEGIN');
    source.pragma('schema_version');
    const { totalPages: pages } = await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        signal?.throwIfAborted();
        onProgress?.('copied', totalPages - remainingPages, totalPages);
        return PAGES;
      },
    });
    onProgress?.('copied', pages, pages);
  } finally {
    source.close();
  }
};

/**
 * Backs up a log into a file that is not there yet, and its SHA-256 and its manifest into files beside it. Leaves nothing where
 * it fails; a log that is shorter than was known is backed up, as it is what there is, and `lacks` says so.
 */
export const backUp = async (log: string, to: string, options: BackupOptions): Promise<BackedUp> => {
  const { previous, known, ...watch } = options;
  for (const file of [to, `${to}.sha256`, manifestPath(to)])
    if (existsSync(file)) throw new BackupRefused(`${file} is there already; a backup overwrites nothing`);
  const part = `${to}.part`;
  try {
    const than = previous === undefined ? null : await predecessorAt(previous);
    await makePrivate(part);
    await copyDatabase(log, part, watch);
    asOneFile(part);
    const checked = await checkLog(part, watch, known);
    const choose = async (first: string | null) => than ?? predecessorIn(dirname(to), first);
    const { content, lack } = await contentOf(part, choose, watch.signal);
    const lacks = [checked.lack, lack].filter((sentence) => sentence !== null);
    const sha256 = await digestOf(part);
    await writeFile(`${to}.sha256`, `${sha256}  ${basename(to)}\n`, { mode: 0o600 });
    await writeManifest(to, { ...content, sha256, made: new Date().toISOString(), lacks });
    await intoPlace(part, to);
    return { events: checked.events, last: checked.last, sha256, lacks };
  } catch (error) {
    await removeDatabase(part);
    for (const file of [`${to}.sha256`, manifestPath(to)]) await rm(file, { force: true });
    throw error;
  }
};

/** Makes a backup the log of a folder that has none. Leaves nothing where it fails. */
export const restore = async (backup: string, log: string, watch: Watch): Promise<BackedUp> => {
  if ([log, `${log}-wal`].some((file) => existsSync(file)))
    throw new BackupRefused(`${dirname(log)} holds a register already; a restore overwrites nothing`);
  if (existsSync(`${backup}-wal`))
    throw new BackupRefused(
      `${backup} is a log in use, with a write-ahead log beside it; \`habeas backup\` copies that`,
    );
  const part = `${log}.part`;
  try {
    await makePrivate(part);
    const sha256 = await copyFile(backup, part, watch);
    const manifest = await manifestOf(backup);
    const stated = { '.sha256': await statedDigest(backup), '.json': manifest?.sha256 ?? null };
    for (const [suffix, digest] of Object.entries(stated))
      if (digest !== null && digest !== sha256)
        throw new BackupRefused(`${backup} is not what ${basename(backup)}${suffix} says; it was changed or damaged`);
    const { events, last } = await checkLog(part, watch);
    await intoPlace(part, log);
    return { events, last, sha256, lacks: manifest?.lacks ?? [] };
  } catch (error) {
    await removeDatabase(part);
    throw error;
  } finally {
    await removeBeside(part);
  }
};

/** Reads everything in a log. Throws StoreDamaged where the file, an event or the order of events is not what it should be. */
export const checkLog = async (
  file: string,
  { signal, onProgress }: Watch = {},
  known: BackupOptions['known'] = () => Promise.resolve(null),
): Promise<CheckedLog & { readonly lack: string | null }> => {
  checkFile(file);
  const store = createSqliteStore({ file, readonly: true });
  try {
    const total = Number((await store.head()) ?? 0);
    let [events, last]: [number, string | null] = [0, null];
    for await (const batch of wholeLog(store)) {
      events += batch.length;
      last = batch.at(-1)?.id ?? last;
      onProgress?.('checked', events, total);
      signal?.throwIfAborted();
    }
    return { events, last, lack: await known(store) };
  } finally {
    await store.close();
  }
};

const checkFile = (file: string): void => {
  const db = openFile(file, true);
  try {
    translated(() => {
      if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok')
        throw new StoreDamaged('the file fails the integrity check of SQLite');
      const holed = db.prepare(HOLED).pluck().get() as number;
      if (holed > 0) throw new StoreDamaged(`${holed} streams lack events`);
    });
  } finally {
    db.close();
  }
};

/** Streams whose revisions do not count from 0 without gaps. */
const HOLED = `SELECT count(*) FROM (
  SELECT 1 FROM events GROUP BY stream HAVING min(revision) <> 0 OR max(revision) <> count(*) - 1)`;

/** A copy still says that it is written ahead; a file that is opened to be read only must not need another beside it. */
const asOneFile = (file: string): void => {
  translated(() => {
    const db = new Database(file);
    try {
      db.pragma('journal_mode = DELETE');
    } finally {
      db.close();
    }
  });
};

/** An empty file for its owner alone, whatever an earlier try left there. */
const makePrivate = async (file: string): Promise<void> => {
  await removeDatabase(file);
  await writeFile(file, '', { mode: 0o600, flag: 'wx' });
};

const removeDatabase = async (file: string): Promise<void> => {
  await removeBeside(file);
  await rm(file, { force: true });
};

const removeBeside = async (file: string): Promise<void> => {
  for (const suffix of ['-wal', '-shm', '-journal']) await rm(`${file}${suffix}`, { force: true });
};

/** On the disk before its name is, and its name on the disk too. */
const intoPlace = async (part: string, to: string): Promise<void> => {
  await flush(part);
  await rename(part, to);
  await flush(dirname(to));
};

const flush = async (path: string): Promise<void> => {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Copies the bytes; gives their SHA-256. */
const copyFile = async (from: string, to: string, { signal, onProgress }: Watch): Promise<string> => {
  const { size } = await stat(from);
  const hash = createHash('sha256');
  const target = await open(to, 'r+');
  try {
    let done = 0;
    for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      hash.update(chunk);
      await target.writeFile(chunk);
      onProgress?.('copied', (done += chunk.length), size);
    }
  } finally {
    await target.close();
  }
  return hash.digest('hex');
};

const digestOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
};

/** What stands beside a backup, as `sha256sum` writes it; null where nothing does. */
const statedDigest = async (backup: string): Promise<string | null> =>
  existsSync(`${backup}.sha256`) ? ((await readFile(`${backup}.sha256`, 'utf8')).split(' ', 1)[0] ?? '') : null;
