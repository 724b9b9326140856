/** Reads a subscription in batches, at the consumer's pace. */
import type { AllStreamSubscription, ResolvedEvent } from '@eventstore/db-client';
import { StoreUnavailable } from '../port.js';
import { permanentError } from './faults.js';

export class SubscriptionReader {
  #wake = (): void => undefined;
  #failure: unknown;
  #over = false;

  constructor(
    private readonly subscription: AllStreamSubscription,
    private readonly abortSignal: AbortSignal,
  ) {
    const over = (): void => {
      this.#over = true;
      this.#wake();
    };
    subscription.on('readable', () => this.#wake());
    subscription.on('end', over).on('close', over);
    // The client only reports the error: it neither resubscribes nor ends the stream.
    subscription.on('error', (error) => {
      this.#failure ??= error;
      over();
    });
    abortSignal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Waits for 1 to `limit` events; null once the signal aborts. After the last delivered event of a dropped subscription,
   * throws StoreUnavailable or the permanent error.
   */
  async nextBatch(limit: number): Promise<readonly ResolvedEvent[] | null> {
    while (!this.abortSignal.aborted) {
      const batch = this.#take(limit);
      if (batch.length > 0) return batch;
      if (this.#over)
        throw (
          permanentError(this.#failure) ??
          new StoreUnavailable('the subscription was dropped', { cause: this.#failure })
        );
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return null;
  }

  /** Must be called: only this frees the call on the connection. */
  close(): void {
    this.abortSignal.removeEventListener('abort', this.#onAbort);
    this.subscription.unsubscribe().catch(() => undefined);
    this.subscription.destroy();
  }

  #onAbort = (): void => this.#wake();

  #take(limit: number): readonly ResolvedEvent[] {
    const batch: ResolvedEvent[] = [];
    while (batch.length < limit) {
      const event = this.subscription.read() as ResolvedEvent | null;
      if (event === null) break;
      batch.push(event);
    }
    return batch;
  }
}
