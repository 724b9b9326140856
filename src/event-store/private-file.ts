/** Files with access for the owner only, because they hold personal data. */
import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

const GROUP_AND_OTHERS_MODE = 0o077;
const OTHERS_MODE = 0o007;

/** Creates an empty file of mode 0600 if there is none. SQLite would create it readable by others, and copies its mode to the `-wal`. */
export const createPrivateFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
};

/** A path beside a file, for writing it until it is whole. It is new each time, so that no file of anybody has it. */
export const newPartPath = (file: string): string => `${file}.${randomUUID()}.part`;

/** Other accounts have access to a path and this one may not change its mode. */
export class NotPrivate extends Error {
  override readonly name = 'NotPrivate';
}

/**
 * Restricts a file or folder to its owner. `group`: it belongs to another account and only a group has access besides (for
 * example a volume with an fsGroup); left unchanged. Null if it was private already. Throws NotPrivate.
 */
export const restrictToOwner = (path: string): 'restricted' | 'group' | null => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & GROUP_AND_OTHERS_MODE) === 0) return null;
  try {
    chmodSync(path, mode & 0o700);
    return 'restricted';
  } catch (error) {
    if (!['EPERM', 'EACCES', 'EROFS'].includes(String((error as { code?: unknown }).code))) throw error;
    if ((mode & OTHERS_MODE) === 0) return 'group';
    throw new NotPrivate(
      `other accounts can reach ${path}, and its mode cannot be changed: take it from them (chmod o=), or name a folder within it`,
      { cause: error },
    );
  }
};
