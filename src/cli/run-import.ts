/** Runs an import with progress bars, for `import` and `demo`. */
import type { Writable } from 'node:stream';
import { importFiles, type CorrectionLine, type ImportResult } from '../register-files/import-files.js';
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
  /** Whether changed and emptied cells become corrections, and what to do with each. */
  readonly correct?: (line: CorrectionLine) => void;
}

export const runImport = ({
  register,
  files,
  list,
  signal,
  progress,
  onWrong,
  correct,
}: ImportRun): Promise<ImportResult> =>
  withProgress({ err: progress, signal }, (job) =>
    importFiles(register, files, {
      list,
      ...job,
      onReportLine: onWrong,
      ...(correct && { correct: true, onCorrection: correct }),
    }),
  );

/** A table of counts, one row for each file. */
export const summary = ({ files }: ImportResult): string => {
  const hasCorrections = files.some(({ corrected }) => corrected !== undefined);
  return table(
    ['file', 'rows', 'added', 'unchanged', 'refused', ...(hasCorrections ? ['cells corrected'] : [])],
    files.map(({ file, total, added, unchanged, refused, corrected = 0 }) => [
      ...[file, total, added, unchanged, refused],
      ...(hasCorrections ? [corrected] : []),
    ]),
  );
};
