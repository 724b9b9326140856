/**
 * What a read-model file has seen of its log, and whether a log still is that one. A log that lost its events looks like
 * the log of a new register; only the read models can tell the two apart.
 */
import Database from 'better-sqlite3';
import { existsSync, renameSync } from 'node:fs';
import { StoreDamaged, type Cursor, type EventStore } from '../event-store/port.js';
import type { Db } from './table.js';

/** Position 0: nothing yet. */
export interface LogFingerprint {
  /** How many events were projected: the position of the last one. */
  readonly position: number;
  readonly cursor: Cursor | null;
  /** Cursor of the event before the last one; null where that is the first. */
  readonly before: Cursor | null;
  readonly firstId: string | null;
  readonly lastId: string | null;
}

export interface LogDifference {
  /** `other`: it begins with another event; `diverged`: it begins alike, and then has another event at the position. */
  readonly kind: 'empty' | 'shorter' | 'other' | 'diverged';
  /** What the read models have, and the log has not. */
  readonly position: number;
  readonly sentence: string;
}

/** Reads from an open read-model file, of this build or an earlier one. Throws what SQLite throws. */
export const readFingerprint = (db: Db): LogFingerprint => {
  const { cursor, position } = db.prepare('SELECT cursor, position FROM checkpoint').get() as {
    readonly cursor: Cursor | null;
    readonly position: number;
  };
  // Builds before 0.2 name the table `facts`.
  const isOld = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'facts'").get() !== undefined;
  const event = db.prepare(`SELECT id, cursor FROM ${isOld ? 'facts' : 'events'} WHERE position = ?`);
  const at = (wanted: number) => event.get(wanted) as { readonly id: string; readonly cursor: Cursor } | undefined;
  return {
    position,
    cursor,
    before: at(position - 1)?.cursor ?? null,
    firstId: at(1)?.id ?? null,
    lastId: at(position)?.id ?? null,
  };
};

/**
 * Reads from a read-model file without writing to it, also while a service uses it. Null where there is no file;
 * `unreadable` for one that does not tell.
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
 * How a log differs from the one that the read models were made from; null where it still holds the last event that they
 * projected, at its position. Two reads at most. Throws what the store throws.
 */
export const differenceOf = async (
  seen: LogFingerprint | 'unreadable' | null,
  store: EventStore,
): Promise<LogDifference | null> => {
  if (seen === null) return null;
  if (seen === 'unreadable') return (await store.read(null, 1)).length > 0 ? null : differs('empty', 0);
  const { position, cursor, before, firstId, lastId } = seen;
  if (position === 0) return null;
  // A damaged file that only tells how far it is: the log must reach so far at least.
  if (lastId === null) return (await reaches(cursor, store)) ? null : differs('shorter', position);
  const last = await eventAfter(before, store);
  if (last?.id === lastId && last.position === position) return null;
  const [first] = await store.read(null, 1);
  if (first === undefined) return differs('empty', position);
  if (first.id !== firstId) return differs('other', position);
  return differs(last === null ? 'shorter' : 'diverged', position);
};

/** A log that is not the one that was projected; it may be put right by another log, or accepted as it is. */
export class LogDiffers extends StoreDamaged {
  constructor(readonly difference: LogDifference) {
    super(difference.sentence);
  }
}

/** Throws LogDiffers where `differenceOf` finds a difference. */
export const checkFingerprint = async (
  seen: LogFingerprint | 'unreadable' | null,
  store: EventStore,
): Promise<void> => {
  const difference = await differenceOf(seen, store);
  if (difference !== null) throw new LogDiffers(difference);
};

/** What the difference is where there is no log at all; null where nothing is known of one. */
export const differenceFromMissingLog = (seen: LogFingerprint | 'unreadable' | null): LogDifference | null => {
  if (seen === 'unreadable') return differs('empty', 0);
  return seen === null || seen.position === 0 ? null : differs('empty', seen.position);
};

const reaches = async (cursor: Cursor | null, store: EventStore): Promise<boolean> => {
  try {
    await store.read(cursor, 1);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** The event that follows a cursor; null where there is none, or the cursor is not of this log. */
const eventAfter = async (cursor: Cursor | null, store: EventStore) => {
  try {
    return (await store.read(cursor, 1))[0] ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

const SENTENCES: Readonly<Record<LogDifference['kind'], (position: number) => string>> = {
  empty: (n) =>
    n === 0
      ? 'the log is missing or empty, and there are read models that cannot be read'
      : `the log is missing or empty, and ${n} events were projected into the read models`,
  shorter: (n) => `the log has lost its end: ${n} events were projected into the read models, and it holds fewer`,
  other: (n) => `the log is another register's: not the one of which ${n} events were projected into the read models`,
  diverged: (n) => `the log holds another event at position ${n} than was projected into the read models`,
};

const differs = (kind: LogDifference['kind'], position: number): LogDifference => ({
  kind,
  position,
  sentence: SENTENCES[kind](position),
});

/**
 * Renames a read-model file, with what SQLite keeps beside it, so that the last trace of a lost log is kept when the file
 * is built anew. Nobody may have it open. Gives the new path.
 */
export const setAside = (path: string, now: Date): string => {
  const aside = path.replace(/(\.sqlite)?$/, `.lost-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z$1`);
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
};
