/** A temporary copy of a register, for dry runs and for reading while another process has the register open. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyEvents, readStoredLog } from '../event-store/copy.js';
import { dataFilePaths } from '../event-store/data-folder.js';
import { createPrivateFile } from '../event-store/private-file.js';
import { copyDatabase } from '../event-store/sqlite/backup.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { checkLogFingerprint, fingerprintOf } from '../read-models/log-fingerprint.js';
import type { JobContext } from '../jobs/job.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { withProgress } from './job-progress.js';
import { withLogToRead } from './log.js';

/** The read models are copied first: if they are behind the log, they catch up; if they were ahead of it, they would report lost events. */
const COPIED_FILES = ['read-models.sqlite', 'events.sqlite'] as const;

/** Copies a register into an embedded store in the folder `data`, also from a server: a dry run must not write to the server. */
const COPY_BY_STORE_KIND: {
  readonly [K in Settings['store']]: (settings: Settings, data: string, job: JobContext) => Promise<void>;
} = {
  sqlite: async (settings, data, job) => {
    for (const file of COPIED_FILES) {
      const from = join(settings.data, file);
      if (!existsSync(from)) continue;
      createPrivateFile(join(data, file));
      await copyDatabase(from, join(data, file), job);
    }
  },
  esdb: (settings, data, job) =>
    withLogToRead(settings, async (log) => {
      await checkLogFingerprint(fingerprintOf(dataFilePaths(settings.data).readModels), log);
      const copy = createSqliteStore({ file: dataFilePaths(data).events });
      try {
        await copyEvents(readStoredLog(log), copy, job);
        job.signal.throwIfAborted();
      } finally {
        await copy.close();
      }
    }),
};

/**
 * Calls back with the settings of a copy in an embedded store, and removes the copy afterwards. It is consistent also while a
 * service writes to the register. It is made inside the data folder, so that personal data stay on the disk chosen for them. For a
 * register that does not exist the copy is empty, and the register is not created. Throws the signal's reason if it aborts while copying.
 */
export const withRegisterCopy = async <R>(
  settings: Settings,
  context: Pick<Context, 'err' | 'signal'>,
  work: (settings: Settings) => Promise<R>,
): Promise<R> => {
  const exists = existsSync(settings.data);
  const data = await mkdtemp(join(exists ? settings.data : tmpdir(), 'copy-'));
  try {
    await withProgress(context, (job) => COPY_BY_STORE_KIND[settings.store](settings, data, job));
    return await work({ ...settings, store: 'sqlite', data });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
};
