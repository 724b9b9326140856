/** The rows of a file by what is in it: a workbook, or text. */
import { readRows, noSuchFile, type RawRow } from './csv.js';
import { dialectOf, headOf, SEPARATORS } from './dialect.js';
import type { ReportedOfFile, Unreadable } from './report.js';
import { beginsAsWorkbook, readWorkbook, type Workbook } from './xlsx.js';

export interface RowsInFile {
  /** How the file is written, in words. */
  readonly found: string;
  /** What a reader of the report should know of the file, though nothing is wrong with it. */
  readonly notices: readonly ReportedOfFile[];
  rows(): AsyncIterable<RawRow | Unreadable>;
}

export const openRows = async (path: string): Promise<RowsInFile | Unreadable> => {
  let head: Buffer;
  try {
    head = await headOf(path);
  } catch (error) {
    return noSuchFile(error);
  }
  if (beginsAsWorkbook(head)) return openWorkbook(path);
  const { separator } = dialectOf(head);
  const found = `separator found: ${SEPARATORS[separator] ?? 'as named by sep='}`;
  return { found, notices: [], rows: () => readRows(path) };
};

const openWorkbook = async (path: string): Promise<RowsInFile | Unreadable> => {
  const opened = await readWorkbook(path);
  if ('code' in opened) return opened;
  const { otherSheets } = opened;
  // Let go when it was read to its end, so that a whole workbook waits in memory for no later file.
  let held: Workbook | null = opened;
  const rows = async function* (): AsyncGenerator<RawRow | Unreadable> {
    const workbook = held ?? (await readWorkbook(path));
    if ('code' in workbook) {
      yield workbook;
      return;
    }
    yield* workbook.rows;
    held = null;
  };
  const expected = `nothing that is needed on other sheets; the first one is read, ${otherSheets} more are not`;
  return {
    found: 'the first visible sheet of a workbook',
    notices: otherSheets === 0 ? [] : [{ code: 'FILE.OTHER_SHEETS', expected }],
    rows,
  };
};
