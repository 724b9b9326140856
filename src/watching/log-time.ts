/**
 * Keeps `recordedAt` from decreasing along the log, since `knownAt` translates an instant to a position. If the clock is slightly
 * behind the last event, the instant of that event is used again until the clock has passed it. If it is far behind, either the
 * clock is wrong now or it was wrong when that event was recorded; only an operator can tell which, so nothing is recorded.
 */
import type { AppendResult, NewEvent } from '../event-store/port.js';

/** The most, in milliseconds, by which the clock may be behind the last event while events are recorded. */
export const MAX_CLOCK_BEHIND_MS = 60_000;

/** The clock is too far behind the log to record events. */
export class ClockBehind extends Error {
  override readonly name = 'ClockBehind';
}

export class LogTime {
  /** The `recordedAt` of the last event that this process has seen in the log. */
  #lastRecorded = -Infinity;
  /** The latest instant assigned to an append, whose outcome may be pending. */
  #lastAssigned = -Infinity;
  #pending = 0;

  /** Instants up to `acceptedUntil` (milliseconds since the epoch) may be any time ahead of the clock. */
  constructor(
    private readonly clock: { now(): Date },
    private readonly acceptedUntil = -Infinity,
  ) {}

  /** To be called with the `recordedAt` of the log's last event, which another instance may have recorded; null: empty log. */
  observe(recordedAt: string | null): void {
    if (recordedAt !== null) this.#lastRecorded = Math.max(this.#lastRecorded, Date.parse(recordedAt));
  }

  /** Throws ClockBehind if nothing can be recorded now. */
  checkClock(): void {
    this.#checkAgainst(this.#lastRecorded);
  }

  /**
   * Appends events, with `recordedAt` raised to the latest instant assigned before. Calls `append` synchronously, so that
   * appends reach the store in the order of their instants. Throws ClockBehind.
   */
  async appendWithTimes(
    events: readonly NewEvent[],
    append: (events: readonly NewEvent[]) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    const [timed, latest] = this.#raise(events, Math.max(this.#lastRecorded, this.#lastAssigned));
    this.#checkAgainst(latest);
    this.#lastAssigned = latest;
    this.#pending += 1;
    // After an error the outcome is unknown, so the events count as written.
    let mayBeWritten = true;
    try {
      const appended = await append(timed);
      mayBeWritten = appended.outcome === 'appended';
      return appended;
    } finally {
      if (mayBeWritten) this.#lastRecorded = Math.max(this.#lastRecorded, latest);
      this.#pending -= 1;
      // Instants of appends that wrote nothing need not be kept.
      if (this.#pending === 0) this.#lastAssigned = this.#lastRecorded;
    }
  }

  /** Returns the events with instants that do not decrease from `minimum`, and the last of these instants. */
  #raise(events: readonly NewEvent[], minimum: number): readonly [readonly NewEvent[], number] {
    let latest = minimum;
    const timed = events.map((event) => {
      const instant = Date.parse(event.recordedAt);
      if (!(instant < latest)) latest = Number.isNaN(instant) ? latest : instant;
      return instant < latest ? { ...event, recordedAt: new Date(latest).toISOString() } : event;
    });
    return [timed, latest];
  }

  #checkAgainst(instant: number): void {
    if (instant - this.clock.now().getTime() > MAX_CLOCK_BEHIND_MS && instant > this.acceptedUntil)
      throw new ClockBehind('the clock is behind the last event of the log, or of the stream');
  }
}
