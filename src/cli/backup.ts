/** `habeas backup` and `habeas restore`: the log to a file and back. */
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFilePaths } from '../event-store/data-folder.js';
import { StoreDamaged, type EventStore } from '../event-store/port.js';
import { backUp, restore, type BackupResult } from '../event-store/sqlite/backup.js';
import { createSqliteStore } from '../event-store/sqlite/store.js';
import { UNWATCHED, type JobContext } from '../jobs/job.js';
import { ProofFiles } from '../proof/proof-files.js';
import type { VerifiedTree } from '../proof/verified-tree.js';
import { verifyWhenAvailable } from '../proof/verify-log.js';
import { differenceFromProjectedLog, fingerprintOf, type LogDifference } from '../read-models/log-fingerprint.js';
import { readSettings, type Settings } from '../settings.js';
import {
  verifyCopyAndKeepProof,
  readCarriedProof,
  refuseExistingProofFiles,
  writeCarriedProof,
} from './carried-proof.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { openFolder } from './folder.js';
import { withProgress } from './job-progress.js';
import { requireLogFile, requireEmbeddedStore } from './log.js';
import { checkOutputFile } from './output-file.js';
import { createLogVsReadModelsComparer, differenceNotice, refuseOtherRegister } from './lost-log.js';

export interface DataOption {
  readonly data?: string;
}

export interface BackupCommandOptions extends DataOption {
  readonly previous?: string;
}

export const backupCommand = async (
  path: string,
  options: BackupCommandOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  requireEmbeddedStore(settings);
  const log = requireLogFile(settings);
  const to = existsSync(path) && statSync(path).isDirectory() ? join(path, backupFileName(new Date())) : path;
  checkOutputFile('<path>', to, { data: settings.data });
  const { previous } = options;
  if (previous !== undefined && !existsSync(previous)) throw new CannotRun(`There is no backup ${previous}`);
  // Read before the log is copied: the copy must have every event that the read models have seen by now.
  const seen = fingerprintOf(dataFilePaths(settings.data).readModels);
  const files = new ProofFiles(settings.data);
  const checkpoints = files.lastCheckpointAsList();
  let tree: VerifiedTree | null = null;
  const lacksKnownEvents = async (copy: EventStore): Promise<string | null> =>
    (await differenceFromProjectedLog(seen, copy))?.message ?? (await contradiction(copy));
  /** How the copy contradicts the last checkpoint; null if it does not, or if there is neither a checkpoint nor a key to sign one. */
  const contradiction = async (copy: EventStore): Promise<string | null> => {
    if (checkpoints.length === 0 && !files.hasKey()) return null;
    const job = { ...UNWATCHED, signal: context.signal };
    const found = await verifyWhenAvailable(copy, () => checkpoints, files.tilesPath, job);
    if (found instanceof StoreDamaged) return found.message;
    tree = found?.tree ?? null;
    return null;
  };
  refuseExistingProofFiles(to);
  return runAndPrint(context, async (job) => {
    const backedUp = await backUp(log, to, { previous, describeMissingEvents: lacksKnownEvents }, job);
    // A backup that lacks known events is not signed.
    if (tree !== null && backedUp.lacks.length === 0) await writeCarriedProof(to, files, tree);
    const location = `The backup is ${to}, its SHA-256 stands in ${to}.sha256, what it holds in ${to}.json.\n`;
    return { message: `${summaryOf(backedUp)}\n${location}`, code: exitCodeOf(backedUp) };
  });
};

export const restoreCommand = async (path: string, options: DataOption, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  requireEmbeddedStore(settings);
  const { data } = settings;
  if (!existsSync(path)) throw new CannotRun(`There is no backup ${path}`);
  const isNew = !existsSync(data);
  const folder = openFolder(data, context);
  try {
    refuseOtherRegister(folder.readModels, await firstEventId(path));
    const code = await runAndPrint(context, async (job) => {
      const restored = await restore(path, folder.events, job, (copy) =>
        verifyRestoreAndKeepProof(path, copy, settings, job),
      );
      const difference = await differenceFromReadModels(settings, folder.events);
      const location = `The register is in ${data}; its read models are made when it is opened.\n${differenceNotice(difference)}`;
      return {
        message: `${summaryOf(restored)}\n${location}`,
        code: difference === null ? exitCodeOf(restored) : EXIT.damaged,
      };
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

/** Verifies the restored log against the checkpoint beside the backup, and keeps that. Throws StoreDamaged if they differ. */
const verifyRestoreAndKeepProof = async (
  backup: string,
  copy: EventStore,
  { data }: Settings,
  job: JobContext,
): Promise<void> => {
  const files = new ProofFiles(data);
  const proof = readCarriedProof(backup, files);
  if (proof !== null) await verifyCopyAndKeepProof(copy, proof, files, job);
};

/** The id of the first event of a backup; undefined where it cannot be read, which the restore reports. */
const firstEventId = async (backup: string): Promise<string | undefined> => {
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

/** How the restored log differs from what the read models of the folder have seen: the backup may be older. */
const differenceFromReadModels = async (settings: Settings, events: string): Promise<LogDifference | null> => {
  const log = createSqliteStore({ file: events, readonly: true });
  return createLogVsReadModelsComparer(settings)(log).finally(() => log.close());
};

/** `habeas-2026-01-05T10-20-30Z.sqlite`, without colons, which some file systems do not allow. */
const backupFileName = (now: Date): string => `habeas-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.sqlite`;

const summaryOf = ({ events, last, sha256, lacks }: BackupResult): string => {
  const whole = lacks.length === 0 ? 'each read and found whole' : 'whole as far as it goes';
  const lastEvent = last === null ? '' : `; the last is ${last}`;
  return [
    `${events} events, ${whole}${lastEvent}.`,
    `SHA-256 ${sha256}`,
    ...lacks.map((lack) => `BUT ${lack} (STORE_DAMAGED).`),
  ].join('\n');
};

const exitCodeOf = ({ lacks }: BackupResult): ExitCode => (lacks.length === 0 ? EXIT.ok : EXIT.damaged);

interface MessageAndExitCode {
  readonly message: string;
  readonly code: ExitCode;
}

/** Runs work with a progress bar, then prints the message that it returns. */
const runAndPrint = async (
  context: Context,
  work: (job: JobContext) => Promise<MessageAndExitCode>,
): Promise<ExitCode> => {
  try {
    const { message, code } = await withProgress(context, work);
    context.out.write(message);
    return code;
  } catch (error) {
    if (!context.signal.aborted) throw error;
    context.out.write('Stopped. Nothing was left behind.\n');
    return EXIT.stopped;
  }
};
