/** Opens a file of rows as text or as a workbook, by its first bytes. */
import { readCsvRows, fileAccessProblem, type RawRow } from './csv.js';
import { detectDialect, readHead, WORD_BY_SEPARATOR } from './dialect.js';
import type { FileNotice, FileProblem } from './report.js';
import { beginsAsWorkbook, readWorkbook, type Workbook } from './xlsx.js';

export interface RowSource {
  /** The separator, or that it is a workbook: a hint for messages about a header that is not understood. */
  readonly formatHint: string;
  readonly notices: readonly FileNotice[];
  /** Reads the rows from the start at every call. */
  rows(): AsyncIterable<RawRow | FileProblem>;
  /** Bytes of an unpacked workbook whose rows are kept in memory; 0 for text, which is streamed. */
  readonly bytesKept: number;
  /** Frees the rows of a workbook; the next call of `rows` parses it again and keeps them. */
  readonly release: () => void;
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
  const formatHint = `separator found: ${WORD_BY_SEPARATOR[separator] ?? 'as named by sep='}`;
  return { formatHint, notices: [], rows: () => readCsvRows(path), bytesKept: 0, release: () => undefined };
};

/** Keeps the parsed rows, since an import reads a file up to three times. */
const openWorkbook = async (path: string): Promise<RowSource | FileProblem> => {
  const opened = await readWorkbook(path);
  if ('code' in opened) return opened;
  const { notices, unpackedBytes } = opened;
  let kept: Workbook | null = opened;
  const rows = async function* (): AsyncGenerator<RawRow | FileProblem> {
    const workbook = kept ?? (await readWorkbook(path));
    if ('code' in workbook) {
      yield workbook;
      return;
    }
    kept = workbook;
    yield* workbook.rows;
  };
  return {
    formatHint: 'the first visible sheet of a workbook',
    notices,
    rows,
    bytesKept: unpackedBytes,
    release: () => (kept = null),
  };
};
