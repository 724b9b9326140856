/** `habeas rebuild`: projects the whole log into new read models, or compares them with those in use. */
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { withProgress } from './job-progress.js';
import { decisionBy } from './log-decision.js';
import { acceptContradictingLog } from './lost-log.js';
import type { ReadModels } from '../read-models/read-models.js';
import { withRegister } from './register.js';
import { table } from './terminal.js';

export interface RebuildOptions {
  readonly data?: string;
  /** Accepts a log that contradicts the read models (it lacks events that they have seen) or the last checkpoint. */
  readonly acceptLog?: true;
  /** The person who accepts the log: `person:` and an opaque id. */
  readonly by?: string;
  /** Compares the read models with the log instead of replacing them. */
  readonly check?: true;
}

export const rebuildCommand = async (options: RebuildOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  if (options.by !== undefined && options.acceptLog !== true)
    throw new CannotRun('--by: expected with --accept-log only');
  if (options.check === true) {
    if (options.acceptLog === true)
      throw new CannotRun('--check: expected without --accept-log, since it changes nothing');
    return withRegister(settings, context, ({ readModels }) => checkReadModels(readModels, context));
  }
  if (options.acceptLog === true)
    context.out.write(await acceptContradictingLog(settings, decisionBy(options.by), context));
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

/** Prints how many rows were compared and the first that differ, by the case or stream that they are of. */
const checkReadModels = async (readModels: ReadModels, context: Context): Promise<ExitCode> => {
  const { position, rows, different, examples } = await withProgress(context, (job) => readModels.check(job));
  context.out.write(`${rows} rows compared, made from ${position} events: `);
  if (different === 0) {
    context.out.write('the log gives the same.\n');
    return EXIT.ok;
  }
  context.out.write(`${different} differ from those that the log gives.\n`);
  const lines = examples.map((one) => [one.table, one.subject, one.onlyIn]);
  context.out.write(table(['table', 'case or stream', 'only in'], lines));
  if (different > examples.length) context.out.write(`The first ${examples.length} of them.\n`);
  context.out.write('`habeas rebuild` makes the read models anew.\n');
  return EXIT.differ;
};
