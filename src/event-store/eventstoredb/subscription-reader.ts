/** Reads a subscription in batches, at the consumer's pace. */
import type { AllStreamSubscription, ResolvedEvent } from '@eventstore/db-client';
import { StoreUnavailable } from '../port.js';
import { permanentError } from './faults.js';

/** Detects subscriptions that ended without an error, by server or proxy: https://github.com/kurrent-io/KurrentDB/issues/3491 */
export interface SilenceCheck {
  /** Milliseconds without a message after which `isBehind` is asked: whether the log has events that were not delivered. */
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
   * throws StoreUnavailable or the permanent error. Throws StoreUnavailable also if events were missing after one period of silence
   * and nothing arrives during the next.
   */
  async nextBatchUntilAborted(limit: number): Promise<readonly ResolvedEvent[] | null> {
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
          // The server does not answer: the subscription will be dropped too, or go on.
          () => undefined,
        );
    }
    return null;
  }

  noteSignOfLife(): void {
    this.#wake();
  }

  /** Must be called: only this frees the call on the connection. */
  close(): void {
    this.abortSignal.removeEventListener('abort', this.#onAbort);
    this.subscription.unsubscribe().catch(() => undefined);
    this.subscription.destroy();
  }

  /** Whether a message, the end or an abort comes before `silenceMs` is over. */
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
