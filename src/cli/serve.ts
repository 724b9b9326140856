/** `habeas serve`: the register over HTTP, until somebody stops it. */
import { serve } from '../serve.js';
import { readSettings, type Settings } from '../settings.js';
import { aborted, type Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';

export interface ServeOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
}

export const serveCommand = (options: ServeOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings({
    ...context.environment,
    ...(options.data && { HABEAS_DATA: options.data }),
    ...(options.host && { HABEAS_HOST: options.host }),
    ...(options.port && { HABEAS_PORT: options.port }),
  });
  return serveUntilStopped(
    settings,
    context,
    (url) => `Habeas serves ${settings.data} on ${url}, described at ${url}/v1/docs\n`,
  );
};

/** Serves until the signal aborts; what is under way then is answered. `greeting` is said once it listens. */
export const serveUntilStopped = async (
  settings: Settings,
  { out, err, signal }: Context,
  greeting: (url: string) => string,
): Promise<ExitCode> => {
  const last = endAfter(signal);
  // Logged only once it listens: what is in the way before that is told in a sentence.
  let log: (line: string) => unknown = () => undefined;
  const serving = await serve(settings, { write: (line) => log(line) });
  log = (line) => err.write(line);
  // A log that takes nothing more, on a full disk or behind a broken pipe, ends nothing.
  err.on('error', () => undefined);
  try {
    if (!signal.aborted) out.write(greeting(serving.url));
    await aborted(signal);
  } finally {
    await serving.close();
    last.called();
  }
  return EXIT.fine;
};

/** Milliseconds after which whoever asked the service to stop need not wait any longer. */
const STOPPED_MS = 4_500;

/** Everything that stops is bounded by itself. Should it hang all the same, the process ends: what was acknowledged is durable. */
const endAfter = (signal: AbortSignal): { called: () => void } => {
  let late: NodeJS.Timeout | undefined;
  const begin = (): void => void (late = setTimeout(() => process.exit(EXIT.fine), STOPPED_MS).unref());
  signal.addEventListener('abort', begin, { once: true });
  return {
    called: () => {
      signal.removeEventListener('abort', begin);
      clearTimeout(late);
    },
  };
};
