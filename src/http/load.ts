/** How much is under way at once, and for how long at most. */
import type { FastifyReply } from 'fastify';
import { problem, RETRY, send, type Answer } from './answer.js';
import type { HttpLimits } from './limits.js';

export class Load {
  readonly #counted = new WeakSet<FastifyReply>();
  readonly #timers = new WeakMap<FastifyReply, NodeJS.Timeout>();
  #underWay = 0;

  constructor(private readonly limits: HttpLimits) {}

  /** Takes a request in; why it is turned away where too many are under way, or null. */
  enter(reply: FastifyReply): Answer | null {
    if (this.#underWay >= this.limits.underWay) return problem('REGISTER.BUSY', {}, RETRY);
    this.#underWay += 1;
    this.#counted.add(reply);
    return null;
  }

  /** From here on an answer is due: one that has not begun in time is given up, whatever becomes of the work. */
  arrived(reply: FastifyReply): void {
    const late = (): void => {
      if (!reply.sent && !reply.raw.headersSent) void send(reply, problem('REGISTER.OVERDUE', {}, RETRY));
    };
    this.#timers.set(reply, setTimeout(late, this.limits.answer).unref());
  }

  /** The answer has gone out, or the caller has gone away. */
  left(reply: FastifyReply): void {
    clearTimeout(this.#timers.get(reply));
    if (this.#counted.delete(reply)) this.#underWay -= 1;
  }
}
