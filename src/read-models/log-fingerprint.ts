/**
 * The fingerprint of the projected log, and whether a log still matches it. A log that lost all its events looks like
 * that of a new register; only the read models can tell.
 */
import Database from '../sqlite/database.js';
import { existsSync, renameSync } from 'node:fs';
import { StoreDamaged, type Cursor, type EventStore } from '../event-store/port.js';
import { readCheckpoint } from './model-file.js';
import type { Db } from './table.js';

/** Position 0: nothing has been projected. */
export interface LogFingerprint {
  /** Position of the last projected event. */
  readonly position: number;
  readonly cursor: Cursor | null;
  /** Cursor of the event before the last one; null if the last is the first. */
  readonly cursorBeforeLast: Cursor | null;
  readonly firstId: string | null;
  readonly lastId: string | null;
}

export interface LogDifference {
  /** `other`: the first event differs; `diverged`: the first is equal, but the one at `position` differs. */
  readonly kind: 'empty' | 'shorter' | 'other' | 'diverged';
  /** Last position that was projected from the original log. */
  readonly position: number;
  readonly message: string;
}

/** Reads the fingerprint from an open file, of this build or an earlier one. Throws SQLite errors. */
export const readFingerprint = (db: Db): LogFingerprint => {
  const { cursor, position } = readCheckpoint(db);
  // Builds before 0.2 name the table `facts`.
  const hasFactsTable =
    db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'facts'").get() !== undefined;
  const event = db.prepare(`SELECT id, cursor FROM ${hasFactsTable ? 'facts' : 'events'} WHERE position = ?`);
  const eventAt = (wanted: number) => event.get(wanted) as { readonly id: string; readonly cursor: Cursor } | undefined;
  return {
    position,
    cursor,
    cursorBeforeLast: eventAt(position - 1)?.cursor ?? null,
    firstId: eventAt(1)?.id ?? null,
    lastId: eventAt(position)?.id ?? null,
  };
};

/**
 * Reads the fingerprint of a file without writing to it, even while a service uses it. Null if there is no file;
 * `unreadable` if it has no fingerprint.
 */
export const fingerprintOf = (path: string): LogFingerprint | 'unreadable' | null => {
  if (!existsSync(path)) return null;
  let db: Db | null = null;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 250 });
    return readFingerprint(db);
  } catch {
    return 'unreadable';
  } finally {
    db?.close();
  }
};

/**
 * How a log differs from the one that was projected; null if it has the last projected event at its position. At most
 * two reads. Throws errors of the store.
 */
export const differenceFromProjectedLog = async (
  fingerprint: LogFingerprint | 'unreadable' | null,
  store: EventStore,
): Promise<LogDifference | null> => {
  if (fingerprint === null) return null;
  if (fingerprint === 'unreadable') return (await store.read(null, 1)).length > 0 ? null : differenceAt('empty', 0);
  const { position, cursor, cursorBeforeLast: before, firstId, lastId } = fingerprint;
  if (position === 0) return null;
  // The fingerprint of a corrupt file has only the cursor: the log must at least reach it.
  if (lastId === null) return (await hasCursor(cursor, store)) ? null : differenceAt('shorter', position);
  const last = await firstEventAfter(before, store);
  if (last?.id === lastId && last.position === position) return null;
  const [first] = await store.read(null, 1);
  if (first === undefined) return differenceAt('empty', position);
  if (first.id !== firstId) return differenceAt('other', position);
  return differenceAt(last === null ? 'shorter' : 'diverged', position);
};

/** The log is not the one that was projected. An operator restores the log or accepts the new one. */
export class LogDiffers extends StoreDamaged {
  constructor(readonly difference: LogDifference) {
    super(difference.message);
  }
}

/** Throws LogDiffers if `differenceFromProjectedLog` finds a difference. */
export const checkLogFingerprint = async (
  fingerprint: LogFingerprint | 'unreadable' | null,
  store: EventStore,
): Promise<void> => {
  const difference = await differenceFromProjectedLog(fingerprint, store);
  if (difference !== null) throw new LogDiffers(difference);
};

/** The difference if there is no log at all; null if nothing was projected either. */
export const differenceFromMissingLog = (fingerprint: LogFingerprint | 'unreadable' | null): LogDifference | null => {
  if (fingerprint === 'unreadable') return differenceAt('empty', 0);
  return fingerprint === null || fingerprint.position === 0 ? null : differenceAt('empty', fingerprint.position);
};

const hasCursor = async (cursor: Cursor | null, store: EventStore): Promise<boolean> => {
  try {
    await store.read(cursor, 1);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** The event after a cursor; null if there is none or the cursor is not in this log. */
const firstEventAfter = async (cursor: Cursor | null, store: EventStore) => {
  try {
    return (await store.read(cursor, 1))[0] ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

const MESSAGE_OF_DIFFERENCE: Readonly<Record<LogDifference['kind'], (position: number) => string>> = {
  empty: (n) =>
    n === 0
      ? 'the log is missing or empty, and there are read models that cannot be read'
      : `the log is missing or empty, and ${n} events were projected into the read models`,
  shorter: (n) => `the log has lost its end: ${n} events were projected into the read models, and it holds fewer`,
  other: (n) => `the log is another register's: not the one of which ${n} events were projected into the read models`,
  diverged: (n) => `the log holds another event at position ${n} than was projected into the read models`,
};

const differenceAt = (kind: LogDifference['kind'], position: number): LogDifference => ({
  kind,
  position,
  message: MESSAGE_OF_DIFFERENCE[kind](position),
});

/**
 * Renames a read-model file with its WAL files, so that a rebuild keeps the last trace of a lost log. The file must be
 * closed. Returns the new path.
 */
export const setFileAside = (path: string, now: Date): string => {
  const aside = path.replace(/(\.sqlite)?$/, `.lost-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z$1`);
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
};
