/** Work of one lane goes in the order of its calls, one piece after the other; lanes do not wait for each other. */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();

  run<R>(lane: string, work: () => Promise<R>): Promise<R> {
    const done = (this.#last.get(lane) ?? Promise.resolve()).then(work);
    const settled = done
      .catch(() => undefined)
      .finally(() => {
        if (this.#last.get(lane) === settled) this.#last.delete(lane);
      });
    this.#last.set(lane, settled);
    return done;
  }
}
