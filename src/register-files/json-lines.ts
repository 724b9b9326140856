/** Reads a file with one JSON object a line (NDJSON). */
import { createReadStream } from 'node:fs';
import { LineReader, type Line } from '../json/lines.js';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import { MAX_ROW_BYTES, fileAccessProblem } from './csv.js';
import type { FileProblem, CellError } from './report.js';

export interface JsonLine {
  readonly line: number;
  /** Null where the line is not a JSON object. A repeated key has its last value. */
  readonly json: JsonObject | null;
  readonly error: CellError | null;
}

export async function* readJsonLines(path: string): AsyncGenerator<JsonLine | FileProblem> {
  const file = createReadStream(path);
  const reader = new LineReader(MAX_ROW_BYTES);
  try {
    for await (const chunk of file as AsyncIterable<Buffer>)
      for (const line of reader.read(chunk)) {
        const result = parseLine(line);
        yield result;
        if ('code' in result) return;
      }
    for (const line of reader.end()) yield parseLine(line);
  } catch (error) {
    yield fileAccessProblem(error);
  } finally {
    file.destroy();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const parseLine = ({ number, bytes }: Line): JsonLine | FileProblem => {
  if (bytes === null)
    return { code: 'FILE.ROW_TOO_LONG', line: number, expected: `at most ${MAX_ROW_BYTES} bytes a line` };
  try {
    const text = utf8.decode(bytes);
    const json: unknown = JSON.parse(text);
    return isJsonObject(json)
      ? { line: number, json, error: repeatedKeyError(text) }
      : { line: number, json: null, error: NOT_AN_OBJECT };
  } catch {
    return { line: number, json: null, error: NOT_AN_OBJECT };
  }
};

const NOT_AN_OBJECT: CellError = {
  column: null,
  code: 'FILE.NOT_JSON',
  expected: 'one object in JSON a line, in UTF-8',
};

const repeatedKeyError = (text: string): CellError | null => {
  try {
    parseJson(text);
    return null;
  } catch (error) {
    if (!(error instanceof RepeatedKeyError)) throw error;
    return { column: null, ...repeatedJsonKeyProblem(error.pointer) };
  }
};

/** The problem of a JSON object that has a key twice. */
export const repeatedJsonKeyProblem = (
  pointer: string,
): { readonly code: 'FILE.KEY_TWICE'; readonly expected: string } => ({
  code: 'FILE.KEY_TWICE',
  expected: `each key once in its object; ${pointer} stands twice`,
});

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
