/** Which files a command may write that its user names. */
import { readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRegisterFileName } from '../event-store/data-folder.js';
import { CannotRun } from './exit.js';

export interface FilesToKeep {
  /** The data folder of the register. */
  readonly data: string;
  /** Files that the command reads. */
  readonly inputs?: readonly string[];
}

/**
 * Throws CannotRun for a path at which no file can be written, or where it would replace a file of the register or one that the command
 * reads, also through a link. To be called before anything is done. Any other file may be replaced.
 */
export const checkOutputFile = (option: string, path: string, { data, inputs = [] }: FilesToKeep): void => {
  const folder = statIfExists(dirname(path));
  if (folder?.isDirectory() !== true) throw new CannotRun(`${option}: there is no folder ${dirname(path)}`);
  const existing = statIfExists(path);
  if (existing?.isDirectory() === true)
    throw new CannotRun(`${option}: ${path} is a folder; expected the name of a file`);
  const dataFolder = statIfExists(data);
  const target = existing === null ? path : realpathSync(path);
  if (isSameFile(statIfExists(dirname(target)), dataFolder) && isRegisterFileName(basename(target)))
    throw new CannotRun(`${option}: ${path} is, or would be, a file of the register in ${data}`);
  const kept = [...(dataFolder === null ? [] : registerFiles(data)), ...inputs];
  const replaced = kept.find((file) => isSameFile(existing, statIfExists(file)));
  if (replaced !== undefined) throw new CannotRun(`${option}: ${path} would replace ${replaced}`);
};

const registerFiles = (data: string): readonly string[] =>
  readdirSync(data)
    .filter(isRegisterFileName)
    .map((name) => join(data, name));

const isSameFile = (one: Stats | null, other: Stats | null): boolean =>
  one !== null && other !== null && one.dev === other.dev && one.ino === other.ino;

const statIfExists = (path: string): Stats | null => statSync(path, { throwIfNoEntry: false }) ?? null;
