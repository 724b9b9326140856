/**
 * Finds what was known at an instant: the longest prefix of the log whose events had all been recorded by then. The times of the
 * events are not always in order, because instances of the service have clocks of their own. The table has a row for each event
 * that was recorded later than all before it, so that its times are in order.
 */
import type { Db } from '../table.js';

export const RECORDING_TIMES_TABLE =
  'CREATE TABLE recording_times (recorded_at TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID';

export class RecordingTimes {
  readonly #insert;
  readonly #firstLater;

  constructor(db: Db) {
    this.#insert = db.prepare(`INSERT INTO recording_times SELECT @recordedAt, @position
      WHERE NOT EXISTS (SELECT 1 FROM recording_times WHERE recorded_at >= @recordedAt)`);
    this.#firstLater = db
      .prepare('SELECT position FROM recording_times WHERE recorded_at > ? ORDER BY recorded_at LIMIT 1')
      .pluck();
  }

  /** Adds an event, in the order of the log. Times are ISO 8601 in UTC with milliseconds, whose texts sort like the instants. */
  add(recordedAt: string, position: number): void {
    this.#insert.run({ recordedAt, position });
  }

  /** The position of the last event of the prefix, 0 before the first event; null if it is the whole log. */
  positionAt(instant: Date): number | null {
    const later = this.#firstLater.get(instant.toISOString()) as number | undefined;
    return later === undefined ? null : later - 1;
  }
}
