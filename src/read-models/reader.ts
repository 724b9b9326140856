/** What a query handler asks for before it reads: the file, as far as it has come. */
import type { Day } from '../domain/time.js';
import type { EventStore } from '../event-store/port.js';
import type { LogTables } from './log-tables.js';
import type { Db } from './table.js';
import type { Counters } from './counters.js';

/** To be used before the next await: after it, another file may stand in this one's place. */
export interface QueryContext {
  readonly db: Db;
  readonly logTables: LogTables;
  readonly counters: Counters;
  /** Of the last event taken in. */
  readonly position: number;
  /** Tells this register's log from another; null while it is empty. */
  readonly logId: string | null;
  readonly today: Day;
}

export abstract class ReadModelReader {
  abstract readonly store: EventStore;
  /**
   * Waits for a token of a write and for a position that another instance may have answered from, each within a bound.
   * Throws NotCaughtUp, also where there is no file to read from yet; BeyondLog for a position that the log does not reach;
   * InvalidCursor for a token that is none.
   */
  abstract contextAt(wait: {
    readonly atLeast?: string | undefined;
    readonly position?: number;
  }): Promise<QueryContext>;
}
