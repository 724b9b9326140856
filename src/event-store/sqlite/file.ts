/** Opens the file of the embedded log and translates SQLite's errors. */
import { statSync } from 'node:fs';
import Database from '../../sqlite/database.js';
import { StoreDamaged, StoreUnavailable } from '../port.js';
import { createPrivateFile } from '../private-file.js';

/** `HABE`: distinguishes logs from other SQLite files. */
const APPLICATION_ID = 0x48414245;
/** The version of LOG_SCHEMA. Files of version 1, without leaf hashes, are read, and altered when they are opened for writing. */
const LOG_FILE_VERSION = 2;
const VERSION_WITHOUT_LEAVES = 1;
const ADD_LEAF_COLUMN_SQL = `ALTER TABLE events ADD COLUMN leaf BLOB; PRAGMA user_version = ${LOG_FILE_VERSION};`;

/**
 * Compact: names of streams and types are stored once, ids as 16 bytes. `position` is assigned as the last one plus one,
 * without AUTOINCREMENT, so that it has no gaps.
 */
const LOG_SCHEMA = `
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
  leaf BLOB,
  UNIQUE (stream, revision)
) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${LOG_FILE_VERSION};
`;

/** The table of the leaf hashes of adopted events, with their commitments. Older builds ignore it. */
const ADOPTED_SCHEMA = `
CREATE TABLE IF NOT EXISTS adopted (
  position INTEGER PRIMARY KEY,
  commitment BLOB NOT NULL,
  salt BLOB,
  leaf BLOB NOT NULL
) STRICT;
`;

/** Milliseconds to wait for a lock; short, because waiting blocks the event loop. A data folder has a single writer. */
const BUSY_TIMEOUT_MS = 250;

/**
 * Opens or creates a log file (`:memory:` for a temporary log); a `readonly` file must exist. Throws StoreDamaged, without
 * changing the file, if it is not a log or of an unknown version, or if it is missing or empty beside a write-ahead log, which SQLite would
 * delete; StoreUnavailable if it cannot be opened or is locked.
 */
export const openLogFile = (file: string, readonly = false): Database.Database =>
  translateErrors(() => {
    if (!readonly && file !== ':memory:') {
      refuseOrphanedWal(file);
      createPrivateFile(file);
    }
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS, readonly });
    try {
      if (readonly) checkIsLog(db);
      else prepareFile(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });

/** Whether a database is missing or empty while its write-ahead log exists, which may hold all that is left of the data. */
export const isOrphanedWal = (file: string): boolean => isMissingOrEmpty(file) && !isMissingOrEmpty(`${file}-wal`);

/** Throws StoreDamaged for a write-ahead log without its database: SQLite would delete it where the database is created. */
export const refuseOrphanedWal = (file: string): void => {
  if (isOrphanedWal(file)) throw new StoreDamaged('the log is missing or empty, and its write-ahead log is there');
};

export const isMissingOrEmpty = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;

const prepareFile = (db: Database.Database): void => {
  // Before any write, since a foreign file must not be changed.
  const isNew = isNewLogFile(db);
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal' && !db.memory) throw new StoreUnavailable(`the log cannot be written ahead (${String(mode)})`);
  // At every opening: this build of SQLite opens existing WAL files with NORMAL, which may lose acknowledged commits.
  db.pragma('synchronous = FULL');
  if (isNew) db.transaction(() => db.exec(LOG_SCHEMA)).immediate();
  else if (!hasLeafColumn(db)) db.transaction(() => db.exec(ADD_LEAF_COLUMN_SQL)).immediate();
};

/** Whether the file has a column for leaf hashes. */
export const hasLeafColumn = (db: Database.Database): boolean =>
  db.pragma('user_version', { simple: true }) !== VERSION_WITHOUT_LEAVES;

/** Whether the file has the table of adopted leaf hashes, which may be empty. */
export const hasAdoptedTable = (db: Database.Database): boolean =>
  db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'adopted'").get() !== undefined;

/** Creates the table of adopted leaf hashes if it is missing. */
export const createAdoptedTable = (db: Database.Database): void => {
  db.exec(ADOPTED_SCHEMA);
};

const checkIsLog = (db: Database.Database): void => {
  if (isNewLogFile(db)) throw new StoreDamaged('the file is empty, and no event log');
};

/** Whether the file is empty and still to be initialized. Throws StoreDamaged if it is not a log. */
const isNewLogFile = (db: Database.Database): boolean => {
  const owner = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_master').pluck().get() as number;
  if (owner === 0 && version === 0 && tables === 0) return true;
  if (owner !== APPLICATION_ID) throw new StoreDamaged('the file is no event log of this register');
  if (version !== LOG_FILE_VERSION && version !== VERSION_WITHOUT_LEAVES)
    throw new StoreDamaged(`the event log is of version ${version}, not ${LOG_FILE_VERSION}`);
  return false;
};

/** SQLite error codes of a damaged file; SQLITE_UNAVAILABLE_CODES are those of failures that may be temporary. */
const DAMAGE_CODES = ['SQLITE_CORRUPT', 'SQLITE_NOTADB'];
const SQLITE_UNAVAILABLE_CODES = [
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

/** Whether a write failed because its connection is read-only. The connection remains so even after the file becomes writable. */
export const isReadOnlyError = (error: unknown): boolean =>
  error instanceof StoreUnavailable &&
  String((error.cause as { code?: unknown } | undefined)?.code).startsWith('SQLITE_READONLY');

/** Whether an error says that the log's file itself is damaged, rather than a single event. */
export const isDamagedFileError = (error: unknown): error is StoreDamaged =>
  error instanceof StoreDamaged && error.cause !== undefined;

/** Forces a durable write that changes nothing: sets the version that the file already has. */
export const commitWithoutChange = (db: Database.Database): void => {
  db.pragma(`user_version = ${LOG_FILE_VERSION}`);
};

/** Runs a database operation; SQLite and file-system errors become errors of the port, others pass through. */
export const translateErrors = <T>(run: () => T): T => {
  try {
    return run();
  } catch (error) {
    // By code rather than by class, since a driver that is loaded twice has two error classes.
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string') throw error;
    if (/^E[A-Z]+$/.test(code))
      throw new StoreUnavailable(`the event log cannot be used now (${code})`, { cause: error });
    const matches = (known: string): boolean => code === known || code.startsWith(`${known}_`);
    if (DAMAGE_CODES.some(matches)) throw new StoreDamaged(`the event log is damaged (${code})`, { cause: error });
    if (SQLITE_UNAVAILABLE_CODES.some(matches))
      throw new StoreUnavailable(`the event log cannot be used now (${code})`, { cause: error });
    throw error;
  }
};
