/** Which store a register is kept in: the only place that chooses one. */
import type { DataFolder } from './event-store/data-folder.js';
import type { EventStore } from './event-store/port.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import type { Settings } from './settings.js';

/** `serving`: asked by many at once, who would rather be refused at once than wait for a server that is away. */
type Opens = (settings: Settings, folder: DataFolder, serving?: boolean) => EventStore | Promise<EventStore>;

/** How each store is opened for a data folder that is held. */
export const stores: { readonly [K in Settings['store']]: Opens } = {
  sqlite: (_, { events }) => createSqliteStore({ file: events }),
  esdb: (settings, _, serving) => openServer(settings, serving),
};

/** The log on a server; its client is loaded only where there is one. Settings without an address were refused before. */
export const openServer = async ({ esdbUrl, esdbRegister }: Settings, serving = false): Promise<EventStore> => {
  const { openEsdbStore, AWAY_AFTER_MS } = await import('./event-store/eventstoredb/store.js');
  const patience = serving ? { awayAfterMs: AWAY_AFTER_MS } : {};
  return openEsdbStore({ url: String(esdbUrl), register: esdbRegister, ...patience });
};
