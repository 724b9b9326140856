/** `habeas export`: the log as NDJSON, or a list as CSV or XLSX. */
import type { TableFormat } from '../register-files/list-export.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { checkOutputFile } from './output-file.js';
import type { ListParameters } from './export-list.js';

export interface ExportOptions {
  readonly data?: string;
  readonly format: 'ndjson' | TableFormat;
  readonly out?: string;
  /** What to export of a list (day, filters, order), by the names of the REST interface's query parameters. */
  readonly [parameter: string]: string | string[] | undefined;
}

/** Modules are imported on demand: an export of the log starts faster without NestJS. */
export const exportCommand = async (
  { data, format, out, ...others }: ExportOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const parameters = Object.fromEntries(
    Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ) as ListParameters;
  if (out !== undefined) checkOutputFile('--out', out, { data: settings.data });
  let message: string;
  let code: ExitCode = EXIT.ok;
  if (format === 'ndjson') {
    const [first] = Object.keys(parameters);
    if (first !== undefined) throw new CannotRun(`The log is exported whole; ${first} is for --format csv and xlsx`);
    const { exportLog } = await import('./export-log.js');
    const exported = await exportLog(out, settings, context);
    message = exported.message;
    if (exported.isDamaged) code = EXIT.damaged;
  } else {
    if (format === 'xlsx' && out === undefined && context.out.isTTY === true)
      throw new CannotRun('A workbook is nothing for a terminal; name a file by --out');
    const { exportPeople } = await import('./export-list.js');
    message = await exportPeople(format, parameters, out, settings, context);
  }
  // With the export on standard output, the message goes to standard error.
  (out === undefined ? context.err : context.out).write(message);
  return code;
};
