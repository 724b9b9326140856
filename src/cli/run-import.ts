/** Runs an import with progress bars, for `import` and `demo`. */
import type { Writable } from 'node:stream';
import { importFiles, type ImportResult } from '../register-files/import-files.js';
import type { Register } from '../register-files/recorder.js';
import type { ReportLine } from '../register-files/report.js';
import { withProgress } from './job-progress.js';
import { table } from './terminal.js';

export interface ImportRun {
  readonly register: Register;
  readonly files: readonly string[];
  readonly list: string;
  readonly signal: AbortSignal;
  readonly progress: Writable;
  readonly onWrong: (line: ReportLine) => void;
}

export const runImport = ({ register, files, list, signal, progress, onWrong }: ImportRun): Promise<ImportResult> =>
  withProgress({ err: progress, signal }, (job) =>
    importFiles(register, files, { list, ...job, onReportLine: onWrong }),
  );

/** A table of counts, one row for each file. */
export const summary = ({ files }: ImportResult): string =>
  table(
    ['file', 'rows', 'added', 'unchanged', 'refused'],
    files.map(({ file, total, added, unchanged, refused }) => [file, total, added, unchanged, refused]),
  );
