/** `habeas rebuild`: projects the whole log into new read models. */
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { withProgress } from './job-progress.js';
import { acceptLog } from './lost-log.js';
import { withRegister } from './register.js';

export interface RebuildOptions {
  readonly data?: string;
  /** Accepts a log that lacks events that the read models have seen. */
  readonly acceptLog?: true;
}

export const rebuildCommand = async (options: RebuildOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  if (options.acceptLog === true) context.out.write(await acceptLog(settings, context));
  return withRegister(settings, context, async ({ readModels }) => {
    // Stopping discards the unfinished file; the read models in use stay unchanged.
    const stop = (): void => {
      void readModels.stop();
    };
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      await withProgress(context, ({ onProgress }) => readModels.rebuild(onProgress));
    } catch (error) {
      if (!context.signal.aborted) throw error;
      context.out.write('Stopped. The read models are what they were.\n');
      return EXIT.stopped;
    }
    const { position } = await readModels.readiness();
    context.out.write(`The read models are rebuilt from ${position} events.\n`);
    return EXIT.ok;
  });
};
