/** Runs the command line inside the test process and captures its output, which is not a TTY. */
import { Writable } from 'node:stream';
import { run } from '../../src/cli/program.js';

/** `until` sees the output so far: it aborts the command by returning true, or later through `stop`. */
export const runCli = async (
  args: readonly string[],
  until: (output: { out: string; err: string }, stop: () => void) => boolean = () => false,
  controller = new AbortController(),
  environment: Readonly<Record<string, string>> = {},
) => {
  const output = { out: '', err: '' };
  const capture = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk, _, done) {
        output[name] += String(chunk);
        if (until(output, () => controller.abort())) controller.abort();
        done();
      },
    });
  const context = {
    environment: { HABEAS_TODAY: '2026-01-05', ...environment },
    out: capture('out'),
    err: capture('err'),
  };
  const code = await run(args, { ...context, signal: controller.signal });
  return { code, ...output };
};

/** Runs a command whose signal is aborted from the start. */
export const runAbortedCli = (args: readonly string[]) => {
  const controller = new AbortController();
  controller.abort();
  return runCli(args, () => false, controller);
};
