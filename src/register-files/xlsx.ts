/**
 * Reads the first visible sheet of a workbook (.xlsx), each cell as the text that a CSV file would have. Refuses what has no
 * text of its own, with the address of the cell: errors, formulas without a stored result, merged cells. The directory of the
 * archive is checked before anything is unpacked, and no part may unpack to more than the directory says.
 */
import { readFile, stat } from 'node:fs/promises';
import { types } from 'node:util';
import { formatValue, isDateFormat, type RichTextRun } from 'hucre';
import { cellRef, readXlsx, type Cell, type CellValue, type Sheet } from 'hucre/xlsx';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import {
  bytesOfCells,
  MAX_ROW_BYTES,
  MAX_ROWS,
  NOT_UTF8,
  fileAccessProblem,
  type InvalidCell,
  type RawRow,
} from './csv.js';
import { unescapeFormula } from './formula-escape.js';
import type { FileNotice, FileProblem } from './report.js';

export const MAX_UNPACKED_BYTES = 67_108_864;
export const MAX_WORKBOOK_BYTES = 16_777_216;

export interface Workbook {
  readonly rows: readonly RawRow[];
  /** About content that is not read, or that is hidden and read all the same. */
  readonly notices: readonly FileNotice[];
  /** The unpacked size. */
  readonly unpackedBytes: number;
}

/** Whether a file begins as a workbook: with the signature of a zip archive (.xlsx), or of an OLE file (.xls, or an encrypted .xlsx). */
export const beginsAsWorkbook = (head: Buffer): boolean => isZip(head) || isOle(head);
const isZip = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]));
const isOle = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]));

export const readWorkbook = async (path: string): Promise<Workbook | FileProblem> => {
  let bytes: Buffer;
  try {
    if ((await stat(path)).size > MAX_WORKBOOK_BYTES) return tooLongProblem(`${MAX_WORKBOOK_BYTES} bytes a workbook`);
    bytes = await readFile(path);
  } catch (error) {
    return fileAccessProblem(error);
  }
  if (isOle(bytes)) return notXlsxProblem('an .xlsx workbook without a password; this one is encrypted or an old .xls');
  const directory = await checkZipDirectory(bytes);
  if ('code' in directory) return directory;
  let sheetCount = 0;
  let isChosen = false;
  let sheets: readonly Sheet[];
  try {
    // Called for each sheet in order, before any is read.
    const isFirstVisible = ({ hidden, veryHidden }: { hidden?: boolean; veryHidden?: boolean }) => {
      sheetCount += 1;
      if (isChosen || hidden === true || veryHidden === true) return false;
      isChosen = true;
      return true;
    };
    ({ sheets } = await readXlsx(bytes, { readStyles: true, sheets: isFirstVisible }));
  } catch (error) {
    if (!types.isNativeError(error)) throw error;
    if (TOO_MANY_CELLS_MESSAGE.test(error.message))
      return tooLongProblem('20,000,000 cells from A1 to the last row and column in use, empty ones included');
    return notXlsxProblem(
      NO_WORKSHEET_MESSAGE.test(error.message)
        ? 'a workbook whose first visible sheet has cells; that of this one is a chart, or missing'
        : 'an .xlsx workbook that is whole',
    );
  }
  const [sheet] = sheets;
  if (sheet === undefined) return notXlsxProblem('a workbook with a visible sheet of cells');
  const rows = rowsOfSheet(sheet);
  return 'code' in rows
    ? rows
    : { rows, notices: noticesOf(sheet, sheetCount - 1), unpackedBytes: directory.unpackedBytes };
};

