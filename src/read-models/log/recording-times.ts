/**
 * Finds what was known at an instant: the longest prefix of the log whose events had all been recorded by then. The times of the
 * events are not always in order, because instances of the service have clocks of their own. The table has a row for each event
 * that was recorded later than all before it, so that its times are in order.
 */
import type { Db } from '../table.js';

export const CREATE_RECORDING_TIMES_TABLE =
  'CREATE TABLE recording_times (recorded_at TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID';

export class RecordingTimes {
  readonly #insert;
  readonly #last;
  readonly #firstLater;
  /** The time in the last row, empty if there is no row; null if it must be read from the table. */
  #latest: string | null = null;

  constructor(db: Db) {
    this.#insert = db.prepare('INSERT INTO recording_times VALUES (?, ?)');
    this.#last = db.prepare('SELECT max(recorded_at) FROM recording_times').pluck();
    this.#firstLater = db
      .prepare('SELECT position FROM recording_times WHERE recorded_at > ? ORDER BY recorded_at LIMIT 1')
      .pluck();
  }

  /** Adds an event, in the order of the log. Times are ISO 8601 in UTC with milliseconds, whose texts sort like the instants. */
  add(recordedAt: string, position: number): void {
    this.#latest ??= (this.#last.get() as string | null) ?? '';
    if (recordedAt <= this.#latest) return;
    this.#insert.run(recordedAt, position);
    this.#latest = recordedAt;
  }

  /** To be called when rows that were added are not stored after all. */
  clearCache(): void {
    this.#latest = null;
  }

  /** The last position up to which all events had been recorded by an instant: 0 if none had, null if the whole log had. */
  positionAtUnlessAtEnd(instant: Date): number | null {
    const later = this.#firstLater.get(instant.toISOString()) as number | undefined;
    return later === undefined ? null : later - 1;
  }
}
