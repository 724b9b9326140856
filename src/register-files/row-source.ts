/** The rows of a file by what is in it: a workbook, or text. */
import { readCsvRows, fileAccessProblem, type RawRow } from './csv.js';
import { detectDialect, readHead, SEPARATORS } from './dialect.js';
import type { FileNotice, FileProblem } from './report.js';
import { beginsAsWorkbook, readWorkbook, type Workbook } from './xlsx.js';

export interface RowSource {
  /** How the file is written, in words. */
  readonly found: string;
  /** What a reader of the report should know of the file, though nothing is wrong with it. */
  readonly notices: readonly FileNotice[];
  rows(): AsyncIterable<RawRow | FileProblem>;
}

export const openRowSource = async (path: string): Promise<RowSource | FileProblem> => {
  let head: Buffer;
  try {
    head = await readHead(path);
  } catch (error) {
    return fileAccessProblem(error);
  }
  if (beginsAsWorkbook(head)) return openWorkbook(path);
  const { separator } = detectDialect(head);
  const found = `separator found: ${SEPARATORS[separator] ?? 'as named by sep='}`;
  return { found, notices: [], rows: () => readCsvRows(path) };
};

const openWorkbook = async (path: string): Promise<RowSource | FileProblem> => {
  const opened = await readWorkbook(path);
  if ('code' in opened) return opened;
  const { otherSheets } = opened;
  // Let go when it was read to its end, so that a whole workbook waits in memory for no later file.
  let held: Workbook | null = opened;
  const rows = async function* (): AsyncGenerator<RawRow | FileProblem> {
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
