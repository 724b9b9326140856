/** `habeas import` of an exported log: the same events at the same places, in a register that holds nothing else. */
import { stat } from 'node:fs/promises';
import { copyEvents, verifyCopy } from '../event-store/copy.js';
import { dataFiles } from '../event-store/data-folder.js';
import { readLogFile } from '../event-store/log-file.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { withLogToWrite } from './log.js';
import { lookAtReadModels, noticeOf, refuseOtherRegister } from './lost-log.js';
import { gauge } from './terminal.js';

export const importLog = (path: string, settings: Settings, { out, err, signal }: Context): Promise<ExitCode> =>
  withLogToWrite(settings, { err }, async (log) => {
    const { size } = await stat(path);
    refuseOtherRegister(dataFiles(settings.data).readModels, await firstIn(path));
    const reading = (label: string) => {
      const shown = gauge(`${path}, bytes ${label}`, err);
      return { events: readLogFile(path, (bytes) => shown.show(bytes, size, '')), end: () => shown.end() };
    };
    const written = reading('written');
    const { outcome, existing: found, added } = await copyEvents(written.events, log, { signal });
    written.end();
    if (outcome === 'stopped') {
      out.write(`Stopped. ${found + added} events are recorded; the same command goes on where this one ended.\n`);
      return EXIT.stopped;
    }
    const compared = reading('compared');
    const count = await verifyCopy(compared.events, log);
    compared.end();
    out.write(
      `${count} events stand as in the file, ${added} of them new.\n${noticeOf(await lookAtReadModels(settings)(log))}`,
    );
    return EXIT.fine;
  });

/** The id of the first event of an exported log. */
const firstIn = async (path: string): Promise<string | undefined> => {
  for await (const batch of readLogFile(path)) return batch[0]?.id;
  return undefined;
};
