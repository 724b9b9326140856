/** `habeas export` of the log as NDJSON; another process may write to the log meanwhile. */
import { Readable } from 'node:stream';
import { readStoredLog } from '../event-store/copy.js';
import { formatLogLine } from '../event-store/log-file.js';
import type { EventStore } from '../event-store/port.js';
import type { LogDifference } from '../read-models/log-fingerprint.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { writeExport } from './export-file.js';
import { withProgress } from './job-progress.js';
import { withLogToRead } from './log.js';
import { comparisonWithReadModels, differenceNotice } from './lost-log.js';

export interface ExportedLog {
  readonly message: string;
  /** Set where the log lacks or contradicts events that the read models have seen. */
  readonly difference: LogDifference | null;
}

export const exportLog = async (
  out: string | undefined,
  settings: Settings,
  context: Context,
): Promise<ExportedLog> => {
  const compareWithReadModels = comparisonWithReadModels(settings);
  return withLogToRead(settings, async (log) => {
    let count = 0;
    await withProgress(context, ({ onProgress }) => {
      const lines = linesOf(log, (events) => onProgress({ stage: 'events', done: (count = events), total: null }));
      return writeExport(out, Readable.from(lines, { objectMode: false }), context);
    });
    const difference = await compareWithReadModels(log);
    const summary = `${count} events, with everything that is known of them.\n`;
    return { message: `${summary}${differenceNotice(difference)}`, difference };
  });
};

async function* linesOf(log: EventStore, onEvents: (count: number) => void): AsyncGenerator<string> {
  let count = 0;
  for await (const batch of readStoredLog(log, 500)) {
    yield batch.map(formatLogLine).join('');
    onEvents((count += batch.length));
  }
}
