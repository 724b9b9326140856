/** Shows long work on the terminal: a progress bar for each of its stages. */
import type { JobContext, JobProgress } from '../jobs/job.js';
import type { Context } from './context.js';
import { progressBar, type ProgressBar } from './terminal.js';

/** Runs work that stops when the command is stopped; returns or throws what the work does. */
export const withProgress = async <R>(
  { err, signal }: Pick<Context, 'err' | 'signal'>,
  work: (job: JobContext) => Promise<R>,
): Promise<R> => {
  let current: { readonly stage: string; readonly bar: ProgressBar } | undefined;
  const onProgress = ({ stage, done, total, results = {} }: JobProgress): void => {
    if (current?.stage !== stage) {
      current?.bar.end();
      current = { stage, bar: progressBar(stage, err) };
    }
    current.bar.update(done, total ?? done, resultsText(results));
  };
  try {
    return await work({ signal, onProgress });
  } finally {
    current?.bar.end();
  }
};

/** `3 added, 1 refused` */
const resultsText = (results: NonNullable<JobProgress['results']>): string =>
  Object.entries(results)
    .map(([result, count]) => `${count} ${result}`)
    .join(', ');
