/**
 * The rows of a CSV file (RFC 4180, UTF-8), one after the other: CRLF or LF, with or without a byte order mark.
 * The mark that an export puts before what looks like a formula is taken off.
 * Bounded: a row of at most MAX_ROW_BYTES, a file of at most MAX_ROWS rows. A cell that is not UTF-8 is null, so that
 * its row and column can be named; a file that cannot be cut into rows ends with the reason.
 */
import { createReadStream } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';
import { parse } from 'csv-parse';
import { unmarked } from './formula-mark.js';
import type { Unreadable } from './report.js';

export const MAX_ROW_BYTES = 65_536;
export const MAX_ROWS = 1_000_000;

export interface CsvRow {
  /** The line of the file on which the row begins, counted from 1; the header is on line 1. */
  readonly line: number;
  /** Null: bytes that are not UTF-8. */
  readonly cells: readonly (string | null)[];
}

/** Reads the rows of a file, the header among them. A row without any text in it says nothing and is left out. */
export async function* readRows(path: string): AsyncGenerator<CsvRow | Unreadable> {
  // Counted where rows are cut, ahead of where they are taken, so that an error knows the line of its row.
  let line = 1;
  const lines: number[] = [];
  // Bytes go through as Latin-1, one character each: csv-parse would put U+FFFD where they are not UTF-8, and say nothing.
  const parser = parse({
    encoding: 'latin1',
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (cells: string[]) => {
      const saysSomething = cells.some((cell) => cell !== '');
      if (saysSomething) lines.push(line);
      line += 1 + cells.reduce((sum, cell) => sum + newlines(cell), 0);
      return saysSomething ? cells : null;
    },
  });
  const file = createReadStream(path);
  const bytes = file.pipe(withoutMark());
  file.on('error', (error) => bytes.destroy(error));
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let rows = 0;
  try {
    for await (const cells of parser as AsyncIterable<readonly string[]>) {
      const begins = lines.shift() ?? line;
      if (++rows > MAX_ROWS + 1) {
        yield unreadable('FILE.TOO_LONG', begins, `at most ${MAX_ROWS} rows a file`);
        return;
      }
      yield { line: begins, cells: cells.map(decode) };
    }
  } catch (error) {
    yield explain(error, line);
  } finally {
    for (const stream of [file, bytes, parser]) stream.destroy();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decode = (latin1: string): string | null => {
  try {
    return unmarked(utf8.decode(Buffer.from(latin1, 'latin1')));
  } catch {
    return null;
  }
};

const newlines = (cell: string): number => {
  let count = 0;
  for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count++;
  return count;
};

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF_16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

class NotUtf8 extends Error {}

/** Takes the byte order mark off; a file in UTF-16 is refused by its mark. */
const withoutMark = (): Transform => {
  let head: Buffer | null = Buffer.alloc(0);
  const begin = (bytes: Buffer, done: TransformCallback): void => {
    if (UTF_16.some((mark) => bytes.subarray(0, 2).equals(mark))) done(new NotUtf8());
    else done(null, bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (head === null) {
        done(null, chunk);
        return;
      }
      const bytes = Buffer.concat([head, chunk]);
      if (bytes.length < MARK.length) {
        head = bytes;
        done();
        return;
      }
      head = null;
      begin(bytes, done);
    },
    flush(done) {
      if (head === null) done();
      else begin(head, done);
    },
  });
};

const unreadable = (code: Unreadable['code'], line: number | null, expected: string): Unreadable => ({
  code,
  line,
  expected,
});

const explain = (error: unknown, line: number): Unreadable => {
  if (error instanceof NotUtf8) return unreadable('FILE.NOT_UTF8', 1, 'a file in UTF-8, not in UTF-16');
  const code = (error as { code?: unknown }).code;
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return unreadable('FILE.ROW_TOO_LONG', line, `at most ${MAX_ROW_BYTES} bytes a row; a quote may not be closed`);
  }
  if (typeof code === 'string' && /^(CSV|INVALID)_/.test(code)) {
    return unreadable(
      'FILE.NOT_CSV',
      line,
      'RFC 4180: a cell with a quote in it stands in quotes, and each of its quotes twice',
    );
  }
  return noSuchFile(error);
};

/** Why the system did not give a file; throws what is no such reason. */
export const noSuchFile = (error: unknown): Unreadable => {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
  return unreadable('FILE.NOT_READABLE', null, `a file that can be read (${code})`);
};
