/** The data folder of a register that uses the embedded store; locked by one process at a time. */
import Database from '../sqlite/database.js';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateFile, restrictToOwner } from './private-file.js';

/** The folder is locked by another process, or by another part of this one. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

export interface DataFilePaths {
  /** Path of the log. The read models are rebuilt from it; the log itself cannot be rebuilt. */
  readonly events: string;
  /** Rebuilt from the log if missing. */
  readonly readModels: string;
  /** Path of the long-running jobs, which are resumed after a restart: no part of the log, and not rebuilt from it. */
  readonly jobs: string;
}

export interface DataFolder extends DataFilePaths {
  /** Files (`.` for the folder itself) that other accounts could read and that were restricted to the owner. */
  readonly restricted: readonly string[];
  /** Files of another account that a group can read; left unchanged. */
  readonly groupReadable: readonly string[];
  /** Releases the lock. */
  release(): void;
}

/** The paths of a data folder, for readers that do not lock it. */
export const dataFilePaths = (path: string): DataFilePaths => ({
  events: join(path, 'events.sqlite'),
  readModels: join(path, 'read-models.sqlite'),
  jobs: join(path, 'jobs.sqlite'),
});

/**
 * Opens a data folder, created if missing, restricts it to its owner and locks it until `release` or the end of the process.
 * The operating system frees the lock even if the process is killed.
 * Throws DataFolderInUse, NotPrivate and file-system errors.
 */
export const openDataFolder = (path: string): DataFolder => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const modes = restrictFolder(path);
  const lock = acquireLock(join(path, 'lock'), path);
  return {
    ...dataFilePaths(path),
    ...modes,
    release: () => {
      lock.close();
      HELD_LOCKS.delete(lock);
    },
  };
};

/** Files of the register: databases with SQLite's sidecar files, unfinished rebuilds and files set aside; the lock, keys and checkpoint. */
const DATA_FOLDER_FILE_PATTERN =
  /^(events|read-models|jobs)[.\w:-]*$|^lock(-journal)?$|^log-(key|checkpoint|tiles)[.\w:-]*$/;

/** Whether a file of this name in a data folder belongs to the register. */
export const isRegisterFileName = (name: string): boolean => DATA_FOLDER_FILE_PATTERN.test(name);

const restrictFolder = (path: string): Pick<DataFolder, 'restricted' | 'groupReadable'> => {
  const names = ['.', ...readdirSync(path).filter(isRegisterFileName)];
  const modes = names.map((name) => ({ name, mode: restrictToOwner(join(path, name)) }));
  const withMode = (wanted: string): readonly string[] =>
    modes.filter(({ mode }) => mode === wanted).map(({ name }) => name);
  return { restricted: withMode('restricted'), groupReadable: withMode('group') };
};

/** Sentences about files that other accounts could or can read. */
export const permissionNotices = ({ restricted: narrowed, groupReadable: ofGroup }: DataFolder): readonly string[] => [
  ...(narrowed.length === 0
    ? []
    : [`other accounts could read the data folder: narrowed to its owner: ${narrowed.join(', ')}`]),
  ...(ofGroup.length === 0
    ? []
    : [`a group can read the data folder, which belongs to another account: left as it is: ${ofGroup.join(', ')}`]),
];

/** Keeps a reference to each lock: a garbage-collected connection would release it. */
const HELD_LOCKS = new Set<Database.Database>();

/** SQLite locks its file portably while an exclusive transaction is open; nothing is written to it. */
const acquireLock = (file: string, folder: string): Database.Database => {
  createPrivateFile(file);
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    HELD_LOCKS.add(lock);
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
    throw new DataFolderInUse(`another process uses the data folder ${folder}`);
  }
};
