/** Which store a register is kept in: the only place that chooses one. */
import type { DataFolder } from './event-store/data-folder.js';
import type { EventStore } from './event-store/port.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import type { Settings } from './settings.js';

type Opens = (settings: Settings, folder: DataFolder) => EventStore | Promise<EventStore>;

/** How each store is opened for a data folder that is held. */
export const stores: { readonly [K in Settings['store']]: Opens } = {
  sqlite: (_, { events }) => createSqliteStore({ file: events }),
  esdb: (settings) => openServer(settings),
};

/** The log on a server; its client is loaded only where there is one. Settings without an address were refused before. */
export const openServer = async ({ esdbUrl, esdbRegister }: Settings): Promise<EventStore> => {
  const { openEsdbStore } = await import('./event-store/eventstoredb/store.js');
  return openEsdbStore({ url: String(esdbUrl), register: esdbRegister });
};
