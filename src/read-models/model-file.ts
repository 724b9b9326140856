/** One read-model file: the cases, the tables derived from them, and how far in the log they are. */
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import type { Cursor, EventStore, LogEvent } from '../event-store/port.js';
import { createPrivateFile } from '../event-store/private-file.js';
import { LOG_INDEXES, LOG_TABLES, caseHistoryOf, LogTables } from './log-tables.js';
import { periods, recognitions } from './list/tables.js';
import { listEntries, references } from './names/tables.js';
import { readFingerprint, type LogFingerprint } from './log-fingerprint.js';
import {
  diffRows,
  createIndexes,
  createTable,
  END,
  rowWriter,
  noVersions,
  type AnyTable,
  type Db,
  type RowWriter,
  type RowVersions,
} from './table.js';
import { Counters } from './counters.js';

/** Every derived table. A new read model is a line here. */
const TABLES: readonly AnyTable[] = [periods, recognitions, listEntries, references];

/** Raised where rows come to mean something else while their tables stay the same; files of another are rebuilt. */
const PROJECTION_VERSION = 3;

const CREATE = [
  ...LOG_TABLES,
  ...TABLES.map(createTable),
  'CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT, position INTEGER NOT NULL)',
  'INSERT INTO checkpoint VALUES (1, NULL, 0)',
];
const TABLE_INDEXES = TABLES.flatMap(createIndexes);

/** What is written into a file of this build: 31 bits of all that shapes it. */
const SCHEMA =
  createHash('sha256')
    .update(JSON.stringify([PROJECTION_VERSION, CREATE, LOG_INDEXES, TABLE_INDEXES]))
    .digest()
    .readUInt32BE() >>> 1;

/** How far the read models are: the last event taken in. */
export interface Checkpoint {
  readonly cursor: Cursor | null;
  readonly position: number;
}

/** An event that does not follow the last one taken in: the log has to be followed anew from the checkpoint. */
export class PositionGapError extends Error {
  override readonly name = 'PositionGapError';
}

/** How long to wait for a lock; short, because waiting holds up everything. Nobody else has to do with the file anyway. */
const BUSY_MS = 250;

export class ModelFile {
  readonly logTables: LogTables;
  readonly counters: Counters;
  readonly #rowWriters;
  readonly #save;
  #at: Checkpoint;
  #seen: LogFingerprint | null = null;

  private constructor(readonly db: Db) {
    this.logTables = new LogTables(db);
    this.counters = new Counters(db);
    this.#rowWriters = TABLES.map((table) => rowWriter(db, table));
    this.#save = db.prepare('UPDATE checkpoint SET cursor = ?, position = ?');
    this.#at = db.prepare('SELECT cursor, position FROM checkpoint').get() as Checkpoint;
  }

  /**
   * Makes a file with nothing in it, for a rebuild: not safe against power loss, and without indexes, until `finish`.
   * Throws what SQLite throws.
   */
  static create(path: string): ModelFile {
    if (path !== ':memory:') createPrivateFile(path);
    const db = new Database(path);
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.transaction(() => CREATE.forEach((sql) => db.exec(sql)))();
    return new ModelFile(db);
  }

  /** Opens a file of this build; null where there is none that it can use. */
  static open(path: string): ModelFile | null {
    let db: Db | null = null;
    try {
      db = new Database(path, { fileMustExist: true, timeout: BUSY_MS });
      if (db.pragma('user_version', { simple: true }) !== SCHEMA) throw new Error('of another build');
      safely(db);
      return new ModelFile(db);
    } catch {
      db?.close();
      return null;
    }
  }

  /** Between keeping and deriving: finds the events of a case. As steps, since each takes its time. */
  indexEvents(): readonly (() => void)[] {
    return LOG_INDEXES.map((sql) => () => void this.db.exec(sql));
  }

  /** The steps that end the making of a file: indexes, and the mark that this build can use it. */
  finish(): readonly (() => void)[] {
    const indexes = TABLE_INDEXES.map((sql) => () => void this.db.exec(sql));
    return [...indexes, () => void this.db.pragma(`user_version = ${SCHEMA}`)];
  }

