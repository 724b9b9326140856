/** Files for their owner alone: what is in them names people. */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

const GROUP_AND_OTHERS = 0o077;
const OTHERS = 0o007;

/** Makes an empty file for its owner alone where there is none: SQLite would make it readable, and its `-wal` with the same mode. */
export const createPrivateFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
};

/** Other accounts can read what is in it, and this one may not change that. */
export class NotPrivate extends Error {
  override readonly name = 'NotPrivate';
}

/**
 * Takes a file or folder away from all but its owner. `group`: it belongs to another account, which gave it to a group and to nobody
 * else (a volume with an fsGroup, for example), and stays so. Null where it was its owner's alone. Throws NotPrivate.
 */
export const restrictToOwner = (path: string): 'restricted' | 'group' | null => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & GROUP_AND_OTHERS) === 0) return null;
  try {
    chmodSync(path, mode & 0o700);
    return 'restricted';
  } catch (error) {
    if (!['EPERM', 'EACCES', 'EROFS'].includes(String((error as { code?: unknown }).code))) throw error;
    if ((mode & OTHERS) === 0) return 'group';
    throw new NotPrivate(
      `other accounts can reach ${path}, and its mode cannot be changed: take it from them (chmod o=), or name a folder within it`,
      { cause: error },
    );
  }
};
