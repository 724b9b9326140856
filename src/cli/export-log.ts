/** `habeas export` of the log as NDJSON; another process may write to the log meanwhile. */
import { Readable } from 'node:stream';
import { readStoredLog } from '../event-store/copy.js';
import { formatLogLine } from '../event-store/log-file.js';
import { StoreDamaged, type EventStore } from '../event-store/port.js';
import { ProofFiles } from '../proof/proof-files.js';
import { verifyWhenAvailable } from '../proof/verify-log.js';
import type { Settings } from '../settings.js';
import { removeCarriedProof, writeCarriedProof } from './carried-proof.js';
import type { Context } from './context.js';
import { writeExport } from './export-file.js';
import { withProgress } from './job-progress.js';
import { withLogToRead } from './log.js';
import { createLogVsReadModelsComparer, differenceNotice } from './lost-log.js';

export interface LogExportResult {
  readonly message: string;
  /** Whether the log is not as it was recorded, or lacks or contradicts events that the read models have seen. */
  readonly isDamaged: boolean;
}

export const exportLog = async (
  out: string | undefined,
  settings: Settings,
  context: Context,
): Promise<LogExportResult> => {
  const compareWithReadModels = createLogVsReadModelsComparer(settings);
  return withLogToRead(settings, async (log) => {
    const files = new ProofFiles(settings.data);
    // Verified before the export is written, so that the checkpoint covers no more events than the file has.
    const verified = out === undefined || !files.hasKey() ? null : await verifyBeforeExport(log, files, context);
    let count = 0;
    await withProgress(context, ({ onProgress }) => {
      const lines = linesOf(log, (events) => onProgress({ stage: 'events', done: (count = events), total: null }));
      // An earlier proof would vouch for an export that is not signed.
      return writeExport(out, Readable.from(lines, { objectMode: false }), context, removeCarriedProof);
    });
    const isChanged = verified instanceof StoreDamaged;
    const difference = await compareWithReadModels(log);
    if (out !== undefined && !isChanged && difference === null && verified?.tree)
      await writeCarriedProof(out, files, verified.tree);
    const summary = `${count} events, with everything that is known of them.\n`;
    return {
      message: `${summary}${differenceNotice(difference)}`,
      isDamaged: isChanged || difference !== null,
    };
  });
};

/** Verifies the log, and prints where it is not as it was recorded: such a log is exported all the same, but not signed. */
const verifyBeforeExport = async (
  log: EventStore,
  files: ProofFiles,
  context: Context,
): ReturnType<typeof verifyWhenAvailable> => {
  const verified = await withProgress(context, (job) =>
    verifyWhenAvailable(log, () => files.lastCheckpointAsList(), files.tilesPath, job),
  );
  if (verified instanceof StoreDamaged)
    context.err.write(`STORE_DAMAGED: ${verified.message}. The export is not signed.\n`);
  return verified;
};

async function* linesOf(log: EventStore, onEvents: (count: number) => void): AsyncGenerator<string> {
  let count = 0;
  for await (const batch of readStoredLog(log, 500)) {
    yield batch.map(formatLogLine).join('');
    onEvents((count += batch.length));
  }
}
