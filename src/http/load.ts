/** How much is answered at once, in all and for each client, and for how long at most. */
import type { FastifyReply } from 'fastify';
import { problem, RETRY, send, type Answer } from './answer.js';
import type { HttpLimits } from './limits.js';

export class Load {
  readonly #counted = new Map<FastifyReply, string>();
  readonly #each = new Map<string, number>();
  readonly #timers = new WeakMap<FastifyReply, NodeJS.Timeout>();

  constructor(private readonly limits: HttpLimits) {}

  /** Why a request of this client would be turned away now, or null. */
  refusal(client: string): Answer | null {
    if (this.#counted.size >= this.limits.underWay) return problem('REGISTER.BUSY', {}, RETRY);
    const own = this.#each.get(client) ?? 0;
    return own >= this.limits.underWayEach ? problem('CLIENT.BUSY', {}, RETRY) : null;
  }

  /** Takes a place for a request that is whole; why it is turned away, or null. */
  enter(reply: FastifyReply, client: string): Answer | null {
    const refusal = this.refusal(client);
    if (refusal !== null) return refusal;
    this.#counted.set(reply, client);
    this.#each.set(client, (this.#each.get(client) ?? 0) + 1);
    return null;
  }

  /** From here on an answer is due: one that has not begun in time is given up, whatever becomes of the work. */
  due(reply: FastifyReply): void {
    const late = (): void => {
      if (!reply.sent && !reply.raw.headersSent) void send(reply, problem('REGISTER.OVERDUE', {}, RETRY));
    };
    this.#timers.set(reply, setTimeout(late, this.limits.answer).unref());
  }

  /** The answer has gone out, or the caller has gone away. */
  left(reply: FastifyReply): void {
    clearTimeout(this.#timers.get(reply));
    const client = this.#counted.get(reply);
    if (client === undefined) return;
    this.#counted.delete(reply);
    const own = (this.#each.get(client) ?? 0) - 1;
    if (own > 0) this.#each.set(client, own);
    else this.#each.delete(client);
  }
}
