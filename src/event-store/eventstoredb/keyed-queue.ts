/** Runs tasks of the same key one after another, in call order; tasks of different keys run concurrently. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** `work` starts synchronously if no task of its key is pending. */
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
