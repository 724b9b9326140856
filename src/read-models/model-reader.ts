/**
 * A read-model file for queries, on a connection of its own (unless it is in memory): another one writes it, on any thread. All that
 * is asked within one turn of the event loop sees the file at one checkpoint.
 */
import type { Cursor, EventStore } from '../event-store/port.js';
import { Counters } from './counters.js';
import { LogTables } from './log-tables.js';
import { readFingerprint, type LogFingerprint } from './log-fingerprint.js';
import { hasReached, openModelDatabase, readCheckpoint, type ProjectionCheckpoint } from './model-file.js';
import type { Db } from './table.js';

export class ModelReader {
  readonly logTables: LogTables;
  readonly counters: Counters;
  /** The last checkpoint that was read. */
  #checkpoint: ProjectionCheckpoint;
  #fingerprint: LogFingerprint | null = null;
  #logId: string | null = null;
  /** Whether a snapshot is open, whose checkpoint is `#checkpoint`; it ends with the turn of the event loop. */
  #isInTurn = false;

  constructor(readonly db: Db) {
    this.logTables = new LogTables(db);
    this.counters = new Counters(db);
    this.#checkpoint = readCheckpoint(db);
  }

  /** Opens an existing file; null if it is missing, unreadable, or of another schema or time zone. */
  static open(path: string, timeZone: string): ModelReader | null {
    const db = openModelDatabase(path, timeZone);
    if (db === null) return null;
    try {
      db.pragma('query_only = ON');
      return new ModelReader(db);
    } catch {
      db.close();
      return null;
    }
  }

  /** The checkpoint of the file as this turn sees it. Throws SQLite errors. */
  get checkpoint(): ProjectionCheckpoint {
    if (this.#isInTurn) return this.#checkpoint;
    try {
      return this.#beginTurn();
    } catch (error) {
      this.endTurn();
      throw error;
    }
  }

  /** The checkpoint; if it cannot be read, the last one that could be. For reports, not for queries. */
  get lastCheckpoint(): ProjectionCheckpoint {
    try {
      return this.checkpoint;
    } catch {
      return this.#checkpoint;
    }
  }

  #beginTurn(): ProjectionCheckpoint {
    // A file in memory has one connection, whose writes this thread makes itself.
    if (!this.db.memory) {
      this.db.exec('BEGIN');
      this.#isInTurn = true;
      setImmediate(() => this.endTurn());
    }
    const checkpoint = readCheckpoint(this.db);
    if (this.logTables.hasDefinitionEvents(this.#checkpoint.position, checkpoint.position))
      this.logTables.definitions.clear();
    this.#checkpoint = checkpoint;
    return checkpoint;
  }

  /** Ends the snapshot: the next query sees what has been written since. To be called while no query is under way. */
  endTurn(): void {
    this.#isInTurn = false;
    if (this.db.open && !this.db.memory && this.db.inTransaction) this.db.exec('ROLLBACK');
  }

  /** Fingerprint of the projected log; if the file is damaged, the last one that could be read. Throws SQLite errors. */
  get fingerprint(): LogFingerprint {
    const { position } = this.lastCheckpoint;
    if (this.#fingerprint?.position === position) return this.#fingerprint;
    try {
      this.#fingerprint = readFingerprint(this.db);
    } catch (error) {
      if (this.#fingerprint === null) throw error;
    }
    return this.#fingerprint;
  }

  /** Id of the first event, which identifies the log; null before the first event. */
  get logId(): string | null {
    return (this.#logId ??= this.logTables.eventIdAt(1));
  }

  /** Whether the head of a log has been projected; a null head is that of an empty log. */
  hasReached(head: Cursor | null, store: EventStore): boolean {
    return hasReached(this.checkpoint, head, store);
  }

  close(): void {
    this.endTurn();
    this.db.close();
  }
}
