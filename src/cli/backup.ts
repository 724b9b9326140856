/** `habeas backup` and `habeas restore`: the log as one file, and back. */
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFiles } from '../event-store/data-folder.js';
import type { EventStore } from '../event-store/port.js';
import { backUp, restore, type BackupResult, type ProgressOptions } from '../event-store/sqlite/backup.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { differenceOf, fingerprintOf, type LogDifference } from '../read-models/log-fingerprint.js';
import { readSettings, type Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { openFolder } from './folder.js';
import { logFileOf, onlyEmbedded } from './log.js';
import { lookAtReadModels, noticeOf, refuseOtherRegister } from './lost-log.js';
import { gauge, type Gauge } from './terminal.js';

export interface OfFolder {
  readonly data?: string;
}

export interface BackupCommandOptions extends OfFolder {
  readonly previous?: string;
}

export const backupCommand = async (
  path: string,
  options: BackupCommandOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  onlyEmbedded(settings);
  const log = logFileOf(settings);
  const to = existsSync(path) && statSync(path).isDirectory() ? join(path, fileName(new Date())) : path;
  const { previous } = options;
  if (previous !== undefined && !existsSync(previous)) throw new CannotRun(`There is no backup ${previous}`);
  // Before the copy: whatever they have seen by now must be in it.
  const seen = fingerprintOf(dataFiles(settings.data).readModels);
  const known = async (copy: EventStore) => (await differenceOf(seen, copy))?.sentence ?? null;
  return watched(context, async (watch) => {
    const backedUp = await backUp(log, to, { ...watch, previous, checkKnown: known });
    const said = `The backup is ${to}, its SHA-256 stands in ${to}.sha256, what it holds in ${to}.json.\n`;
    return { said: `${inWords(backedUp)}\n${said}`, code: codeOf(backedUp) };
  });
};

export const restoreCommand = async (path: string, options: OfFolder, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  onlyEmbedded(settings);
  const { data } = settings;
  if (!existsSync(path)) throw new CannotRun(`There is no backup ${path}`);
  const isNew = !existsSync(data);
  const folder = openFolder(data, context);
  try {
    refuseOtherRegister(folder.readModels, await firstIn(path));
    const code = await watched(context, async (watch) => {
      const restored = await restore(path, folder.events, watch);
      const difference = await differenceIn(settings, folder.events);
      const said = `The register is in ${data}; its read models are made when it is opened.\n${noticeOf(difference)}`;
      return { said: `${inWords(restored)}\n${said}`, code: difference === null ? codeOf(restored) : EXIT.damaged };
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

/** The id of the first event of a backup; undefined where it cannot be read, of which the restore tells. */
const firstIn = async (backup: string): Promise<string | undefined> => {
  try {
    const log = createSqliteStore({ file: backup, readonly: true });
    return await log
      .read(null, 1)
      .then(([first]) => first?.id)
      .finally(() => log.close());
  } catch {
    return undefined;
  }
};

/** How a log differs from what the read models of its folder saw: a backup may be older than they are. */
const differenceIn = async (settings: Settings, events: string): Promise<LogDifference | null> => {
  const log = createSqliteStore({ file: events, readonly: true });
  return lookAtReadModels(settings)(log).finally(() => log.close());
};

/** `habeas-2026-01-05T10-20-30Z.sqlite`: a name on every file system. */
const fileName = (now: Date): string => `habeas-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.sqlite`;

const inWords = ({ events, last, sha256, lacks }: BackupResult): string => {
  const whole = lacks.length === 0 ? 'each read and found whole' : 'whole as far as it goes';
  const whichLast = last === null ? '' : `; the last is ${last}`;
  return [
    `${events} events, ${whole}${whichLast}.`,
    `SHA-256 ${sha256}`,
    ...lacks.map((lack) => `BUT ${lack} (STORE_DAMAGED).`),
  ].join('\n');
};

const codeOf = ({ lacks }: BackupResult): ExitCode => (lacks.length === 0 ? EXIT.fine : EXIT.damaged);

interface Done {
  readonly said: string;
  readonly code: ExitCode;
}

const LABELS = { copied: 'copied', checked: 'events checked' } as const;

/** Runs with progress on the terminal, and says what came of it. */
const watched = async (
  { out, err, signal }: Context,
  work: (watch: ProgressOptions) => Promise<Done>,
): Promise<ExitCode> => {
  let shown: { readonly stage: string; readonly gauge: Gauge } | undefined;
  const onProgress: NonNullable<ProgressOptions['onProgress']> = (stage, done, total) => {
    if (shown?.stage !== stage) {
      shown?.gauge.end();
      shown = { stage, gauge: gauge(LABELS[stage], err) };
    }
    shown.gauge.show(done, total, '');
  };
  try {
    const { said, code } = await work({ signal, onProgress });
    shown?.gauge.end();
    out.write(said);
    return code;
  } catch (error) {
    shown?.gauge.end();
    if (!signal.aborted) throw error;
    out.write('Stopped. Nothing was left behind.\n');
    return EXIT.stopped;
  }
};
