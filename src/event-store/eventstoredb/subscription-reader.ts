/** Reads a subscription in batches, at the consumer's pace. */
import type { AllStreamSubscription, ResolvedEvent } from '@eventstore/db-client';
import { StoreUnavailable } from '../port.js';
import { permanentError } from './faults.js';

/** Servers and proxies have ended subscriptions without an error: https://github.com/kurrent-io/KurrentDB/issues/3491 */
export interface SilenceCheck {
  /** Whether the log has events that were not delivered is asked after this many milliseconds without a message. */
  readonly silenceMs: number;
  readonly isBehind: () => Promise<boolean>;
}

export class SubscriptionReader {
  #wake = (): void => undefined;
  #failure: unknown;
  #over = false;

  constructor(
    private readonly subscription: AllStreamSubscription,
    private readonly abortSignal: AbortSignal,
    private readonly silence: SilenceCheck,
  ) {
    const over = (): void => {
      this.#over = true;
      this.#wake();
    };
    subscription.on('readable', () => this.#wake()).on('confirmation', () => this.#wake());
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
   * throws StoreUnavailable or the permanent error. Throws StoreUnavailable also if what the log had after a silence is not
   * delivered in another one.
   */
  async nextBatch(limit: number): Promise<readonly ResolvedEvent[] | null> {
    const delivery = { isOverdue: false };
    while (!this.abortSignal.aborted) {
      const batch = this.#take(limit);
      if (batch.length > 0) return batch;
      if (this.#over)
        throw (
          permanentError(this.#failure) ??
          new StoreUnavailable('the subscription was dropped', { cause: this.#failure })
        );
      if (await this.#wakesInTime()) delivery.isOverdue = false;
      else if (delivery.isOverdue) throw new StoreUnavailable('the subscription has fallen silent');
      else
        void this.silence.isBehind().then(
          (isBehind) => (delivery.isOverdue = isBehind),
          // The server is away: the subscription is dropped too, or goes on.
          () => undefined,
        );
    }
    return null;
  }

  onCheckpoint(): void {
    this.#wake();
  }

  /** Must be called: only this frees the call on the connection. */
  close(): void {
    this.abortSignal.removeEventListener('abort', this.#onAbort);
    this.subscription.unsubscribe().catch(() => undefined);
    this.subscription.destroy();
  }

  /** Whether something happens before the silence is over. */
  #wakesInTime(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), this.silence.silenceMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
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
