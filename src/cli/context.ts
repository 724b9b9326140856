/** What a command works with: everything of the process that it may touch. */
import type { Writable } from 'node:stream';

export type Terminal = Writable & { readonly isTTY?: boolean };

export interface Context {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: Terminal;
  readonly err: Terminal;
  /** Aborts when the person at the terminal asks to stop. */
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. */
export const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

/** The context of this process: Ctrl-C asks the command to end, a second one ends the process. */
export const processContext = (): Context => {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return { environment: process.env, out: process.stdout, err: process.stderr, signal: stop.signal };
};
