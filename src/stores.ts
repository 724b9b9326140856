/** Which store a register is kept in: the only place that chooses one. */
import { statSync } from 'node:fs';
import type { DataFolder } from './event-store/data-folder.js';
import { StoreDamaged, type EventStore } from './event-store/port.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import { differenceFromMissingLog, fingerprintOf } from './read-models/log-fingerprint.js';
import type { Settings } from './settings.js';

/** `serving`: asked by many at once, who would rather be refused at once than wait for a server that is away. */
type Opens = (settings: Settings, folder: DataFolder, serving?: boolean) => EventStore | Promise<EventStore>;

/** How each store is opened for a data folder that is held. */
export const stores: { readonly [K in Settings['store']]: Opens } = {
  sqlite: (_, { events }) => createSqliteStore({ file: events }),
  esdb: (settings, _, serving) => openServer(settings, serving),
};

/**
 * Opens the log of a register for its service. An embedded log that is missing while something is left of it is not made
 * anew, since SQLite would delete a write-ahead log without its file, and a restore would find a register there: in its
 * place stands an empty one in memory, which the read models tell to be none of theirs. Throws StoreDamaged where only a
 * write-ahead log is left.
 */
export const openLog: Opens = (settings, folder, serving) => {
  if (settings.store !== 'sqlite' || sizeOf(folder.events) > 0)
    return stores[settings.store](settings, folder, serving);
  if (differenceFromMissingLog(fingerprintOf(folder.readModels)) !== null)
    return createSqliteStore({ file: ':memory:' });
  if (sizeOf(`${folder.events}-wal`) > 0)
    throw new StoreDamaged('the log is missing or empty, and its write-ahead log is there');
  return createSqliteStore({ file: folder.events });
};

/** Bytes in a file, 0 where there is none. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The log on a server; its client is loaded only where there is one. Settings without an address were refused before. */
export const openServer = async ({ esdbUrl, esdbRegister }: Settings, serving = false): Promise<EventStore> => {
  const { openEsdbStore, UNAVAILABLE_AFTER_MS } = await import('./event-store/eventstoredb/store.js');
  const patience = serving ? { unavailableAfterMs: UNAVAILABLE_AFTER_MS } : {};
  return openEsdbStore({ url: String(esdbUrl), register: esdbRegister, ...patience });
};