const noticesOf = (
  { rowDefs, columns, cells, threadedComments }: Sheet,
  otherSheets: number,
): readonly FileNotice[] => {
  const notices: FileNotice[] = [];
  const hiddenRows = [...(rowDefs ?? [])].flatMap(([index, { hidden }]) => (hidden === true ? [index + 1] : []));
  const hiddenColumns = (columns ?? []).filter(({ hidden }) => hidden === true).length;
  const storedCells = [...(cells?.values() ?? [])];
  const links = storedCells.filter(hidesLinkAddress).length;
  const notes = storedCells.filter(({ comment }) => comment !== undefined).length;
  // Newer spreadsheet programs store the comments of a cell as a thread, and often a second time as a note, which older programs show.
  const comments = Math.max(notes, new Set(threadedComments?.map(({ ref }) => ref)).size);
  if (otherSheets > 0)
    notices.push({
      code: 'FILE.OTHER_SHEETS',
      expected: `nothing that is needed on other sheets; the first one is read, ${otherSheets} more are not`,
    });
  if (hiddenRows.length > 0 || hiddenColumns > 0)
    notices.push({
      code: 'FILE.HIDDEN_CELLS',
      expected: `nothing hidden that should stay out; ${hiddenRows.length} hidden rows${rowNumbersText(hiddenRows)} and ${hiddenColumns} hidden columns are read like the others`,
    });
  if (links > 0)
    notices.push({
      code: 'FILE.LINKS_NOT_READ',
      expected: `addresses that are written out; those behind the texts of ${links} cells are not read`,
    });
  if (comments > 0)
    notices.push({
      code: 'FILE.COMMENTS_NOT_READ',
      expected: `nothing that is needed in comments; those of ${comments} cells are not read`,
    });
  return notices;
};

/** The most hidden rows whose numbers a notice lists. */
const MAX_ROWS_IN_NOTICE = 5;
const rowNumbersText = (rows: readonly number[]): string =>
  rows.length === 0
    ? ''
    : ` (${rows.slice(0, MAX_ROWS_IN_NOTICE).join(', ')}${rows.length > MAX_ROWS_IN_NOTICE ? ', …' : ''})`;

/** Whether a cell that is not empty links to an address that its text does not show, by itself or by a formula. */
const hidesLinkAddress = ({ value, hyperlink, formula = '' }: Cell): boolean => {
  const linkFormula = LINK_FORMULA.exec(formula);
  const address = hyperlink?.target ?? (linkFormula === null ? '' : (linkFormula[1] ?? COMPUTED_ADDRESS));
  const shown = typeof value === 'string' && address.includes(value.trim());
  return address !== '' && value !== null && !shown;
};

/** A formula that links to the address in its first argument, and shows the text in its second. */
const LINK_FORMULA = /^=?\s*HYPERLINK\s*\(\s*(?:"([^"]*)")?/i;
/** Stands for an address that a formula computes: no cell has this text, so that the address counts as not shown. */
const COMPUTED_ADDRESS = '\0';

/** The error of hucre for a sheet of too many cells: it fills every row up to the last cell, so that a stray cell takes all memory. */
const TOO_MANY_CELLS_MESSAGE = /spans \d+ rows x \d+ columns .* over the \d+ limit/;

/** The error of hucre where the chosen sheet has no cells, as a sheet that is a chart. */
const NO_WORKSHEET_MESSAGE = /missing worksheet file/;

const checkZipDirectory = async (bytes: Buffer): Promise<FileProblem | { readonly unpackedBytes: number }> => {
  const names = new Set<string>();
  let unpackedBytes = 0;
  let needsSharedStrings = false;
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    // The comment of a zip archive could contain a second directory, which hucre would read instead of this one.
    if (zip.comment !== '') return notXlsxProblem('an archive without a comment');
    for await (const entry of zip.eachEntry()) {
      const { fileName, compressedSize, uncompressedSize } = entry;
      // Where the directory gives a size of 0, only hucre's own limit of 2 GiB a part applies.
      const isUnbounded = uncompressedSize === 0 && compressedSize > EMPTY_ZIP_PART_BYTES;
      if (isUnbounded || names.has(fileName))
        return notXlsxProblem('an archive that names each part once, with its size');
      names.add(fileName);
      unpackedBytes += uncompressedSize;
      if (unpackedBytes > MAX_UNPACKED_BYTES)
        return tooLongProblem(`${MAX_UNPACKED_BYTES} bytes a workbook when unpacked`);
      const part = PARTS_READ_TO_THE_END.find(({ name }) => name.test(fileName));
      if (part === undefined) continue;
      const { end, hasSharedStringCell } = await scanPart(zip, entry);
      if (!part.end.test(end))
        return notXlsxProblem(`an .xlsx workbook that is whole; ${part.what} of this one breaks off`);
      needsSharedStrings ||= hasSharedStringCell;
    }
  } catch (error) {
    if (!types.isNativeError(error)) throw error;
    return notXlsxProblem('an archive that is whole');
  }
  if (!names.has('xl/workbook.xml')) return notXlsxProblem('an .xlsx workbook; this archive is something else');
  if (needsSharedStrings && ![...names].some((name) => SHARED_STRINGS_PART.test(name)))
    return notXlsxProblem('an .xlsx workbook that is whole; the texts of this one are missing');
  return { unpackedBytes };
};

