/**
 * A file of rows as a table, whatever it is written in: its kind, its columns, and its rows as cells by column. What is
 * unambiguous is read (other separators, another case or order of the header, white space round it, a column without a
 * name and content); what is not becomes one problem for each column.
 */
import { closest, distance } from 'fastest-levenshtein';
import { normalisedHeader, FILE_KINDS, detectKind, missingColumns, type FileKind } from './row-columns.js';
import type { RawRow } from './csv.js';
import type { FileNotice, FileProblem, CellError } from './report.js';
import { openRowSource, type RowSource } from './row-source.js';

export interface TableRow {
  /** The line of the file on which the row begins, or the number of the row in a spreadsheet; counted from 1. */
  readonly line: number;
  /** Every column that the kind of file may have; empty where the file does not have it. */
  readonly cells: Readonly<Record<string, string>>;
  /** What is wrong with the row before its cells are read. Where `cut`, its cells cannot be told apart. */
  readonly wrong: readonly CellError[];
  readonly cut: boolean;
}

export interface TabularFile {
  readonly kind: FileKind;
  readonly path: string;
  /** The columns of the file, in its order. A column that is not among them says nothing about any row. */
  readonly columns: readonly string[];
  readonly notices: readonly FileNotice[];
  rows(): AsyncGenerator<TableRow | FileProblem>;
}

/** Opens a file of rows by its header. Gives everything that is wrong with the header. */
export const openTabularFile = async (path: string): Promise<TabularFile | readonly FileProblem[]> => {
  const opened = await openRowSource(path);
  if ('code' in opened) return [opened];
  for await (const row of opened.rows()) return 'code' in row ? [row] : tableOf(path, row, opened);
  return [unknownKind(1, opened.found)];
};

const tableOf = (path: string, header: RawRow, file: RowSource): TabularFile | readonly FileProblem[] => {
  const { found, notices } = file;
  const names = header.cells.map((cell) => (typeof cell === 'string' ? normalisedHeader(cell) : null));
  const kind = detectKind(names.filter((name) => name !== null));
  if (kind === null) return [unknownKind(header.line, found)];
  const wrong = headerProblems(kind, names, header.line, found);
  if (wrong.length > 0) return wrong;
  const columns = names.filter((name): name is string => name !== null && name !== '');
  return { kind, path, columns, notices, rows: () => rowsBehind(file.rows(), kind, names as readonly string[]) };
};

async function* rowsBehind(
  rows: AsyncIterable<RawRow | FileProblem>,
  kind: FileKind,
  names: readonly string[],
): AsyncGenerator<TableRow | FileProblem> {
  let header = true;
  for await (const row of rows) {
    if ('code' in row) {
      yield row;
      return;
    }
    if (!header) yield tableRow(row, kind, names);
    header = false;
  }
}

const isFilled = (cell: RawRow['cells'][number] | undefined): boolean =>
  cell !== undefined && (typeof cell !== 'string' || cell.trim() !== '');

const tableRow = ({ line, cells }: RawRow, kind: FileKind, names: readonly string[]): TableRow => {
  const none = Object.fromEntries(FILE_KINDS[kind].columns.map((column) => [column, '']));
  const given = names.findLastIndex((name) => name !== '') + 1;
  // A separator at the end of the row alone, or of the header alone, adds no cell.
  if (cells.length < given || cells.slice(names.length).some(isFilled)) {
    const expected = `${given} cells, as in the header; the row has ${cells.length}`;
    return { line, cells: none, wrong: [{ column: null, code: 'ROW.CUT_SHORT', expected }], cut: true };
  }
  const wrong: CellError[] = [];
  const row: Record<string, string> = { ...none };
  names.forEach((column, index) => {
    const cell = cells[index] ?? '';
    if (typeof cell !== 'string') wrong.push({ column: column === '' ? null : column, ...cell });
    else if (column !== '') row[column] = cell.trim();
    else if (isFilled(cell)) wrong.push(namelessCell(index));
  });
  return { line, cells: row, wrong, cut: false };
};

const namelessCell = (index: number): CellError => ({
  column: null,
  code: 'FILE.NAMELESS_COLUMN',
  expected: `no cell in column ${index + 1}, which has no name in the header`,
});

const headerProblems = (
  kind: FileKind,
  names: readonly (string | null)[],
  line: number,
  found: string,
): readonly FileProblem[] => {
  const { columns } = FILE_KINDS[kind];
  const given = names.filter((name): name is string => name !== null && name !== '');
  const problem = (code: FileProblem['code'], column: string | null, expected: string): FileProblem => ({
    code,
    line,
    ...(column !== null && { column }),
    expected: `${expected} (${kind} file; ${found})`,
  });
  return [
    ...names.flatMap((name, index) =>
      name === null ? [problem('FILE.NOT_UTF8', null, `the name of column ${index + 1} in UTF-8`)] : [],
    ),
    ...[...new Set(given)].flatMap((name) => {
      if (!(columns as readonly string[]).includes(name))
        return [problem('FILE.UNKNOWN_COLUMN', shown(name), suggestion(name, columns, given))];
      return given.indexOf(name) === given.lastIndexOf(name)
        ? []
        : [problem('FILE.COLUMN_TWICE', name, 'each column once')];
    }),
    ...missingColumns(kind, given).map((column) =>
      problem('FILE.MISSING_COLUMN', column, `a column ${alternatives(kind, column)}`),
    ),
  ];
};

const alternatives = (kind: FileKind, column: string): string => {
  const groups: readonly (readonly string[])[] = FILE_KINDS[kind].oneOf;
  return (groups.find(([first]) => first === column) ?? [column]).join(' or ');
};

/** Slips of the pen in a name that still leave one name nearest. */
const NEAR = 3;

const suggestion = (name: string, columns: readonly string[], given: readonly string[]): string => {
  const free = columns.filter((column) => !given.includes(column));
  const nearest = free.length === 0 ? undefined : closest(name, free);
  return nearest !== undefined && distance(name, nearest) <= Math.min(NEAR, nearest.length / 2)
    ? `the column ${nearest}, if that was meant; this one is unknown`
    : `one of the columns ${columns.join(', ')}`;
};

/** Characters of an unknown name that a report shows. */
const SHOWN = 64;
const shown = (name: string): string => [...name.replace(/[\p{Cc}\p{Cf}]/gu, ' ')].slice(0, SHOWN).join('');

const unknownKind = (line: number, found: string): FileProblem => ({
  code: 'FILE.UNKNOWN_KIND',
  line,
  expected: `definitions in JSON, or a header with the columns of one kind of file (${found}): ${Object.entries(
    FILE_KINDS,
  )
    .map(([kind, { columns }]) => `${kind}: ${columns.join(', ')}`)
    .join('; ')}`,
});
