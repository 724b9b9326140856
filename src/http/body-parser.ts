/** Parses bodies strictly: valid UTF-8, then JSON without repeated keys. */
import { LineReader } from '../json/lines.js';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import type { FieldError, ProblemCode } from '../schema/problems.js';
import { problemResponse, type HttpResponse } from './http-response.js';

/** The largest body, in bytes, of every route but those with BATCH_BODY_LIMIT. */
export const BODY_LIMIT = 256 * 1024;

/** The route that takes a batch: its bodies may be larger, and may be NDJSON. */
export const BATCH_PATH = '/v1/events';
/** The largest body of a batch, and of a request that applies an instrument to many persons. */
export const BATCH_BODY_LIMIT = 4 * 1024 * 1024;

/** A body, or a line of one, that cannot be read. It repeats nothing of the body but the pointer of a repeated key. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  constructor(
    readonly code: ProblemCode,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(code);
  }
}

export const unreadableBodyResponse = ({ code, errors }: UnreadableBody): HttpResponse =>
  problemResponse(code, errors.length === 0 ? {} : { errors });

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws UnreadableBody. A key such as `__proto__` becomes an own property like any other. */
export const parseBody = (bytes: Buffer): unknown => {
  const value = parseJsonText(decodeUtf8(bytes));
  if (value instanceof UnreadableBody) throw value;
  return value;
};

/**
 * The JSON values of NDJSON; blank lines are skipped. A line that is not JSON gives an UnreadableBody in its place, so that
 * the other lines can still be recorded. Throws UnreadableBody if no line is JSON, or if any line is not UTF-8.
 */
export const parseLines = (bytes: Buffer): readonly unknown[] => {
  const reader = new LineReader(BATCH_BODY_LIMIT);
  const lines = [...reader.read(bytes), ...reader.end()].map((line) => parseJsonText(decodeUtf8(line.bytes ?? bytes)));
  if (lines.every((line) => line instanceof UnreadableBody && line.code === 'BODY.NOT_JSON'))
    throw new UnreadableBody('BODY.NOT_JSON');
  return lines;
};

const parseJsonText = (text: string): unknown => {
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

const decodeUtf8 = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new UnreadableBody('BODY.NOT_UTF8');
  }
};
