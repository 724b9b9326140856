/** Reads a body strictly: UTF-8 without a single wrong byte, then JSON. */
import type { RequestCode } from '../schema/problems.js';

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 256 * 1024;

/** Where many rows are written at once: its bodies may be larger, and be lines of JSON. */
export const ROWS_PATH = '/v1/events';
export const ROWS_BODY_LIMIT = 4 * 1024 * 1024;

/** A body that cannot be read; the code says why, and nothing of the body is repeated. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  constructor(readonly code: RequestCode) {
    super(code);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON value in these bytes. Throws UnreadableBody. Keys such as `__proto__` are keys like any other in what comes out. */
export const parseBody = (bytes: Buffer): unknown => {
  const text = decode(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnreadableBody('BODY.NOT_JSON');
  }
};

/**
 * The JSON values in these bytes, one a line; blank lines are none. A line that is no JSON has its UnreadableBody in its
 * place. Throws UnreadableBody where no line is.
 */
export const parseLines = (bytes: Buffer): readonly unknown[] => {
  const lines = decode(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseLine);
  if (lines.every((line) => line instanceof UnreadableBody)) throw new UnreadableBody('BODY.NOT_JSON');
  return lines;
};

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return new UnreadableBody('BODY.NOT_JSON');
  }
};

const decode = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new UnreadableBody('BODY.NOT_UTF8');
  }
};
