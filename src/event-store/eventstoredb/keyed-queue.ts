/** Work of one lane goes in the order of its calls, one piece after the other; lanes do not wait for each other. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** `work` begins at once where the lane is free. */
  run<R>(key: string, work: () => Promise<R>): Promise<R> {
    const previous = this.#last.get(key);
    const done = previous === undefined ? work() : previous.then(work);
    const forget = (): void => {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    };
    const settled = done.then(forget, forget);
    this.#last.set(key, settled);
    return done;
  }
}
