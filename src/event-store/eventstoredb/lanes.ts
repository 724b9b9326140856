/** Work of one lane goes in the order of its calls, one piece after the other; lanes do not wait for each other. */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();

  /** `work` begins at once where the lane is free. */
  run<R>(lane: string, work: () => Promise<R>): Promise<R> {
    const before = this.#last.get(lane);
    const done = before === undefined ? work() : before.then(work);
    const leave = (): void => {
      if (this.#last.get(lane) === settled) this.#last.delete(lane);
    };
    const settled = done.then(leave, leave);
    this.#last.set(lane, settled);
    return done;
  }
}
