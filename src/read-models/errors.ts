/** Classifies the errors of projecting the log, by origin and by whether a retry can help. */
import { StoreDamaged } from '../event-store/port.js';
import { PositionGapError } from './model-file.js';

/** An event that cannot be projected; `cause` has the error. */
export class PoisonEventError extends Error {
  override readonly name = 'PoisonEventError';
}

/** There is no read-model file of this schema to write to. */
export class FileMissing extends Error {
  override readonly name = 'FileMissing';
  readonly code = 'ENOENT';

  constructor() {
    super('the read-model file is missing');
  }
}

/** A thread that writes the read-model file, or a part of one, has ended. The next call of a `FollowerThread` starts another one. */
export class FollowerEnded extends Error {
  override readonly name = 'FollowerEnded';

  /** `cause`: the error that ended it; undefined if there is none. */
  constructor(cause: unknown) {
    super('the thread that follows the log has ended', cause === undefined ? {} : { cause });
  }
}

/** The code of an error, which tells its kind: `instanceof` fails for classes of native modules across realms (jest). */
const errorCodeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Whether the error is from the read-model file: the event store wraps the SQLite errors of its own file. */
export const isSqliteError = (error: unknown): boolean => errorCodeOf(error).startsWith('SQLITE_');

/** The read-model file is corrupt and must be rebuilt. */
export const isCorruptionError = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(errorCodeOf(error));

/** SQLite or the file system could not access the read-model file. */
export const isFileError = (error: unknown): boolean => isSqliteError(error) || /^E[A-Z]+$/.test(errorCodeOf(error));

/** Wraps an error as PoisonEventError unless SQLite or a gap in positions caused it. */
export const toProjectionError = (error: unknown): unknown =>
  error instanceof PositionGapError || isSqliteError(error)
    ? error
    : new PoisonEventError('an event cannot be projected', { cause: error });

/** Whether a retry would fail in the same way. */
export const isPermanent = (error: unknown): boolean =>
  error instanceof StoreDamaged || error instanceof PoisonEventError;
