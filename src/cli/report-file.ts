/** The report of an import as a file: a line a wrong cell, without what stands in it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { ReportLine } from '../register-files/report.js';
import { CannotRun } from './exit.js';

export interface ReportFile {
  add(line: ReportLine): void;
  close(): void;
}

const COLUMNS = ['file', 'row', 'column', 'code', 'expected'] as const;

/** Opens a report: CSV, or a JSON array, by its name. It is written line by line, so that its length is no matter. */
export const openReport = (path: string): ReportFile => {
  const format = path.endsWith('.csv') ? csv : path.endsWith('.json') ? json : null;
  if (format === null) throw new CannotRun(`--report: the name must end in .csv or .json: ${path}`);
  const file = open(path);
  let count = 0;
  writeSync(file, format.begin);
  return {
    add: (line) => writeSync(file, (count++ === 0 ? '' : format.between) + format.line(line)),
    close: () => {
      writeSync(file, format.end);
      closeSync(file);
    },
  };
};

const open = (path: string): number => {
  try {
    return openSync(path, 'w', 0o600);
  } catch (error) {
    throw new CannotRun(`--report: cannot write ${path} (${String((error as { code?: unknown }).code)})`);
  }
};

interface Format {
  readonly begin: string;
  readonly between: string;
  readonly end: string;
  readonly line: (line: ReportLine) => string;
}

const csv: Format = {
  begin: `${COLUMNS.join(',')}\r\n`,
  between: '',
  end: '',
  line: (line) => `${COLUMNS.map((column) => cell(line[column])).join(',')}\r\n`,
};

const cell = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const json: Format = {
  begin: '[',
  between: ',',
  end: '\n]\n',
  line: (line) => `\n  ${JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, line[column]])))}`,
};
