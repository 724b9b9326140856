/** The log of a register, opened for a command that needs nothing else of it. */
import { existsSync } from 'node:fs';
import { stores } from '../app.module.js';
import { filesIn, openDataFolder } from '../event-store/data-folder.js';
import { openEsdbStore } from '../event-store/eventstoredb/store.js';
import type { EventStore } from '../event-store/port.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import type { Settings } from '../settings.js';
import { CannotRun } from './exit.js';

/** A log to read from, which another process may be writing to. */
const readable: { readonly [K in Settings['store']]: (settings: Settings) => EventStore | Promise<EventStore> } = {
  sqlite: (settings) => createSqliteStore({ file: logFileOf(settings), readonly: true }),
  esdb: ({ esdbUrl, esdbRegister }) => openEsdbStore({ url: String(esdbUrl), register: esdbRegister }),
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
export const withLogToWrite = async <R>(settings: Settings, use: (log: EventStore) => Promise<R>): Promise<R> => {
  const folder = openDataFolder(settings.data);
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

/** The file of an embedded log. Throws CannotRun where there is none. */
export const logFileOf = ({ data }: Pick<Settings, 'data'>): string => {
  const { events } = filesIn(data);
  if (!existsSync(events)) throw new CannotRun(`There is no register in ${data}`);
  return events;
};

/** Throws CannotRun where the log is on a server. */
export const onlyEmbedded = ({ store }: Pick<Settings, 'store'>): void => {
  if (store === 'sqlite') return;
  throw new CannotRun(
    'The log is on a server, which has a backup of its own; or copy it into a folder by `habeas copy`, and back that up',
  );
};
