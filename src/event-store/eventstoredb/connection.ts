/** The client, made safe: every call is bounded in time, repeated where that is safe, and its errors are ours. */
import { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../port.js';
import { permanentError, ServerRefused } from './faults.js';
import { credentialsIn, deadlineIn, withGossipTimeout } from './url.js';

/**
 * How long one try of a call may take, in milliseconds, unless `defaultDeadline` of the address says otherwise. A server that hangs
 * would be noticed after 20 seconds only.
 */
const TRY_MS = 5_000;
/** So many times as long a call is tried again: the leader of a cluster is replaced within a few seconds. */
const TRIES_PER_CALL = 3;
/** A try that the client does not end at its deadline is given up so much later. */
const GRACE_MS = 500;
/** The longest wait between two tries; each is drawn below its bound, so that many callers do not come back at once. */
const MAX_WAIT_MS = 1_000;
const FIRST_WAIT_MS = 20;

/**
 * ReferenceData with every call: without credentials of its own an append would go through the client's one shared stream for all
 * appends, which has no deadline, hangs for good after a half-close, and at a leader's death costs its whole time-out. A server without
 * TLS ignores them.
 */
export interface CallOptions {
  readonly credentials: { readonly username: string; readonly password: string };
  /** Followers forward writes and answer reads late. */
  readonly requiresLeader: true;
  readonly deadline: number;
}

/** For whom a call is repeated. */
export interface RetryOptions {
  /** Hears that the server answered something. */
  readonly onResponse: () => void;
  readonly abortSignals: readonly AbortSignal[];
}

export class Connection {
  readonly client: EventStoreDBClient;
  readonly options: CallOptions;
  readonly tryMs: number;
  /** Failures after which the server may be another one than before, or its log another log. */
  #failures = 0;

  /** Throws nothing for an address that `isEsdbUrl` lets through; connects when it is first used. */
  constructor(url: string) {
    this.tryMs = deadlineIn(url) ?? TRY_MS;
    this.client = EventStoreDBClient.connectionString(withGossipTimeout(url));
    this.options = {
      credentials: credentialsIn(url) ?? { username: 'nobody', password: 'nobody' },
      requiresLeader: true,
      deadline: this.tryMs,
    };
    ignoreReconnectErrors(this.client);
  }

  /** How often a call or a subscription has failed so far. */
  get failures(): number {
    return this.#failures;
  }

  /** A call or a subscription has ended before its end: whoever answers next may be somebody else. */
  countFailure(): void {
    this.#failures += 1;
  }

  /**
   * Calls until it succeeds, for a bounded time; `call` must end by itself, and be one that can be repeated whether or not
   * the server did what it asks. Nothing is begun any more once a signal aborts.
   * Throws what no repeat would change as `lasting` says, else StoreUnavailable.
   */
  async retry<R>(call: () => Promise<R>, { onResponse, abortSignals }: RetryOptions): Promise<R> {
    const giveUpAt = Date.now() + TRIES_PER_CALL * this.tryMs;
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
        const wait = Math.random() * Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
        if (Date.now() + wait >= giveUpAt || isAborted())
          throw new StoreUnavailable('the server cannot be reached or does not answer', { cause: error });
        await sleep(wait);
      }
    }
  }

  /** As `lasting`; a failure that may pass is counted. */
  classifyError(error: unknown): Error | null {
    const permanent = permanentError(error);
    if (permanent === null) this.countFailure();
    return permanent;
  }

  /** Lets go of the connection, within a bounded time. */
  async dispose(): Promise<void> {
    await this.withTimeout(this.client.dispose(), GRACE_MS).catch(() => undefined);
  }

  /** The answer, or an error once it took too long; what it is after that is nobody's business. */
  withTimeout<R>(answer: Promise<R>, ms = this.tryMs + GRACE_MS): Promise<R> {
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
 * The client handles a failed call in a promise that it waits for nowhere; where at that moment no node of a cluster can be
 * found, it rejects, and Node would end the process. The call's own error reaches its caller all the same.
 */
const ignoreReconnectErrors = (client: EventStoreDBClient): void => {
  const inner = client as unknown as { handleError: (...of: unknown[]) => Promise<void> };
  const { handleError } = inner;
  inner.handleError = (...of) => handleError(...of).catch(() => undefined);
};
