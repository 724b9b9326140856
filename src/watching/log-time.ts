/**
 * `recordedAt` never goes back in the log, whatever the clock does: `knownAt` takes an instant for a position. A clock that
 * is a little behind the last event is corrected when it next moves on, so the last instant is used again until then. One
 * that is far behind is wrong, or was when the last event was recorded; which of the two only people can tell.
 */
import type { AppendResult, NewEvent } from '../event-store/port.js';

/** So far behind the last event may the clock be while events are recorded, in milliseconds. */
export const MAX_CLOCK_BEHIND = 60_000;

/** The clock is too far behind the log; nothing is recorded. */
export class ClockBehind extends Error {
  override readonly name = 'ClockBehind';
}

export class LogTime {
  /** Of the last event in the log, as far as this process knows. */
  #last = -Infinity;
  /** The latest that was given to an append, which may not have been written. */
  #given = -Infinity;
  #underWay = 0;

  /** Instants up to `accepted` (milliseconds of the epoch) may lie in the future of the clock. */
  constructor(
    private readonly clock: { now(): Date },
    private readonly accepted = -Infinity,
  ) {}

  /** Takes note of the last event of the log, which others may have recorded. */
  saw(recordedAt: string | null): void {
    if (recordedAt !== null) this.#last = Math.max(this.#last, Date.parse(recordedAt));
  }

  /** Throws ClockBehind where nothing can be recorded now. */
  check(): void {
    this.#checkAt(this.#last);
  }

  /**
   * Appends events with instants that are not before any given earlier. Calls `append` at once, so that calls come in the
   * order of their instants. Throws ClockBehind.
   */
  async record(
    events: readonly NewEvent[],
    append: (events: readonly NewEvent[]) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    const [timed, latest] = this.#notBefore(Math.max(this.#last, this.#given), events);
    this.#checkAt(latest);
    this.#given = latest;
    this.#underWay += 1;
    let isWritten = true;
    try {
      const appended = await append(timed);
      isWritten = appended.outcome === 'appended';
      return appended;
    } finally {
      // After an error nobody knows. What was not written does not hold back what comes later.
      if (isWritten) this.#last = Math.max(this.#last, latest);
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#given = this.#last;
    }
  }

  #notBefore(floor: number, events: readonly NewEvent[]): readonly [readonly NewEvent[], number] {
    let latest = floor;
    const timed = events.map((event) => {
      const at = Date.parse(event.recordedAt);
      if (!(at < latest)) latest = Number.isNaN(at) ? latest : at;
      return at < latest ? { ...event, recordedAt: new Date(latest).toISOString() } : event;
    });
    return [timed, latest];
  }

  #checkAt(instant: number): void {
    if (instant - this.clock.now().getTime() > MAX_CLOCK_BEHIND && instant > this.accepted)
      throw new ClockBehind('the clock is behind the last event of the log, or of the stream');
  }
}
