/** `habeas demo`: imports a register of synthetic people, prints parts of it, and serves it. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, type Settings } from '../settings.js';
import { shippedFile } from '../shipped-file.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, isAbort, type ExitCode } from './exit.js';
import { withRegister, type OpenRegister } from './register.js';
import { runImport, importSummary } from './run-import.js';
import { serveUntilStopped } from './serve.js';
import { DEMO, showRegister } from './show.js';

export interface DemoOptions {
  readonly data: string;
  readonly port?: string;
  readonly once?: true;
}

const DEMO_FOLDER = shippedFile('demo');
const DEMO_FILES = [
  'register.json',
  'register-2025-10-07.csv',
  'new-cases-2026-01-05.csv',
  'amnesty-applications-2026-01-05.csv',
  'editions.csv',
  'claims.json',
].map((file) => join(DEMO_FOLDER, file));

/** Ctrl-C is no failure: what was imported stays, and the next run continues from there. */
export const demoCommand = async (options: DemoOptions, context: Context): Promise<ExitCode> => {
  const settings = demoSettings(options, context);
  markAsDemonstration(settings.data);
  const isComplete = await withRegister(settings, context, (register) =>
    importAndShow(register, settings, context),
  ).catch((error: unknown) => {
    if (isAbort(error)) return false;
    throw error;
  });
  if (!isComplete || context.signal.aborted) {
    context.out.write('\nStopped. The same command goes on where this one ended.\n');
    return EXIT.ok;
  }
  return options.once === true ? EXIT.ok : serveUntilStopped(settings, context, greeting);
};

/** Returns false where it was stopped. */
const importAndShow = async (
  register: OpenRegister,
  { data }: Settings,
  { out, err: progressOutput, signal }: Context,
): Promise<boolean> => {
  if (signal.aborted) return false;
  out.write(`A demonstration in ${data}: synthetic people, real aggregates. Its today is ${DEMO.today}.\n\n`);
  const onReportLine = (): void => undefined;
  const imported = await runImport({
    register,
    files: DEMO_FILES,
    list: DEMO.list,
    signal,
    progressOutput,
    onReportLine,
  });
  if (imported.outcome === 'unreadable')
    throw new CannotRun(`The files of the demonstration are missing in ${DEMO_FOLDER}`);
  out.write(`\n${importSummary(imported)}`);
  if (imported.outcome === 'stopped') return false;
  await showRegister(register, out);
  return true;
};

/** The settings of the demonstration: its folder, store, address and today replace those that the environment sets for a real register. */
const demoSettings = ({ data, port }: DemoOptions, { environment }: Context): Settings =>
  readSettings({
    HABEAS_LOG_LEVEL: 'warn',
    ...environment,
    // Synthetic people must never reach the server of a real register.
    EVENT_STORE: 'sqlite',
    HABEAS_DATA: data,
    HABEAS_HOST: '127.0.0.1',
    HABEAS_TODAY: DEMO.today,
    ...(port !== undefined && { HABEAS_PORT: port }),
  });

/** The file that marks a folder as a demonstration. */
const MARKER_FILE = 'DEMONSTRATION';

/** Throws CannotRun for a folder that has files but no marker: it may be a real register. */
const markAsDemonstration = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(join(folder, MARKER_FILE))) return;
  if (readdirSync(folder).length > 0) {
    throw new CannotRun(`${folder} is no folder of a demonstration; name a new one by --data`);
  }
  writeFileSync(join(folder, MARKER_FILE), 'Synthetic people. This folder may be deleted.\n', { mode: 0o600 });
};

const greeting = (url: string): string => `
Serving it on ${url} until Ctrl-C:
  ${url}/v1/docs    what can be asked and recorded
  curl -s '${url}/v1/lists/${DEMO.list}/members?asOf=${DEMO.today}&category=believers&limit=3'
  curl -s '${url}/v1/cases?reference=${DEMO.list}:${DEMO.reference}'
`;
