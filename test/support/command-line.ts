/** The command line, run within the test: its words on a terminal that is no terminal, and its exit code. */
import { Writable } from 'node:stream';
import { run } from '../../src/cli/program.js';

/** Runs a command line; `until` says whether to stop it, from what it has said so far, or stops it later. */
export const runCli = async (
  words: readonly string[],
  until: (said: { out: string; err: string }, stop: () => void) => boolean = () => false,
  stop = new AbortController(),
  environment: Readonly<Record<string, string>> = {},
) => {
  const said = { out: '', err: '' };
  const terminal = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk, _, done) {
        said[name] += String(chunk);
        if (until(said, () => stop.abort())) stop.abort();
        done();
      },
    });
  const context = {
    environment: { HABEAS_TODAY: '2026-01-05', ...environment },
    out: terminal('out'),
    err: terminal('err'),
  };
  const code = await run(words, { ...context, signal: stop.signal });
  return { code, ...said };
};

/** Runs one that is asked to stop before it begins. */
export const runAbortedCli = (words: readonly string[]) => {
  const stop = new AbortController();
  stop.abort();
  return runCli(words, () => false, stop);
};
