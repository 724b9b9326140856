/**
 * Adopts events that were recorded before leaf hashes existed: gives them leaf hashes, so that the log can be signed.
 * Stored events never change, so these hashes are kept beside the log. An event records how many were adopted, when and
 * by whom, and their root, which reveals later changes of the kept hashes.
 */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import { LOG_STREAM_ID, logEvents, type LogStreamEvent } from '../domain/log/events.js';
import { createAdoptedLeaf } from '../event-store/codec.js';
import { readStoredLog } from '../event-store/copy.js';
import {
  ADOPTED_TOGETHER,
  MAX_READ,
  StoreDamaged,
  StoreUnavailable,
  type AdoptedLeaf,
  type EventStore,
  type NewEvent,
  type StoredEvent,
} from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { TreeRootBuilder } from './merkle.js';

export const LOG_STREAM = streamName('log', LOG_STREAM_ID);

/** The operator who decides something about the log, and the time of the decision. */
export interface OperatorDecision {
  readonly actor: Actor;
  readonly decidedAt: Date;
}

export interface Adoption {
  /** Events without a leaf hash of their own. */
  readonly events: number;
  /** Whether nothing was recorded: the log already had the event that records the adoption, or there was nothing to adopt. */
  readonly isRepeated: boolean;
}

/**
 * Adopts the events before the first one with a leaf hash of its own. Resumes where it was interrupted; events adopted
 * before keep their hashes. Throws StoreDamaged for an event that cannot be read, or has changed since it was adopted.
 */
export const adoptLog = async (store: EventStore, decision: OperatorDecision, job: JobContext): Promise<Adoption> => {
  const tree = new TreeRootBuilder();
  let page: AdoptedLeaf[] = [];
  const writePage = async (): Promise<void> => {
    if (page.length > 0) await store.adopt(tree.size - page.length, page);
    page = [];
  };
  for await (const event of eventsWithoutOwnLeafHash(store)) {
    job.signal.throwIfAborted();
    const adopted = adoptedLeafOf(event);
    tree.add(Buffer.from(adopted.leaf, 'base64'));
    if (page.push(adopted) < ADOPTED_TOGETHER) continue;
    await writePage();
    job.onProgress({ stage: 'events adopted', done: tree.size, total: null });
  }
  await writePage();
  const { size: events } = tree;
  if (events === 0) return { events, isRepeated: true };
  const root = tree.root().toString('base64');
  return { events, isRepeated: !(await recordAdoption(store, { events, root }, decision)) };
};

/** Events up to the first one that has a leaf hash of its own. */
async function* eventsWithoutOwnLeafHash(store: EventStore): AsyncGenerator<StoredEvent> {
  for await (const batch of readStoredLog(store))
    for (const event of batch) {
      if (event.leaf !== null && event.adopted === undefined) return;
      yield event;
    }
}

const adoptedLeafOf = (event: StoredEvent): AdoptedLeaf =>
  event.adopted !== undefined && event.leaf !== null
    ? { ...event.adopted, leaf: event.leaf }
    : createAdoptedLeaf(event, event);

/** Records the adoption in the log. Returns false if it is recorded there already; throws StoreDamaged if another one is. */
const recordAdoption = async (
  store: EventStore,
  { events, root }: { readonly events: number; readonly root: string },
  decision: OperatorDecision,
): Promise<boolean> => {
  const recorded = (await store.readStream(LOG_STREAM, -1, MAX_READ)).find(({ event }) => event.type === 'log-adopted');
  if (recorded?.event.type === 'log-adopted') {
    if (recorded.event.events === events && recorded.event.root === root) return false;
    throw new StoreDamaged(`positions 1 to ${events}: they are not those that were adopted`);
  }
  await recordInLogStream(store, { type: 'log-adopted', ...UNSOURCED, events, root }, decision);
  return true;
};

/** Sources and reliability of events about the log itself, whose only source is the operator. */
export const UNSOURCED = { sources: [], reliability: 'verified' } as const;

/** Appends an event about the log itself. Throws errors of the store, and StoreUnavailable if others append one at the same time. */
export const recordInLogStream = async (
  store: EventStore,
  event: LogStreamEvent,
  { actor, decidedAt }: OperatorDecision,
): Promise<void> => {
  const recorded = await store.readStream(LOG_STREAM, -1, MAX_READ);
  const newEvent: NewEvent = {
    id: randomUUID(),
    recordedAt: decidedAt.toISOString(),
    schemaVersion: logEvents[event.type].version,
    actor,
    acknowledged: [],
    raised: [],
    correlationId: randomUUID(),
    causationId: null,
    event,
  };
  const expected = recorded.at(-1)?.revision ?? 'no-stream';
  const { outcome } = await store.append(LOG_STREAM, expected, [newEvent]);
  if (outcome === 'conflict') throw new StoreUnavailable('others decide about the log at the same time');
};
