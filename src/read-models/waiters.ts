/** Those who wait until the read models have come far enough, each for a bounded time. */
import { NotCaughtUp } from './queries.js';

interface Waiter {
  readonly reached: () => boolean;
  readonly settle: (error?: Error) => void;
}

export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves once `reached` holds; throws NotCaughtUp after the time, or when the waiting is called off. */
  async until(reached: () => boolean, timeoutMs: number): Promise<void> {
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

  /** Something has moved: lets those go who have what they waited for. */
  wake(): void {
    for (const { reached, settle } of [...this.#waiting]) if (reached()) settle();
  }

  /** Nothing will move any more. */
  callOff(): void {
    for (const { settle } of [...this.#waiting]) settle(new NotCaughtUp('the read models have stopped'));
  }
}
