/** How query handlers get access to the read-model file. */
import type { Clock } from '../domain/clock.js';
import type { EventStore } from '../event-store/port.js';
import type { LogTables } from './log-tables.js';
import type { Db } from './table.js';
import type { Counters } from './counters.js';

/** The file at one position. Valid only until the next await: after that, a rebuild may have closed the file. */
export interface QueryContext {
  readonly db: Db;
  readonly logTables: LogTables;
  readonly counters: Counters;
  /** Position of the last projected event. */
  readonly position: number;
  /** Id of the first event, which identifies the log; null while it is empty. */
  readonly logId: string | null;
  readonly clock: Clock;
}

export abstract class ReadModelReader {
  abstract readonly store: EventStore;
  /**
   * Waits until a token or position is projected, for a limited time. Throws NotCaughtUp on timeout or while there is
   * no file, BeyondLog for a position after the end of the log, InvalidCursor for an invalid token.
   */
  abstract contextAt(wait: {
    readonly atLeast?: string | undefined;
    readonly position?: number;
  }): Promise<QueryContext>;
}
