/** The lines of a file of JSON, one object a line. */
import { createReadStream } from 'node:fs';
import { LineReader, type Line } from '../json/lines.js';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import { MAX_ROW_BYTES, fileAccessProblem } from './csv.js';
import type { FileProblem, CellError } from './report.js';

export interface JsonLine {
  readonly line: number;
  /** Null for what is no object in JSON; where a key stands twice, with the last of its values. */
  readonly json: Readonly<Record<string, unknown>> | null;
  readonly wrong: CellError | null;
}

export async function* readJsonLines(path: string): AsyncGenerator<JsonLine | FileProblem> {
  const file = createReadStream(path);
  const reader = new LineReader(MAX_ROW_BYTES);
  try {
    for await (const chunk of file as AsyncIterable<Buffer>)
      for (const line of reader.read(chunk)) {
        const read = readLine(line);
        yield read;
        if ('code' in read) return;
      }
    for (const line of reader.end()) yield readLine(line);
  } catch (error) {
    yield fileAccessProblem(error);
  } finally {
    file.destroy();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const readLine = ({ number, bytes }: Line): JsonLine | FileProblem => {
  if (bytes === null)
    return { code: 'FILE.ROW_TOO_LONG', line: number, expected: `at most ${MAX_ROW_BYTES} bytes a line` };
  try {
    const text = utf8.decode(bytes);
    const json: unknown = JSON.parse(text);
    return isObject(json)
      ? { line: number, json, wrong: keyTwice(text) }
      : { line: number, json: null, wrong: NO_OBJECT };
  } catch {
    return { line: number, json: null, wrong: NO_OBJECT };
  }
};

const NO_OBJECT: CellError = { column: null, code: 'FILE.NOT_JSON', expected: 'one object in JSON a line, in UTF-8' };

const keyTwice = (text: string): CellError | null => {
  try {
    parseJson(text);
    return null;
  } catch (error) {
    if (!(error instanceof RepeatedKeyError)) throw error;
    const expected = `each key once in its object; ${error.pointer} stands duplicates`;
    return { column: null, code: 'FILE.KEY_TWICE', expected };
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
