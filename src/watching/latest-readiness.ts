/**
 * Answers readiness checks within a bounded time, whatever the store does: if a check is slow, the result of the one before is
 * returned.
 */
import type { readinessOf } from './readiness.js';

type CheckResult = Pick<Awaited<ReturnType<typeof readinessOf>>, 'parts' | 'lag'>;

/** Milliseconds that a caller waits for a check before it gets the last result instead. */
export const MAX_CHECK_WAIT_MS = 300;
/** Milliseconds for which the last result may stand in for a slow check. */
export const RESULT_VALID_MS = 5_000;

/** The log does not respond, so the lag of the read models is unknown too. */
const LOG_UNAVAILABLE = { parts: { log: 'STORE_UNAVAILABLE', 'read-models': 'STORE_UNAVAILABLE' }, lag: null } as const;

export class LatestReadiness {
  #last: { readonly result: CheckResult; readonly checkedAt: number } | null = null;
  #running: Promise<CheckResult> | null = null;

  constructor(private readonly readReadiness: () => Promise<CheckResult>) {}

  /** Never throws. Callers share one running check, which goes on after they got an older result. */
  async check(): Promise<CheckResult> {
    this.#running ??= this.#run().finally(() => (this.#running = null));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<null>((resolve) => (timer = setTimeout(resolve, MAX_CHECK_WAIT_MS, null)));
    try {
      return (await Promise.race([this.#running, timeout])) ?? this.#lastResult();
    } catch {
      return LOG_UNAVAILABLE;
    } finally {
      clearTimeout(timer);
    }
  }

  async #run(): Promise<CheckResult> {
    const result = await this.readReadiness();
    this.#last = { result, checkedAt: performance.now() };
    return result;
  }

  #lastResult(): CheckResult {
    const { result, checkedAt } = this.#last ?? { result: LOG_UNAVAILABLE, checkedAt: performance.now() };
    return performance.now() - checkedAt < RESULT_VALID_MS ? result : LOG_UNAVAILABLE;
  }
}
