/**
 * Counts the wrong tokens of each client. A client that has sent too many is not judged for a while, whatever it sends:
 * else the answer would tell a right guess from a wrong one at full speed. Others are not touched. The least recent client
 * is forgotten first, so that many addresses cannot fill memory.
 *
 * No rate-limiting plugin: those count every request of a client, and a right token is to cost nothing.
 */
import { LRUCache } from 'lru-cache';
import type { HttpLimits } from './limits.js';

export class WrongTokens {
  /** An entry lives for the window that begins with its first wrong token. */
  readonly #counts: LRUCache<string, { wrong: number }>;

  constructor(
    private readonly limits: HttpLimits,
    private readonly onWrong: () => void,
  ) {
    this.#counts = new LRUCache({ max: limits.wrongTokensClients, ttl: limits.wrongTokensWithin });
  }

  /** Seconds for which the client's tokens are not looked at; 0 where they are. */
  secondsToWait(client: string): number {
    const count = this.#counts.get(client);
    if (count === undefined || count.wrong < this.limits.wrongTokens) return 0;
    return Math.max(1, Math.ceil(this.#counts.getRemainingTTL(client) / 1_000));
  }

  count(client: string): void {
    this.onWrong();
    const count = this.#counts.get(client);
    if (count === undefined) this.#counts.set(client, { wrong: 1 });
    else count.wrong += 1;
  }
}
