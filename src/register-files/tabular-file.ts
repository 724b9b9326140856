/**
 * Reads a file of rows by its header: its kind, its columns, and each row as cells by column. The header is taken leniently
 * where it is unambiguous (order, case, white space, empty columns without a name); otherwise each wrong column is a problem.
 */
import { closest, distance } from 'fastest-levenshtein';
import { withPlainSpaces } from '../domain/text.js';
import {
  normalisedColumnName,
  FILE_KINDS,
  detectFileKind,
  missingColumns,
  type FileKind,
  type HeaderRowSpec,
} from './row-columns.js';
import type { RawRow } from './csv.js';
import type { FileNotice, FileProblem, CellError } from './report.js';
import { openRowSource, type RowSource } from './row-source.js';

export interface TableRow {
  /** The line on which the row begins, or the row number of a spreadsheet; counted from 1. */
  readonly line: number;
  /** Every column of the kind of file; empty where this file does not have it. */
  readonly cells: Readonly<Record<string, string>>;
  readonly errors: readonly CellError[];
  /** The row has more or fewer cells than the header, so that no cell can be assigned to a column. */
  readonly isMisaligned: boolean;
}

export interface TabularFile {
  readonly kind: FileKind;
  readonly path: string;
  /** In the order of the file. */
  readonly columns: readonly string[];
  readonly notices: readonly FileNotice[];
  rows(): AsyncGenerator<TableRow | FileProblem>;
  readonly bytesKept: RowSource['bytesKept'];
  readonly release: RowSource['release'];
}

/** Gives every problem of the header where it has any. */
export const openTabularFile = async (path: string): Promise<TabularFile | readonly FileProblem[]> => {
  const source = await openRowSource(path);
  if ('code' in source) return [source];
  const beginning: RawRow[] = [];
  for await (const row of source.rows()) {
    if ('code' in row && beginning.length === 0) return [row];
    if ('code' in row || beginning.push(row) === 3) break;
  }
  const [header, first, second] = beginning;
  if (header === undefined) return [EMPTY_FILE];
  const isCommon = first !== undefined && first.cells.length === second?.cells.length;
  return tableFromHeader(path, header, (isCommon ? first : header).cells.length, source);
};

const EMPTY_FILE: FileProblem = {
  code: 'FILE.EMPTY',
  line: null,
  expected:
    'definitions in JSON, or a header and rows; this file is empty, or the first visible sheet of this workbook is',
};

/** `commonLength`: the number of cells of the first two rows after the header where both have as many, else that of the header. */
const tableFromHeader = (
  path: string,
  header: RawRow,
  commonLength: number,
  source: RowSource,
): TabularFile | readonly FileProblem[] => {
  const { formatHint, notices, bytesKept } = source;
  const names = header.cells.map((cell) => (typeof cell === 'string' ? normalisedColumnName(cell) : null));
  const kind = detectFileKind(names.filter((name) => name !== null));
  if (kind === null) return [unknownFileKindProblem(header.line, formatHint)];
  const errors = headerProblems(kind, names, header.line, formatHint);
  if (errors.length > 0) return errors;
  const columns = names.filter((name): name is string => name !== null && name !== '');
  return {
    kind,
    path,
    columns,
    notices,
    bytesKept,
    rows: () => rowsAfterHeader(source.rows(), kind, names as readonly string[], commonLength),
    release: source.release,
  };
};

async function* rowsAfterHeader(
  rows: AsyncIterable<RawRow | FileProblem>,
  kind: FileKind,
  names: readonly string[],
  commonLength: number,
): AsyncGenerator<TableRow | FileProblem> {
  let isHeader = true;
  for await (const row of rows) {
    if ('code' in row) {
      yield row;
      return;
    }
    if (!isHeader) yield tableRow(row, kind, names, commonLength);
    isHeader = false;
  }
}

const isFilled = (cell: RawRow['cells'][number] | undefined): boolean =>
  cell !== undefined && (typeof cell !== 'string' || cell.trim() !== '');

