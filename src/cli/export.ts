/** `habeas export`: the log, which can be imported again, or a list for people. */
import type { TableFormat } from '../register-files/list-export.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import type { AskedOfList } from './export-list.js';

export interface ExportOptions {
  readonly data?: string;
  readonly format: 'ndjson' | TableFormat;
  readonly out?: string;
  /** What is asked of a list, by its names in a URL. */
  readonly [parameter: string]: string | string[] | undefined;
}

/** The log needs little of the house, and loads no more. */
export const exportCommand = async (
  { data, format, out, ...others }: ExportOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const asked = Object.fromEntries(
    Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ) as AskedOfList;
  let words: string;
  let code: ExitCode = EXIT.fine;
  if (format === 'ndjson') {
    const [first] = Object.keys(asked);
    if (first !== undefined) throw new CannotRun(`The log is exported whole; ${first} is for --format csv and xlsx`);
    const { exportLog } = await import('./export-log.js');
    const exported = await exportLog(out, settings, context);
    words = exported.words;
    if (exported.difference !== null) code = EXIT.damaged;
  } else {
    if (format === 'xlsx' && out === undefined && context.out.isTTY === true)
      throw new CannotRun('A workbook is nothing for a terminal; name a file by --out');
    const { exportPeople } = await import('./export-list.js');
    words = await exportPeople(format, asked, out, settings, context);
  }
  // What the file is goes where the file does not.
  (out === undefined ? context.err : context.out).write(words);
  return code;
};
