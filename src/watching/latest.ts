/** The condition of the register within a bounded time, whatever the store does: a look that is late is answered by the one before. */
import type { conditionOf } from './condition.js';

type Condition = Awaited<ReturnType<typeof conditionOf>>;

/** Milliseconds that a caller waits for a look, and for which the last one counts where the next is late. */
export const LOOK_WAIT_MS = 300;
export const LOOK_COUNTS_MS = 5_000;

/** What is said where nobody can say: the log does not answer, and so nobody knows how far behind it the read models are. */
const NOBODY_KNOWS = { parts: { log: 'STORE_UNAVAILABLE', 'read-models': 'STORE_UNAVAILABLE' }, lag: null } as const;

export type Known = Pick<Condition, 'parts' | 'lag'>;

export class LatestCondition {
  #last: { readonly condition: Known; readonly at: number } | null = null;
  #looking: Promise<Known> | null = null;

  constructor(private readonly look: () => Promise<Known>) {}

  /** One look is under way at a time, also behind who went away with an older answer. Never throws. */
  async check(): Promise<Known> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    let late: NodeJS.Timeout | undefined;
    const waited = new Promise<null>((resolve) => (late = setTimeout(resolve, LOOK_WAIT_MS, null)));
    try {
      return (await Promise.race([this.#looking, waited])) ?? this.#remembered();
    } catch {
      return NOBODY_KNOWS;
    } finally {
      clearTimeout(late);
    }
  }

  async #look(): Promise<Known> {
    const condition = await this.look();
    this.#last = { condition, at: performance.now() };
    return condition;
  }

  #remembered(): Known {
    const { condition, at } = this.#last ?? { condition: NOBODY_KNOWS, at: performance.now() };
    return performance.now() - at < LOOK_COUNTS_MS ? condition : NOBODY_KNOWS;
  }
}