const tableRow = (
  { line, cells }: RawRow,
  kind: FileKind,
  names: readonly string[],
  commonLength: number,
): TableRow => {
  const emptyCells = Object.fromEntries(FILE_KINDS[kind].columns.map((column) => [column, '']));
  const width = names.findLastIndex((name) => name !== '') + 1;
  // Trailing separators of the header, or of all rows alike, are ignored. Those of single rows may come from a text that lacks its quotes.
  const isLonger = cells.length > names.length && cells.length !== commonLength;
  if (cells.length < width || isLonger || cells.slice(names.length).some(isFilled)) {
    const expected = `${width} cells, as in the header; the row has ${cells.length}`;
    return { line, cells: emptyCells, errors: [{ column: null, code: 'ROW.CUT_SHORT', expected }], isMisaligned: true };
  }
  if (repeatsHeader(cells, names)) return { line, cells: emptyCells, errors: [HEADER_REPEATED], isMisaligned: true };
  const errors: CellError[] = [];
  const row: Record<string, string> = { ...emptyCells };
  names.forEach((column, index) => {
    const cell = cells[index] ?? '';
    if (typeof cell !== 'string') errors.push({ column: column === '' ? null : column, ...cell });
    else if (column !== '') row[column] = withPlainSpaces(cell).trim();
    else if (isFilled(cell)) errors.push(namelessColumnError(index));
  });
  return { line, cells: row, errors, isMisaligned: false };
};

/** Whether each cell of a row is the name of its column: a header again, as where sheets were put below one another. */
const repeatsHeader = (cells: RawRow['cells'], names: readonly string[]): boolean =>
  names.every((name, index) => {
    const cell = cells[index] ?? '';
    return typeof cell === 'string' && normalisedColumnName(cell) === name;
  });

const HEADER_REPEATED: CellError = {
  column: null,
  code: 'ROW.REPEATS_HEADER',
  expected: 'a person or an event; this row is the header once more',
};

const namelessColumnError = (index: number): CellError => ({
  column: null,
  code: 'FILE.NAMELESS_COLUMN',
  expected: `no cell in column ${index + 1}, which has no name in the header`,
});

const headerProblems = (
  kind: FileKind,
  names: readonly (string | null)[],
  line: number,
  formatHint: string,
): readonly FileProblem[] => {
  const { columns, furtherColumnPattern }: HeaderRowSpec = FILE_KINDS[kind];
  const named = names.filter((name): name is string => name !== null && name !== '');
  const problem = (code: FileProblem['code'], column: string | null, expected: string): FileProblem => ({
    code,
    line,
    ...(column !== null && { column }),
    expected: `${expected} (${kind} file; ${formatHint})`,
  });
  return [
    ...names.flatMap((name, index) =>
      name === null ? [problem('FILE.NOT_UTF8', null, `the name of column ${index + 1} in UTF-8`)] : [],
    ),
    ...[...new Set(named)].flatMap((name) => {
      if (!columns.includes(name) && furtherColumnPattern?.test(name) !== true)
        return [problem('FILE.UNKNOWN_COLUMN', shownColumnName(name), columnSuggestionText(name, columns, named))];
      return named.indexOf(name) === named.lastIndexOf(name)
        ? []
        : [problem('FILE.COLUMN_TWICE', name, 'each column once')];
    }),
    ...missingColumns(kind, named).map((column) =>
      problem('FILE.MISSING_COLUMN', column, `a column ${columnOrAlternatives(kind, column)}`),
    ),
  ];
};

const columnOrAlternatives = (kind: FileKind, column: string): string => {
  const groups: readonly (readonly string[])[] = FILE_KINDS[kind].oneOfEachGroup;
  return (groups.find(([first]) => first === column) ?? [column]).join(' or ');
};

/** The most edits (Levenshtein) between an unknown column and the one that is suggested for it. */
const MAX_SUGGESTION_EDITS = 3;

const columnSuggestionText = (name: string, columns: readonly string[], named: readonly string[]): string => {
  const missing = columns.filter((column) => !named.includes(column));
  const nearest = missing.length === 0 ? undefined : closest(name, missing);
  return nearest !== undefined && distance(name, nearest) <= Math.min(MAX_SUGGESTION_EDITS, nearest.length / 2)
    ? `the column ${nearest}, if that was meant; this one is unknown`
    : `one of the columns ${columns.join(', ')}`;
};

const MAX_SHOWN_NAME_LENGTH = 64;
/** An unknown column name for the report, without control characters. */
const shownColumnName = (name: string): string =>
  [...name.replace(/[\p{Cc}\p{Cf}]/gu, ' ')].slice(0, MAX_SHOWN_NAME_LENGTH).join('');

const unknownFileKindProblem = (line: number, formatHint: string): FileProblem => ({
  code: 'FILE.UNKNOWN_KIND',
  line,
  expected: `definitions in JSON, or a header with the columns of one kind of file (${formatHint}): ${Object.entries(
    FILE_KINDS,
  )
    .map(([kind, { columns }]) => `${kind}: ${columns.join(', ')}`)
    .join('; ')}`,
});
