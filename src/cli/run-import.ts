/** Runs an import with progress bars, for `import` and `demo`. */
import type { Writable } from 'node:stream';
import { importFiles, type CorrectionLine, type ImportResult } from '../register-files/import-files.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import type { ReportLine } from '../register-files/report.js';
import { withProgress } from './job-progress.js';
import { table } from './terminal.js';

export interface ImportRun {
  readonly register: RegisterAccess;
  readonly files: readonly string[];
  readonly list: string;
  readonly signal: AbortSignal;
  readonly progressOutput: Writable;
  readonly onReportLine: (line: ReportLine) => void;
  /** If given, changed and emptied cells become corrections; called with each. */
  readonly onCorrection?: (line: CorrectionLine) => void;
}

export const runImport = ({
  register,
  files,
  list,
  signal,
  progressOutput,
  onReportLine,
  onCorrection,
}: ImportRun): Promise<ImportResult> =>
  withProgress({ err: progressOutput, signal }, (job) =>
    importFiles(register, files, {
      list,
      ...job,
      onReportLine,
      ...(onCorrection && { correct: true, onCorrection }),
    }),
  );

/** A table of counts, one row for each file. */
export const importSummary = ({ files }: ImportResult): string => {
  const hasCorrections = files.some(({ corrected }) => corrected !== undefined);
  return table(
    ['file', 'rows', 'added', 'unchanged', 'refused', ...(hasCorrections ? ['cells corrected'] : [])],
    files.map(({ file, total, added, unchanged, refused, corrected = 0 }) => [
      ...[file, total, added, unchanged, refused],
      ...(hasCorrections ? [corrected] : []),
    ]),
  );
};
