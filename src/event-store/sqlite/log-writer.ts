/** Writes appends to the tables of the embedded log. */
import type Database from '../../sqlite/database.js';
import type { EncodedRecord } from '../codec.js';
import type { AppendResult } from '../port.js';
import type { CheckedAppend } from '../request-checks.js';
import { hasLeaves } from './file.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** The end of a stream. */
interface StreamTip {
  readonly number: number;
  /** NO_REVISION before the first. */
  revision: number;
}

const NO_REVISION = -1;
/** Tips to remember; then all are forgotten. */
const MAX_TIPS = 10_000;
/** Rows of one statement: to run a statement costs as much as to insert a row. */
const ROWS_TOGETHER = 16;

export class LogWriter {
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #commit: (appends: readonly CheckedAppend[]) => readonly AppendResult[];
  /**
   * What this connection knows of the log, valid while no other has committed: SQLite then changes `data_version`. Read and used
   * within a transaction only, when nobody else can write.
   */
  readonly #tips = new Map<string, StreamTip>();
  readonly #types = new Map<string, number>();
  #head = 0;
  #dataVersion: unknown = null;
  /** Columns of rows that are still to be inserted in this transaction. */
  #pending: unknown[] = [];

  constructor(db: Database.Database) {
    this.#statements = prepareStatements(db);
    const transaction = db.transaction((appends: readonly CheckedAppend[]) => {
      this.#refresh();
      const results = appends.map((append) => this.#append(append));
      this.#insertPending();
      return results;
    });
    this.#commit = (appends) => transaction.immediate(appends);
  }

  /** See SqliteLog.commit. */
  commit(appends: readonly CheckedAppend[]): readonly AppendResult[] {
    try {
      return this.#commit(appends);
    } catch (error) {
      // It may name streams, types and rows that were rolled back.
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

  #append({ stream, expected, records }: CheckedAppend): AppendResult {
    const tip = this.#tip(stream);
    const last = tip?.revision ?? NO_REVISION;
    const after = expected === 'no-stream' ? NO_REVISION : expected;
    if (after === last) return this.#write(tip ?? this.#newStream(stream), records);
    const cursor = tip && after < last ? this.#findRepeated(tip.number, after, records) : null;
    return cursor === null
      ? { outcome: 'conflict', revision: last === NO_REVISION ? null : last }
      : { outcome: 'appended', revision: after + records.length, cursor };
  }

  #tip(stream: string): StreamTip | undefined {
    const known = this.#tips.get(stream);
    if (known !== undefined) return known;
    const found = this.#statements.tip.get(stream) as
      { readonly number: number; readonly revision: number | null } | undefined;
    return found && this.#remember(stream, { number: found.number, revision: found.revision ?? NO_REVISION });
  }

  #newStream(name: string): StreamTip {
    const number = Number(this.#statements.newStream.run(name).lastInsertRowid);
    return this.#remember(name, { number, revision: NO_REVISION });
  }

  #remember(stream: string, tip: StreamTip): StreamTip {
    if (this.#tips.size >= MAX_TIPS) {
      // The rows that are pending are known by their tips only.
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
      tip.revision += 1;
      this.#pending.push(this.#head, tip.number, tip.revision, this.#typeNumber(type), recordedAt, id, text, hash);
      if (this.#pending.length === ROWS_TOGETHER * COLUMN_COUNT) {
        this.#statements.insertRows.run(this.#pending);
        this.#pending = [];
      }
    }
    return { outcome: 'appended', revision: tip.revision, cursor: String(this.#head) };
  }

  #insertPending(): void {
    for (let from = 0; from < this.#pending.length; from += COLUMN_COUNT)
      this.#statements.insertRow.run(this.#pending.slice(from, from + COLUMN_COUNT));
    this.#pending = [];
  }

  /** The cursor of the last event if the same events already follow that revision; else null. */
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
  // A file without leaf hashes is open for reading only; SQLite counts the columns all the same.
  const row = `(?, ?, ?, ?, ?, unhex(?, '-'), ?${hasLeaves(db) ? ', ?' : ''})`;
  return {
    dataVersion: db.prepare('PRAGMA data_version').pluck(),
    head: db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck(),
    tip: db.prepare(`SELECT number, (SELECT max(revision) FROM events WHERE stream = number) AS revision
      FROM streams WHERE name = ?`),
    newStream: db.prepare('INSERT INTO streams (name) VALUES (?)'),
    typeNumber: db.prepare('SELECT number FROM types WHERE name = ?').pluck(),
    newType: db.prepare('INSERT INTO types (name) VALUES (?)'),
    insertRow: db.prepare(`INSERT INTO events VALUES ${row}`),
    insertRows: db.prepare(`INSERT INTO events VALUES ${Array<string>(ROWS_TOGETHER).fill(row).join()}`),
    ids: db
      .prepare(
        `SELECT lower(hex(id)), position FROM events WHERE stream = ? AND revision > ? ORDER BY revision ${stableLimit('?')}`,
      )
      .raw(),
  };
};
