/**
 * Reads request bodies into memory: bounded in number (in total and per client) and in total bytes, with a minimum rate of progress.
 * A request counts towards the limit of requests in progress (request-load.ts) only once its body is complete.
 */
import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { UnreadableBody } from './body-parser.js';
import { clientKeyOf } from './client.js';
import type { HttpLimits } from './limits.js';
import { SlotPool } from './slot-pool.js';

/** Why a body was aborted. `slow`: too little progress; `room`: another body needed its slot or memory. */
export const BODY_ABORT_REASONS = ['slow', 'room'] as const;
export type BodyAbortReason = (typeof BODY_ABORT_REASONS)[number];

interface IncomingBody {
  bytes: number;
  /** `bytes` at the last check that found enough progress. */
  bytesAtLastCheck: number;
  /** The time of that check in milliseconds, or of the start of the body before the first. */
  checkedAt: number;
  readonly abort: (reason: BodyAbortReason) => void;
}

export class BodyReader {
  readonly #slots: SlotPool;
  readonly #incoming = new Set<IncomingBody>();
  #bytes = 0;
  /** Called for every body that is aborted. */
  onAbort: (reason: BodyAbortReason) => void = () => undefined;

  constructor(private readonly limits: HttpLimits) {
    this.#slots = new SlotPool(limits.bodies);
  }

  /** Resolves with the complete body. Rejects with UnreadableBody if it is too large, aborted, or the client disconnects. */
  read(request: FastifyRequest, stream: Readable): Promise<Buffer> {
    const maxBytes = request.routeOptions.bodyLimit;
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      return Promise.reject(new UnreadableBody('BODY.TOO_LARGE'));
    }
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const abort = (reason: BodyAbortReason): void => {
        settle(() => reject(new UnreadableBody('REQUEST.TIMEOUT')));
        this.onAbort(reason);
      };
      const body: IncomingBody = { bytes: 0, bytesAtLastCheck: 0, checkedAt: performance.now(), abort };
      const slot = this.#slots.acquire(clientKeyOf(request), this.limits.bodiesPerClient, () => abort('room'));
      if (slot === null) throw new Error('slots of incoming bodies can always be revoked');
      const settle = (result: () => void): void => {
        stream.off('data', onData).off('end', onEnd).off('error', onFailure).off('close', onFailure);
        this.#slots.release(slot);
        this.#incoming.delete(body);
        this.#bytes -= body.bytes;
        result();
      };
      const onData = (chunk: Buffer): void => {
        body.bytes += chunk.length;
        this.#bytes += chunk.length;
        chunks.push(chunk);
        if (body.bytes > maxBytes) settle(() => reject(new UnreadableBody('BODY.TOO_LARGE')));
        else this.#freeMemory();
      };
      const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks, body.bytes)));
      const onFailure = (): void => settle(() => reject(new UnreadableBody('REQUEST.MALFORMED')));
      this.#incoming.add(body);
      stream.on('data', onData).on('end', onEnd).on('error', onFailure).on('close', onFailure);
    });
  }

  /** Aborts bodies that received too few bytes since their last check. */
  abortSlowBodies(now: number): void {
    const { bodyProgressBytes, bodyProgressMs } = this.limits;
    for (const body of [...this.#incoming].filter(({ checkedAt }) => now - checkedAt >= bodyProgressMs)) {
      if (body.bytes - body.bytesAtLastCheck < bodyProgressBytes) body.abort('slow');
      else Object.assign(body, { bytesAtLastCheck: body.bytes, checkedAt: now });
    }
  }

  /** Aborts the largest body first, so that large bodies cannot keep small ones out. */
  #freeMemory(): void {
    while (this.#bytes > this.limits.bodyBytes) {
      [...this.#incoming].reduce((a, b) => (b.bytes > a.bytes ? b : a)).abort('room');
    }
  }
}
