/** What a subscription delivers, taken out in batches by whoever has time for them. */
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
    // The client says so and does nothing more: it does not subscribe again, nor end the stream.
    subscription.on('error', (error) => {
      this.#failure ??= error;
      over();
    });
    abortSignal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * At least one and at most `limit` events, as soon as there are some; null once the signal aborts. Throws StoreUnavailable
   * where the subscription was dropped, after all that came before was taken out, or what stands in the way for good.
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

  /** Gives the place on the connection back; nothing else does. */
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
