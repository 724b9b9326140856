/**
 * The log as a file: one event a line, JSON, with everything that is needed to write it again. `habeas export` writes it,
 * `GET /v1/events` answers it, `habeas import` reads it.
 */
import { createReadStream } from 'node:fs';
import { revive } from './codec.js';
import type { PlacedEvent } from './copy.js';
import { MAX_APPEND_BYTES, StoreDamaged } from './port.js';
import { checkStream } from './request.js';

/** The fields of a line, in their order. */
const FIELDS = [
  'position',
  'stream',
  'revision',
  'id',
  'schemaVersion',
  'recordedAt',
  'actor',
  'acknowledged',
  'raised',
  'correlationId',
  'causationId',
  'fact',
] as const satisfies readonly (keyof PlacedEvent)[];

export const lineOf = (event: PlacedEvent): string =>
  `${JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, event[field]])))}\n`;

/** A line of the file is not an event that this build can read. Says where and what, never what stands there. */
export class LogFileUnreadable extends Error {
  override readonly name = 'LogFileUnreadable';
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
  }
}

/** Lines handed on at once. */
const BATCH = 500;

/**
 * The events of a file, as batches; `onRead` is told how many bytes have been read. Throws LogFileUnreadable, and what the
 * file system throws.
 */
export async function* readLogFile(
  path: string,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<readonly PlacedEvent[]> {
  let batch: PlacedEvent[] = [];
  let number = 0;
  for await (const line of linesIn(path, onRead)) {
    number += 1;
    const event = eventIn(line);
    if (typeof event === 'string') throw new LogFileUnreadable(number, event);
    batch.push(event);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Whether a file begins as an exported log does, and not as definitions or rows. */
export const isLogFile = async (path: string): Promise<boolean> => {
  for await (const text of createReadStream(path, { end: 255, encoding: 'utf8' })) return BEGINS.test(String(text));
  return false;
};

const BEGINS = new RegExp(`^\\s*\\{\\s*"(${FIELDS.join('|')})"\\s*:`);

/** A line holds one event, whose characters JSON may write as six each. */
const MAX_LINE_BYTES = 6 * MAX_APPEND_BYTES;
const NEWLINE = 0x0a;

/** Lines without their ends. One that is too long is given as far as it was read, and ends the file. */
async function* linesIn(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, begin)) {
      yield rest.subarray(begin, end);
      begin = end + 1;
    }
    rest = rest.subarray(begin);
    onRead((bytes += chunk.length));
    if (rest.length > MAX_LINE_BYTES) break;
  }
  if (rest.length > 0) yield rest;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The event in a line, or what is wrong with it. */
const eventIn = (line: Buffer): PlacedEvent | string => {
  if (line.length > MAX_LINE_BYTES) return 'longer than an event can be';
  const value = parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no JSON object; is it cut short?';
  const missing = FIELDS.find((field) => !(field in value));
  if (missing !== undefined) return `${missing} is missing`;
  if (Object.keys(value).length > FIELDS.length) return 'has a field too many';
  const { position, ...event } = value as PlacedEvent;
  if (!Number.isSafeInteger(position)) return 'position is no number';
  try {
    checkStream(event.stream);
    return { ...revive(event), position };
  } catch (error) {
    if (error instanceof StoreDamaged || error instanceof RangeError) return error.message;
    throw error;
  }
};

/** Undefined for what is no JSON in UTF-8. */
const parse = (line: Buffer): unknown => {
  try {
    return JSON.parse(utf8.decode(line));
  } catch {
    return undefined;
  }
};
