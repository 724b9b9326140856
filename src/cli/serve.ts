/** `habeas serve`: serves the register over HTTP until it is stopped. */
import { HTTP_LIMITS } from '../http/limits.js';
import { readSettings, type Settings } from '../settings.js';
import { whenAborted, type Context } from './context.js';
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

/** Serves until the signal aborts; requests under way are then still answered. Prints `greeting` once it listens. */
export const serveUntilStopped = async (
  settings: Settings,
  { out, err, signal, projection }: Context,
  greeting: (url: string) => string,
): Promise<ExitCode> => {
  const exitTimer = exitAfterAbort(signal);
  // Lines are written once the service listens; where it does not come to that, its error is printed as a message instead.
  const earlyLines: string[] = [];
  let log = (line: string): unknown => earlyLines.push(line);
  // Imported after the settings were read, so that wrong settings are reported at once.
  const { serve } = await import('../serve.js');
  const serving = await serve(settings, { write: (line) => log(line) }, HTTP_LIMITS, projection);
  log = (line) => err.write(line);
  earlyLines.forEach(log);
  // An error of standard error itself (full disk, broken pipe) must not end the service.
  err.on('error', () => undefined);
  try {
    if (!signal.aborted) out.write(greeting(serving.url));
    await whenAborted(signal);
  } finally {
    await serving.close();
    exitTimer.cancel();
  }
  return EXIT.ok;
};

/** Milliseconds from the request to stop until the process exits in any case; container engines kill it some seconds after that request. */
const FORCED_EXIT_AFTER_MS = 4_500;

/** Exits the process if stopping hangs. That is safe: every event that a client was told is recorded is durable. */
const exitAfterAbort = (signal: AbortSignal): { cancel: () => void } => {
  let timeout: NodeJS.Timeout | undefined;
  const start = (): void => void (timeout = setTimeout(() => process.exit(EXIT.ok), FORCED_EXIT_AFTER_MS).unref());
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return {
    cancel: () => {
      signal.removeEventListener('abort', start);
      clearTimeout(timeout);
    },
  };
};
