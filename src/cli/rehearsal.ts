/** A copy of a register to try things on, or to read from: what is recorded there is gone afterwards. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyDatabase } from '../event-store/sqlite/backup.js';
import type { Settings } from '../settings.js';

/** The read models first: behind the log they catch up, ahead of it they would be built anew. */
const FILES = ['read-models.sqlite', 'events.sqlite'] as const;

/**
 * Calls back with the settings of a copy, and removes it after. The copy is consistent also while a service writes to the
 * register, and stands within its data folder, so that people's data stay on the disk that was chosen for them. A register
 * that is not there yet is an empty copy, and stays not there.
 */
export const rehearse = async <R>(settings: Settings, use: (settings: Settings) => Promise<R>): Promise<R> => {
  const isThere = existsSync(settings.data);
  const data = await mkdtemp(join(isThere ? settings.data : tmpdir(), 'copy-'));
  try {
    for (const file of FILES) {
      const from = join(settings.data, file);
      if (existsSync(from)) await copyDatabase(from, join(data, file));
    }
    return await use({ ...settings, data });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
};
