/** The log as lines, read beside whoever writes it. */
import { Readable } from 'node:stream';
import { readWholeLog } from '../event-store/copy.js';
import { formatLogLine } from '../event-store/log-file.js';
import type { EventStore } from '../event-store/port.js';
import type { LogDifference } from '../read-models/log-fingerprint.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { into } from './export-file.js';
import { withLogToRead } from './log.js';
import { lookAtReadModels, noticeOf } from './lost-log.js';
import { gauge } from './terminal.js';

export interface ExportedLog {
  readonly words: string;
  /** The log is whole as far as it goes, but not the one that the read models were made from. */
  readonly difference: LogDifference | null;
}

export const exportLog = async (
  out: string | undefined,
  settings: Settings,
  context: Context,
): Promise<ExportedLog> => {
  const differenceOf = lookAtReadModels(settings);
  return withLogToRead(settings, async (log) => {
    const shown = gauge('events', context.err);
    let count = 0;
    const lines = linesOf(log, (events) => shown.show((count = events), events, ''));
    await into(out, Readable.from(lines, { objectMode: false }), context, shown);
    const difference = await differenceOf(log);
    const known = `${count} events, with everything that is known of them.\n`;
    return { words: `${known}${noticeOf(difference)}`, difference };
  });
};

async function* linesOf(log: EventStore, onEvents: (count: number) => void): AsyncGenerator<string> {
  let count = 0;
  for await (const batch of readWholeLog(log, 500)) {
    yield batch.map(formatLogLine).join('');
    onEvents((count += batch.length));
  }
}
