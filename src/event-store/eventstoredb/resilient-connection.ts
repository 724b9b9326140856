/**
 * Calls of the store with two protections: circuit breakers for reads and writes, and, after each failure, a check that the
 * server still has the log that was read before (a restored node or another server might not).
 */
import { ANY, BACKWARDS, END, FORWARDS, jsonEvent, type RecordedEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { StoreDamaged, StoreUnavailable } from '../port.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { Connection } from './connection.js';
import { conflictRevision, permanentError } from './faults.js';
import { comparePositions, type ServerPosition } from './server-position.js';
import { consumeRead } from './consume-read.js';

/** Time limit of a probe in milliseconds. */
const PROBE_TIMEOUT_MS = 1_000;
/**
 * Milliseconds after which a log that lacks a known event counts as another log. A deposed leader may lack the newest
 * events for a moment.
 */
const OTHER_LOG_AFTER_MS = 3_000;
/** An expected revision that no stream reaches: 2^53 - 1. */
const IMPOSSIBLE_REVISION = 9_007_199_254_740_991n;

export interface StoreAbortSignals {
  /** Aborts when the store begins to close. */
  readonly stopReads: AbortSignal;
  /** Aborts when the store has closed, after it has waited for pending appends. */
  readonly stopAppends: AbortSignal;
}

export class ResilientConnection {
  readonly #reads: CircuitBreaker;
  readonly #writes: CircuitBreaker;
  readonly #probeStream: string;
  /** The last event that this process knows to be in the log. */
  #lastKnownEvent: { readonly place: ServerPosition; readonly id: string } | null = null;
  /** The connection's failure count when the log was last verified. */
  #verifiedAtFailures = 0;
  #verification: Promise<void> | null = null;
  #mismatchSince: number | null = null;
  #isOtherLog = false;
  /** The id of the next write probe; reused until the probe is known to be stored. */
  #probeId = randomUUID();

  /** The circuit breakers open after `silenceMs` without an answer; Infinity disables them. */
  constructor(
    private readonly connection: Connection,
    register: string,
    silenceMs: number,
    private readonly signals: StoreAbortSignals,
  ) {
    this.#reads = new CircuitBreaker(silenceMs, () => this.#probeRead(), signals.stopReads);
    this.#writes = new CircuitBreaker(silenceMs, () => this.#probeWrite(), signals.stopAppends);
    // No register name contains `~`, so probes belong to no register and do not count as positions.
    this.#probeStream = `probe~${register}`;
  }

  /** Retries for a bounded time; fails at once while the circuit is open. */
  async read<R>(call: () => Promise<R>): Promise<R> {
    this.#checkLog();
    return this.#reads.run((opened) =>
      this.connection.retry(() => this.#withVerifiedLog(call), {
        onResponse: () => this.#reads.onResponse(),
        abortSignals: [opened, this.signals.stopReads],
      }),
    );
  }

  /** Does for an append what `read` does for a read; `queue` starts it in its turn. */
  async write<R>(call: () => Promise<R>, queue: (work: () => Promise<R>) => Promise<R>): Promise<R> {
    this.#checkLog();
    return this.#writes.run((opened) =>
      queue(() =>
        this.connection.retry(() => this.#withVerifiedLog(call), {
          onResponse: () => this.#writes.onResponse(),
          abortSignals: [opened, this.signals.stopAppends],
        }),
      ),
    );
  }

  /** To be called for each event of a read that arrives, so that a long read does not count as silence of the server. */
  onResponse(): void {
    this.#reads.onResponse();
  }

  /** Remembers an event known to be in the log, for later verification. */
  noteEvent(place: ServerPosition, id: string): void {
    if (this.#lastKnownEvent === null || comparePositions(this.#lastKnownEvent.place, place) < 0)
      this.#lastKnownEvent = { place, id };
  }

  /**
   * Checks that a leader accepts appends by sending one with an impossible revision, which is refused without being stored.
   * While a circuit is open it fails at once. Throws StoreUnavailable or StoreDamaged.
   */
  async checkWritable(): Promise<void> {
    this.#checkLog();
    if (this.#reads.isOpen || this.#writes.isOpen) throw new StoreUnavailable('the server is away');
    const sendProbe = async (): Promise<void> => {
      const answer = this.#append(IMPOSSIBLE_REVISION, randomUUID());
      const accepted = await answer.then(
        () => true,
        (error: unknown) => {
          if (conflictRevision(error) === undefined) throw error;
          return false;
        },
      );
      if (accepted) throw new Error('the server has accepted a revision that cannot be');
    };
    // The first call after a lost connection always fails, hence the retry.
    await sendProbe()
      .catch(sendProbe)
      .catch((error: unknown) => {
        throw (
          this.connection.classifyError(error) ?? new StoreUnavailable('the server takes no append', { cause: error })
        );
      });
  }

  #checkLog(): void {
    if (this.#isOtherLog)
      throw new StoreDamaged('the server has another log than before, or has lost the end of this one');
  }

  async #withVerifiedLog<R>(call: () => Promise<R>): Promise<R> {
    this.#checkLog();
    if (this.#verifiedAtFailures !== this.connection.failures)
      await (this.#verification ??= this.#verifyLog().finally(() => (this.#verification = null)));
    return call();
  }

  async #verifyLog(): Promise<void> {
    const { failures } = this.connection;
    await this.#probeRead();
    this.#verifiedAtFailures = failures;
  }

  /** Reads the last known event, or any event if none is known. Throws StoreDamaged once it is certain that the log differs. */
  async #probeRead(): Promise<void> {
    this.#checkLog();
    const known = this.#lastKnownEvent;
    const found = await this.#readOne(known?.place ?? null);
    if (known === null) return;
    if (found?.id === known.id && isEventAt(found, known.place)) {
      this.#mismatchSince = null;
      return;
    }
    const now = performance.now();
    this.#mismatchSince ??= now;
    if (now - this.#mismatchSince < OTHER_LOG_AFTER_MS) throw new Error('the log lacks what was read from it');
    this.#isOtherLog = true;
    this.#checkLog();
  }

  async #readOne(place: ServerPosition | null): Promise<RecordedEvent | null> {
    const { client, options } = this.connection;
    const result: { event: RecordedEvent | null } = { event: null };
    const from =
      place === null
        ? ({ direction: BACKWARDS, fromPosition: END } as const)
        : ({ direction: FORWARDS, fromPosition: { commit: place.commit, prepare: place.prepare } } as const);
    try {
      await consumeRead(client.readAll({ ...options, ...from, maxCount: 1 }), PROBE_TIMEOUT_MS, ({ event }) => {
        result.event = event ?? null;
        return 'enough';
      });
    } catch (error) {
      // RangeError: the position does not exist in this log.
      if (!(permanentError(error) instanceof RangeError)) throw error;
    }
    return result.event;
  }

  /** Stores an event in a stream outside of all registers: only a stored event proves that a majority accepts writes. */
  async #probeWrite(): Promise<void> {
    if (this.#reads.isOpen) throw new StoreUnavailable('the server is away');
    await this.#withVerifiedLog(() => this.#append(ANY, this.#probeId));
    this.#probeId = randomUUID();
  }

  async #append(expectedRevision: bigint | typeof ANY, id: string): Promise<void> {
    const { client, options } = this.connection;
    const event = jsonEvent({ id, type: 'probe', data: {} });
    const append = client.appendToStream(this.#probeStream, event, {
      ...options,
      deadline: Math.min(options.deadline, PROBE_TIMEOUT_MS),
      expectedRevision,
    });
    await this.connection.withTimeout(append, PROBE_TIMEOUT_MS);
  }
}

const isEventAt = ({ position }: RecordedEvent, place: ServerPosition): boolean =>
  position !== undefined && comparePositions({ ...position, position: null }, place) === 0;
