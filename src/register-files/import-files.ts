/**
 * Imports register files. A row is recorded whole or not at all, except one of editions, whose claims are recorded one by one. What was
 * imported before changes nothing, so that an interrupted import resumes when it is run again.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { parseDay } from '../domain/time.js';
import type { JobContext } from '../jobs/job.js';
import { Instruments } from '../read-models/definitions/instruments.query.js';
import { Lists } from '../read-models/definitions/lists.query.js';
import { readAmnestyRow } from './amnesty-row.js';
import type { AmnestyRow, RegisterRow } from './row-columns.js';
import { linesByCase, type EventsFile } from './event-file.js';
import { readEditionRow, type EditionContext } from './edition-row.js';
import { recordDefinition } from './record-definition.js';
import { recordLinesOfCase } from './record-event-lines.js';
import { recordRow } from './record-row.js';
import { Recorder, refused, UNCHANGED, type ImportOutcome, type RegisterAccess } from './recorder.js';
import type { CellCorrection, CorrectionOptions } from './row-corrections.js';
import { readRegisterRow, type RowContext } from './register-row.js';
import { firstErrorPerCell, type ReportLine, type CellError } from './report.js';
import {
  rowKey,
  scanFile,
  type DefinitionsFile,
  type EditionsFile,
  type PersonRowsFile,
  type ScannedFile,
} from './scan.js';
import type { TableRow, TabularFile } from './tabular-file.js';
import { MAX_UNPACKED_BYTES } from './xlsx.js';

/** Counts rows, lines or definitions. */
export interface FileImportProgress {
  readonly file: string;
  readonly total: number;
  readonly done: number;
  readonly added: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Cells that corrected what an earlier import recorded; absent where the import does not correct. */
  readonly corrected?: number;
}

/** A cell that corrects what an earlier import recorded. */
export interface CorrectionLine extends CellCorrection {
  readonly file: string;
  readonly row: number | null;
}

/**
 * The import reports its progress and is stopped like a job; each file is a stage. It stops after the current definition or row, in a
 * file of events after all lines of the current case.
 */
export interface ImportOptions extends Partial<JobContext> {
  /** The id of the list to which the references and categories in the rows belong. */
  readonly list: string;
  readonly onReportLine?: (line: ReportLine) => void;
  /** True: changed cells become corrections. Otherwise they refuse their row, line or definition. */
  readonly correct?: boolean;
  readonly onCorrection?: (line: CorrectionLine) => void;
}

/** `unreadable`: a file cannot be read, or its list is not defined; `stopped`: by the signal. */
export interface ImportResult {
  readonly outcome: 'done' | 'stopped' | 'unreadable';
  readonly files: readonly FileImportProgress[];
}

const IMPORT_ORDER = ['definitions', 'register', 'amnesty', 'events', 'editions'] as const;

/**
 * Imports files in the order of their kinds: definitions first, to which rows refer, and register files before amnesty files, which refer
 * to their cases. All files are scanned before the first is imported.
 */