  /** From here on a transaction is kept whole, also through a power cut. */
  harden(): void {
    safely(this.db);
  }

  get checkpoint(): Checkpoint {
    return this.#at;
  }

  /** By what its log is told from another one. Read once and then kept up, so that it is known also when the file is damaged. */
  get seen(): LogFingerprint {
    return (this.#seen ??= readFingerprint(this.db));
  }

  /** Whether everything up to the head of a log was taken in; null is the head of an empty one. */
  hasReached(head: Cursor | null, store: EventStore): boolean {
    return head === null || (this.#at.cursor !== null && store.compare(this.#at.cursor, head) >= 0);
  }

  /** Tells this register's log from another: the id of its first event, null where nothing was taken in yet. */
  get logId(): string | null {
    return this.logTables.idAt(1);
  }

  /**
   * Takes events in, in one transaction with the rows that follow from them and the checkpoint; those taken in before
   * are passed over. Throws PositionGapError where one is missing before them, and whatever the domain or SQLite throws.
   */
  applyBatch(events: readonly LogEvent[]): void {
    this.#commit(events, (news) => {
      const since = new Map<number, number>();
      for (const event of news) {
        const stream = this.logTables.store(event);
        if (event.stream.startsWith('case-') && !since.has(stream)) since.set(stream, event.position);
      }
      for (const [caseNo, position] of since) this.#project(caseNo, position);
    });
  }

  /** Writes what stands there already. Throws what SQLite throws where it cannot. */
  rewrite(): void {
    this.#save.run(this.#at.cursor, this.#at.position);
  }

  /** Takes events in without what follows from them; a rebuild derives each case at once afterwards. */
  store(events: readonly LogEvent[]): void {
    this.#commit(events, (news) => news.forEach((event) => this.logTables.store(event)));
  }

  /** Derives the rows of cases whose events were only kept. */
  project(caseNos: readonly number[]): void {
    this.db.transaction(() => caseNos.forEach((caseNo) => this.#project(caseNo, 0)))();
  }

  close(): void {
    this.db.close();
  }

  #commit(events: readonly LogEvent[], write: (news: readonly LogEvent[]) => void): void {
    const news = events.filter(({ position }) => position > this.#at.position);
    const [first, last] = [news[0], news.at(-1)];
    if (first === undefined || last === undefined) return;
    if (news.some(({ position }, at) => position !== this.#at.position + 1 + at)) throw new PositionGapError();
    this.db.transaction(() => {
      write(news);
      this.#save.run(last.cursor, last.position);
    })();
    if (this.#seen !== null) {
      const before = news.at(-2)?.cursor ?? this.#at.cursor;
      const firstId = this.#seen.firstId ?? first.id;
      this.#seen = { position: last.position, cursor: last.cursor, before, firstId, lastId: last.id };
    }
    this.#at = { cursor: last.cursor, position: last.position };
  }

  /**
   * Brings the rows of a case from before the event at a position to after its last, through each on its own; from 0,
   * it had none.
   */
  #project(caseNo: number, since: number): void {
    const { id } = this.logTables.subject(caseNo);
    const entries = this.logTables.entries(caseNo, END);
    const kept = this.#rowWriters.map((table): readonly [RowWriter, RowVersions] => [
      table,
      since === 0 ? noVersions() : table.load(caseNo),
    ]);
    entries.forEach(({ position }, at) => {
      if (position < since) return;
      const history = caseHistoryOf(id, entries.slice(0, at + 1));
      for (const [{ table }, versions] of kept) diffRows(table, versions, table.rows(history), position);
    });
    for (const [table, versions] of kept) table.write(caseNo, versions);
  }
}

const safely = (db: Db): void => {
  db.pragma(`journal_mode = ${db.memory ? 'MEMORY' : 'WAL'}`);
  db.pragma('synchronous = NORMAL');
};
