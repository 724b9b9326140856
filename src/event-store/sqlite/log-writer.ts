/** Writes appends to the tables of the embedded log. */
import type Database from '../../sqlite/database.js';
import type { EncodedRecord } from '../codec.js';
import type { AppendResult } from '../port.js';
import type { ValidatedAppend } from '../request-checks.js';
import { hasLeafColumn } from './file.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** The end of a stream. */
interface StreamTip {
  readonly streamNumber: number;
  /** The revision of its last event; NO_REVISION if it has none. */
  lastRevision: number;
}

const NO_REVISION = -1;
/** Stream tips that are cached; when there are more, all are dropped. */
const MAX_CACHED_TIPS = 10_000;
/** Rows of one statement: to run a statement costs as much as to insert a row. */
const ROWS_PER_INSERT = 16;

export class LogWriter {
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #commit: (appends: readonly ValidatedAppend[]) => readonly AppendResult[];
  /**
   * Caches (tips, types, head) of what is in the log. Valid until another connection commits, which changes SQLite's `data_version`; used
   * within a write transaction only, when no other connection can write.
   */
  readonly #tips = new Map<string, StreamTip>();
  readonly #types = new Map<string, number>();
  #head = 0;
  #dataVersion: unknown = null;
  /** Columns of rows that are still to be inserted in this transaction. */
  #pending: unknown[] = [];

  constructor(db: Database.Database) {
    this.#statements = prepareStatements(db);
    const transaction = db.transaction((appends: readonly ValidatedAppend[]) => {
      this.#refresh();
      const results = appends.map((append) => this.#append(append));
      this.#insertPending();
      return results;
    });
    this.#commit = (appends) => transaction.immediate(appends);
  }

  /** See SqliteLog.commit. */
  commit(appends: readonly ValidatedAppend[]): readonly AppendResult[] {
    try {
      return this.#commit(appends);
    } catch (error) {
      // The caches may hold streams, types and rows that were rolled back.
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#tips.clear();
    this.#types.clear();
    this.#pending = [];
    this.#dataVersion = null;
  }

  #refresh(): void {
    const version = this.#statements.dataVersion.get();
    if (version === this.#dataVersion) return;
    this.#forget();
    this.#head = this.#statements.head.get() as number;
    this.#dataVersion = version;
  }

  #append({ stream, expected, records }: ValidatedAppend): AppendResult {
    const tip = this.#tip(stream);
    const last = tip?.lastRevision ?? NO_REVISION;
    const after = expected === 'no-stream' ? NO_REVISION : expected;
    if (after === last) return this.#write(tip ?? this.#newStream(stream), records);
    const cursor = tip && after < last ? this.#findRepeated(tip.streamNumber, after, records) : null;
    return cursor === null
      ? { outcome: 'conflict', revision: last === NO_REVISION ? null : last }
      : { outcome: 'appended', revision: after + records.length, cursor };
  }

  #tip(stream: string): StreamTip | undefined {
    const known = this.#tips.get(stream);
    if (known !== undefined) return known;
    const found = this.#statements.tip.get(stream) as
      { readonly number: number; readonly revision: number | null } | undefined;
    return found && this.#remember(stream, { streamNumber: found.number, lastRevision: found.revision ?? NO_REVISION });
  }

  #newStream(name: string): StreamTip {
    const streamNumber = Number(this.#statements.newStream.run(name).lastInsertRowid);
    return this.#remember(name, { streamNumber, lastRevision: NO_REVISION });
  }

  #remember(stream: string, tip: StreamTip): StreamTip {
    if (this.#tips.size >= MAX_CACHED_TIPS) {
      // Pending rows are not in the table yet: only the cached tips count them.
      this.#insertPending();
      this.#tips.clear();
    }
    this.#tips.set(stream, tip);
    return tip;
  }

  #write(tip: StreamTip, records: readonly EncodedRecord[]): AppendResult {
    for (const { id, type, recordedAt, text, leaf } of records) {
      const hash = leaf === null ? null : Buffer.from(leaf, 'base64');
      this.#head += 1;
      tip.lastRevision += 1;
      this.#pending.push(
        this.#head,
        tip.streamNumber,
        tip.lastRevision,
        this.#typeNumber(type),
        recordedAt,
        id,
        text,
        hash,
      );
      if (this.#pending.length === ROWS_PER_INSERT * COLUMN_COUNT) {
        this.#statements.insertRows.run(this.#pending);
        this.#pending = [];
      }
    }
    return { outcome: 'appended', revision: tip.lastRevision, cursor: String(this.#head) };
  }

  #insertPending(): void {
    for (let from = 0; from < this.#pending.length; from += COLUMN_COUNT)
      this.#statements.insertRow.run(this.#pending.slice(from, from + COLUMN_COUNT));
    this.#pending = [];
  }

  /** The cursor of the last of `records` if exactly these events already follow the revision `after`; else null. */
  #findRepeated(stream: number, after: number, records: readonly EncodedRecord[]): string | null {
    this.#insertPending();
    const stored = this.#statements.ids.all(stream, after, records.length) as [id: string, position: number][];
    const same = records.every((record, i) => stored[i]?.[0] === record.id.replaceAll('-', ''));
    return same ? String(stored[records.length - 1]?.[1]) : null;
  }

  #typeNumber(name: string): number {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const number =
      (this.#statements.typeNumber.get(name) as number | undefined) ??
      Number(this.#statements.newType.run(name).lastInsertRowid);
    this.#types.set(name, number);
    return number;
  }
}

/** The number of columns of `events`. */
const COLUMN_COUNT = 8;

const prepareStatements = (db: Database.Database) => {
  // A file without the leaf column is open for reading only, but SQLite checks the number of values when it prepares the statement.
  const row = `(?, ?, ?, ?, ?, unhex(?, '-'), ?${hasLeafColumn(db) ? ', ?' : ''})`;
  return {
    dataVersion: db.prepare('PRAGMA data_version').pluck(),
    head: db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck(),
    tip: db.prepare(`SELECT number, (SELECT max(revision) FROM events WHERE stream = number) AS revision
      FROM streams WHERE name = ?`),
    newStream: db.prepare('INSERT INTO streams (name) VALUES (?)'),
    typeNumber: db.prepare('SELECT number FROM types WHERE name = ?').pluck(),
    newType: db.prepare('INSERT INTO types (name) VALUES (?)'),
    insertRow: db.prepare(`INSERT INTO events VALUES ${row}`),
    insertRows: db.prepare(`INSERT INTO events VALUES ${Array<string>(ROWS_PER_INSERT).fill(row).join()}`),
    ids: db
      .prepare(
        `SELECT lower(hex(id)), position FROM events WHERE stream = ? AND revision > ? ORDER BY revision ${stableLimit('?')}`,
      )
      .raw(),
  };
};
