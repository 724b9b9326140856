/** An import with its progress on the terminal, for `import` and `demo` alike. */
import type { Writable } from 'node:stream';
import { importFiles, type ImportResult, type FileProgress } from '../register-files/import-files.js';
import type { Register } from '../register-files/recorder.js';
import type { ReportLine } from '../register-files/report.js';
import { gauge, table, type Gauge } from './terminal.js';

export interface ImportRun {
  readonly register: Register;
  readonly files: readonly string[];
  readonly list: string;
  readonly signal: AbortSignal;
  /** Where progress goes. */
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
  let shown: { readonly file: string; readonly gauge: Gauge } | undefined;
  const onProgress = (at: FileProgress): void => {
    if (shown?.file !== at.file) {
      shown?.gauge.end();
      shown = { file: at.file, gauge: gauge(at.file, progress) };
    }
    shown.gauge.show(at.done, at.total, `${at.added} added, ${at.unchanged} unchanged, ${at.refused} refused`);
  };
  try {
    return await importFiles(register, files, { list, signal, onProgress, onWrong });
  } finally {
    shown?.gauge.end();
  }
};

/** What became of each file. */
export const summary = ({ files }: ImportResult): string =>
  table(
    ['file', 'rows', 'added', 'unchanged', 'refused'],
    files.map(({ file, total, added, unchanged, refused }) => [file, total, added, unchanged, refused]),
  );
