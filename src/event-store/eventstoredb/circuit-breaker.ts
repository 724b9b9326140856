/**
 * A circuit breaker: while the server is unavailable, calls fail at once, and one probe at a time checks whether it is back.
 *
 * It opens when calls are pending and neither they nor a probe were answered for `silenceMs`. A single slow call does not
 * open it as long as other calls or the probe are answered. It closes when a probe succeeds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../port.js';

/** Silence is counted in ticks, so that a pause of this process does not count as silence of the server. */
const TICK_MS = 50;
const FIRST_WAIT_BEFORE_PROBE_MS = 100;
const MAX_WAIT_BEFORE_PROBE_MS = 1_000;

/** The circuit is open, or opened while the call was pending; in the latter case the server may have executed the call. */
const unavailableError = (): StoreUnavailable => new StoreUnavailable('the server is away');

export class CircuitBreaker {
  #openSignal = new AbortController();
  readonly #pending = new Set<(error: unknown) => void>();
  #silence = 0;
  #clock: NodeJS.Timeout | null = null;
  #probing = false;

  /** `probe` must be bounded in time; `closing` rejects pending calls and stops probing. Never opens if `silenceMs` is Infinity. */
  constructor(
    private readonly silenceMs: number,
    private readonly probe: () => Promise<void>,
    private readonly closing: AbortSignal,
  ) {
    closing.addEventListener('abort', () => this.#open(), { once: true });
  }

  get isOpen(): boolean {
    return this.#openSignal.signal.aborted;
  }

  /**
   * Runs the work unless the circuit is open, and stops waiting for it when it opens; the signal passed to the work aborts
   * then, so that it does not retry. Throws what the work throws, or StoreUnavailable.
   */
  async run<R>(work: (ended: AbortSignal) => Promise<R>): Promise<R> {
    if (this.isOpen || this.closing.aborted) throw unavailableError();
    const { signal } = this.#openSignal;
    return new Promise<R>((resolve, reject) => {
      const leave = (): void => {
        this.#pending.delete(reject);
        if (this.#pending.size === 0) this.#stopTicking();
      };
      this.#pending.add(reject);
      if (Number.isFinite(this.silenceMs)) this.#clock ??= setInterval(() => this.#tick(), TICK_MS);
      work(signal).then(resolve, reject).finally(leave);
    });
  }

  /** Reports any answer of the server. */
  onResponse(): void {
    this.#silence = 0;
  }

  #stopTicking(): void {
    if (this.#clock !== null) clearInterval(this.#clock);
    this.#clock = null;
    this.#silence = 0;
  }

  #tick(): void {
    this.#silence += TICK_MS;
    if (this.#silence >= this.silenceMs) void this.#trip();
    else if (this.#silence >= this.silenceMs / 2) void this.#sendProbe().catch(() => undefined);
  }

  /** Sends a probe. Throws if one is in flight already, or if it fails. */
  async #sendProbe(): Promise<void> {
    if (this.#probing) throw unavailableError();
    this.#probing = true;
    try {
      await this.probe();
      this.onResponse();
    } finally {
      this.#probing = false;
    }
  }

  async #trip(): Promise<void> {
    if (this.isOpen) return;
    this.#open();
    for (
      let wait = FIRST_WAIT_BEFORE_PROBE_MS;
      !this.closing.aborted;
      wait = Math.min(2 * wait, MAX_WAIT_BEFORE_PROBE_MS)
    ) {
      await sleep(wait, undefined, { signal: this.closing }).catch(() => undefined);
      const isBack = await this.#sendProbe().then(
        () => true,
        () => false,
      );
      if (isBack) break;
    }
    if (!this.closing.aborted) this.#openSignal = new AbortController();
  }

  /** Opens the circuit and rejects pending calls; their late results are ignored. */
  #open(): void {
    this.#openSignal.abort();
    this.#stopTicking();
    for (const reject of this.#pending) reject(unavailableError());
    this.#pending.clear();
  }
}
