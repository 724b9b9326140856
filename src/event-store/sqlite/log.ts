/** Reads the tables of the embedded log, and writes them through `log-writer.ts`. Synchronous; `store.ts` builds the store on it. */
import type Database from '../../sqlite/database.js';
import { formatRecordedAt, parsePayload, type StreamRevision } from '../codec.js';
import { decodeText, formatUuid } from '../decode-text.js';
import {
  StoreDamaged,
  type AdoptedLeaf,
  type AppendResult,
  type LogEvent,
  type StoredEvent,
  type StreamEvent,
} from '../port.js';
import type { ValidatedAppend } from '../request-checks.js';
import { LogWriter } from './log-writer.js';
import { createAdoptedTable, hasAdoptedTable, hasLeafColumn, commitWithoutChange } from './file.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** Rows of the first chunk of a read; each further chunk has twice as many as the one before, up to MAX_CHUNK_ROWS. */
const FIRST_CHUNK_ROWS = 16;
const MAX_CHUNK_ROWS = 256;
/** Characters of payload after which a read stops, to bound memory. */
const MAX_READ_CHARACTERS = 16 * 1024 * 1024;
const MAX_CACHED_STREAM_NAMES = 50_000;

/**
 * A row as one text, since each column takes as long as a third of a payload: numbers that end with a comma, the id in hexadecimal, the
 * payload. One row per event: concatenating them all in SQLite was measured to be no faster.
 */
const rowTextSql = (...numbers: readonly string[]): string =>
  `${numbers.map((column) => `${column} || ',' || `).join('')}lower(hex(id)) || payload`;
const STREAM_ROW_SQL = rowTextSql('position', 'revision', 'type', 'recorded_at');
const LOG_ROW_SQL = rowTextSql('position', 'stream', 'revision', 'type', 'recorded_at');
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;

const EVENT_COLUMNS_SQL = 'position, revision, type, recorded_at, lower(hex(id)), payload';
const STREAM_NAME_SQL = '(SELECT name FROM streams WHERE number = stream)';
/**
 * A row of a stored event. Leaf hash, commitment and salt are in hexadecimal, empty where there are none: to read them as Buffers takes
 * longer than the rest of the row. Commitment and salt are read only if events of the log were adopted.
 */
type StoredRow = [
  position: number,
  revision: number,
  type: number,
  recordedAt: number,
  id: string,
  payload: string,
  stream: string,
  leaf: string,
  commitment?: string,
  salt?: string,
];

/** Stands for the type of an event whose type is missing in `types`. No type has this name, so verification of the event fails. */
const MISSING_TYPE_PLACEHOLDER = '';

export class SqliteLog {
  readonly #db: Database.Database;
  #statements: ReturnType<typeof prepareStatements>;
  readonly #writer: LogWriter;
  /** Names of types that were read. */
  readonly #typeNames = new Map<number, string>();
  /** Names of streams that were read lately: events of one are often near each other. */
  readonly #streamNames = new Map<number, string>();

  constructor(db: Database.Database) {
    this.#db = db;
    this.#statements = prepareStatements(db);
    this.#writer = new LogWriter(db);
  }

  /**
   * Writes appends in one transaction, durable on return; a conflict of one does not affect the others. If it throws, none
   * was written.
   */
  commit(appends: readonly ValidatedAppend[]): readonly AppendResult[] {
    return this.#writer.commit(appends);
  }

