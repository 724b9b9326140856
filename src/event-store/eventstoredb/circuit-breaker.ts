/**
 * A circuit breaker. While the server is away, calls are refused at once instead of each finding that out for itself, and one
 * probe at a time finds out when it is back.
 *
 * It opens when calls wait and none of them, nor the probe that is sent meanwhile, was answered for `silenceMs`. One slow call
 * among others that are answered opens nothing, nor does a slow call alone whose probe is answered. It closes when a probe
 * succeeds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../port.js';

/** Silence is counted in ticks: a process that stands still for a second has not heard one second of silence. */
const TICK_MS = 50;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 1_000;

/** Refused because the circuit is open; or given up when it opened, in which case the server may have done what it was asked. */
const unavailable = (): StoreUnavailable => new StoreUnavailable('the server is away');

export class CircuitBreaker {
  #openSignal = new AbortController();
  readonly #pending = new Set<(error: unknown) => void>();
  #silence = 0;
  #clock: NodeJS.Timeout | null = null;
  #probing = false;

  /** `probe` is to end by itself; `closing` ends all waiting and probing. Never opens with an infinite silence. */
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
   * Does the work unless the circuit is open, and gives up waiting for it when it opens. The work is handed a signal that aborts
   * then, so that it begins nothing more. Throws what the work throws, else StoreUnavailable.
   */
  async run<R>(work: (ended: AbortSignal) => Promise<R>): Promise<R> {
    if (this.isOpen || this.closing.aborted) throw unavailable();
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

  /** The server has answered something. */
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

  /** At most one probe is under way. Throws where there is one already, or it finds nobody. */
  async #sendProbe(): Promise<void> {
    if (this.#probing) throw unavailable();
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
    for (let wait = FIRST_WAIT_MS; !this.closing.aborted; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      await sleep(wait, undefined, { signal: this.closing }).catch(() => undefined);
      const isBack = await this.#sendProbe().then(
        () => true,
        () => false,
      );
      if (isBack) break;
    }
    if (!this.closing.aborted) this.#openSignal = new AbortController();
  }

  /** What those who wait would have heard is nobody's business after that. */
  #open(): void {
    this.#openSignal.abort();
    this.#stopTicking();
    for (const reject of this.#pending) reject(unavailable());
    this.#pending.clear();
  }
}
