/** Reads a body strictly: UTF-8 without a single wrong byte, then JSON. */
import { LineReader } from '../json/lines.js';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import type { FieldError, ProblemCode } from '../schema/problems.js';
import { problem, type Answer } from './answer.js';

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 256 * 1024;

/** Where many rows are written at once: its bodies may be larger, and be lines of JSON. */
export const ROWS_PATH = '/v1/events';
export const ROWS_BODY_LIMIT = 4 * 1024 * 1024;

/** A body that cannot be read; the code says why, and nothing of the body is repeated but a key that stands twice. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  constructor(
    readonly code: ProblemCode,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(code);
  }
}

/** The answer to such a body, or to such a row. */
export const answerToUnreadable = ({ code, errors }: UnreadableBody): Answer =>
  problem(code, errors.length === 0 ? {} : { errors });

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON value in these bytes. Throws UnreadableBody. Keys such as `__proto__` are keys like any other in what comes out. */
export const parseBody = (bytes: Buffer): unknown => {
  const value = parse(decode(bytes));
  if (value instanceof UnreadableBody) throw value;
  return value;
};

/**
 * The JSON values in these bytes, one a line; blank lines are none. A line that is no JSON has its UnreadableBody in its
 * place. Throws UnreadableBody where no line is.
 */
export const parseLines = (bytes: Buffer): readonly unknown[] => {
  const reader = new LineReader(ROWS_BODY_LIMIT);
  const lines = [...reader.read(bytes), ...reader.end()].map((line) => parse(decode(line.bytes ?? bytes)));
  if (lines.every((line) => line instanceof UnreadableBody && line.code === 'BODY.NOT_JSON'))
    throw new UnreadableBody('BODY.NOT_JSON');
  return lines;
};

const parse = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof RepeatedKeyError)) return new UnreadableBody('BODY.NOT_JSON');
    const repeated = {
      code: 'FIELD.REPEATED',
      pointer: error.pointer,
      expected: 'each key once in its object',
    } as const;
    return new UnreadableBody('REQUEST.INVALID', [repeated]);
  }
};

const decode = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new UnreadableBody('BODY.NOT_UTF8');
  }
};
