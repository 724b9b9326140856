/** The folder in which a register on one machine keeps its files, held by one process at a time. */
import Database from 'better-sqlite3';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateFile, restrictToOwner } from './private-file.js';

/** Another process (or another part of this one) holds the folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

export interface DataFiles {
  /** The log: the only file that cannot be made anew. */
  readonly events: string;
  /** Made anew from the log where it is missing. */
  readonly readModels: string;
}

export interface DataFolder extends DataFiles {
  /** Names of what others could read and was narrowed to its owner: files, and `.` for the folder itself. */
  readonly restricted: readonly string[];
  /** Names of what belongs to another account, which lets a group have it: left as it is. */
  readonly groupReadable: readonly string[];
  /** Lets another process have the folder. */
  release(): void;
}

/** The files of a data folder, for who reads from one without holding it. */
export const dataFiles = (path: string): DataFiles => ({
  events: join(path, 'events.sqlite'),
  readModels: join(path, 'read-models.sqlite'),
});

/**
 * Opens a data folder, made for its owner alone where it is missing and narrowed to that where it is wider, and holds it until it
 * is released or the process ends, however it ends: the lock is one of the operating system's on an open file, which a kill
 * frees too.
 * Throws DataFolderInUse, NotPrivate; errors of the file system come through as they are.
 */
export const openDataFolder = (path: string): DataFolder => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const modes = restrictFolder(path);
  const lock = acquireLock(join(path, 'lock'), path);
  return {
    ...dataFiles(path),
    ...modes,
    release: () => {
      lock.close();
      HELD_LOCKS.delete(lock);
    },
  };
};

/** What the register keeps in its folder, with what SQLite keeps beside it, what is under way and what was set aside. */
const OWN_FILE = /^(events|read-models)[.\w:-]*$|^lock(-journal)?$/;

const restrictFolder = (path: string): Pick<DataFolder, 'restricted' | 'groupReadable'> => {
  const names = ['.', ...readdirSync(path).filter((name) => OWN_FILE.test(name))];
  const modes = names.map((name) => ({ name, mode: restrictToOwner(join(path, name)) }));
  const withMode = (wanted: string): readonly string[] =>
    modes.filter(({ mode }) => mode === wanted).map(({ name }) => name);
  return { restricted: withMode('restricted'), groupReadable: withMode('group') };
};

/** What the opening has to say about who could read the folder, a sentence each. */
export const permissionNotices = ({ restricted: narrowed, groupReadable: ofGroup }: DataFolder): readonly string[] => [
  ...(narrowed.length === 0
    ? []
    : [`other accounts could read the data folder: narrowed to its owner: ${narrowed.join(', ')}`]),
  ...(ofGroup.length === 0
    ? []
    : [`a group can read the data folder, which belongs to another account: left as it is: ${ofGroup.join(', ')}`]),
];

/** Locks are kept in sight here: one that nobody refers to any more would be collected, and so let go. */
const HELD_LOCKS = new Set<Database.Database>();

/** SQLite holds a portable lock on its file while an exclusive transaction is open; nothing is ever written to it. */
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
