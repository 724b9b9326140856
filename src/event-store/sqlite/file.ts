/** The file of the embedded log: how it is opened, and what its errors mean. */
import Database from 'better-sqlite3';
import { StoreDamaged, StoreUnavailable } from '../port.js';
import { createPrivateFile } from '../private-file.js';

/** `HABE`: tells our logs from other SQLite files. */
const APPLICATION_ID = 0x48414245;
/** The version of SCHEMA; a later one is refused. */
const FILE_VERSION = 1;

/**
 * Lean on purpose: names stand once, an event holds numbers, 16 bytes of id and its payload. `position` is given by us
 * as the last one plus one, so that it has no gaps.
 */
const SCHEMA = `
CREATE TABLE streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE types (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  type INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  payload TEXT NOT NULL,
  UNIQUE (stream, revision)
) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FILE_VERSION};
`;

/** How long to wait for a lock; short, because waiting holds up everything. A data folder has one writer anyway. */
const BUSY_MS = 250;
const MMAP_BYTES = 256 * 1024 * 1024;

/**
 * Opens a log file, or makes one (`:memory:` for a log that ends with the process); one to read from only must be there. A
 * file of something else, or of a later version, is left as it is: StoreDamaged. StoreUnavailable where it cannot be opened
 * or is locked.
 */
export const openLogFile = (file: string, readonly = false): Database.Database =>
  translateErrors(() => {
    if (!readonly && file !== ':memory:') createPrivateFile(file);
    const db = new Database(file, { timeout: BUSY_MS, readonly });
    try {
      if (readonly) checkIsLog(db);
      else prepare(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });

const prepare = (db: Database.Database): void => {
  // Before anything that writes: a file that is not ours must not be touched.
  const isNew = checkOwner(db);
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal' && !db.memory) throw new StoreUnavailable(`the log cannot be written ahead (${String(mode)})`);
  // Every time: this build of SQLite reopens an existing WAL file at NORMAL, which may lose acknowledged commits.
  db.pragma('synchronous = FULL');
  db.pragma(`mmap_size = ${MMAP_BYTES}`);
  if (isNew) db.transaction(() => db.exec(SCHEMA)).immediate();
};

const checkIsLog = (db: Database.Database): void => {
  if (checkOwner(db)) throw new StoreDamaged('the file is empty, and no event log');
};

/** Whether the file is empty and to be made ours; throws StoreDamaged where it is not ours. */
const checkOwner = (db: Database.Database): boolean => {
  const owner = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_master').pluck().get() as number;
  if (owner === 0 && version === 0 && tables === 0) return true;
  if (owner !== APPLICATION_ID) throw new StoreDamaged('the file is no event log of this register');
  if (version !== FILE_VERSION) throw new StoreDamaged(`the event log is of version ${version}, not ${FILE_VERSION}`);
  return false;
};

/** Codes by which SQLite says that the file is not what it should be; all other trouble may pass. */
const DAMAGE_CODES = ['SQLITE_CORRUPT', 'SQLITE_NOTADB'];
const UNAVAILABLE_CODES = [
  'SQLITE_BUSY',
  'SQLITE_CANTOPEN',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_LOCKED',
  'SQLITE_NOMEM',
  'SQLITE_PERM',
  'SQLITE_PROTOCOL',
  'SQLITE_READONLY',
];

/** Whether a connection can only read: it stays so, even when the file may be written again. */
export const isReadOnlyError = (error: unknown): boolean =>
  error instanceof StoreUnavailable &&
  String((error.cause as { code?: unknown } | undefined)?.code).startsWith('SQLITE_READONLY');

/** Whether the file itself is damaged, not only an event in it. */
export const isDamagedFile = (error: unknown): error is StoreDamaged =>
  error instanceof StoreDamaged && error.cause !== undefined;

/** Writes and flushes, and changes nothing: the version that the file has already. */
export const rewriteVersion = (db: Database.Database): void => {
  db.pragma(`user_version = ${FILE_VERSION}`);
};

/** Runs something on a database; its errors come out as those of the port where they are no bugs. */
export const translateErrors = <T>(run: () => T): T => {
  try {
    return run();
  } catch (error) {
    // By code, not by class: the class is another one wherever the driver was loaded a second time.
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string') throw error;
    if (/^E[A-Z]+$/.test(code))
      throw new StoreUnavailable(`the event log cannot be used now (${code})`, { cause: error });
    const matches = (known: string): boolean => code === known || code.startsWith(`${known}_`);
    if (DAMAGE_CODES.some(matches)) throw new StoreDamaged(`the event log is damaged (${code})`, { cause: error });
    if (UNAVAILABLE_CODES.some(matches))
      throw new StoreUnavailable(`the event log cannot be used now (${code})`, { cause: error });
    throw error;
  }
};
