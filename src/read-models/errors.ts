/** What can go wrong while the log is taken in, and whether it may pass by itself. */
import { StoreDamaged } from '../event-store/port.js';
import { PositionGapError } from './model-file.js';

/** An event that cannot be taken in; the cause says why. */
export class PoisonEventError extends Error {
  override readonly name = 'PoisonEventError';
}

/** By its code: classes of a native module are not the same in every realm. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** SQLite says so of the file of the read models: the store's errors are those of its port. */
export const isOfSqlite = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_');

/** The file of the read models is not what it should be: it is to be made anew. */
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));

/** SQLite or the file system could not work on the file of the read models. */
export const isOfFile = (error: unknown): boolean => isOfSqlite(error) || /^E[A-Z]+$/.test(codeOf(error));

/** The error as it is, where it is the disk's or the log's; else the event's that was being taken in. */
export const causeOf = (error: unknown): unknown =>
  error instanceof PositionGapError || isOfSqlite(error)
    ? error
    : new PoisonEventError('an event cannot be taken in', { cause: error });

/** Trying again later would end the same way. */
export const isLasting = (error: unknown): boolean =>
  error instanceof StoreDamaged || error instanceof PoisonEventError;
