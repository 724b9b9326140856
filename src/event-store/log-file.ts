/**
 * The log as NDJSON, an event a line, as it is stored: `habeas export` writes it, `habeas import` and the independent verifier
 * (`verify/`) read it. Lines as `GET /v1/events` returns them, and as older builds exported them (without leaf hashes), are imported too.
 */
import { createReadStream } from 'node:fs';
import { LineReader, type Line } from '../json/lines.js';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import { METADATA_FIELDS } from '../domain/event.js';
import { decodeExportedEvent, encodeWithoutLeaf, reserialize, storedText } from './codec.js';
import type { CopiedEvent } from './copy.js';
import { formatInstant } from './instant.js';
import { MAX_APPEND_BYTES, StoreDamaged, type AdoptedCommitment, type UnplacedRecord } from './port.js';
import { checkStreamName } from './request-checks.js';

/** The fields of a line, in output order. */
const LINE_FIELDS = ['position', 'stream', 'revision', 'id', 'type', 'recordedAt', 'leaf', 'payload'] as const;
/** The field of an adopted event with its commitment and salt, written before the payload. */
const ADOPTED_LINE_FIELD = 'adopted';
/** The fields of a line that was exported before there were leaf hashes. */
const LEGACY_EXPORTED_EVENT_FIELDS = [
  'position',
  'stream',
  'revision',
  'id',
  'recordedAt',
  ...METADATA_FIELDS,
  'event',
] as const;

/** Throws StoreDamaged for an event whose time of recording is invalid. */
export const formatLogLine = (event: CopiedEvent): string => {
  const recordedAt = formatInstant(event.recordedAt);
  if (recordedAt === null) throw new StoreDamaged(`position ${event.position}: recorded at no instant`);
  const { payload: _, ...line } = Object.fromEntries(LINE_FIELDS.map((field) => [field, event[field]]));
  const { commitment, salt } = event.adopted ?? {};
  const adopted = commitment === undefined ? {} : { [ADOPTED_LINE_FIELD]: { commitment, salt } };
  return `${JSON.stringify({ ...line, recordedAt, ...adopted }).slice(0, -1)},"payload":${payloadTextOf(event)}}\n`;
};

/** The payload text as the store has it, so that a verifier sees every changed byte; serialized anew if recorded without a leaf hash. */
const payloadTextOf = (event: CopiedEvent): string =>
  event.leaf === null || event.adopted !== undefined ? storedText(event) : (event.text ?? storedText(event));

/** An exported log has a line that this build cannot read. The message names line and reason, never content. */
export class ExportedLogUnreadable extends Error {
  override readonly name = 'ExportedLogUnreadable';
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
  }
}

/** Events per yielded batch. */
const BATCH_SIZE = 500;

/**
 * Yields the events of a file in batches; `onRead` receives the total of bytes read so far. Throws ExportedLogUnreadable and
 * file-system errors.
 */
