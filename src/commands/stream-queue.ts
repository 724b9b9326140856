/**
 * Serialises work on one stream, in call order, so that the queued calls do not compete for its next revision. Different
 * streams run in parallel. A call beyond the bound, or one that waited too long, gets StoreBusy before its work has begun.
 */
import { StoreBusy } from '../event-store/port.js';

/** Calls that may wait for one stream at once. */
export const MAX_QUEUED_PER_STREAM = 500;
/** How long a call may wait for its stream. */
export const STREAM_QUEUE_TIMEOUT_MS = 10_000;

export class StreamQueue {
  /** By stream, the calls that wait for the running one; an idle stream has no entry. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(
    private readonly maxQueued = MAX_QUEUED_PER_STREAM,
    private readonly timeoutMs = STREAM_QUEUE_TIMEOUT_MS,
  ) {}

  /** Throws what the work throws, and StoreBusy. */
  async run<R>(stream: string, work: () => Promise<R>): Promise<R> {
    await this.#acquire(stream);
    try {
      return await work();
    } finally {
      this.#release(stream);
    }
  }

  async #acquire(stream: string): Promise<void> {
    const waiting = this.#waiting.get(stream);
    if (waiting === undefined) {
      this.#waiting.set(stream, []);
      return;
    }
    if (waiting.length >= this.maxQueued) throw new StoreBusy('too many wait to write to one stream');
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timeout);
        resolve();
      };
      const timeout = setTimeout(() => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(new StoreBusy('others wrote to the stream for too long'));
      }, this.timeoutMs);
      waiting.push(start);
    });
  }

  #release(stream: string): void {
    const startNext = this.#waiting.get(stream)?.shift();
    if (startNext === undefined) this.#waiting.delete(stream);
    else startNext();
  }
}
