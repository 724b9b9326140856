/**
 * The rows of a text file, one after the other: RFC 4180, and what spreadsheets make of it (dialect.ts).
 * The mark that an export puts before what looks like a formula is taken off.
 * Bounded: a row of at most MAX_ROW_BYTES, a file of at most MAX_ROWS rows. A cell that cannot be decoded is wrong by
 * itself, so that its row and column can be named; a file that cannot be cut into rows ends with the reason.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Transform, type TransformCallback } from 'node:stream';
import { parse } from 'csv-parse';
import { detectDialect, readHead, type Encoding } from './dialect.js';
import { unescapeFormula } from './formula-escape.js';
import type { FileProblem } from './report.js';

export const MAX_ROW_BYTES = 65_536;
export const MAX_ROWS = 1_000_000;

/** What is wrong with a cell before anybody asks what it means. */
export interface InvalidCell {
  readonly code: 'FILE.NOT_UTF8' | 'ROW.WRONG_CELL';
  readonly expected: string;
}

export interface RawRow {
  /** The line of the file on which the row begins, counted from 1; in a spreadsheet the number of the row. */
  readonly line: number;
  readonly cells: readonly (string | InvalidCell)[];
}

export const NOT_UTF8: InvalidCell = { code: 'FILE.NOT_UTF8', expected: 'text in UTF-8' };

/** Reads the rows of a file, the header among them. A row without any text in it says nothing and is left out. */
export async function* readCsvRows(path: string): AsyncGenerator<RawRow | FileProblem> {
  let dialect: ReturnType<typeof detectDialect>;
  try {
    dialect = detectDialect(await readHead(path));
  } catch (error) {
    yield fileAccessProblem(error);
    return;
  }
  // Counted where rows are cut, ahead of where they are taken, so that an error knows the line of its row.
  let line = 1;
  let separatorLine = dialect.separatorLine;
  const lines: number[] = [];
  const newlines = dialect.lineEnds.includes('\r') ? /\r\n?|\n/g : /\n/g;
  const parser = parse({
    delimiter: dialect.separator,
    record_delimiter: [...dialect.lineEnds],
    relax_column_count: true,
    trim: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (cells: string[]) => {
      const begins = line;
      line += 1 + cells.reduce((sum, cell) => sum + (cell.match(newlines)?.length ?? 0), 0);
      if (separatorLine || cells.every((cell) => cell.trim() === '')) {
        separatorLine = false;
        return null;
      }
      lines.push(begins);
      return cells;
    },
  });
  const file = createReadStream(path);
  const read = pipeline(file, toUtf8(dialect.encoding), parser).catch((error: unknown) => error);
  let rows = 0;
  try {
    for await (const cells of parser as AsyncIterable<readonly string[]>) {
      const begins = lines.shift() ?? line;
      if (++rows > MAX_ROWS + 1) {
        yield fileProblem('FILE.TOO_LONG', begins, `at most ${MAX_ROWS} rows a file`);
        return;
      }
      yield { line: begins, cells: cells.map(cellOf) };
    }
  } catch (error) {
    yield explain(error, line);
  } finally {
    for (const stream of [file, parser]) stream.destroy();
    await read;
  }
}

/** Bytes that are no text come out of the decoder as U+FFFD; one that stands in the file itself tells of a loss before. */
const cellOf = (cell: string): string | InvalidCell => (cell.includes('\uFFFD') ? NOT_UTF8 : unescapeFormula(cell));

/** Takes the byte order mark off, and makes UTF-8 of UTF-16. */
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

const explain = (error: unknown, line: number): FileProblem => {
  const code = (error as { code?: unknown }).code;
  if (code === 'CSV_MAX_RECORD_SIZE') {
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

/** Why the system did not give a file; throws what is no such reason. */
export const fileAccessProblem = (error: unknown): FileProblem => {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
  return fileProblem('FILE.NOT_READABLE', null, `a file that can be read (${code})`);
};
