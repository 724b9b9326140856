/**
 * Finds reference claims made before references were folded. Their stream was named by the reference as spelt; now it is named by
 * the folded key. Where a spelling equals its key (`AZ-0137`), both are the same stream. The other streams are found by scanning the
 * log once per process; the result stays valid, since new claims are never written to such streams.
 */
import { referenceStreamName } from '../domain/reference/reference.js';
import type { EventStore } from '../event-store/port.js';

/** Stream of the folded key → streams of other spellings. */
type StreamsOfOtherSpellingsByStream = ReadonlyMap<string, ReadonlySet<string>>;

/** The scan of the log of each store, shared by all handlers that use the store. */
const unfoldedReferenceStreamsByStore = new WeakMap<EventStore, Promise<StreamsOfOtherSpellingsByStream>>();

/** The old streams, named by other spellings, in which the reference of `stream` (named by the folded key) was claimed. */
export const claimStreamsOfOtherSpellings = async (store: EventStore, stream: string): Promise<readonly string[]> => {
  let scan = unfoldedReferenceStreamsByStore.get(store);
  if (scan === undefined) {
    scan = findUnfoldedReferenceStreams(store);
    unfoldedReferenceStreamsByStore.set(store, scan);
    // A failed scan is not cached.
    scan.catch(() => unfoldedReferenceStreamsByStore.delete(store));
  }
  return [...((await scan).get(stream) ?? [])];
};

const SCAN_PAGE_SIZE = 1_000;

const findUnfoldedReferenceStreams = async (store: EventStore): Promise<StreamsOfOtherSpellingsByStream> => {
  const streams = new Map<string, Set<string>>();
  let page = await store.read(null, SCAN_PAGE_SIZE);
  while (page.length > 0) {
    for (const { event, stream } of page) {
      if (event.type !== 'reference-claimed') continue;
      const folded = referenceStreamName(event);
      if (folded === stream) continue;
      const spellings = streams.get(folded) ?? new Set();
      streams.set(folded, spellings.add(stream));
    }
    page = await store.read(page.at(-1)?.cursor ?? null, SCAN_PAGE_SIZE);
  }
  return streams;
};
