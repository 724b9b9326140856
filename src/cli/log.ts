/** The log of a register, opened for a command that needs nothing else of it. */
import { existsSync } from 'node:fs';
import { dataFiles } from '../event-store/data-folder.js';
import type { EventStore } from '../event-store/port.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { differenceFromMissingLog, LogDiffers, fingerprintOf } from '../read-models/log-fingerprint.js';
import type { Settings } from '../settings.js';
import { openServer, stores } from '../stores.js';
import type { Context } from './context.js';
import { CannotRun } from './exit.js';
import { openFolder } from './folder.js';

/** A log to read from, which another process may be writing to. */
const readable: { readonly [K in Settings['store']]: (settings: Settings) => EventStore | Promise<EventStore> } = {
  sqlite: (settings) => createSqliteStore({ file: logFileOf(settings), readonly: true }),
  esdb: openServer,
};

export const withLogToRead = async <R>(settings: Settings, use: (log: EventStore) => Promise<R>): Promise<R> => {
  const log = await readable[settings.store](settings);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
};

/** A log to write to; the data folder is held meanwhile. */
export const withLogToWrite = async <R>(
  settings: Settings,
  context: Pick<Context, 'err'>,
  use: (log: EventStore) => Promise<R>,
): Promise<R> => {
  const folder = openFolder(settings.data, context);
  try {
    const log = await stores[settings.store](settings, folder);
    try {
      return await use(log);
    } finally {
      await log.close();
    }
  } finally {
    folder.release();
  }
};

/** The file of an embedded log. Throws CannotRun where there is none, LogDiffers where there was one. */
export const logFileOf = ({ data }: Pick<Settings, 'data'>): string => {
  const { events, readModels } = dataFiles(data);
  if (!existsSync(events)) {
    const difference = differenceFromMissingLog(fingerprintOf(readModels));
    throw difference === null ? new CannotRun(`There is no register in ${data}`) : new LogDiffers(difference);
  }
  return events;
};

/** Throws CannotRun where the log is on a server. */
export const onlyEmbedded = ({ store }: Pick<Settings, 'store'>): void => {
  if (store === 'sqlite') return;
  throw new CannotRun(
    'The log is on a server, which has a backup of its own; or copy it into a folder by `habeas copy`, and back that up',
  );
};
