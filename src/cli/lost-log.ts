/** Refuses, reports or accepts a log that lacks events which the read models of its folder have seen. */
import { readWholeLog } from '../event-store/copy.js';
import { dataFilePaths } from '../event-store/data-folder.js';
import type { LogStreamEvent } from '../domain/log/events.js';
import { StoreDamaged, type EventStore } from '../event-store/port.js';
import { isOrphanedWal } from '../event-store/sqlite/file.js';
import {
  differenceFromProjectedLog,
  fingerprintOf,
  setFileAside,
  type LogDifference,
} from '../read-models/log-fingerprint.js';
import { UNWATCHED } from '../jobs/job.js';
import { recordInLogStream, UNSOURCED, type OperatorDecision } from '../proof/adoption.js';
import type { Checkpoint } from '../proof/checkpoint.js';
import { ProofFiles } from '../proof/proof-files.js';
import { verifyLog, verifyWhenAvailable } from '../proof/verify-log.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { ACCEPT_LOG_HINT, CannotRun } from './exit.js';
import { withLogToWrite } from './log.js';
import { withNonDecreasingTimes } from './log-decision.js';

/**
 * Reads now what the read models of a folder have seen, and returns a function that compares a log with that. To be called before
 * the log is read, since a running service may write to both meanwhile.
 */
export const createLogVsReadModelsComparer = ({
  data,
}: Pick<Settings, 'data'>): ((log: EventStore) => Promise<LogDifference | null>) => {
  const seen = fingerprintOf(dataFilePaths(data).readModels);
  return (log) => differenceFromProjectedLog(seen, log);
};

/**
 * Throws CannotRun where the folder's read models belong to another register than the log that begins with this event. Accepts a
 * shorter log of the same register: it may be the last backup, and `habeas rebuild --accept-log` decides on it.
 */
export const refuseOtherRegister = (readModels: string, firstId: string | undefined): void => {
  const seen = fingerprintOf(readModels);
  if (seen === null || seen === 'unreadable' || firstId === undefined) return;
  if (seen.firstId === null || seen.firstId === firstId) return;
  throw new CannotRun(
    `${readModels} was made from the log of another register, of which ${seen.position} events were projected. ` +
      'It may be all that is left of that log: name another folder, or move it away',
  );
};

/** The notice to print where a log lacks events that the read models have seen; else an empty text. */
export const differenceNotice = (difference: LogDifference | null): string =>
  difference === null ? '' : `STORE_DAMAGED: ${difference.message}.\n${ACCEPT_LOG_HINT}\n`;

/**
 * Accepts a log that contradicts the read models or the last checkpoint, and records in it who decided so; what is left
 * of the earlier log is renamed and kept.
 * Returns the message to print. Throws StoreDamaged where an event of the log cannot be read or is not what it was.
 */
export const acceptContradictingLog = async (
  settings: Settings,
  decision: OperatorDecision,
  context: Pick<Context, 'signal' | 'err'>,
): Promise<string> => {
  const { events, readModels } = dataFilePaths(settings.data);
  const { decidedAt } = decision;
  // Opening the log would let SQLite delete a write-ahead log whose database is missing or empty.
  const hadOrphanedWal = settings.store === 'sqlite' && isOrphanedWal(events);
  const kept = hadOrphanedWal ? [setFileAside(events, decidedAt)] : [];
  return withLogToWrite(settings, context, async (log) => {
    const difference = await differenceFromProjectedLog(fingerprintOf(readModels), log);
    const count = await verifyEvents(log, context);
    const files = new ProofFiles(settings.data);
    const isContinued = await continuesCheckpoint(files, log, context);
    const kind = difference?.kind ?? (isContinued ? null : 'checkpoint') ?? (hadOrphanedWal ? 'empty' : null);
    if (kind === null) return 'There was nothing to accept.\n';
    const last = isContinued ? null : lastTrustedCheckpoint(files);
    const accepted: LogStreamEvent = {
      type: 'log-accepted',
      ...UNSOURCED,
      difference: kind,
      events: count,
      ...(difference === null || difference.position === 0 ? {} : { known: difference.position }),
      ...(last === null ? {} : { checkpoint: { size: last.size, root: last.root.toString('base64') } }),
    };
    await recordInLogStream(withNonDecreasingTimes(log, settings), accepted, decision);
    if (!isContinued) kept.push(setFileAside(files.checkpointPath, decidedAt));
    if (difference !== null) kept.push(setFileAside(readModels, decidedAt));
    const sentence =
      difference?.message ?? (isContinued ? 'the log is missing' : 'the log does not continue the last checkpoint');
    const notes = kept.map((path) => `What is left of the earlier log is kept in ${path}.\n`);
    return [`Accepted: ${sentence}.\nThe log says so.\n`, ...notes].join('');
  });
};

/** The last checkpoint; null if there is none, or none of the known keys has signed it. */
const lastTrustedCheckpoint = (files: ProofFiles): Checkpoint | null => {
  try {
    return files.lastSigned()?.checkpoint ?? null;
  } catch (error) {
    if (error instanceof StoreDamaged) return null;
    throw error;
  }
};

/**
 * Reads and verifies every event, and returns their number. Throws StoreDamaged for an event that does not match its own leaf hash: it is
 * never accepted, since every copy of the log, and every outsider who verifies it, would fail at it.
 */
const verifyEvents = async (log: EventStore, { signal }: Pick<Context, 'signal'>): Promise<number> => {
  try {
    for await (const _ of readWholeLog(log)) signal.throwIfAborted();
    return (await verifyLog(log, [], { ...UNWATCHED, signal })).events;
  } catch (error) {
    if (!(error instanceof StoreDamaged)) throw error;
    const hint =
      'Such an event is not accepted. Restore a backup, or go on with the events before it (docs/operations.md)';
    throw new StoreDamaged(`${error.message}. ${hint}`, { cause: error, position: error.position });
  }
};

/** Whether the log continues the last checkpoint. Throws the reason of the signal if it aborts meanwhile. */
const continuesCheckpoint = async (
  files: ProofFiles,
  log: EventStore,
  { signal }: Pick<Context, 'signal'>,
): Promise<boolean> => {
  const job = { ...UNWATCHED, signal };
  const found = await verifyWhenAvailable(log, () => files.lastCheckpointAsList(), files.tilesPath, job);
  signal.throwIfAborted();
  return !(found instanceof StoreDamaged);
};
