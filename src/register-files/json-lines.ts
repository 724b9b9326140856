/** The lines of a file of JSON, one object a line: UTF-8, LF or CRLF, blank lines and a byte order mark left out. */
import { createReadStream } from 'node:fs';
import { MAX_ROW_BYTES, MAX_ROWS, noSuchFile } from './csv.js';
import type { Unreadable } from './report.js';

export interface JsonLine {
  readonly line: number;
  /** Null for what is no object in JSON. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

const NEWLINE = 0x0a;

export async function* readJsonLines(path: string): AsyncGenerator<JsonLine | Unreadable> {
  let line = 0;
  let left: Buffer = Buffer.alloc(0);
  const file = createReadStream(path);
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      left = Buffer.concat([left, chunk]);
      for (let end = left.indexOf(NEWLINE); end !== -1; end = left.indexOf(NEWLINE)) {
        line += 1;
        const read = readLine(left.subarray(0, end), line);
        left = left.subarray(end + 1);
        if (read !== null) yield read;
        if (read !== null && 'code' in read) return;
      }
      if (left.length > MAX_ROW_BYTES) {
        yield tooLong(line + 1);
        return;
      }
    }
    const last = readLine(left, line + 1);
    if (last !== null) yield last;
  } catch (error) {
    yield noSuchFile(error);
  } finally {
    file.destroy();
  }
}

const tooLong = (line: number): Unreadable => ({
  code: 'FILE.ROW_TOO_LONG',
  line,
  expected: `at most ${MAX_ROW_BYTES} bytes a line`,
});

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Null for a blank line. */
const readLine = (bytes: Buffer, line: number): JsonLine | Unreadable | null => {
  if (bytes.length > MAX_ROW_BYTES) return tooLong(line);
  if (line > MAX_ROWS) return { code: 'FILE.TOO_LONG', line, expected: `at most ${MAX_ROWS} lines a file` };
  try {
    // The decoder takes a byte order mark off.
    const text = utf8.decode(bytes);
    return text.trim() === '' ? null : { line, json: objectOf(JSON.parse(text)) };
  } catch {
    return { line, json: null };
  }
};

const objectOf = (value: unknown): JsonLine['json'] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
