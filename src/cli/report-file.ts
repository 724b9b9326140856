/** The report of an import as a file: one line for each problem, without the content of the cell, which may be personal. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { ReportLine } from '../register-files/report.js';
import { CannotRun } from './exit.js';

export interface ReportFile {
  add(line: ReportLine): void;
  close(): void;
}

const REPORT_COLUMNS = ['file', 'row', 'column', 'code', 'expected'] as const;

/** CSV or a JSON array, by the file name. Each line is written immediately, so that a long report takes no memory. */
export const openReport = (path: string): ReportFile => {
  const format = path.endsWith('.csv') ? csvFormat : path.endsWith('.json') ? jsonFormat : null;
  if (format === null) throw new CannotRun(`--report: the name must end in .csv or .json: ${path}`);
  const file = createReportFile(path);
  let count = 0;
  writeSync(file, format.prefix);
  return {
    add: (line) => writeSync(file, (count++ === 0 ? '' : format.separator) + format.line(line)),
    close: () => {
      writeSync(file, format.suffix);
      closeSync(file);
    },
  };
};

const createReportFile = (path: string): number => {
  try {
    return openSync(path, 'w', 0o600);
  } catch (error) {
    throw new CannotRun(`--report: cannot write ${path} (${String((error as { code?: unknown }).code)})`);
  }
};

interface ReportFormat {
  readonly prefix: string;
  readonly separator: string;
  readonly suffix: string;
  readonly line: (line: ReportLine) => string;
}

const csvFormat: ReportFormat = {
  prefix: `${REPORT_COLUMNS.join(',')}\r\n`,
  separator: '',
  suffix: '',
  line: (line) => `${REPORT_COLUMNS.map((column) => csvCell(line[column])).join(',')}\r\n`,
};

const csvCell = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const jsonFormat: ReportFormat = {
  prefix: '[',
  separator: ',',
  suffix: '\n]\n',
  line: (line) => `\n  ${JSON.stringify(Object.fromEntries(REPORT_COLUMNS.map((column) => [column, line[column]])))}`,
};
