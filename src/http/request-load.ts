/** Limits requests in progress, in total and per client, and the time until a response begins. */
import type { FastifyReply } from 'fastify';
import { problemResponse, RETRY_AFTER, send, type HttpResponse } from './http-response.js';
import type { HttpLimits } from './limits.js';

export class RequestLoad {
  readonly #clientOf = new Map<FastifyReply, string>();
  readonly #countByClient = new Map<string, number>();
  readonly #timers = new WeakMap<FastifyReply, NodeJS.Timeout>();

  constructor(private readonly limits: HttpLimits) {}

  /** The refusal of a new request of this client, or null if it may start. */
  refusal(clientKey: string): HttpResponse | null {
    if (this.#clientOf.size >= this.limits.requests) return problemResponse('REGISTER.BUSY', {}, RETRY_AFTER);
    const count = this.#countByClient.get(clientKey) ?? 0;
    return count >= this.limits.requestsPerClient ? problemResponse('CLIENT.BUSY', {}, RETRY_AFTER) : null;
  }

  /** Counts a request as in progress until `end`; returns the refusal if it may not start. */
  begin(reply: FastifyReply, clientKey: string): HttpResponse | null {
    const refusal = this.refusal(clientKey);
    if (refusal !== null) return refusal;
    this.#clientOf.set(reply, clientKey);
    this.#countByClient.set(clientKey, (this.#countByClient.get(clientKey) ?? 0) + 1);
    return null;
  }

  /** Answers REGISTER.OVERDUE if no response begins within the limit. The work for the request is not cancelled. */
  startResponseTimer(reply: FastifyReply): void {
    const onTimeout = (): void => {
      if (!reply.sent && !reply.raw.headersSent) void send(reply, problemResponse('REGISTER.OVERDUE', {}, RETRY_AFTER));
    };
    this.#timers.set(reply, setTimeout(onTimeout, this.limits.responseStartMs).unref());
  }

  /** To be called when the response is sent or the client has disconnected. */
  end(reply: FastifyReply): void {
    clearTimeout(this.#timers.get(reply));
    const clientKey = this.#clientOf.get(reply);
    if (clientKey === undefined) return;
    this.#clientOf.delete(reply);
    const count = (this.#countByClient.get(clientKey) ?? 0) - 1;
    if (count > 0) this.#countByClient.set(clientKey, count);
    else this.#countByClient.delete(clientKey);
  }
}
