/**
 * Stands between the store and the connection: refuses at once while the server is away, and sees to it that whoever answers after
 * a failure has the log that was read before.
 */
import { ANY, BACKWARDS, END, FORWARDS, jsonEvent, type RecordedEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { StoreDamaged, StoreUnavailable } from '../port.js';
import { Circuit } from './circuit.js';
import type { Connection } from './connection.js';
import { conflictIn, lasting } from './faults.js';
import { comparePlaces, type Place } from './place.js';
import { readTo } from './reading.js';

/** How long a probe may take, in milliseconds. */
const PROBE_MS = 1_000;
/**
 * A log that lacks what was read from it before is another log once it has lacked it for so long: a leader that does not know yet that
 * it was deposed lacks the newest events for a moment.
 */
const STRANGE_MS = 3_000;
/** No stream has so many events. */
const NEVER = 9_007_199_254_740_991n;

export interface GuardSignals {
  /** No more reading. */
  readonly closing: AbortSignal;
  /** No more waiting for appends. */
  readonly ended: AbortSignal;
}

export class Guard {
  readonly #reads: Circuit;
  readonly #writes: Circuit;
  readonly #probeStream: string;
  /** The furthest event that this process knows to be in the log. */
  #witness: { readonly place: Place; readonly id: string } | null = null;
  /** The number of failures after which the log was found to be the same. */
  #sureAfter = 0;
  #assuring: Promise<void> | null = null;
  #strangeSince: number | null = null;
  #isOtherLog = false;
  /** The event of the write probe that is not known to be stored. */
  #probeId = randomUUID();

  /** Refuses at once after so many milliseconds without an answer; never with Infinity. */
  constructor(
    private readonly connection: Connection,
    register: string,
    silenceMs: number,
    private readonly signals: GuardSignals,
  ) {
    this.#reads = new Circuit(silenceMs, () => this.#probeReading(), signals.closing);
    this.#writes = new Circuit(silenceMs, () => this.#probeWriting(), signals.ended);
    // No register's prefix begins so, and it is no event of any register: positions are counted without it.
    this.#probeStream = `probe~${register}`;
  }

  /** Calls until it succeeds, for a bounded time and not while the server is away. */
  async read<R>(call: () => Promise<R>): Promise<R> {
    this.#checkLog();
    return this.#reads.run((opened) =>
      this.connection.persist(() => this.#assured(call), {
        heard: () => this.#reads.heard(),
        ended: [opened, this.signals.closing],
      }),
    );
  }

  /** The same for an append, which `queue` calls when it is its turn. */
  async write<R>(call: () => Promise<R>, queue: (work: () => Promise<R>) => Promise<R>): Promise<R> {
    this.#checkLog();
    return this.#writes.run((opened) =>
      queue(() =>
        this.connection.persist(() => this.#assured(call), {
          heard: () => this.#writes.heard(),
          ended: [opened, this.signals.ended],
        }),
      ),
    );
  }

  /** A part of an answer has come. */
  heard(): void {
    this.#reads.heard();
  }

  /** An event stands at a place of the log. */
  saw(place: Place, id: string): void {
    if (this.#witness === null || comparePlaces(this.#witness.place, place) < 0) this.#witness = { place, id };
  }

  /**
   * Whether an append would be accepted: one is sent that a leader must refuse for its revision, so that nothing is recorded. While
   * appends have failed since the last that succeeded, the probe tells, which has one stored for good. Throws StoreUnavailable or
   * StoreDamaged.
   */
  async checkWritable(): Promise<void> {
    this.#checkLog();
    if (this.#reads.open || this.#writes.open) throw new StoreUnavailable('the server is away');
    const ask = async (): Promise<void> => {
      const answer = this.#append(NEVER, randomUUID());
      const accepted = await answer.then(
        () => true,
        (error: unknown) => {
          if (conflictIn(error) === undefined) throw error;
          return false;
        },
      );
      if (accepted) throw new Error('the server has accepted a revision that cannot be');
    };
    // The first call after a connection was lost fails.
    await ask()
      .catch(ask)
      .catch((error: unknown) => {
        throw this.connection.noted(error) ?? new StoreUnavailable('the server takes no append', { cause: error });
      });
  }

  #checkLog(): void {
    if (this.#isOtherLog)
      throw new StoreDamaged('the server has another log than before, or has lost the end of this one');
  }

  async #assured<R>(call: () => Promise<R>): Promise<R> {
    this.#checkLog();
    if (this.#sureAfter !== this.connection.failures)
      await (this.#assuring ??= this.#assure().finally(() => (this.#assuring = null)));
    return call();
  }

  async #assure(): Promise<void> {
    const { failures } = this.connection;
    await this.#probeReading();
    this.#sureAfter = failures;
  }

  /** Reads the last event that is known, or any where none is. Throws StoreDamaged once it is clear that the log is another one. */
  async #probeReading(): Promise<void> {
    this.#checkLog();
    const witness = this.#witness;
    const found = await this.#one(witness?.place ?? null);
    if (witness === null) return;
    if (found?.id === witness.id && isAt(found, witness.place)) {
      this.#strangeSince = null;
      return;
    }
    const now = performance.now();
    this.#strangeSince ??= now;
    if (now - this.#strangeSince < STRANGE_MS) throw new Error('the log lacks what was read from it');
    this.#isOtherLog = true;
    this.#checkLog();
  }

  async #one(place: Place | null): Promise<RecordedEvent | null> {
    const { client, options } = this.connection;
    const found: { event: RecordedEvent | null } = { event: null };
    const from =
      place === null
        ? ({ direction: BACKWARDS, fromPosition: END } as const)
        : ({ direction: FORWARDS, fromPosition: { commit: place.commit, prepare: place.prepare } } as const);
    try {
      await readTo(client.readAll({ ...options, ...from, maxCount: 1 }), PROBE_MS, ({ event }) => {
        found.event = event ?? null;
        return 'enough';
      });
    } catch (error) {
      // A place that cannot be in this log.
      if (!(lasting(error) instanceof RangeError)) throw error;
    }
    return found.event;
  }

  /** An event that is stored, in a stream that belongs to no register: nothing less says that a majority takes writes. */
  async #probeWriting(): Promise<void> {
    if (this.#reads.open) throw new StoreUnavailable('the server is away');
    await this.#assured(() => this.#append(ANY, this.#probeId));
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
    await this.connection.bounded(append, PROBE_MS);
  }
}

const isAt = ({ position }: RecordedEvent, place: Place): boolean =>
  position !== undefined && comparePlaces({ ...position, position: null }, place) === 0;
