/**
 * Stands between the store and the connection: refuses at once while the server is away, and sees to it that whoever answers after
 * a failure has the log that was read before.
 */
import { ANY, BACKWARDS, END, FORWARDS, jsonEvent, type RecordedEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { StoreDamaged, StoreUnavailable } from '../port.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { Connection } from './connection.js';
import { conflictRevision, permanentError } from './faults.js';
import { comparePositions, type ServerPosition } from './server-position.js';
import { consumeRead } from './consume-read.js';

/** How long a probe may take, in milliseconds. */
const PROBE_MS = 1_000;
/**
 * A log that lacks what was read from it before is another log once it has lacked it for so long: a leader that does not know yet that
 * it was deposed lacks the newest events for a moment.
 */
const OTHER_LOG_AFTER_MS = 3_000;
/** No stream has so many events. */
const IMPOSSIBLE_REVISION = 9_007_199_254_740_991n;

export interface ShutdownSignals {
  /** No more reading. */
  readonly closing: AbortSignal;
  /** No more waiting for appends. */
  readonly ended: AbortSignal;
}

export class ResilientConnection {
  readonly #reads: CircuitBreaker;
  readonly #writes: CircuitBreaker;
  readonly #probeStream: string;
  /** The furthest event that this process knows to be in the log. */
  #lastKnownEvent: { readonly place: ServerPosition; readonly id: string } | null = null;
  /** The number of failures after which the log was found to be the same. */
  #verifiedAtFailures = 0;
  #verification: Promise<void> | null = null;
  #mismatchSince: number | null = null;
  #isOtherLog = false;
  /** The event of the write probe that is not known to be stored. */
  #probeId = randomUUID();

  /** Refuses at once after so many milliseconds without an answer; never with Infinity. */
  constructor(
    private readonly connection: Connection,
    register: string,
    silenceMs: number,
    private readonly signals: ShutdownSignals,
  ) {
    this.#reads = new CircuitBreaker(silenceMs, () => this.#probeRead(), signals.closing);
    this.#writes = new CircuitBreaker(silenceMs, () => this.#probeWrite(), signals.ended);
    // No register's prefix begins so, and it is no event of any register: positions are counted without it.
    this.#probeStream = `probe~${register}`;
  }

  /** Calls until it succeeds, for a bounded time and not while the server is away. */
  async read<R>(call: () => Promise<R>): Promise<R> {
    this.#checkLog();
    return this.#reads.run((opened) =>
      this.connection.retry(() => this.#withVerifiedLog(call), {
        onResponse: () => this.#reads.onResponse(),
        abortSignals: [opened, this.signals.closing],
      }),
    );
  }

  /** The same for an append, which `queue` calls when it is its turn. */
  async write<R>(call: () => Promise<R>, queue: (work: () => Promise<R>) => Promise<R>): Promise<R> {
    this.#checkLog();
    return this.#writes.run((opened) =>
      queue(() =>
        this.connection.retry(() => this.#withVerifiedLog(call), {
          onResponse: () => this.#writes.onResponse(),
          abortSignals: [opened, this.signals.ended],
        }),
      ),
    );
  }

  /** A part of an answer has come. */
  onResponse(): void {
    this.#reads.onResponse();
  }

  /** An event stands at a place of the log. */
  noteEvent(place: ServerPosition, id: string): void {
    if (this.#lastKnownEvent === null || comparePositions(this.#lastKnownEvent.place, place) < 0)
      this.#lastKnownEvent = { place, id };
  }

  /**
   * Whether an append would be accepted: one is sent that a leader must refuse for its revision, so that nothing is recorded. While
   * appends have failed since the last that succeeded, the probe tells, which has one stored for good. Throws StoreUnavailable or
   * StoreDamaged.
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
    // The first call after a connection was lost fails.
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

  /** Reads the last event that is known, or any where none is. Throws StoreDamaged once it is clear that the log is another one. */
  async #probeRead(): Promise<void> {
    this.#checkLog();
    const known = this.#lastKnownEvent;
    const found = await this.#readOne(known?.place ?? null);
    if (known === null) return;
    if (found?.id === known.id && isAt(found, known.place)) {
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
      await consumeRead(client.readAll({ ...options, ...from, maxCount: 1 }), PROBE_MS, ({ event }) => {
        result.event = event ?? null;
        return 'enough';
      });
    } catch (error) {
      // A place that cannot be in this log.
      if (!(permanentError(error) instanceof RangeError)) throw error;
    }
    return result.event;
  }

  /** An event that is stored, in a stream that belongs to no register: nothing less says that a majority takes writes. */
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
      deadline: Math.min(options.deadline, PROBE_MS),
      expectedRevision,
    });
    await this.connection.withTimeout(append, PROBE_MS);
  }
}

const isAt = ({ position }: RecordedEvent, place: ServerPosition): boolean =>
  position !== undefined && comparePositions({ ...position, position: null }, place) === 0;
