/**
 * Bodies that are coming in: bounded in number and bytes, in all and for each client, and ended where they make no
 * progress. A request takes no place among those that are answered until its body is whole.
 */
import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { UnreadableBody } from './body.js';
import { clientOf } from './client.js';
import type { HttpLimits } from './limits.js';
import { Places } from './places.js';

/** `slow`: no progress; `room`: another body needed its place or memory. */
export const BODY_ENDS = ['slow', 'room'] as const;
export type BodyEnd = (typeof BODY_ENDS)[number];

interface Arriving {
  bytes: number;
  /** The bytes and the moment of the last look that found progress. */
  seen: number;
  since: number;
  readonly end: (why: BodyEnd) => void;
}

export class Arrivals {
  readonly #places: Places;
  readonly #arriving = new Set<Arriving>();
  #bytes = 0;
  /** Told of every body that is ended from here. */
  onEnd: (why: BodyEnd) => void = () => undefined;

  constructor(private readonly limits: HttpLimits) {
    this.#places = new Places(limits.bodies);
  }

  /** The body, once it is whole. Rejects with UnreadableBody where it is too large or ended early. */
  read(request: FastifyRequest, stream: Readable): Promise<Buffer> {
    const most = request.routeOptions.bodyLimit;
    if (Number(request.headers['content-length'] ?? 0) > most) {
      return Promise.reject(new UnreadableBody('BODY.TOO_LARGE'));
    }
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const end = (why: BodyEnd): void => {
        settle(() => reject(new UnreadableBody('REQUEST.TIMEOUT')));
        this.onEnd(why);
      };
      const body: Arriving = { bytes: 0, seen: 0, since: performance.now(), end };
      const place = this.#places.take(clientOf(request), this.limits.bodiesEach, () => end('room'));
      if (place === null) throw new Error('a body that comes in always gives way');
      const settle = (result: () => void): void => {
        stream.off('data', take).off('end', whole).off('error', gone).off('close', gone);
        this.#places.leave(place);
        this.#arriving.delete(body);
        this.#bytes -= body.bytes;
        result();
      };
      const take = (chunk: Buffer): void => {
        body.bytes += chunk.length;
        this.#bytes += chunk.length;
        chunks.push(chunk);
        if (body.bytes > most) settle(() => reject(new UnreadableBody('BODY.TOO_LARGE')));
        else this.#makeRoom();
      };
      const whole = (): void => settle(() => resolve(Buffer.concat(chunks, body.bytes)));
      const gone = (): void => settle(() => reject(new UnreadableBody('REQUEST.MALFORMED')));
      this.#arriving.add(body);
      stream.on('data', take).on('end', whole).on('error', gone).on('close', gone);
    });
  }

  /** Ends the bodies of which too little has come since they were last looked at. */
  look(now: number): void {
    const { progress, within } = this.limits;
    for (const body of [...this.#arriving].filter(({ since }) => now - since >= within)) {
      if (body.bytes - body.seen < progress) body.end('slow');
      else Object.assign(body, { seen: body.bytes, since: now });
    }
  }

  /** The largest gives way: small ones get in whatever large ones do. */
  #makeRoom(): void {
    while (this.#bytes > this.limits.bodyBytes) {
      [...this.#arriving].reduce((a, b) => (b.bytes > a.bytes ? b : a)).end('room');
    }
  }
}
