/** Files for their owner alone: what is in them names people. */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

const OTHERS = 0o077;

/** Makes an empty file for its owner alone where there is none: SQLite would make it readable, and its `-wal` with the same mode. */
export const makePrivate = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
};

/** Takes a file or folder away from all but its owner; whether it was theirs before. Throws where that is not permitted. */
export const narrow = (path: string): boolean => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OTHERS) === 0) return false;
  chmodSync(path, mode & 0o700);
  return true;
};