  #typeName(number: number, place: StreamRevision): string {
    const name = this.#findTypeName(number);
    if (name === undefined)
      throw new StoreDamaged(`${place.stream}, revision ${place.revision}: of a type without name`);
    return name;
  }

  #findTypeName(number: number): string | undefined {
    const known = this.#typeNames.get(number);
    if (known !== undefined) return known;
    const name = this.#statements.typeName.get(number) as string | undefined;
    if (name !== undefined) this.#typeNames.set(number, name);
    return name;
  }

  /** Events of a stream after a revision. Throws StoreDamaged for an unreadable or missing event. */
  readStream(stream: string, after: number, limit: number): StreamEvent[] {
    const texts = readRowsInGrowingChunks(
      limit,
      (read, most) => this.#statements.stream.all(stream, after + read, most) as string[],
    );
    return texts.map((text, index) => {
      const row = new RowReader(text);
      row.readNumber();
      const cursor = text.slice(0, row.at - 1);
      const revision = after + 1 + index;
      if (row.readNumber() !== revision) throw new StoreDamaged(`${stream}, revision ${revision}: missing`);
      return this.#decode({ stream, revision }, cursor, row);
    });
  }

  /** Events of the log after a position. Throws StoreDamaged for an unreadable or missing event. */
  read(after: number, limit: number): LogEvent[] {
    const texts = readRowsInGrowingChunks(
      limit,
      (read, most) => this.#statements.log.all(after + read, most) as string[],
    );
    return texts.map((text, index) => {
      const row = new RowReader(text);
      const position = after + 1 + index;
      if (row.readNumber() !== position) throw new StoreDamaged(`position ${position}: missing`);
      const stream = this.#streamName(row.readNumber(), position);
      const event = this.#decode({ stream, revision: row.readNumber() }, String(position), row);
      return Object.assign(event, { position });
    });
  }

  #decode(place: StreamRevision, cursor: string, row: RowReader): StreamEvent {
    const type = this.#typeName(row.readNumber(), place);
    const recordedAt = row.readNumber();
    return decodeText(place, { cursor, type, recordedAt, text: row.text, idStart: row.at });
  }

  #streamName(number: number, position: number): string {
    const known = this.#streamNames.get(number);
    if (known !== undefined) return known;
    const name = this.#statements.streamName.get(number) as string | undefined;
    if (name === undefined) throw new StoreDamaged(`position ${position}: of a stream without name`);
    if (this.#streamNames.size >= MAX_CACHED_STREAM_NAMES) this.#streamNames.clear();
    this.#streamNames.set(number, name);
    return name;
  }

  /** Events of the log after a position, as stored. Throws StoreDamaged for a missing event. */
  readStored(after: number, limit: number): StoredEvent[] {
    const readChunk = (read: number, most: number) => this.#statements.stored.all(after + read, most) as StoredRow[];
    const rows = readRowsInGrowingChunks(limit, readChunk);
    const gap = rows.findIndex(([position], i) => position !== after + 1 + i);
    if (gap === 0) throw new StoreDamaged(`position ${after + 1}: missing`, { position: after + 1 });
    // Returns the events before a gap first: they may be damaged too, and the first damage is to be found.
    return (gap > 0 ? rows.slice(0, gap) : rows).map((row) => {
      const [position, revision, type, recordedAt, id, text, stream, leaf, commitment = '', salt = ''] = row;
      const stored = {
        stream,
        revision,
        position,
        cursor: String(position),
        id: formatUuid(id),
        type: this.#findTypeName(type) ?? MISSING_TYPE_PLACEHOLDER,
        recordedAt,
        // Parsed only when it is asked for: verification needs it of few events.
        get payload() {
          return parsePayload(text);
        },
        leaf: hexToBase64(leaf),
        text,
      };
      if (commitment === '') return stored;
      return { ...stored, adopted: { commitment: String(hexToBase64(commitment)), salt: hexToBase64(salt) } };
    });
  }

  /** See EventStore.adopt. */
  adopt(after: number, leaves: readonly AdoptedLeaf[]): void {
    this.#db
      .transaction(() => {
        if (!hasAdoptedTable(this.#db)) {
          createAdoptedTable(this.#db);
          this.#statements = prepareStatements(this.#db);
        }
        const adopted = this.#db.prepare<[number], Buffer>('SELECT leaf FROM adopted WHERE position = ?').pluck();
        const insert = this.#db.prepare('INSERT OR IGNORE INTO adopted VALUES (?, ?, ?, ?)');
        leaves.forEach(({ commitment, salt, leaf }, index) => {
          const position = after + 1 + index;
          const hash = Buffer.from(leaf, 'base64');
          const known = adopted.get(position);
          if (known !== undefined && !known.equals(hash))
            throw new StoreDamaged(`position ${position}: it was adopted with another leaf hash`);
          const saltBytes = salt === null ? null : Buffer.from(salt, 'base64');
          insert.run(position, Buffer.from(commitment, 'base64'), saltBytes, hash);
        });
      })
      .immediate();
  }

  /** The last position, 0 if the log is empty. */
  head(): number {
    return this.#statements.head.get() as number;
  }

  /** When the last event was recorded, null if the log is empty. */
  lastRecordedAt(): string | null {
    const recordedAt = this.#statements.lastRecordedAt.get() as number | undefined;
    return recordedAt === undefined ? null : formatRecordedAt(recordedAt);
  }

  /**
   * Checks the rows in `(after, upTo]`: positions without gaps, and each event's predecessor in its stream at an earlier
   * position. Throws StoreDamaged.
   */
  checkRows(after: number, upTo: number): void {
    const { found, lowest, loose } = this.#statements.check.get(after, upTo) as {
      readonly found: number;
      readonly lowest: number | null;
      readonly loose: number;
    };
    if (lowest !== null && lowest < 1) throw new StoreDamaged('a position lies before the first');
    const missing = upTo - after - found;
    if (missing > 0) throw new StoreDamaged(`positions ${after + 1} to ${upTo}: ${missing} events are missing`);
    if (loose > 0)
      throw new StoreDamaged(`positions ${after + 1} to ${upTo}: ${loose} events lack the one before in their stream`);
  }

  /** Makes a trial commit that changes nothing. Throws if it cannot be made durable now. */
  makeTrialCommit(): void {
    commitWithoutChange(this.#db);
  }

  close(): void {
    this.#db.close();
  }
}

const prepareStatements = (db: Database.Database) => ({
  typeName: db.prepare('SELECT name FROM types WHERE number = ?').pluck(),
  head: db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck(),
  lastRecordedAt: db.prepare('SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1').pluck(),
  check: db.prepare(`SELECT count(*) AS found, (SELECT min(position) FROM events) AS lowest,
    coalesce(sum(revision <> 0 AND NOT EXISTS (
      SELECT 1 FROM events AS p WHERE p.stream = e.stream AND p.revision = e.revision - 1 AND p.position < e.position
    )), 0) AS loose
    FROM events AS e WHERE position > ? AND position <= ?`),
  stream: db
    .prepare(
      `SELECT ${STREAM_ROW_SQL} FROM events WHERE stream = (SELECT number FROM streams WHERE name = ?) AND revision > ?
       ORDER BY revision ${stableLimit('?')}`,
    )
    .pluck(),
  streamName: db.prepare('SELECT name FROM streams WHERE number = ?').pluck(),
  log: db.prepare(`SELECT ${LOG_ROW_SQL} FROM events WHERE position > ? ORDER BY position ${stableLimit('?')}`).pluck(),
  stored: db.prepare(storedEventsSql(db)).raw(),
});

/** The leaf hash of an event is in its row, or in `adopted`, or nowhere. */
const storedEventsSql = (db: Database.Database): string => {
  const own = hasLeafColumn(db) ? 'events.leaf' : 'NULL';
  const [proof, from] = hasAdoptedTable(db)
    ? [
        `hex(coalesce(${own}, a.leaf)), hex(a.commitment), hex(a.salt)`,
        'events LEFT JOIN adopted AS a USING (position)',
      ]
    : [`hex(${own})`, 'events'];
  return `SELECT ${EVENT_COLUMNS_SQL}, ${STREAM_NAME_SQL}, ${proof} FROM ${from}
    WHERE position > ? ORDER BY position ${stableLimit('?')}`;
};

/**
 * Reads in growing chunks until the limit, the end, or the size bound; the first is small, in case events are large.
 * Assumes rows without gaps.
 */
const readRowsInGrowingChunks = <R extends string | StoredRow>(
  limit: number,
  readChunk: (read: number, most: number) => R[],
): R[] => {
  const rows: R[] = [];
  for (let bytes = 0, size = FIRST_CHUNK_ROWS; rows.length < limit && bytes < MAX_READ_CHARACTERS; size *= 2) {
    const most = Math.min(size, MAX_CHUNK_ROWS, limit - rows.length);
    const more = readChunk(rows.length, most);
    for (const row of more) bytes += typeof row === 'string' ? row.length : row[5].length;
    rows.push(...more);
    if (more.length < most) break;
  }
  return rows;
};

/** Reads the text of a row from its beginning. */
class RowReader {
  /** The index of the next character. */
  at = 0;

  constructor(readonly text: string) {}

  /** Reads a number and the comma after it; NaN if there is none. */
  readNumber(): number {
    let value = 0;
    for (let code = this.#next(); code !== COMMA; code = this.#next()) {
      if (!(code >= ZERO && code <= NINE)) return NaN;
      value = value * 10 + (code - ZERO);
    }
    return value;
  }

  #next(): number {
    return this.text.charCodeAt(this.at++);
  }
}

const hexToBase64 = (hex: string): string | null => (hex === '' ? null : Buffer.from(hex, 'hex').toString('base64'));