/** The texts of cells, each once, to which the cells of sheets refer by number. */
const SHARED_STRINGS_PART = /sharedstrings[^/]*\.xml$/i;
/**
 * Parts with the end that they have if they are whole. The library hucre does without: it reads a sheet that was cut off between two rows as
 * a shorter one, and a cell whose text is missing as an empty one.
 */
const PARTS_READ_TO_THE_END = [
  { what: 'a sheet', name: /^xl\/worksheets\/[^/]+\.xml$/, end: /<\/([\w.-]+:)?worksheet\s*>/ },
  { what: 'the list of texts', name: SHARED_STRINGS_PART, end: /<\/([\w.-]+:)?sst\s*>|<([\w.-]+:)?sst\b[^>]*\/>/ },
];
const PART_END_BYTES = 1_024;
const SHARED_STRING_CELL = /<([\w.-]+:)?c\s[^>]*\bt=["']s["']/;

/** The last bytes of a part, without the zero bytes that UTF-16 has, and whether a cell in it refers to a text of the list. */
const scanPart = async (
  zip: ZipFile,
  entry: Entry,
): Promise<{ readonly end: string; readonly hasSharedStringCell: boolean }> => {
  let end = '';
  let hasSharedStringCell = false;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    const text = end + (chunk as Buffer).toString('latin1').replaceAll('\0', '');
    hasSharedStringCell ||= SHARED_STRING_CELL.test(text);
    end = text.slice(-PART_END_BYTES);
  }
  return { end, hasSharedStringCell };
};

/** The compressed size of an empty part. */
const EMPTY_ZIP_PART_BYTES = 2;

const rowsOfSheet = (sheet: Sheet): readonly RawRow[] | FileProblem => {
  const { rows, cells } = sheet;
  const [merged] = sheet.merges ?? [];
  if (merged !== undefined) {
    const [from, to] = [cellRef(merged.startRow, merged.startCol), cellRef(merged.endRow, merged.endCol)];
    const expected = `no merged cells; ${from}:${to} does not say which row its content belongs to`;
    return { code: 'FILE.MERGED_CELLS', line: merged.startRow + 1, expected };
  }
  if (rows.length > MAX_ROWS + 1) return tooLongProblem(`${MAX_ROWS} rows a file`);
  const width = rows[0]?.length ?? 0;
  const result: RawRow[] = [];
  for (const [index, values] of rows.entries()) {
    const texts = values.map((value, column) =>
      cellText(value, cells?.get(`${index},${column}`), cellRef(index, column)),
    );
    if (!texts.some((text) => typeof text !== 'string' || text.trim() !== '')) continue;
    // A workbook does not store empty cells at the end of a row, unless they have a format.
    while (texts.length < width) texts.push('');
    while (texts.length > width && texts.at(-1) === '') texts.pop();
    if (bytesOfCells(texts) > MAX_ROW_BYTES) {
      return { code: 'FILE.ROW_TOO_LONG', line: index + 1, expected: `at most ${MAX_ROW_BYTES} bytes a row` };
    }
    result.push({ line: index + 1, cells: texts });
  }
  return result;
};

const cellText = (value: CellValue, cell: Cell | undefined, address: string): string | InvalidCell => {
  if (cell?.type === 'error') return invalidCell(`a value; the cell ${address} holds an error of the spreadsheet`);
  if (cell?.richText?.some(hasRaisedOrLoweredDigit) === true) {
    return invalidCell(
      `text that reads alike without superscripts, as 70-2; cell ${address} has a raised or lowered digit`,
    );
  }
  if (cell?.formula !== undefined && value === null) {
    return invalidCell(`a value; the formula in cell ${address} has no stored result`);
  }
  if (value === null) return '';
  const format = cell?.style?.numFmt;
  if (value instanceof Date)
    return value.getTime() >= FIRST_UNAMBIGUOUS_DATE
      ? dateText(value, format ?? '', address)
      : invalidCell(`a date from 1900-03-01 on, or a text, in cell ${address}`);
  if (typeof value === 'number') return numberText(value, format ?? 'General');
  if (typeof value === 'boolean') return String(value);
  const isoDate = format !== undefined && isDateFormat(format) ? parseIsoDate(value) : null;
  if (isoDate !== null) return dateText(isoDate, format ?? '', address);
  return value.includes('\uFFFD') ? NOT_UTF8 : unescapeFormula(value);
};

