/** What a subscription delivers, taken out in batches by whoever has time for them. */
import type { AllStreamSubscription, ResolvedEvent } from '@eventstore/db-client';
import { StoreUnavailable } from '../port.js';
import { lasting } from './faults.js';

export class Source {
  #wake = (): void => undefined;
  #failure: unknown;
  #over = false;

  constructor(
    private readonly subscription: AllStreamSubscription,
    private readonly ending: AbortSignal,
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
    ending.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * At least one and at most `limit` events, as soon as there are some; null once the signal aborts. Throws StoreUnavailable
   * where the subscription was dropped, after all that came before was taken out, or what stands in the way for good.
   */
  async next(limit: number): Promise<readonly ResolvedEvent[] | null> {
    while (!this.ending.aborted) {
      const batch = this.#take(limit);
      if (batch.length > 0) return batch;
      if (this.#over)
        throw lasting(this.#failure) ?? new StoreUnavailable('the subscription was dropped', { cause: this.#failure });
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return null;
  }

  /** Gives the place on the connection back; nothing else does. */
  end(): void {
    this.ending.removeEventListener('abort', this.#onAbort);
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
