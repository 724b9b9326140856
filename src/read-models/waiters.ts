/** Queries that wait for the projection to reach a position, each with a timeout. */
import { NotCaughtUp } from './query-errors.js';

interface Waiter {
  readonly reached: () => boolean;
  readonly settle: (error?: Error) => void;
}

export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves once `reached` returns true. Rejects with its error, and with NotCaughtUp on timeout or `rejectAll`. */
  async waitUntil(reached: () => boolean, timeoutMs: number): Promise<void> {
    if (reached()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter: Waiter = { reached, settle };
      const timer = setTimeout(() => settle(new NotCaughtUp('the read models are not that far yet')), timeoutMs);
      this.#waiting.add(waiter);
    });
  }

  /** To be called after progress: resolves the waits whose `reached` returns true, and rejects those whose `reached` throws. */
  resolveReached(): void {
    for (const { reached, settle } of [...this.#waiting])
      try {
        if (reached()) settle();
      } catch (error) {
        settle(error as Error);
      }
  }

  /** To be called when the projection stops. */
  rejectAll(): void {
    for (const { settle } of [...this.#waiting]) settle(new NotCaughtUp('the read models have stopped'));
  }
}
