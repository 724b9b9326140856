/**
 * Work on one stream, one piece after the other in the order of its calls, so that requests of this process never compete for a
 * revision; streams do not wait for each other. Bounded: who would be one too many, or has waited too long, is told to come again,
 * and nothing of theirs was begun.
 */
import { StoreBusy } from '../event-store/port.js';

/** Pieces that wait for one stream, and how long each waits. */
export const MAX_TURNS = 500;
export const TURN_WAIT_MS = 10_000;

export class Turns {
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(
    private readonly most = MAX_TURNS,
    private readonly waitMs = TURN_WAIT_MS,
  ) {}

  /** Does the work when it is its turn. Throws what the work throws, and StoreBusy. */
  async run<R>(stream: string, work: () => Promise<R>): Promise<R> {
    await this.#turn(stream);
    try {
      return await work();
    } finally {
      this.#pass(stream);
    }
  }

  /** Resolves at once where nobody works on the stream. */
  async #turn(stream: string): Promise<void> {
    const waiting = this.#waiting.get(stream);
    if (waiting === undefined) {
      this.#waiting.set(stream, []);
      return;
    }
    if (waiting.length >= this.most) throw new StoreBusy('too many wait to write to one stream');
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(new StoreBusy('others wrote to the stream for too long'));
      }, this.waitMs);
      waiting.push(go);
    });
  }

  #pass(stream: string): void {
    const next = this.#waiting.get(stream)?.shift();
    if (next === undefined) this.#waiting.delete(stream);
    else next();
  }
}