export const importFiles = async (
  register: RegisterAccess,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportResult> => {
  const scanned = await scanAllFiles(paths, options);
  if (scanned === null) return { outcome: 'unreadable', files: [] };
  const importer = new FileImporter(register, options);
  for (const kind of IMPORT_ORDER)
    for (const file of scanned.filter((f) => f.kind === kind)) {
      if (options.signal?.aborted === true) return { outcome: 'stopped', files: importer.files };
      const isImported = await importer.importFile(file);
      if (!isImported) return { outcome: 'unreadable', files: importer.files };
    }
  if (options.signal?.aborted === true) return { outcome: 'stopped', files: importer.files };
  await importer.waitForReadModels();
  return { outcome: 'done', files: importer.files };
};

const scanAllFiles = async (
  paths: readonly string[],
  { onReportLine }: ImportOptions,
): Promise<readonly ScannedFile[] | null> => {
  const files: ScannedFile[] = [];
  // Parsed workbooks that wait for their import stay in memory as long as together they are within the limit of one workbook.
  let bytesKept = 0;
  for (const path of paths) {
    const scanned = await scanFile(path);
    if ('kind' in scanned) {
      files.push(scanned);
      const table = tableOf(scanned);
      if (bytesKept + (table?.bytesKept ?? 0) > MAX_UNPACKED_BYTES) table?.release();
      else bytesKept += table?.bytesKept ?? 0;
      for (const notice of table?.notices ?? [])
        onReportLine?.({ file: basename(path), row: null, column: null, ...notice });
    } else
      for (const { line, column = null, code, expected } of scanned)
        onReportLine?.({ file: basename(path), row: line, column, code, expected });
  }
  return files.length === paths.length ? files : null;
};

const tableOf = (file: ScannedFile): TabularFile | undefined => (file.kind === 'definitions' ? undefined : file.table);

class FileImporter {
  readonly files: FileImportProgress[] = [];
  private readonly recorder: Recorder;
  private readonly isStopped: () => boolean;

  constructor(
    private readonly register: RegisterAccess,
    private readonly options: ImportOptions,
  ) {
    this.recorder = new Recorder(register, options.list, randomUUID());
    this.isStopped = () => options.signal?.aborted === true;
  }

  /** Waits until queries see everything that was recorded. */
  async waitForReadModels(): Promise<void> {
    this.recorder.startFile();
    await this.recorder.query(new Lists(this.recorder.scope, this.options.list));
  }

  /** False where the file cannot be read any more, or its list is not defined. */
  async importFile(file: ScannedFile): Promise<boolean> {
    try {
      if (file.kind === 'definitions') return await this.importDefinitions(file);
      if (file.kind === 'editions') return await this.importEditions(file);
      return file.kind === 'events' ? await this.importEvents(file) : await this.importRows(file);
    } finally {
      tableOf(file)?.release();
    }
  }

  private async importDefinitions({ path, definitions }: DefinitionsFile): Promise<boolean> {
    const file = basename(path);
    this.recorder.startFile();
    this.startProgress(file, definitions.length);
    for (const definition of definitions) {
      if (this.isStopped()) break;
      this.reportOutcome(file, null, await recordDefinition(this.recorder, definition, this.correctionOptions(file)));
    }
    return true;
  }

  /**
   * Rows with `same_as` are imported once the others are, since they may name a case that the same file opens. Those that name no known
   * case are tried again as long as one is added, up to MAX_SAME_AS_PASSES times, since they may name one another.
   */
  private async importRows(rowsFile: PersonRowsFile): Promise<boolean> {
    const file = basename(rowsFile.path);
    this.recorder.startFile();
    const context = await this.readRowContext();
    if (context === null) return this.reportUnknownList(file);
    this.startProgress(file, rowsFile.rows);
    const { table } = rowsFile;
    // The lines of the rows that the pass imports; null for all.
    let lines: ReadonlySet<number> | null = null;
    let isLast = false;
    for (let pass = 0; lines === null || lines.size > 0; pass += 1) {
      const deferred = new Set<number>();
      let added = 0;
      for await (const row of table.rows()) {
        if (this.isStopped()) return true;
        // The scan could read the whole file, so the file has changed since. The rows before this one are imported.
        if ('code' in row) return false;
        if (lines !== null && !lines.has(row.line)) continue;
        const isTooEarly = pass === 0 && (row.cells['same_as'] ?? '') !== '';
        const outcome = isTooEarly ? null : await this.importRow(rowsFile, row, context);
        if (outcome === null || (!isLast && isUnknownSameAs(outcome))) deferred.add(row.line);
        else {
          this.reportOutcome(file, row.line, withErrorsInColumnOrder(outcome, table.columns));
          if (outcome.outcome === 'added') added += 1;
        }
      }
      isLast = (pass > 0 && added === 0) || pass === MAX_SAME_AS_PASSES - 1;
      lines = deferred;
    }
    return true;
  }

  private async importEvents(eventsFile: EventsFile): Promise<boolean> {
    const file = basename(eventsFile.path);
    this.recorder.startFile();
    const { items: lists } = await this.recorder.query(new Lists(this.recorder.scope));
    const { list } = this.options;
    if (!lists.some(({ id }) => id === list)) return this.reportUnknownList(file);
    const context = { list, categories: new Map(lists.map(({ id, categories }) => [id, categories])) };
    this.startProgress(file, eventsFile.rows);
    for await (const lines of linesByCase(eventsFile, context)) {
      if (this.isStopped()) break;
      if ('code' in lines) return false;
      const outcome = await recordLinesOfCase(this.recorder, lines, this.correctionOptions(file));
      lines.forEach(({ row }, index) =>
        this.reportOutcome(
          file,
          row,
          outcome.outcome === 'refused'
            ? withErrorsInColumnOrder(
                refused(...outcome.errors.filter((error) => error.row === row)),
                eventsFile.columns,
              )
            : (outcome.lines[index] ?? UNCHANGED),
        ),
      );
    }
    return true;
  }

  /**
   * Each row makes claims of the list's publisher, or of the speaker that it names: how many were on the list, in all and by category, and
   * how many came and left.
   */
  private async importEditions({ path, table, rows, duplicateKeys }: EditionsFile): Promise<boolean> {
    const file = basename(path);
    this.recorder.startFile();
    const { list } = this.options;
    const { items: lists } = await this.recorder.query(new Lists(this.recorder.scope, list));
    const [definition] = lists;
    if (definition === undefined) return this.reportUnknownList(file);
    const { name, categories } = definition;
    const publisher = name.en ?? name.az ?? name.ru ?? list;
    const context = { today: this.register.today, list, publisher, categories, columns: table.columns };
    this.startProgress(file, rows);
    let previousDate: string | null = null;
    for await (const row of table.rows()) {
      if (this.isStopped()) break;
      if ('code' in row) return false;
      const outcome = duplicateKeys.has(rowKey('editions', row.cells) ?? '')
        ? refused(EDITION_TWICE)
        : await this.importEditionClaims(file, row, { ...context, previousDate });
      this.reportOutcome(file, row.line, withErrorsInColumnOrder(outcome, table.columns));
      const { date = '' } = row.cells;
      previousDate = parseDay(date) === null ? null : date;
    }
    return true;
  }

  private async importEditionClaims(file: string, row: TableRow, context: EditionContext): Promise<ImportOutcome> {
    if (row.isMisaligned) return refused(...row.errors);
    const { claims, errors: wrong } = readEditionRow(row.cells, context);
    const errors = firstErrorPerCell([...row.errors, ...wrong]);
    if (errors.length > 0) return refused(...errors);
    const outcomes: ImportOutcome[] = [];
    for (const claim of claims)
      outcomes.push(await recordDefinition(this.recorder, claim, this.correctionOptions(file)));
    return combinedOutcome(outcomes);
  }

  private reportUnknownList(file: string): false {
    const expected = 'a list that the register knows; import its definitions first, or with this file';
    this.options.onReportLine?.({ file, row: null, column: null, code: 'LIST.UNKNOWN', expected });
    return false;
  }

  private async importRow(file: PersonRowsFile, row: TableRow, context: RowContext): Promise<ImportOutcome> {
    if (row.isMisaligned) return refused(...row.errors);
    const { kind, table, duplicateKeys } = file;
    const cells = row.cells as RegisterRow & AmnestyRow;
    const parsed = kind === 'register' ? readRegisterRow(cells, context) : readAmnestyRow(cells, context);
    const repeated = duplicateKeys.has(rowKey(kind, cells) ?? '') ? [REFERENCE_TWICE] : [];
    const errors = firstErrorPerCell([...row.errors, ...repeated, ...parsed.errors]);
    if (errors.length > 0) return refused(...errors);
    const { correct = false } = this.options;
    const rowOfFile = { file: basename(file.path), mayCorrect: correct, fileKind: kind, columns: table.columns, cells };
    return recordRow(this.recorder, rowOfFile, parsed.events);
  }

  /** Null where the list is not defined. */
  private async readRowContext(): Promise<RowContext | null> {
    const { list } = this.options;
    const { scope } = this.recorder;
    const { items: lists } = await this.recorder.query(new Lists(scope, list));
    const [definition] = lists;
    if (definition === undefined) return null;
    const { items: instruments } = await this.recorder.query(new Instruments(scope));
    return { today: this.register.today, list, categories: definition.categories, instruments };
  }

  private correctionOptions(file: string): CorrectionOptions {
    return { file, mayCorrect: this.options.correct === true };
  }

  private startProgress(file: string, total: number): void {
    const corrected = this.options.correct === true ? { corrected: 0 } : {};
    this.files.push({ file, total, done: 0, added: 0, unchanged: 0, refused: 0, ...corrected });
  }

  private reportOutcome(file: string, row: number | null, outcome: ImportOutcome): void {
    const last = this.files.pop() as FileImportProgress;
    const corrections = outcome.outcome === 'added' ? (outcome.corrections ?? []) : [];
    const progress = {
      ...last,
      done: last.done + 1,
      [outcome.outcome]: last[outcome.outcome] + 1,
      ...(last.corrected === undefined ? {} : { corrected: last.corrected + corrections.length }),
    };
    this.files.push(progress);
    if (outcome.outcome === 'refused')
      for (const error of outcome.errors) this.options.onReportLine?.({ file, row, ...error });
    for (const correction of corrections) this.options.onCorrection?.({ file, row, ...correction });
    const { file: stage, total, done, ...results } = progress;
    this.options.onProgress?.({ stage, done, total, results });
  }
}

/**
 * How often a file is read at most: once for rows without `same_as`, then for those with it. A row that names a later row in `same_as`
 * waits for the next reading.
 */
const MAX_SAME_AS_PASSES = 10;

/** Whether the row names a case in `same_as` that is not known, or not yet. */
const isUnknownSameAs = (outcome: ImportOutcome): boolean =>
  outcome.outcome === 'refused' &&
  outcome.errors.every(({ column, code }) => column === 'same_as' && code === 'ROW.UNKNOWN_REFERENCE');

/** The outcome of a row of editions, whose claims are recorded one by one. */
const combinedOutcome = (outcomes: readonly ImportOutcome[]): ImportOutcome => {
  const errors = outcomes.flatMap((one) => (one.outcome === 'refused' ? one.errors : []));
  if (errors.length > 0) return refused(...errors);
  const added = outcomes.filter((one) => one.outcome === 'added');
  return added.length === 0
    ? UNCHANGED
    : { outcome: 'added', corrections: added.flatMap(({ corrections = [] }) => corrections) };
};

/** Sorts errors by column, as a reader of the file meets them. */
const withErrorsInColumnOrder = (outcome: ImportOutcome, header: readonly string[]): ImportOutcome => {
  if (outcome.outcome !== 'refused') return outcome;
  const index = ({ column }: CellError): number => (column === null ? -1 : header.indexOf(column));
  return refused(...[...outcome.errors].sort((a, b) => index(a) - index(b)));
};

const EDITION_TWICE: CellError = {
  column: 'date',
  code: 'ROW.REFERENCE_TWICE',
  expected: 'an edition that stands on one row of the file: one date and speaker',
};

const REFERENCE_TWICE: CellError = {
  column: 'ref',
  code: 'ROW.REFERENCE_TWICE',
  expected: 'a reference that stands on one row of the file',
};
