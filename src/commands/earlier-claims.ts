/**
 * Claims of the time before references were folded. A claim then stood in a stream named by its spelling, as it was given; today it
 * stands in the stream of its folded key. A spelling that is its own key (`AZ-0137`) has one stream for both. The others are looked up
 * in the log once a process, at the first claim or lookup: no build that folds adds to them.
 */
import { referenceStream } from '../domain/reference/reference.js';
import type { EventStore } from '../event-store/port.js';

/** Stream of the folded key → streams of other spellings. */
type EarlierClaims = ReadonlyMap<string, ReadonlySet<string>>;

/** A log belongs to a store, and several handlers share one. */
const scans = new WeakMap<EventStore, Promise<EarlierClaims>>();

/** The streams of other spellings in which the reference of a folded stream was claimed. */
export const earlierStreams = async (store: EventStore, stream: string): Promise<readonly string[]> => {
  let scan = scans.get(store);
  if (scan === undefined) {
    scan = scanLog(store);
    scans.set(store, scan);
    // The next one to ask tries again.
    scan.catch(() => scans.delete(store));
  }
  return [...((await scan).get(stream) ?? [])];
};

/** Events that are read at once; others have their turn in between. */
const PAGE = 1_000;

const scanLog = async (store: EventStore): Promise<EarlierClaims> => {
  const found = new Map<string, Set<string>>();
  let page = await store.read(null, PAGE);
  while (page.length > 0) {
    for (const { event, stream } of page) {
      if (event.type !== 'reference-claimed') continue;
      const folded = referenceStream(event);
      if (folded === stream) continue;
      const others = found.get(folded) ?? new Set();
      found.set(folded, others.add(stream));
    }
    page = await store.read(page.at(-1)?.cursor ?? null, PAGE);
  }
  return found;
};
