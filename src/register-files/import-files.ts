/**
 * Reads register files into the register, by the commands and questions that anybody else uses. A row enters whole or not
 * at all; a row that says what it said before changes nothing, which also makes an interrupted import resume.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { foldedKey } from '../domain/text.js';
import { Instruments, Lists } from '../read-models/queries.js';
import { readAmnestyRow } from './amnesty-row.js';
import type { AmnestyRow, RegisterRow } from './row-columns.js';
import { linesByCase, type EventsFile } from './event-file.js';
import { recordDefinition } from './record-definition.js';
import { recordEvents } from './record-event-lines.js';
import { recordRow } from './record-row.js';
import { Recorder, refused, type ImportOutcome, type Register } from './recorder.js';
import { readRegisterRow, type ParsedRow, type RowContext } from './register-row.js';
import { firstErrorPerCell, type FileNotice, type ReportLine, type CellError } from './report.js';
import { scanFile, type DefinitionsFile, type RowsFile, type ScannedFile } from './scan.js';
import type { TableRow } from './tabular-file.js';

/** How far a file is: rows, or lists and instruments. */
export interface FileProgress {
  readonly file: string;
  readonly total: number;
  readonly done: number;
  readonly added: number;
  readonly unchanged: number;
  readonly refused: number;
}

export interface ImportOptions {
  /** The list whose references and categories the rows speak of. */
  readonly list: string;
  readonly onProgress?: (progress: FileProgress) => void;
  readonly onWrong?: (line: ReportLine) => void;
  /** Stops the import behind the row under way. */
  readonly signal?: AbortSignal;
}

/** `unreadable`: nothing was recorded, since one of the files cannot be read; `stopped`: by the signal. */
export interface ImportResult {
  readonly outcome: 'done' | 'stopped' | 'unreadable';
  readonly files: readonly FileProgress[];
}

const ORDER = ['definitions', 'register', 'amnesty', 'events'] as const;

