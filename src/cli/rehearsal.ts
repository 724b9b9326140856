/** A copy of a register to try things on, or to read from: what is recorded there is gone afterwards. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyEvents, readWholeLog } from '../event-store/copy.js';
import { dataFiles } from '../event-store/data-folder.js';
import { createPrivateFile } from '../event-store/private-file.js';
import { copyDatabase } from '../event-store/sqlite/backup.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { checkFingerprint, fingerprintOf } from '../read-models/log-fingerprint.js';
import type { Settings } from '../settings.js';
import { withLogToRead } from './log.js';

/** The read models first: behind the log they catch up, ahead of it they would say that it lost events. */
const FILES = ['read-models.sqlite', 'events.sqlite'] as const;

/** Never the log itself: what is tried on a copy must not reach it. */
const copyInto: { readonly [K in Settings['store']]: (settings: Settings, data: string) => Promise<void> } = {
  sqlite: async (settings, data) => {
    for (const file of FILES) {
      const from = join(settings.data, file);
      if (!existsSync(from)) continue;
      createPrivateFile(join(data, file));
      await copyDatabase(from, join(data, file));
    }
  },
  esdb: (settings, data) =>
    withLogToRead(settings, async (log) => {
      await checkFingerprint(fingerprintOf(dataFiles(settings.data).readModels), log);
      const copy = createSqliteStore({ file: dataFiles(data).events });
      try {
        await copyEvents(readWholeLog(log), copy, { signal: new AbortController().signal });
      } finally {
        await copy.close();
      }
    }),
};

/**
 * Calls back with the settings of a copy on the embedded store, and removes it after. The copy is consistent also while a service writes to the
 * register, and stands within its data folder, so that people's data stay on the disk that was chosen for them. A register
 * that is not there yet is an empty copy, and stays not there.
 */
export const rehearse = async <R>(settings: Settings, use: (settings: Settings) => Promise<R>): Promise<R> => {
  const isThere = existsSync(settings.data);
  const data = await mkdtemp(join(isThere ? settings.data : tmpdir(), 'copy-'));
  try {
    await copyInto[settings.store](settings, data);
    return await use({ ...settings, store: 'sqlite', data });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
};