export async function* readExportedLog(
  path: string,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<readonly CopiedEvent[]> {
  let batch: CopiedEvent[] = [];
  for await (const { number, bytes } of readLines(path, onRead)) {
    const event = parseEventLine(bytes);
    if (typeof event === 'string') throw new ExportedLogUnreadable(number, event);
    batch.push(event);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Whether a file starts like an exported log, rather than like another file that can be imported. */
export const isExportedLog = async (path: string): Promise<boolean> => {
  for await (const text of createReadStream(path, { end: 255, encoding: 'utf8' }))
    return EXPORTED_LOG_START_PATTERN.test(String(text));
  return false;
};

/** Fields with which a line of a log may begin. Not `type`: files of events that are still to be recorded begin with it too. */
const FIRST_FIELDS = [...LINE_FIELDS, ...LEGACY_EXPORTED_EVENT_FIELDS].filter((field) => field !== 'type');
const EXPORTED_LOG_START_PATTERN = new RegExp(`^\\s*\\{\\s*"(${FIRST_FIELDS.join('|')})"\\s*:`);

/** JSON may escape each character of an event as six (`\uXXXX`). */
const MAX_LINE_BYTES = 6 * MAX_APPEND_BYTES;

/** Stops after a line that is too long, whose `bytes` are null. */
async function* readLines(path: string, onRead: (bytes: number) => void): AsyncGenerator<Line> {
  const reader = new LineReader(MAX_LINE_BYTES);
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    for (const line of reader.read(chunk)) {
      yield line;
      if (line.bytes === null) return;
    }
    onRead((bytes += chunk.length));
  }
  yield* reader.end();
}

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The event of a line, or the reason why it is invalid. */
const parseEventLine = (line: Buffer | null): CopiedEvent | string => {
  if (line === null) return 'longer than an event can be';
  const value = parseLine(line);
  if (value instanceof RepeatedKeyError) return 'an object has a key twice';
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'no JSON object in UTF-8; is it cut short?';
  const { [ADOPTED_LINE_FIELD]: adopted, ...others } = value as Readonly<Record<string, unknown>>;
  const fields = renameEarlierFields(others);
  const expected: readonly string[] = 'event' in fields ? LEGACY_EXPORTED_EVENT_FIELDS : LINE_FIELDS;
  const missing = expected.find((field) => !(field in fields));
  if (missing !== undefined) return `${missing} is missing`;
  const isAdoptedEarlier = adopted !== undefined && expected === LEGACY_EXPORTED_EVENT_FIELDS;
  if (Object.keys(fields).length > expected.length || isAdoptedEarlier) return 'has a field too many';
  const { position, stream, revision } = fields as unknown as CopiedEvent;
  if (!Number.isSafeInteger(position)) return 'position is no number';
  try {
    checkStreamName(stream);
    const record = 'event' in fields ? parseEarlierRecord(fields) : parseStoredRecord(fields, adopted);
    return { stream, revision, position, ...record };
  } catch (error) {
    if (error instanceof StoreDamaged || error instanceof RangeError) return error.message;
    throw error;
  }
};

type Fields = Readonly<Record<string, unknown>>;

/** The record of a line; `reserialize` checks the shapes that are not checked here. Throws StoreDamaged. */
const parseStoredRecord = (fields: Fields, adopted: unknown): UnplacedRecord => {
  const { stream, revision, id, type, leaf, payload } = fields as unknown as CopiedEvent;
  const recordedAt = typeof fields['recordedAt'] === 'string' ? Date.parse(fields['recordedAt']) : NaN;
  if (!Number.isSafeInteger(revision) || revision < 0 || typeof id !== 'string' || typeof type !== 'string')
    throw new StoreDamaged('stream, revision, id or type has another shape');
  if (leaf !== null && typeof leaf !== 'string') throw new StoreDamaged('leaf has another shape');
  if (formatInstant(recordedAt) !== fields['recordedAt']) throw new StoreDamaged('recorded at no instant');
  const record = { id, type, recordedAt, payload, leaf };
  if (adopted === undefined) return reserialize({ stream, revision }, record);
  if (leaf === null || !isAdoptedCommitment(adopted)) throw new StoreDamaged('adopted has another shape');
  return { ...reserialize({ stream, revision }, { ...record, adopted }), leaf, adopted };
};

const isAdoptedCommitment = (value: unknown): value is AdoptedCommitment => {
  const { commitment, salt } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof commitment === 'string' && (salt === null || typeof salt === 'string');
};

/** The record of a line that was exported before there were leaf hashes. Throws StoreDamaged. */
const parseEarlierRecord = (fields: Fields): UnplacedRecord => {
  const { position: _, ...event } = fields;
  return encodeWithoutLeaf(decodeExportedEvent(event as unknown as Parameters<typeof decodeExportedEvent>[0]));
};

/** Renames the fields of an export by a build before 0.2: `fact` is now `event`, and `facts` of a finding is now `events`. */
const renameEarlierFields = (line: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  if (!('fact' in line)) return line;
  const { fact, raised, ...others } = line;
  return { ...others, raised: Array.isArray(raised) ? raised.map(renameFindingFields) : raised, event: fact };
};

const renameFindingFields = (finding: unknown): unknown => {
  if (typeof finding !== 'object' || finding === null || !('facts' in finding)) return finding;
  const { facts, ...others } = finding;
  return { ...others, events: facts };
};

/** The value of a line; undefined if it is not JSON in UTF-8, a RepeatedKeyError if an object has a key twice. */
const parseLine = (line: Buffer): unknown => {
  try {
    return parseJson(utf8Decoder.decode(line));
  } catch (error) {
    return error instanceof RepeatedKeyError ? error : undefined;
  }
};
