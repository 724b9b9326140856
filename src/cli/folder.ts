/** Opens the data folder for a command and prints what opening it changed. */
import { permissionNotices, openDataFolder, type DataFolder } from '../event-store/data-folder.js';
import type { Context } from './context.js';

export const openFolder = (path: string, context: Pick<Context, 'err'>): DataFolder => {
  const folder = openDataFolder(path);
  printFolderNotices(folder, context);
  return folder;
};

/** Prints notices of files that other accounts could read until now, or that a group can read. */
export const printFolderNotices = (folder: DataFolder, { err }: Pick<Context, 'err'>): void => {
  for (const notice of permissionNotices(folder)) err.write(`${notice}\n`);
};
