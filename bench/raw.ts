/**
 * The baseline: SQLite written by hand. A table of events as JSON text, unique by stream and version, in WAL mode, flushed at each
 * commit. `data-sets.ts` adds a table of people with the indexes that a list needs.
 */
import Database from '../src/sqlite/database.js';
import type { NewEvent } from '../src/event-store/port.js';

export type Db = Database.Database;

export const openRaw = (file: string): Db => {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  // Set at each opening: this build of SQLite opens an existing WAL file with NORMAL.
  db.pragma('synchronous = FULL');
  return db;
};

export class RawLog {
  readonly #insert;
  constructor(readonly db: Db) {
    db.exec(`CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,
      event TEXT NOT NULL, UNIQUE (stream, version))`);
    this.#insert = db.prepare('INSERT INTO events (stream, version, event) VALUES (?, ?, ?)');
  }

  /** Each call is a commit of its own, unless a transaction is open. */
  append(stream: string, version: number, event: NewEvent): void {
    this.#insert.run(stream, version, JSON.stringify(event));
  }
}
