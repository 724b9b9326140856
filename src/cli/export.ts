/** `habeas export`: the log, which can be imported again, or a list for people. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { wholeLog } from '../event-store/copy.js';
import { lineOf } from '../event-store/log-file.js';
import type { EventStore } from '../event-store/port.js';
import { filtersOf, PeopleQuery, pick } from '../http/parameters.js';
import { exportList, type ListToExport, type TableFormat } from '../register-files/export.js';
import { readParameters } from '../schema/read.js';
import { readSettings, type Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { withLogToRead } from './log.js';
import { withRegisterToRead } from './register.js';
import { gauge, type Gauge } from './terminal.js';

export const EXPORT_FORMATS = ['ndjson', 'csv', 'xlsx'] as const;

export interface ExportOptions {
  readonly data?: string;
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly out?: string;
  readonly list?: string;
  /** The filters, the day and the order, by their names in a URL. */
  readonly [parameter: string]: string | string[] | undefined;
}

export const exportCommand = async (options: ExportOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  const { format, out } = options;
  if (format === 'xlsx' && out === undefined && context.out.isTTY === true)
    throw new CannotRun('A workbook is nothing for a terminal; name a file by --out');
  const words = await (format === 'ndjson'
    ? exportLog(options, settings, context)
    : exportPeople(format, options, settings, context));
  // What the file is goes where the file does not.
  (out === undefined ? context.err : context.out).write(words);
  return EXIT.fine;
};

/** Everything that is not of the log but of a list. */
const asksForPeople = ({ data: _, format: __, out: ___, ...asked }: ExportOptions): Record<string, string | string[]> =>
  Object.fromEntries(Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

const exportLog = (options: ExportOptions, settings: Settings, context: Context): Promise<string> => {
  const [asked] = Object.keys(asksForPeople(options));
  if (asked !== undefined) throw new CannotRun(`The log is exported whole; ${asked} is for --format csv and xlsx`);
  return withLogToRead(settings, async (log) => {
    const shown = gauge('events', context.err);
    let count = 0;
    const lines = linesOf(log, (events) => shown.show((count = events), events, ''));
    await into(options.out, Readable.from(lines, { objectMode: false }), context, shown);
    return `${count} events, with everything that is known of them.\n`;
  });
};

async function* linesOf(log: EventStore, onEvents: (count: number) => void): AsyncGenerator<string> {
  let count = 0;
  for await (const batch of wholeLog(log, 500)) {
    yield batch.map(lineOf).join('');
    onEvents((count += batch.length));
  }
}

const exportPeople = (
  format: TableFormat,
  options: ExportOptions,
  settings: Settings,
  context: Context,
): Promise<string> => {
  const asked = listAsked(options);
  return withRegisterToRead(settings, context, async ({ queries }) => {
    const shown = gauge('people', context.err);
    let people = 0;
    const exported = await exportList(queries, asked, format, (rows) => shown.show(rows, people, ''));
    if (exported === null) throw new CannotRun(`There is no list ${asked.list}`);
    people = exported.people;
    await into(options.out, exported.content, context, shown);
    const { asOf, position, leavesOut } = exported;
    return `${people} people of ${asked.list} on ${asOf}, as known at position ${position}.\nNot in the file: ${leavesOut}.\n`;
  });
};

const listAsked = (options: ExportOptions): ListToExport => {
  const { list = 'union', ...parameters } = asksForPeople(options);
  const read = readParameters(PeopleQuery, parameters);
  if ('problems' in read) {
    const lines = read.problems.map(
      ({ pointer, expected }) => `${optionOf(pointer.split('/')[1] ?? '')}: expected ${expected}`,
    );
    throw new CannotRun(lines.join('\n'));
  }
  return { list: String(list), filters: filtersOf(read.value), ...pick(read.value, ['asOf', 'sort']) };
};

const optionOf = (parameter: string): string =>
  `--${parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Writes to a file, which stands there when it is whole and not before, or to the standard output. */
const into = async (
  file: string | undefined,
  content: Readable,
  { out, signal }: Context,
  shown: Gauge,
): Promise<void> => {
  try {
    if (file === undefined) await pipeline(content, out, { signal, end: false });
    else await intoFile(file, content, signal);
  } finally {
    shown.end();
  }
};

const intoFile = async (file: string, content: Readable, signal: AbortSignal): Promise<void> => {
  const part = `${file}.part`;
  try {
    await pipeline(content, createWriteStream(part, { mode: 0o600, flush: true }), { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};
