/** Opens the log of a register, or a server's log, for commands that use neither its read models nor the buses. */
import { existsSync } from 'node:fs';
import { dataFilePaths } from '../event-store/data-folder.js';
import type { EventStore } from '../event-store/port.js';
import { refuseOrphanedWal } from '../event-store/sqlite/file.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { differenceFromMissingLog, LogDiffers, fingerprintOf } from '../read-models/log-fingerprint.js';
import type { Settings } from '../settings.js';
import { openServerStore, openStoreByKind } from '../stores.js';
import type { Context } from './context.js';
import { CannotRun } from './exit.js';
import { openFolder } from './folder.js';

type UseLog<R> = (log: EventStore) => Promise<R>;

const withOpenLog = async <R>(open: EventStore | Promise<EventStore>, use: UseLog<R>): Promise<R> => {
  const log = await open;
  try {
    return await use(log);
  } finally {
    await log.close();
  }
};

/** The log on a server, to read and to write. It is not locked, since several instances may use it at once. */
export const withServerLog = <R>(settings: Settings, use: UseLog<R>): Promise<R> =>
  withOpenLog(openServerStore(settings), use);

/** Another process may write to the log meanwhile. Throws as `requireLogFile` does. */
export const withLogToRead = async <R>(settings: Settings, use: UseLog<R>): Promise<R> =>
  settings.store === 'esdb'
    ? withServerLog(settings, use)
    : withOpenLog(createSqliteStore({ file: requireLogFile(settings), readonly: true }), use);

/** Locks the data folder meanwhile. */
export const withLogToWrite = async <R>(
  settings: Settings,
  context: Pick<Context, 'err'>,
  use: UseLog<R>,
): Promise<R> => {
  const folder = openFolder(settings.data, context);
  try {
    return await withOpenLog(openStoreByKind[settings.store](settings, folder), use);
  } finally {
    folder.release();
  }
};

/** The file of an embedded log. Throws CannotRun if there is no register, LogDiffers or StoreDamaged if its log has been lost. */
export const requireLogFile = ({ data }: Pick<Settings, 'data'>): string => {
  const { events, readModels } = dataFilePaths(data);
  refuseOrphanedWal(events);
  if (!existsSync(events)) {
    const difference = differenceFromMissingLog(fingerprintOf(readModels));
    throw difference === null ? new CannotRun(`There is no register in ${data}`) : new LogDiffers(difference);
  }
  return events;
};

/** Throws CannotRun where the log is on a server. */
export const requireEmbeddedStore = ({ store }: Pick<Settings, 'store'>): void => {
  if (store === 'sqlite') return;
  throw new CannotRun(
    'The log is on a server, which has a backup of its own; or copy it into a folder by `habeas copy`, and back that up',
  );
};
