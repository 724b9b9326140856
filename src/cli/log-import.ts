/** `habeas import` of an exported log: appends its events, at the same positions, to a register that has no others. */
import { stat } from 'node:fs/promises';
import { copyAdoptedLeaves, copyEvents, verifyCopy } from '../event-store/copy.js';
import { dataFilePaths } from '../event-store/data-folder.js';
import { readExportedLog } from '../event-store/log-file.js';
import { UNWATCHED, type JobContext } from '../jobs/job.js';
import { ProofFiles } from '../proof/proof-files.js';
import type { Settings } from '../settings.js';
import { verifyCopyAndKeepProof, readCarriedProof } from './carried-proof.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { withProgress } from './job-progress.js';
import { withLogToWrite } from './log.js';
import { createLogVsReadModelsComparer, differenceNotice, refuseOtherRegister } from './lost-log.js';

export const importLog = async (path: string, settings: Settings, context: Context): Promise<ExitCode> => {
  const { size } = await stat(path);
  // Checked before the log of the register is opened, since opening creates it.
  refuseOtherRegister(dataFilePaths(settings.data).readModels, await firstEventId(path));
  return withLogToWrite(settings, context, async (log) => {
    const { out } = context;
    const readAs = (what: string, { onProgress }: JobContext) =>
      readExportedLog(path, (bytes) => onProgress({ stage: `${path}, bytes ${what}`, done: bytes, total: size }));
    // Progress counts bytes, whose total is known.
    const { outcome, existing, added } = await withProgress(context, (job) =>
      copyEvents(readAs('written', job), log, { ...UNWATCHED, signal: job.signal }),
    );
    if (outcome === 'stopped') {
      out.write(`Stopped. ${existing + added} events are recorded; the same command goes on where this one ended.\n`);
      return EXIT.stopped;
    }
    await copyAdoptedLeaves(readExportedLog(path), log);
    const count = await withProgress(context, (job) => verifyCopy(readAs('compared', job), log));
    const files = new ProofFiles(settings.data);
    const proof = readCarriedProof(path, files);
    if (proof !== null) await withProgress(context, (job) => verifyCopyAndKeepProof(log, proof, files, job));
    const difference = await createLogVsReadModelsComparer(settings)(log);
    out.write(`${count} events stand as in the file, ${added} of them new.\n${differenceNotice(difference)}`);
    return difference === null ? EXIT.ok : EXIT.damaged;
  });
};

/** The id of the first event of an exported log. */
const firstEventId = async (path: string): Promise<string | undefined> => {
  for await (const batch of readExportedLog(path)) return batch[0]?.id;
  return undefined;
};
