/** `habeas import` of an exported log: appends its events, at the same positions, to a register that has no others. */
import { stat } from 'node:fs/promises';
import { copyEvents, verifyCopy } from '../event-store/copy.js';
import { dataFiles } from '../event-store/data-folder.js';
import { readLogFile } from '../event-store/log-file.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { withLogToWrite } from './log.js';
import { comparisonWithReadModels, differenceNotice, refuseOtherRegister } from './lost-log.js';
import { progressBar } from './terminal.js';

export const importLog = (path: string, settings: Settings, { out, err, signal }: Context): Promise<ExitCode> =>
  withLogToWrite(settings, { err }, async (log) => {
    const { size } = await stat(path);
    refuseOtherRegister(dataFiles(settings.data).readModels, await firstEventId(path));
    const readWithProgress = (label: string) => {
      const progress = progressBar(`${path}, bytes ${label}`, err);
      return { events: readLogFile(path, (bytes) => progress.update(bytes, size, '')), end: () => progress.end() };
    };
    const toWrite = readWithProgress('written');
    const { outcome, existing, added } = await copyEvents(toWrite.events, log, { signal });
    toWrite.end();
    if (outcome === 'stopped') {
      out.write(`Stopped. ${existing + added} events are recorded; the same command goes on where this one ended.\n`);
      return EXIT.stopped;
    }
    const toCompare = readWithProgress('compared');
    const count = await verifyCopy(toCompare.events, log);
    toCompare.end();
    out.write(
      `${count} events stand as in the file, ${added} of them new.\n${differenceNotice(await comparisonWithReadModels(settings)(log))}`,
    );
    return EXIT.ok;
  });

/** The id of the first event of an exported log. */
const firstEventId = async (path: string): Promise<string | undefined> => {
  for await (const batch of readLogFile(path)) return batch[0]?.id;
  return undefined;
};