/** Imports files: definitions first, whatever order they come in, then the register's rows, the amnesty's, and events. */
export const importFiles = async (
  register: Register,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportResult> => {
  const scanned = await scanAll(paths, options);
  if (scanned === null) return { outcome: 'unreadable', files: [] };
  const run = new ImportRun(register, options);
  for (const kind of ORDER)
    for (const file of scanned.filter((f) => f.kind === kind)) {
      if (options.signal?.aborted === true) return { outcome: 'stopped', files: run.files };
      const imported = await run.file(file);
      if (!imported) return { outcome: 'unreadable', files: run.files };
    }
  if (options.signal?.aborted === true) return { outcome: 'stopped', files: run.files };
  await run.settle();
  return { outcome: 'done', files: run.files };
};

const scanAll = async (
  paths: readonly string[],
  { onWrong }: ImportOptions,
): Promise<readonly ScannedFile[] | null> => {
  const files: ScannedFile[] = [];
  for (const path of paths) {
    const scanned = await scanFile(path);
    if ('kind' in scanned) {
      files.push(scanned);
      for (const notice of noticesOf(scanned)) onWrong?.({ file: basename(path), row: null, column: null, ...notice });
    } else
      for (const { line, column = null, code, expected } of scanned)
        onWrong?.({ file: basename(path), row: line, column, code, expected });
  }
  return files.length === paths.length ? files : null;
};

const noticesOf = (file: ScannedFile): readonly FileNotice[] =>
  file.kind === 'definitions' ? [] : (file.table?.notices ?? []);

class ImportRun {
  readonly files: FileProgress[] = [];
  private readonly recorder: Recorder;
  private readonly stopped: () => boolean;

  constructor(
    private readonly register: Register,
    private readonly options: ImportOptions,
  ) {
    this.recorder = new Recorder(register, options.list, randomUUID());
    this.stopped = () => options.signal?.aborted === true;
  }

  /** Waits until everything that was recorded can be asked for. */
  async settle(): Promise<void> {
    this.recorder.startFile();
    await this.recorder.ask(new Lists({ id: this.options.list, ...this.recorder.after }));
  }

  /** False where the file could not be imported. */
  file(file: ScannedFile): Promise<boolean> {
    if (file.kind === 'definitions') return this.definitions(file);
    return file.kind === 'events' ? this.events(file) : this.rows(file);
  }

  /** Each list and instrument enters whole or not at all. */
  private async definitions({ path, definitions }: DefinitionsFile): Promise<boolean> {
    const file = basename(path);
    this.recorder.startFile();
    this.begin(file, definitions.length);
    for (const definition of definitions) {
      if (this.stopped()) break;
      this.judged(file, null, await recordDefinition(this.recorder, definition));
    }
    return true;
  }

  /** False where the list of the rows is not defined. Rows that name a case by another one come after all others. */
  private async rows(rowsFile: RowsFile): Promise<boolean> {
    const file = basename(rowsFile.path);
    this.recorder.startFile();
    const referred = await this.referred();
    if (referred === null) return this.unknownList(file);
    this.begin(file, rowsFile.rows);
    const { table } = rowsFile;
    const passes = table.columns.includes('same_as') ? [false, true] : [false];
    for (const linked of passes)
      for await (const row of table.rows()) {
        if (this.stopped()) return true;
        // The first look read the file to its end; if it changed since, what can be read of it has been imported.
        if ('code' in row) return false;
        if (((row.cells['same_as'] ?? '') !== '') === linked)
          this.judged(file, row.line, inOrder(await this.row(rowsFile, row, referred), table.columns));
      }
    return true;
  }

  /** The lines of a case enter together or not at all. */
  private async events(eventsFile: EventsFile): Promise<boolean> {
    const file = basename(eventsFile.path);
    this.recorder.startFile();
    const found = await this.recorder.ask(new Lists(this.recorder.after));
    const { list } = this.options;
    if (!found.some(({ id }) => id === list)) return this.unknownList(file);
    const lists = { list, categories: new Map(found.map(({ id, categories }) => [id, categories])) };
    this.begin(file, eventsFile.rows);
    for await (const lines of linesByCase(eventsFile, lists)) {
      if (this.stopped()) break;
      if ('code' in lines) return false;
      const judged = await recordEvents(this.recorder, lines);
      const wrong = judged.outcome === 'refused' ? judged.wrong : [];
      lines.forEach(({ row }, at) =>
        this.judged(
          file,
          row,
          judged.outcome === 'refused'
            ? inOrder(refused(...wrong.filter((cell) => cell.row === row)), eventsFile.columns)
            : { outcome: judged.lines[at] ?? 'unchanged' },
        ),
      );
    }
    return true;
  }

  private unknownList(file: string): false {
    const expected = 'a list that the register knows; import its definitions first, or with this file';
    this.options.onWrong?.({ file, row: null, column: null, code: 'LIST.UNKNOWN', expected });
    return false;
  }

  private async row(
    { kind, table, duplicates }: RowsFile,
    row: TableRow,
    referred: RowContext,
  ): Promise<ImportOutcome> {
    if (row.cut) return refused(...row.wrong);
    const cells = row.cells as RegisterRow & AmnestyRow;
    const read = readRow(kind, cells, referred);
    const all = firstErrorPerCell([...row.wrong, ...referenceTwice(cells, duplicates), ...read.wrong]);
    if (all.length > 0) return refused(...all);
    return recordRow(this.recorder, { kind, columns: table.columns, cells }, read.statements);
  }

  /** What the rows refer to, as it stands behind everything imported before. */
  private async referred(): Promise<RowContext | null> {
    const { list } = this.options;
    const ask = this.recorder.after;
    const [definition] = await this.recorder.ask(new Lists({ id: list, ...ask }));
    if (definition === undefined) return null;
    const instruments = await this.recorder.ask(new Instruments(ask));
    return { today: this.register.today, list, categories: definition.categories, instruments };
  }

  private begin(file: string, total: number): void {
    this.files.push({ file, total, done: 0, added: 0, unchanged: 0, refused: 0 });
  }

  private judged(file: string, row: number | null, judged: ImportOutcome): void {
    const last = this.files.pop() as FileProgress;
    const progress = { ...last, done: last.done + 1, [judged.outcome]: last[judged.outcome] + 1 };
    this.files.push(progress);
    if (judged.outcome === 'refused') for (const wrong of judged.wrong) this.options.onWrong?.({ file, row, ...wrong });
    this.options.onProgress?.(progress);
  }
}

const readRow = (kind: RowsFile['kind'], row: RegisterRow & AmnestyRow, referred: RowContext): ParsedRow =>
  kind === 'register' ? readRegisterRow(row, referred) : readAmnestyRow(row, referred);

/** Wrong cells as a reader of the file comes upon them. */
const inOrder = (judged: ImportOutcome, header: readonly string[]): ImportOutcome => {
  if (judged.outcome !== 'refused') return judged;
  const place = ({ column }: CellError): number => (column === null ? -1 : header.indexOf(column));
  return refused(...[...judged.wrong].sort((a, b) => place(a) - place(b)));
};

const referenceTwice = ({ ref }: { readonly ref: string }, duplicates: ReadonlySet<string>): readonly CellError[] =>
  duplicates.has(foldedKey(ref))
    ? [
        {
          column: 'ref',
          code: 'ROW.REFERENCE_TWICE',
          expected: 'a reference that stands on one row of the file',
        },
      ]
    : [];