/** Without its format, the digit would read like the digits beside it: `70²` would become 702. */
const hasRaisedOrLoweredDigit = ({ text, font }: RichTextRun): boolean =>
  font?.vertAlign !== undefined && /\d/.test(text);

const invalidCell = (expected: string): InvalidCell => ({ code: 'ROW.WRONG_CELL', expected });

/** From this day on, all spreadsheets number days alike; before it, some count a 29 February 1900. */
const FIRST_UNAMBIGUOUS_DATE = Date.UTC(1900, 2, 1);

/**
 * A date that a workbook stores as ISO 8601 (`t="d"`) instead of a number of days. hucre does not tell such a cell from a text, so
 * the form with a time is required, in which nobody types a date. Null for every other text.
 */
const parseIsoDate = (text: string): Date | null => {
  const day = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?Z?$/.exec(text)?.[1];
  const date = new Date(day ?? NaN);
  return Number.isFinite(date.getTime()) && date.toISOString().startsWith(`${day}T`) ? date : null;
};

/** A date with the precision that the format of its cell shows: `12.2025` becomes `2025-12`. */
const dateText = (date: Date, format: string, address: string): string | InvalidCell => {
  const day = date.toISOString().slice(0, 10);
  // Minutes have the letter of months; they stand after hours or before seconds.
  const shown = format.toLowerCase().replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|(?<=h[^a-z]*)m+|m+(?=[^a-z]*s)/g, '');
  if (shown === '') return day;
  // A spreadsheet turns a typed `05.12` into a day of the current year, which nobody typed.
  if (!shown.includes('y')) return invalidCell(`a date; the cell ${address} shows no year`);
  if (shown.includes('d')) return day;
  return shown.includes('m') ? day.slice(0, 7) : day.slice(0, 4);
};

/** The most significant digits of a number that a spreadsheet stores. */
const SPREADSHEET_STORED_DIGITS = 15;
/** The most significant digits of a number with decimals that a spreadsheet shows in the format General. */
const SPREADSHEET_SHOWN_DIGITS = 10;

/** A number in the format of its cell, for example `0137`. */
const numberText = (value: number, format: string): string => {
  const digits = textInGeneralFormat(value);
  return /^(general|@)?$/i.test(format) ? digits : formatValue(value, replaceGeneralInFormat(format, digits)).trim();
};

/** Decimals beyond those shown are the noise of the spreadsheet's arithmetic. Numbers with more whole digits than shown are not rounded. */
const textInGeneralFormat = (value: number): string => {
  const stored = Number(value.toPrecision(SPREADSHEET_STORED_DIGITS));
  const isWhole = Number.isInteger(stored) || Math.abs(stored) >= 10 ** SPREADSHEET_SHOWN_DIGITS;
  return String(isWhole ? stored : Number(stored.toPrecision(SPREADSHEET_SHOWN_DIGITS)));
};

const TEXT_OR_GENERAL = /"[^"]*"|\\.|general/gi;

/** Replaces `General` within a format (`General" il"`), which hucre knows only on its own, by a pattern with as many decimals as needed. */
const replaceGeneralInFormat = (format: string, digits: string): string => {
  const decimals = digits.split('.')[1]?.length ?? 0;
  const general = decimals === 0 ? '0' : `0.${'0'.repeat(decimals)}`;
  return format.replace(TEXT_OR_GENERAL, (part) => (/^general$/i.test(part) ? general : part));
};

const tooLongProblem = (limit: string): FileProblem => ({
  code: 'FILE.TOO_LONG',
  line: null,
  expected: `at most ${limit}`,
});
const notXlsxProblem = (expected: string): FileProblem => ({ code: 'FILE.NOT_XLSX', line: null, expected });
