/** Wraps the EventStoreDB client: calls have time limits, safe calls are retried, and errors are those of the port. */
import { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../port.js';
import { permanentError, ServerRefused } from './faults.js';
import { credentialsIn, deadlineMsIn, withGossipTimeout } from './url.js';

/**
 * Time limit of one try in milliseconds, unless the URL sets `defaultDeadline`. Without it, the client notices a hanging
 * server only after 20 seconds.
 */
const TRY_TIMEOUT_MS = 5_000;
/** A call is retried for this many times the time limit of one try: a cluster elects a new leader within a few seconds. */
const RETRY_PERIOD_IN_TRY_TIMEOUTS = 3;
/** Grace period after which a try is abandoned that the client did not end at its deadline. */
const GRACE_MS = 500;
/** The longest wait between two tries. Waits are random below the bound, so that callers do not retry at the same moment. */
const MAX_RETRY_WAIT_MS = 1_000;
const FIRST_RETRY_WAIT_MS = 20;

/**
 * Options of every call. Credentials force the client to send each append as a call of its own; without them, all appends
 * share one stream that has no deadline, hangs after a half-close, and delays appends by its whole timeout when a leader
 * dies. A server without TLS ignores credentials.
 */
export interface CallOptions {
  readonly credentials: { readonly username: string; readonly password: string };
  /** Followers forward writes and serve stale reads. */
  readonly requiresLeader: true;
  /** Milliseconds that one call may take; the client's name for it. */
  readonly deadline: number;
}

/** How a call is retried; retries stop when any of `abortSignals` aborts. */
export interface RetryHooks {
  /** Called when the server answers with a result or with an error that retrying cannot help. */
  readonly onResponse: () => void;
  readonly abortSignals: readonly AbortSignal[];
}

export class Connection {
  readonly client: EventStoreDBClient;
  readonly options: CallOptions;
  readonly callAttemptTimeoutMs: number;
  /** Counts failures: after each, the server may be another one, or have another log. */
  #failures = 0;

  /** The URL must satisfy `isEsdbUrl`. Connects on first use. */
  constructor(url: string) {
    this.callAttemptTimeoutMs = deadlineMsIn(url) ?? TRY_TIMEOUT_MS;
    this.client = EventStoreDBClient.connectionString(withGossipTimeout(url));
    this.options = {
      credentials: credentialsIn(url) ?? { username: 'nobody', password: 'nobody' },
      requiresLeader: true,
      deadline: this.callAttemptTimeoutMs,
    };
    ignoreReconnectErrors(this.client);
  }

  /** Number of failed calls and subscriptions so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Reports that a call or a subscription broke off: the next answer may come from another server. */
  countFailure(): void {
    this.#failures += 1;
  }

  /**
   * Retries `call` until it succeeds, for a bounded time or until a signal aborts. `call` must be bounded in time and
   * idempotent. Throws a permanent error (see `permanentError`) at once, else StoreUnavailable.
   */
  async retry<R>(call: () => Promise<R>, { onResponse, abortSignals }: RetryHooks): Promise<R> {
    const giveUpAt = Date.now() + RETRY_PERIOD_IN_TRY_TIMEOUTS * this.callAttemptTimeoutMs;
    const isAborted = (): boolean => abortSignals.some(({ aborted }) => aborted);
    for (let tries = 0; ; tries++) {
      if (isAborted()) throw new StoreUnavailable('given up before it was tried again');
      try {
        const result = await call();
        onResponse();
        return result;
      } catch (error) {
        const permanent = this.classifyError(error);
        if (permanent !== null) {
          if (permanent instanceof ServerRefused || !(permanent instanceof StoreUnavailable)) onResponse();
          throw permanent;
        }
        const wait = Math.random() * Math.min(MAX_RETRY_WAIT_MS, FIRST_RETRY_WAIT_MS * 2 ** Math.min(tries, 10));
        if (Date.now() + wait >= giveUpAt || isAborted())
          throw new StoreUnavailable('the server cannot be reached or does not answer', { cause: error });
        await sleep(wait);
      }
    }
  }

  /** As `permanentError`; also counts a temporary failure. */
  classifyError(error: unknown): Error | null {
    const permanent = permanentError(error);
    if (permanent === null) this.countFailure();
    return permanent;
  }

  /** Closes the connection, within a bounded time. */
  async dispose(): Promise<void> {
    await this.withTimeout(this.client.dispose(), GRACE_MS).catch(() => undefined);
  }

  /** Rejects if the answer takes too long; a late answer is ignored. */
  withTimeout<R>(answer: Promise<R>, ms = this.callAttemptTimeoutMs + GRACE_MS): Promise<R> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error('no answer in time')), ms);
      const settle =
        <T>(resolveOrReject: (result: T) => void) =>
        (how: T): void => {
          clearTimeout(timeout);
          resolveOrReject(how);
        };
      answer.then(settle(resolve), settle(reject));
    });
  }
}

/**
 * The client reconnects after a failed call in a promise that it never awaits. If no node of the cluster is found, that
 * rejection would end the process. The caller gets the error of the call itself in any case.
 */
const ignoreReconnectErrors = (client: EventStoreDBClient): void => {
  const inner = client as unknown as { handleError: (...of: unknown[]) => Promise<void> };
  const { handleError } = inner;
  inner.handleError = (...of) => handleError(...of).catch(() => undefined);
};
