/** The data folder opened for a command, which says what it changed there. */
import { permissionNotices, openDataFolder, type DataFolder } from '../event-store/data-folder.js';
import type { Context } from './context.js';

export const openFolder = (path: string, context: Pick<Context, 'err'>): DataFolder => {
  const folder = openDataFolder(path);
  tellModes(folder, context);
  return folder;
};

/** Says who could read the folder. */
export const tellModes = (folder: DataFolder, { err }: Pick<Context, 'err'>): void => {
  for (const notice of permissionNotices(folder)) err.write(`${notice}\n`);
};
