/**
 * The rows of a workbook's first visible sheet (.xlsx), each cell as the text that a CSV file would have. What a cell
 * does not say by itself is refused with its address: errors, formulas without a stored result, merged cells.
 * Bounded: a workbook says how much it unpacks to; more than MAX_UNPACKED_BYTES is refused before anything is unpacked,
 * and no part may unpack to more than it says.
 */
import { readFile, stat } from 'node:fs/promises';
import { formatValue } from 'hucre';
import { cellRef, readXlsx, type Cell, type CellValue, type Sheet } from 'hucre/xlsx';
import { fromBufferPromise } from 'yauzl';
import { MAX_ROW_BYTES, MAX_ROWS, NOT_UTF8, fileAccessProblem, type InvalidCell, type RawRow } from './csv.js';
import { unescapeFormula } from './formula-escape.js';
import type { FileProblem } from './report.js';

export const MAX_UNPACKED_BYTES = 67_108_864;
export const MAX_WORKBOOK_BYTES = 16_777_216;

export interface Workbook {
  readonly rows: readonly RawRow[];
  /** Sheets that are not read. */
  readonly otherSheets: number;
}

/** Whether a file begins as a zip archive, which a workbook is, or as what spreadsheets wrote before. */
export const beginsAsWorkbook = (head: Buffer): boolean => isZip(head) || isOle(head);
const isZip = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]));
const isOle = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]));

export const readWorkbook = async (path: string): Promise<Workbook | FileProblem> => {
  let bytes: Buffer;
  try {
    if ((await stat(path)).size > MAX_WORKBOOK_BYTES) return tooLong(`${MAX_WORKBOOK_BYTES} bytes a workbook`);
    bytes = await readFile(path);
  } catch (error) {
    return fileAccessProblem(error);
  }
  if (isOle(bytes)) return notXlsx('an .xlsx workbook without a password; this one is encrypted or an old .xls');
  const directory = await directoryOf(bytes);
  if ('code' in directory) return directory;
  let names = 0;
  let chosen: string | undefined;
  let sheets: readonly Sheet[];
  try {
    // Asked about each sheet in order, before any is read.
    const sheetsToRead = ({ name, hidden, veryHidden }: { name: string; hidden?: boolean; veryHidden?: boolean }) => {
      names += 1;
      if (chosen !== undefined || hidden === true || veryHidden === true) return false;
      chosen = name;
      return true;
    };
    ({ sheets } = await readXlsx(bytes, { readStyles: true, sheets: sheetsToRead }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return notXlsx('an .xlsx workbook that is whole');
  }
  const [sheet] = sheets;
  if (sheet === undefined) return notXlsx('a workbook with a visible sheet of cells');
  const rows = rowsOf(sheet);
  return 'code' in rows ? rows : { rows, otherSheets: names - 1 };
};

/** What an archive says it holds, judged before anything of it is unpacked. */
const directoryOf = async (bytes: Buffer): Promise<FileProblem | { readonly unpacked: number }> => {
  const names = new Set<string>();
  let unpacked = 0;
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    // A comment could hold a second directory, and another reader could take that one.
    if (zip.comment !== '') return notXlsx('an archive without a comment');
    for await (const { fileName, compressedSize, uncompressedSize } of zip.eachEntry()) {
      // A size of nothing for a part that has content is no bound for whoever unpacks it.
      const isUnbounded = uncompressedSize === 0 && compressedSize > EMPTY;
      if (isUnbounded || names.has(fileName)) return notXlsx('an archive that names each part once, with its size');
      names.add(fileName);
      unpacked += uncompressedSize;
      if (unpacked > MAX_UNPACKED_BYTES) return tooLong(`${MAX_UNPACKED_BYTES} bytes a workbook when unpacked`);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return notXlsx('an archive that is whole');
  }
  if (!names.has('xl/workbook.xml')) return notXlsx('an .xlsx workbook; this archive is something else');
  return { unpacked };
};

/** Bytes that nothing is packed into. */
const EMPTY = 2;

const rowsOf = (sheet: Sheet): readonly RawRow[] | FileProblem => {
  const { rows, cells } = sheet;
  const [merged] = sheet.merges ?? [];
  if (merged !== undefined) {
    const [from, to] = [cellRef(merged.startRow, merged.startCol), cellRef(merged.endRow, merged.endCol)];
    const expected = `no merged cells; ${from}:${to} does not say which row its content belongs to`;
    return { code: 'FILE.MERGED_CELLS', line: merged.startRow + 1, expected };
  }
  if (rows.length > MAX_ROWS + 1) return tooLong(`${MAX_ROWS} rows a file`);
  const width = rows[0]?.length ?? 0;
  const found: RawRow[] = [];
  for (const [index, values] of rows.entries()) {
    const texts = values.map((value, column) =>
      textOf(value, cells?.get(`${index},${column}`), cellRef(index, column)),
    );
    if (!texts.some((text) => typeof text !== 'string' || text.trim() !== '')) continue;
    // Cells at the end of a row that nobody filled are not stored.
    while (texts.length < width) texts.push('');
    const length = texts.reduce((sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0), 0);
    if (length > MAX_ROW_BYTES) {
      return { code: 'FILE.ROW_TOO_LONG', line: index + 1, expected: `at most ${MAX_ROW_BYTES} bytes a row` };
    }
    found.push({ line: index + 1, cells: texts });
  }
  return found;
};

const textOf = (value: CellValue, cell: Cell | undefined, address: string): string | InvalidCell => {
  if (cell?.type === 'error') return bad(`a value; the cell ${address} holds an error of the spreadsheet`);
  if (cell?.formula !== undefined && value === null) {
    return bad(`a value; the formula in cell ${address} has no stored result`);
  }
  if (value === null) return '';
  if (value instanceof Date) return dayOf(value, cell?.style?.numFmt ?? '', address);
  if (typeof value === 'number') return numberOf(value, cell?.style?.numFmt ?? 'General');
  if (typeof value === 'boolean') return String(value);
  return value.includes('\uFFFD') ? NOT_UTF8 : unescapeFormula(value);
};

const bad = (expected: string): InvalidCell => ({ code: 'ROW.WRONG_CELL', expected });

/** The last day that the two systems of counting days since 1900 disagree about is the day before. */
const FIRST_DAY = Date.UTC(1900, 2, 1);

/** The day of a date cell, as precise as it is shown: a cell that shows `12.2025` knows no day. */
const dayOf = (date: Date, format: string, address: string): string | InvalidCell => {
  if (!(date.getTime() >= FIRST_DAY)) return bad(`a date from 1900-03-01 on, or a text, in cell ${address}`);
  const day = date.toISOString().slice(0, 10);
  const shown = format.toLowerCase().replace(/"[^"]*"|\\.|\[[^\]]*\]|_./g, '');
  if (shown === '' || shown.includes('d')) return day;
  if (!shown.includes('y')) return bad(`a date; the cell ${address} shows no year`);
  return shown.includes('m') ? day.slice(0, 7) : day.slice(0, 4);
};

/** Digits that a spreadsheet keeps of a number. */
const DIGITS = 15;

/** A number as it is shown: `0137` where the format says so. */
const numberOf = (value: number, format: string): string =>
  /^(general|@)?$/i.test(format) ? String(Number(value.toPrecision(DIGITS))) : formatValue(value, format).trim();

const tooLong = (limit: string): FileProblem => ({ code: 'FILE.TOO_LONG', line: null, expected: `at most ${limit}` });
const notXlsx = (expected: string): FileProblem => ({ code: 'FILE.NOT_XLSX', line: null, expected });
