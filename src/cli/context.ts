/** The parts of the process that commands use, passed as a value so that tests can run commands. */
import type { Writable } from 'node:stream';
import type { ProjectionThread } from '../projection.js';

export type OutputStream = Writable & { readonly isTTY?: boolean };

export interface Context {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** Aborts on the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** The thread on which a service projects the log; the one that answers requests (`own`) unless set. */
  readonly projection?: ProjectionThread;
}

/** Resolves when the signal aborts. */
export const whenAborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

/**
 * The context of this process. The first SIGINT or SIGTERM aborts `signal`, so that a command ends in order; the same again kills it.
 * A command goes on if nobody reads its output any more.
 */
export const contextOfProcess = (): Context => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  const { env: environment, stdout: out, stderr: err } = process;
  out.on('error', (error: NodeJS.ErrnoException) => {
    // `head` and pagers close the pipe once they have enough.
    if (error.code === 'EPIPE') return;
    err.write(`Standard output cannot be written: ${error.message}\n`);
    // EXIT.couldNotRun; its module imports too much to be imported here.
    process.exit(2);
  });
  return { environment, out, err, signal: controller.signal, projection: 'worker' };
};
