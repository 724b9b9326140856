/** `habeas backup` and `habeas restore`: the log as one file, and back. */
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder } from '../event-store/data-folder.js';
import { backUp, restore, type BackedUp, type Watch } from '../event-store/sqlite/backup.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { logFileOf, onlyEmbedded } from './log.js';
import { gauge, type Gauge } from './terminal.js';

export interface OfFolder {
  readonly data?: string;
}

export const backupCommand = async (path: string, options: OfFolder, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  onlyEmbedded(settings);
  const log = logFileOf(settings);
  const to = existsSync(path) && statSync(path).isDirectory() ? join(path, fileName(new Date())) : path;
  return watched(context, async (watch) => {
    const backedUp = await backUp(log, to, watch);
    return `${inWords(backedUp)}\nThe backup is ${to}, its SHA-256 stands in ${to}.sha256.\n`;
  });
};

export const restoreCommand = async (path: string, options: OfFolder, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  onlyEmbedded(settings);
  const { data } = settings;
  if (!existsSync(path)) throw new CannotRun(`There is no backup ${path}`);
  const isNew = !existsSync(data);
  const folder = openDataFolder(data);
  try {
    const code = await watched(context, async (watch) => {
      const restored = await restore(path, folder.events, watch);
      return `${inWords(restored)}\nThe register is in ${data}; its read models are made when it is opened.\n`;
    });
    if (code === EXIT.stopped && isNew) await rm(data, { recursive: true });
    return code;
  } catch (error) {
    if (isNew) await rm(data, { recursive: true });
    throw error;
  } finally {
    folder.release();
  }
};

/** `habeas-2026-01-05T10-20-30Z.sqlite`: a name on every file system. */
const fileName = (now: Date): string => `habeas-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.sqlite`;

const inWords = ({ events, last, sha256 }: BackedUp): string =>
  `${events} events, each read and found whole${last === null ? '' : `; the last is ${last}`}.\nSHA-256 ${sha256}`;

const LABELS = { copied: 'copied', checked: 'events checked' } as const;

/** Runs with progress on the terminal, and says what came of it. */
const watched = async ({ out, err, signal }: Context, work: (watch: Watch) => Promise<string>): Promise<ExitCode> => {
  let shown: { readonly stage: string; readonly gauge: Gauge } | undefined;
  const onProgress: NonNullable<Watch['onProgress']> = (stage, done, total) => {
    if (shown?.stage !== stage) {
      shown?.gauge.end();
      shown = { stage, gauge: gauge(LABELS[stage], err) };
    }
    shown.gauge.show(done, total, '');
  };
  try {
    const said = await work({ signal, onProgress });
    shown?.gauge.end();
    out.write(said);
    return EXIT.fine;
  } catch (error) {
    shown?.gauge.end();
    if (!signal.aborted) throw error;
    out.write('Stopped. Nothing was left behind.\n');
    return EXIT.stopped;
  }
};
