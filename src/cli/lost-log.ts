/** A log beside the read models of another one: what commands refuse, say, and accept. */
import { statSync } from 'node:fs';
import { readWholeLog } from '../event-store/copy.js';
import { dataFiles } from '../event-store/data-folder.js';
import type { EventStore } from '../event-store/port.js';
import { differenceOf, fingerprintOf, setAside, type LogDifference } from '../read-models/log-fingerprint.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { ACCEPT, CannotRun } from './exit.js';
import { withLogToWrite } from './log.js';

/**
 * Looks at the read models of a folder now; what is given back compares a log with what they had seen. Looked at before the
 * log is read, since a service may go on writing to both.
 */
export const lookAtReadModels = ({
  data,
}: Pick<Settings, 'data'>): ((log: EventStore) => Promise<LogDifference | null>) => {
  const seen = fingerprintOf(dataFiles(data).readModels);
  return (log) => differenceOf(seen, log);
};

/**
 * Throws CannotRun where a log that begins with this event is to be put beside the read models of another register. A shorter
 * log of the same register is let through: it may be the last backup, and is accepted by a command of its own.
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

/** What to say after a log was put beside the read models of the same register, where it is shorter; else nothing. */
export const noticeOf = (difference: LogDifference | null): string =>
  difference === null ? '' : `STORE_DAMAGED: ${difference.sentence}.\n${ACCEPT}\n`;

/**
 * Goes on with a log as it is, whatever the read models saw; these are renamed and kept. Gives what there is to say. Throws
 * StoreDamaged where the log holds an event that cannot be read: nothing can go on with that.
 */
export const acceptLog = async (settings: Settings, context: Pick<Context, 'signal' | 'err'>): Promise<string> => {
  const { events, readModels } = dataFiles(settings.data);
  const now = new Date();
  // SQLite deletes a write-ahead log whose file is missing or empty.
  const isLeftOver = settings.store === 'sqlite' && sizeOf(events) === 0 && sizeOf(`${events}-wal`) > 0;
  const kept = isLeftOver ? [setAside(events, now)] : [];
  return withLogToWrite(settings, context, async (log) => {
    const difference = await differenceOf(fingerprintOf(readModels), log);
    for await (const _ of readWholeLog(log)) context.signal.throwIfAborted();
    if (difference !== null) kept.push(setAside(readModels, now));
    const accepted = difference === null ? 'There was nothing to accept' : `Accepted: ${difference.sentence}`;
    return `${accepted}.\n${kept.map((path) => `What is left of the earlier log is kept in ${path}.\n`).join('')}`;
  });
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
