/**
 * Reads a text file row by row: RFC 4180, and the dialects of spreadsheets. Removes the apostrophe by which an export escapes
 * formulas. A cell that cannot be decoded is an error of that cell; a file that cannot be split into rows ends with a problem.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Transform, type TransformCallback } from 'node:stream';
import { parse } from 'csv-parse';
import { detectDialect, readHead, type Encoding } from './dialect.js';
import { unescapeFormula } from './formula-escape.js';
import type { FileProblem } from './report.js';

/** The most bytes that the cells of a row may have, in UTF-8. */
export const MAX_ROW_BYTES = 65_536;
export const MAX_ROWS = 1_000_000;

/** A cell without a usable text. */
export interface InvalidCell {
  readonly code: 'FILE.NOT_UTF8' | 'ROW.WRONG_CELL';
  readonly expected: string;
}

export interface RawRow {
  /** The line on which the row begins, or the row number of a spreadsheet; counted from 1. */
  readonly line: number;
  readonly cells: readonly (string | InvalidCell)[];
}

export const NOT_UTF8: InvalidCell = { code: 'FILE.NOT_UTF8', expected: 'text in UTF-8' };

/** Yields the header and the rows; blank rows are skipped. */
export async function* readCsvRows(path: string): AsyncGenerator<RawRow | FileProblem> {
  let dialect: ReturnType<typeof detectDialect>;
  try {
    dialect = detectDialect(await readHead(path));
  } catch (error) {
    yield fileAccessProblem(error);
    return;
  }
  // The parser runs ahead of the consumer: this is the line of the row that the parser reads next.
  let line = 1;
  let isSeparatorLine = dialect.hasSeparatorLine;
  const lines: number[] = [];
  const newlines = dialect.lineEndings.includes('\r') ? /\r\n?|\n/g : /\n/g;
  const parser = parse({
    delimiter: dialect.separator,
    record_delimiter: [...dialect.lineEndings],
    relax_column_count: true,
    trim: true,
    // Bounds memory where a quote is not closed. csv-parse counts characters of complete cells, so bytes are checked below.
    max_record_size: MAX_ROW_BYTES,
    on_record: (cells: string[]) => {
      if (bytesOfCells(cells) > MAX_ROW_BYTES) throw new RowTooLong();
      const firstLine = line;
      line += 1 + cells.reduce((sum, cell) => sum + (cell.match(newlines)?.length ?? 0), 0);
      if (isSeparatorLine || cells.every((cell) => cell.trim() === '')) {
        isSeparatorLine = false;
        return null;
      }
      lines.push(firstLine);
      return cells;
    },
  });
  const ending = new AbortController();
  const file = createReadStream(path);
  // Without the signal the pipeline never settles on Node 24 if the parser is destroyed before the end of the file.
  const done = pipeline(file, toUtf8(dialect.encoding), parser, { signal: ending.signal }).catch(
    (error: unknown) => error,
  );
  let rows = 0;
  try {
    for await (const cells of parser as AsyncIterable<readonly string[]>) {
      const firstLine = lines.shift() ?? line;
      if (++rows > MAX_ROWS + 1) {
        yield fileProblem('FILE.TOO_LONG', firstLine, `at most ${MAX_ROWS} rows a file`);
        return;
      }
      yield { line: firstLine, cells: cells.map(decodedCell) };
    }
  } catch (error) {
    yield csvProblem(error, line);
  } finally {
    ending.abort();
    await done;
  }
}

/** U+FFFD marks bytes that the decoder could not read, or a text that another program damaged before. */
const decodedCell = (cell: string): string | InvalidCell =>
  cell.includes('\uFFFD') ? NOT_UTF8 : unescapeFormula(cell);

export const bytesOfCells = (cells: readonly unknown[]): number =>
  cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? Buffer.byteLength(cell) : 0), 0);

class RowTooLong extends Error {}

/** Converts the bytes of the file to UTF-8 and removes the byte order mark. */
const toUtf8 = (encoding: Encoding): Transform => {
  const decoder = new TextDecoder(encoding);
  const pass = (text: string, done: TransformCallback): void => done(null, text);
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => pass(decoder.decode(chunk, { stream: true }), done),
    flush: (done) => pass(decoder.decode(), done),
  });
};

const fileProblem = (code: FileProblem['code'], line: number | null, expected: string): FileProblem => ({
  code,
  line,
  expected,
});

const csvProblem = (error: unknown, line: number): FileProblem => {
  const code = (error as { code?: unknown }).code;
  if (error instanceof RowTooLong || code === 'CSV_MAX_RECORD_SIZE') {
    return fileProblem('FILE.ROW_TOO_LONG', line, `at most ${MAX_ROW_BYTES} bytes a row; a quote may not be closed`);
  }
  if (typeof code === 'string' && /^(CSV|INVALID)_/.test(code)) {
    return fileProblem(
      'FILE.NOT_CSV',
      line,
      'RFC 4180: a cell with a quote in it stands in quotes, and each of its quotes twice',
    );
  }
  return fileAccessProblem(error);
};

/** The problem behind an error of the file system; rethrows every other error. */
export const fileAccessProblem = (error: unknown): FileProblem => {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
  return fileProblem('FILE.NOT_READABLE', null, `a file that can be read (${code})`);
};
