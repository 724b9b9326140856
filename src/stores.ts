/** Opens the event store that the settings choose: embedded (SQLite) or on an EventStoreDB server. */
import type { DataFolder } from './event-store/data-folder.js';
import type { EventStore } from './event-store/port.js';
import { isMissingOrEmpty } from './event-store/sqlite/file.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import { differenceFromMissingLog, fingerprintOf } from './read-models/log-fingerprint.js';
import type { Settings } from './settings.js';

/** `isService`: for the service, where many requests should fail fast rather than wait for a server that is down. */
type OpenStore = (settings: Settings, folder: DataFolder, isService?: boolean) => EventStore | Promise<EventStore>;

export const openStoreByKind: { readonly [K in Settings['store']]: OpenStore } = {
  sqlite: (_, { events }) => createSqliteStore({ file: events }),
  esdb: (settings, _, isService) => openServerStore(settings, isService),
};

/**
 * Opens the log of a register. A missing embedded log is not created while its read models exist, since a restore is refused where there is
 * a log file. Opens an empty log in memory instead, which the projection reports as STORE_DAMAGED.
 */
export const openLog: OpenStore = (settings, folder, isService) => {
  const isLost =
    settings.store === 'sqlite' &&
    isMissingOrEmpty(folder.events) &&
    differenceFromMissingLog(fingerprintOf(folder.readModels)) !== null;
  return isLost
    ? createSqliteStore({ file: ':memory:' })
    : openStoreByKind[settings.store](settings, folder, isService);
};

/** Imports the EventStoreDB client only if it is used. `readSettings` has checked that there is an address. */
export const openServerStore = async ({ esdbUrl, esdbRegister }: Settings, isService = false): Promise<EventStore> => {
  const { openEsdbStore, FAIL_FAST_AFTER_MS } = await import('./event-store/eventstoredb/store.js');
  const failFast = isService ? { failFastAfterMs: FAIL_FAST_AFTER_MS } : {};
  return openEsdbStore({ url: String(esdbUrl), register: esdbRegister, ...failFast });
};
