/** `habeas copy`: a log into another store, whole and verified: moving house. */
import { existsSync } from 'node:fs';
import { copyEvents, verifyCopy, readWholeLog } from '../event-store/copy.js';
import { dataFiles } from '../event-store/data-folder.js';
import { EXPECTED_URL, isEsdbUrl } from '../event-store/eventstoredb/url.js';
import type { EventStore } from '../event-store/port.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { readSettings, type Settings } from '../settings.js';
import { openServer } from '../stores.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { openFolder } from './folder.js';
import { refuseOtherRegister } from './lost-log.js';
import { gauge } from './terminal.js';

export interface CopyCommandOptions {
  readonly from: string;
  readonly to: string;
}

/** A store that is open for the copy, and how to let go of it. */
interface Held {
  readonly store: EventStore;
  readonly release: () => Promise<void>;
}

export const copyCommand = async ({ from, to }: CopyCommandOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings(context.environment);
  const target = placeIn(to, settings, '--to');
  const source = await placeIn(from, settings, '--from').read();
  try {
    const copy = await target.write(context);
    try {
      const [first] = await source.store.read(null, 1);
      if (target.readModels !== null) refuseOtherRegister(target.readModels, first?.id);
      return await run(source.store, copy.store, context);
    } finally {
      await copy.release();
    }
  } finally {
    await source.release();
  }
};

interface Place {
  /** Where its read models may stand; null for a server. */
  readonly readModels: string | null;
  read(): Promise<Held>;
  write(context: Pick<Context, 'err'>): Promise<Held>;
}

/** `sqlite:<folder>`, `esdb://…`, or `esdb` for the address in ESDB_URL. */
const placeIn = (text: string, settings: Settings, option: string): Place => {
  const folder = /^sqlite:(.+)$/.exec(text)?.[1];
  if (folder !== undefined) return inFolder(folder);
  const url = text === 'esdb' ? settings.esdbUrl : text;
  if (url === null || !isEsdbUrl(url))
    throw new CannotRun(`${option}: expected sqlite:<folder>, ${EXPECTED_URL}, or esdb, which stands for ESDB_URL`);
  const open = async (): Promise<Held> => {
    const store = await openServer({ ...settings, esdbUrl: url });
    return { store, release: () => store.close() };
  };
  return { readModels: null, read: open, write: open };
};

const inFolder = (path: string): Place => ({
  readModels: dataFiles(path).readModels,
  read: async () => {
    const file = dataFiles(path).events;
    if (!existsSync(file)) throw new CannotRun(`--from: there is no register in ${path}`);
    const store = createSqliteStore({ file, readonly: true });
    return { store, release: () => store.close() };
  },
  write: async (context) => {
    const folder = openFolder(path, context);
    try {
      const store = createSqliteStore({ file: folder.events });
      const release = async (): Promise<void> => {
        await store.close();
        folder.release();
      };
      return { store, release };
    } catch (error) {
      folder.release();
      throw error;
    }
  },
});

const run = async (from: EventStore, to: EventStore, { out, err, signal }: Context): Promise<ExitCode> => {
  const shown = gauge('events copied', err);
  const onProgress = (position: number): void => shown.show(position, position, '');
  const { outcome, existing: found, added } = await copyEvents(readWholeLog(from), to, { signal, onProgress });
  shown.end();
  if (outcome === 'stopped') {
    out.write(`Stopped after ${found + added} events. The same command goes on where this one ended.\n`);
    return EXIT.stopped;
  }
  err.write('  comparing every event\n');
  const same = await verifyCopy(readWholeLog(from), to);
  out.write(`${added} events copied, ${found} were there already; all ${same} are the same in both.\n`);
  return EXIT.fine;
};
