/**
 * Counts wrong tokens per client. Once a client has sent too many, its tokens are refused unchecked for a while, also a right
 * one: otherwise the client could go on guessing. Other clients are not affected. The least recently seen client is
 * evicted first, so that many addresses cannot fill memory.
 *
 * A rate-limiting plugin would count every request of a client; here requests with the right token cost nothing.
 */
import { LRUCache } from 'lru-cache';
import type { HttpLimits } from './limits.js';

export class WrongTokens {
  /** An entry expires a fixed time after the first wrong token that it counts. */
  readonly #counts: LRUCache<string, { wrongTokens: number }>;

  constructor(
    private readonly limits: HttpLimits,
    private readonly onWrong: () => void,
  ) {
    this.#counts = new LRUCache({ max: limits.wrongTokenClients, ttl: limits.wrongTokensWindowMs });
  }

  /** Seconds until the client's tokens are checked again; 0 if they are checked now. */
  secondsToWait(clientKey: string): number {
    const count = this.#counts.get(clientKey);
    if (count === undefined || count.wrongTokens < this.limits.wrongTokens) return 0;
    return Math.max(1, Math.ceil(this.#counts.getRemainingTTL(clientKey) / 1_000));
  }

  countWrongToken(clientKey: string): void {
    this.onWrong();
    const count = this.#counts.get(clientKey);
    if (count === undefined) this.#counts.set(clientKey, { wrongTokens: 1 });
    else count.wrongTokens += 1;
  }
}
