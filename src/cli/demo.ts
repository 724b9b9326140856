/** `habeas demo`: a register of synthetic people, imported, shown on the terminal, and served. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings, type Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, isStop, type ExitCode } from './exit.js';
import { withRegister, type OpenRegister } from './register.js';
import { runImport, summary } from './run-import.js';
import { serveUntilStopped } from './serve.js';
import { DEMO, showRegister } from './show.js';

export interface DemoOptions {
  readonly data: string;
  readonly port?: string;
  readonly once?: true;
}

/** RequestOptions `dist`, wherever the package stands. */
const FOLDER = fileURLToPath(new URL('../../demo/', import.meta.url));
const FILES = [
  'register.json',
  'register-2025-10-07.csv',
  'new-cases-2026-01-05.csv',
  'amnesty-applications-2026-01-05.csv',
].map((file) => join(FOLDER, file));

/** Being stopped is a good end at every moment: what was imported is kept, and the next run goes on from there. */
export const demoCommand = async (options: DemoOptions, context: Context): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  markAsDemonstration(settings.data);
  const shown = await withRegister(settings, context, (register) => importAndShow(register, settings, context)).catch(
    (error: unknown) => {
      if (isStop(error)) return false;
      throw error;
    },
  );
  if (!shown || context.signal.aborted) {
    context.out.write('\nStopped. The same command goes on where this one ended.\n');
    return EXIT.fine;
  }
  return options.once === true ? EXIT.fine : serveUntilStopped(settings, context, greeting);
};

/** False where it was stopped. */
const importAndShow = async (
  register: OpenRegister,
  { data }: Settings,
  { out, err: progress, signal }: Context,
): Promise<boolean> => {
  if (signal.aborted) return false;
  out.write(`A demonstration in ${data}: synthetic people, real aggregates. Its today is ${DEMO.today}.\n\n`);
  const onWrong = (): void => undefined;
  const imported = await runImport({ register, files: FILES, list: DEMO.list, signal, progress, onWrong });
  if (imported.outcome === 'unreadable') throw new CannotRun(`The files of the demonstration are missing in ${FOLDER}`);
  out.write(`\n${summary(imported)}`);
  if (imported.outcome === 'stopped') return false;
  await showRegister(register, out);
  return true;
};

/** Its own folder, its own today, and this machine alone, whatever the environment says of the real register. */
const settingsOf = ({ data, port }: DemoOptions, { environment }: Context): Settings =>
  readSettings({
    HABEAS_LOG_LEVEL: 'warn',
    ...environment,
    // Never into a register of somebody's own.
    EVENT_STORE: 'sqlite',
    HABEAS_DATA: data,
    HABEAS_HOST: '127.0.0.1',
    HABEAS_TODAY: DEMO.today,
    ...(port !== undefined && { HABEAS_PORT: port }),
  });

const MARK = 'DEMONSTRATION';

/** Synthetic people never enter a real register: the folder is new, or was made by a demonstration. */
const markAsDemonstration = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(join(folder, MARK))) return;
  if (readdirSync(folder).length > 0) {
    throw new CannotRun(`${folder} is no folder of a demonstration; name a new one by --data`);
  }
  writeFileSync(join(folder, MARK), 'Synthetic people. This folder may be deleted.\n');
};

const greeting = (url: string): string => `
Serving it on ${url} until Ctrl-C:
  ${url}/v1/docs    what can be asked and recorded
  curl -s '${url}/v1/lists/${DEMO.list}/members?asOf=${DEMO.today}&category=believers&limit=3'
  curl -s '${url}/v1/cases?reference=${DEMO.list}:${DEMO.reference}'
`;
