/** `habeas import`: imports register files or an exported log; a dry run imports into a copy of the register. */
import { isExportedLog } from '../event-store/log-file.js';
import type { CorrectionLine, ImportResult } from '../register-files/import-files.js';
import type { ReportLine } from '../register-files/report.js';
import { readSettings, type Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { importLog } from './log-import.js';
import { withRegister } from './register.js';
import { withRegisterCopy } from './register-copy.js';
import { checkOutputFile } from './output-file.js';
import { openReport } from './report-file.js';
import { runImport, importSummary } from './run-import.js';
import { table } from './terminal.js';

export interface ImportCommandOptions {
  readonly data?: string;
  readonly list: string;
  readonly dryRun?: true;
  readonly report?: string;
  readonly correct?: true;
}

/** Problems printed on the terminal; a report file has them all. */
const MAX_PRINTED_PROBLEMS = 50;

export const importCommand = async (
  files: readonly string[],
  options: ImportCommandOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(options.data && { HABEAS_DATA: options.data }) });
  const log = await findExportedLog(files);
  if (log !== null) {
    for (const name of ['report', 'correct'] as const)
      if (options[name] !== undefined)
        throw new CannotRun(
          `--${name}: expected without an exported log, whose events enter as they are, or not at all`,
        );
    if (options.dryRun !== true) return importLog(log, settings, context);
    const code = await withRegisterCopy(settings, context, (copy) => importLog(log, copy, context));
    context.out.write('A dry run: nothing was recorded.\n');
    return code;
  }
  if (options.report !== undefined) checkOutputFile('--report', options.report, { data: settings.data, inputs: files });
  const report = options.report === undefined ? undefined : openReport(options.report);
  const problems: ReportLine[] = [];
  let count = 0;
  const onReportLine = (line: ReportLine): void => {
    report?.add(line);
    if (count++ < MAX_PRINTED_PROBLEMS) problems.push(line);
  };
  const corrections: CorrectionLine[] = [];
  const onCorrection = (line: CorrectionLine): void => {
    if (options.dryRun === true) corrections.push(line);
  };
  const { err: progressOutput, signal } = context;
  const importInto = (target: Settings): Promise<ImportResult> =>
    withRegister(target, context, (register) =>
      runImport({
        ...{ register, files, list: options.list, signal, progressOutput, onReportLine },
        ...(options.correct === true && { onCorrection }),
      }),
    );
  try {
    const imported = await (options.dryRun === true
      ? withRegisterCopy(settings, context, importInto)
      : importInto(settings));
    printCorrections(context, corrections);
    printResult(context, imported, options, problems, count);
    return exitCodeFor(imported);
  } finally {
    report?.close();
  }
};

/** The exported log among the files; null if there is none. Throws CannotRun if other files are given with it. */
const findExportedLog = async (files: readonly string[]): Promise<string | null> => {
  for (const file of files) {
    // The import itself reports a file that cannot be read.
    if (!(await isExportedLog(file).catch(() => false))) continue;
    if (files.length > 1) throw new CannotRun(`${file} is an exported log, which is imported alone`);
    return file;
  }
  return null;
};

const exitCodeFor = ({ outcome, files }: ImportResult): ExitCode => {
  if (outcome === 'unreadable') return EXIT.couldNotRun;
  if (outcome === 'stopped') return EXIT.stopped;
  return files.some(({ refused }) => refused > 0) ? EXIT.refused : EXIT.ok;
};

/** Prints the content of cells to standard output only: a report file never has it. */
const printCorrections = ({ out }: Context, corrections: readonly CorrectionLine[]): void => {
  if (corrections.length === 0) return;
  const rows = corrections.map(({ file, row, column, before, after }) => [file, row ?? '', column, before, after]);
  out.write(`\nWhat would be corrected\n${table(['file', 'row', 'column', 'before', 'after'], rows)}`);
};

const printResult = (
  { out, err }: Context,
  imported: ImportResult,
  { dryRun, report }: ImportCommandOptions,
  problems: readonly ReportLine[],
  count: number,
): void => {
  if (problems.length > 0) {
    const rows = problems.map(({ file, row, column, code, expected }) => [
      file,
      row ?? '',
      column ?? '',
      code,
      expected,
    ]);
    err.write(`\n${table(['file', 'row', 'column', 'code', 'expected'], rows)}`);
    if (count > problems.length)
      err.write(`  … and ${count - problems.length} more; --report <file> writes them all\n`);
  }
  if (imported.files.length > 0) out.write(`\n${importSummary(imported)}`);
  out.write(`\n${conclusionOf(imported, dryRun === true)}\n`);
  if (report !== undefined) out.write(`The report is in ${report}.\n`);
};

const conclusionOf = ({ outcome }: ImportResult, dryRun: boolean): string => {
  const recorded = dryRun ? 'A dry run: nothing was recorded.' : 'What was added is recorded.';
  if (outcome === 'unreadable') return 'The import could not be run.';
  if (outcome === 'stopped') return `Stopped. ${recorded} The same command goes on where this one ended.`;
  return recorded;
};
