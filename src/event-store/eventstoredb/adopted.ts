/**
 * The leaf hashes of adopted events on a server. They are in a stream outside of the register, so that they do not count as events of the
 * log, and can be erased apart from it. The event of revision n there holds those of the n-th ADOPTED_TOGETHER positions, counted from 0.
 */
import { ErrorType, FORWARDS, jsonEvent, NO_STREAM, type RecordedEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { ADOPTED_TOGETHER, StoreDamaged, StoreUnavailable, type AdoptedLeaf, type StoredEvent } from '../port.js';
import type { Connection } from './connection.js';
import { consumeRead } from './consume-read.js';
import { conflictRevision, isClientError } from './faults.js';
import type { ResilientConnection } from './resilient-connection.js';

type AdoptedPage = readonly AdoptedLeaf[];

export class AdoptedLeafStore {
  readonly #stream: string;
  /** Cache: the page read last. Readers go through the log in order, so the next leaf hash is mostly on the same page. */
  #last: { readonly revision: number; readonly page: AdoptedPage } | null = null;

  /** No register's name has a `~`, so the stream belongs to none, and its events do not count as positions. */
  constructor(
    private readonly connection: Connection,
    private readonly guard: ResilientConnection,
    register: string,
  ) {
    this.#stream = `adopted~${register}`;
  }

  /** See EventStore.adopt. */
  async writePage(after: number, leaves: AdoptedPage): Promise<void> {
    const revision = after / ADOPTED_TOGETHER;
    const kept = await this.#page(revision);
    if (kept.length > 0) {
      if (leaves.some(({ leaf }, at) => leaf !== kept[at]?.leaf))
        throw new StoreDamaged(`positions ${after + 1} and following: they were adopted with other leaf hashes`);
      return;
    }
    const { client, options } = this.connection;
    const event = jsonEvent({ id: randomUUID(), type: 'leaves-adopted', data: { leaves } });
    const expectedRevision = revision === 0 ? NO_STREAM : BigInt(revision - 1);
    // With the same event id, a repeat after a lost answer gets the first result.
    const append = async (): Promise<void> => {
      const call = client.appendToStream(this.#stream, event, { ...options, expectedRevision });
      await this.connection.withTimeout(call).catch((error: unknown) => {
        if (conflictRevision(error) === undefined) throw error;
        throw new StoreUnavailable('others adopt the log at the same time', { cause: error });
      });
    };
    await this.guard.write(append, (work) => work());
  }

  /** Returns the events, with leaf hash and commitment added to those that were adopted. */
  async addLeavesTo(events: readonly StoredEvent[]): Promise<readonly StoredEvent[]> {
    const complete: StoredEvent[] = [];
    for (const event of events) {
      const adopted = event.leaf === null ? await this.#leafAt(event.position) : undefined;
      if (adopted === undefined) complete.push(event);
      else {
        const { leaf, commitment, salt } = adopted;
        complete.push({ ...event, leaf, adopted: { commitment, salt } });
      }
    }
    return complete;
  }

  async #leafAt(position: number): Promise<AdoptedLeaf | undefined> {
    const revision = Math.floor((position - 1) / ADOPTED_TOGETHER);
    return (await this.#page(revision))[(position - 1) % ADOPTED_TOGETHER];
  }

  /** The leaf hashes in the event of a revision of this stream; empty if there is no such event. */
  async #page(revision: number): Promise<AdoptedPage> {
    if (this.#last?.revision === revision) return this.#last.page;
    const page = await this.guard.read(() => this.#read(revision));
    if (page.length > 0) this.#last = { revision, page };
    return page;
  }

  async #read(revision: number): Promise<AdoptedPage> {
    const { client, options, callAttemptTimeoutMs } = this.connection;
    const pages: AdoptedPage[] = [];
    const from = { fromRevision: BigInt(revision), maxCount: 1, direction: FORWARDS } as const;
    try {
      await consumeRead(client.readStream(this.#stream, { ...options, ...from }), callAttemptTimeoutMs, ({ event }) => {
        if (event !== undefined && Number(event.revision) === revision) pages.push(leavesOf(event));
        return 'enough';
      });
    } catch (error) {
      if (!isClientError(error, ErrorType.STREAM_NOT_FOUND)) throw error;
    }
    return pages[0] ?? [];
  }
}

/** The leaf hashes in an event of the stream. Not validated here: `verifyRecord` checks them against the adopted events. */
const leavesOf = ({ data }: RecordedEvent): AdoptedPage => {
  const { leaves } = data as { readonly leaves?: unknown };
  if (!Array.isArray(leaves)) throw new StoreDamaged('the adopted leaf hashes have another shape');
  return leaves as AdoptedPage;
};
