/** Runs an import with progress bars, for `import` and `demo`. */
import type { Writable } from 'node:stream';
import { importFiles, type ImportResult, type FileProgress } from '../register-files/import-files.js';
import type { Register } from '../register-files/recorder.js';
import type { ReportLine } from '../register-files/report.js';
import { progressBar, table, type ProgressBar } from './terminal.js';

export interface ImportRun {
  readonly register: Register;
  readonly files: readonly string[];
  readonly list: string;
  readonly signal: AbortSignal;
  readonly progress: Writable;
  readonly onWrong: (line: ReportLine) => void;
}

export const runImport = async ({
  register,
  files,
  list,
  signal,
  progress,
  onWrong,
}: ImportRun): Promise<ImportResult> => {
  let current: { readonly file: string; readonly bar: ProgressBar } | undefined;
  const onProgress = (update: FileProgress): void => {
    if (current?.file !== update.file) {
      current?.bar.end();
      current = { file: update.file, bar: progressBar(update.file, progress) };
    }
    current.bar.update(
      update.done,
      update.total,
      `${update.added} added, ${update.unchanged} unchanged, ${update.refused} refused`,
    );
  };
  try {
    return await importFiles(register, files, { list, signal, onProgress, onReportLine: onWrong });
  } finally {
    current?.bar.end();
  }
};

/** A table of counts, one row for each file. */
export const summary = ({ files }: ImportResult): string =>
  table(
    ['file', 'rows', 'added', 'unchanged', 'refused'],
    files.map(({ file, total, added, unchanged, refused }) => [file, total, added, unchanged, refused]),
  );
