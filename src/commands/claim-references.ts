/**
 * A reference is unique within its list. One append writes one stream, so each reference is claimed in a stream of its
 * own before its case says it; whoever appends to that stream first has it.
 *
 * A claim holds while the case that it names has the reference, and in any event for CLAIM_HOLDS_MS after it was
 * recorded, in which that case must come. After that it is void: the next one to ask takes the reference over by
 * appending behind it.
 *
 * Why two cases never have one reference. A case is written only in the first half of its claim's time: an older claim
 * is renewed before, and the writer looks at the clock once more before it appends (`writeBefore`). Whoever finds a
 * claim void finds so half that time after the last moment at which its case could be written, and looks into that case
 * only then. The half is there for slow appends and for clocks that differ between instances; it covers both as long as
 * they stay below it together. A renewal and a takeover compete for the same revision of the claim's stream, so that one
 * of them loses and looks again.
 *
 * The store may record a claim with a later instant than it was given: that of the last event, where the clock is behind. The
 * writer reckons with its own, earlier one, and whoever finds the claim with the later one, so that the half only grows. Where
 * people accepted a log far in the future of the clock, claims recorded then are held until the clock has passed them.
 *
 * References are one where their folded keys are. Claims of the time before that stand in streams named by their spelling; they
 * are heeded for ever, and every new claim stands in the stream of the key.
 */
import type { CaseEvent, Reference } from '../domain/case/events.js';
import type { Clock } from '../domain/clock.js';
import type { Actor, EventWithId } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import { referenceEvents, type ReferenceEvent } from '../domain/reference/events.js';
import { hasReference, referencesOf, referenceStream, unfoldedReferenceStream } from '../domain/reference/reference.js';
import type { EventStore, NewEvent, StreamEvent } from '../event-store/port.js';
import { earlierStreams } from './earlier-claims.js';
import { newId } from './ids.js';
import { lastOf, loadStream, recordedAt } from './streams.js';

/** How long a claim holds whose case has not come: ten minutes. */
export const CLAIM_HOLDS_MS = 600_000;
const WRITE_WITHIN_MS = CLAIM_HOLDS_MS / 2;
/** Tries against others who append to the same claim; each failure means that one of them got it. */
const MAX_TRIES = 5;

export interface ClaimRequest {
  readonly caseId: string;
  /** What the case says already, and what it is about to say. */
  readonly before: readonly EventWithId<CaseEvent>[];
  readonly news: readonly EventWithId<CaseEvent>[];
  readonly actor: Actor;
  readonly correlationId: string;
}

export type Claimed =
  /** The case may say its references if it does so before this instant (milliseconds of the epoch). */
  | { readonly outcome: 'claimed'; readonly writeBefore: number }
  | { readonly outcome: 'reference-taken'; readonly list: string; readonly reference: string; readonly by: string }
  /** Others were faster every time, and it is not known who has it in the end. */
  | { readonly outcome: 'contended' };

/**
 * Claims every reference of the new events for their case. All are checked before the first is claimed, so that a taken
 * one leaves no claim behind. A reference that the case has already needs no claim: to name it again is a double report
 * that adds a source, not a collision.
 */
export const claimReferences = async (store: EventStore, clock: Clock, request: ClaimRequest): Promise<Claimed> => {
  const seen: { readonly wish: Wish; readonly last: Claim | null }[] = [];
  for (const wish of wishesOf(request)) {
    const [last = null, ...earlier] = await claimsOf(store, wish);
    for (const claim of [last, ...earlier]) {
      const taken = await takenBy(store, clock, wish, claim);
      if (taken !== null) return taken;
    }
    seen.push({ wish, last });
  }
  let writeBefore = Infinity;
  for (const { wish, last } of seen) {
    const claimed = await claim(store, clock, wish, last);
    if (claimed.outcome !== 'claimed') return claimed;
    writeBefore = Math.min(writeBefore, claimed.writeBefore);
  }
  return { outcome: 'claimed', writeBefore };
};

/** The case that holds a reference. Until the case has said it (`said`), the reference is kept for it and may yet come free. */
export interface Holder {
  readonly caseId: string;
  readonly said: boolean;
}

/**
 * Which case holds a reference now, null where none does. Read from streams alone, so it is never behind. Where two cases were given
 * spellings of one reference before references were folded, the spelling decides.
 */
export const holderOf = async (
  store: EventStore,
  clock: Clock,
  list: string,
  reference: string,
): Promise<Holder | null> => {
  const claims = (await claimsOf(store, { list, reference })).filter((claim) => claim !== null);
  const spelt = claims.filter(({ event }) => event.reference === reference);
  for (const claim of new Set([...spelt, ...claims])) {
    const held = await holder(store, clock, claim);
    if (held !== null) return held;
  }
  return null;
};

/** The claim that counts in the stream of a reference's key, and those that count in the streams of its spellings. */
const claimsOf = async (store: EventStore, reference: Reference): Promise<readonly (Claim | null)[]> => {
  const stream = referenceStream(reference);
  const streams = new Set([stream, unfoldedReferenceStream(reference), ...(await earlierStreams(store, stream))]);
  return Promise.all([...streams].map((one) => claimIn(store, one)));
};

/** A reference that a case wants, and the event that says it. */
interface Wish extends Reference, Omit<ClaimRequest, 'before' | 'news'> {
  readonly stream: string;
  readonly eventId: string;
}

/**
 * Each wanted reference once, less those that the case has. In the order of their streams: two who want the same two
 * begin with the same one, so that one of them gets both.
 */
const wishesOf = ({ before, news, ...request }: ClaimRequest): readonly Wish[] => {
  const said = before.map((b) => b.event);
  const wishes = new Map<string, Wish>();
  for (const { id, event } of news)
    for (const reference of referencesOf(event)) {
      const stream = referenceStream(reference);
      if (!wishes.has(stream) && !hasReference(said, reference))
        wishes.set(stream, { ...request, ...reference, stream, eventId: id });
    }
  return [...wishes.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
};

type Claim = StreamEvent & { readonly event: ReferenceEvent };

/** The claim that counts: the last of its stream. */
const claimIn = async (store: EventStore, stream: string): Promise<Claim | null> =>
  (await lastOf(store, stream)) as Claim | null;

const ageOf = (clock: Clock, { recordedAt }: Claim): number => clock.now().getTime() - Date.parse(recordedAt);

/** Looks at the clock first and into the case after: see above. */
const holder = async (store: EventStore, clock: Clock, last: Claim): Promise<Holder | null> => {
  const { caseId } = last.event;
  const kept = ageOf(clock, last) < CLAIM_HOLDS_MS;
  const events = await loadStream(store, streamName('case', caseId));
  const said = hasReference(
    events.map((e) => e.event),
    last.event,
  );
  return said || kept ? { caseId, said } : null;
};

const takenBy = async (store: EventStore, clock: Clock, wish: Wish, last: Claim | null): Promise<Claimed | null> => {
  if (last === null || last.event.caseId === wish.caseId) return null;
  const held = await holder(store, clock, last);
  const { list, reference } = wish;
  return held === null ? null : { outcome: 'reference-taken', list, reference, by: held.caseId };
};

/** Makes, finds, renews or takes over the claim, beginning from the one last seen, which was not somebody else's. */
const claim = async (store: EventStore, clock: Clock, wish: Wish, seen: Claim | null): Promise<Claimed> => {
  let last = seen;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const taken = await takenBy(store, clock, wish, last);
    if (taken !== null) return taken;
    if (last?.event.caseId === wish.caseId && ageOf(clock, last) < WRITE_WITHIN_MS) return claimed(last.recordedAt);
    const event = claimEvent(wish, recordedAt(clock.now(), last));
    const appended = await store.append(wish.stream, last?.revision ?? 'no-stream', [event]);
    if (appended.outcome === 'appended') return claimed(event.recordedAt);
    last = await claimIn(store, wish.stream);
  }
  return { outcome: 'contended' };
};

const claimed = (at: string): Claimed => ({ outcome: 'claimed', writeBefore: Date.parse(at) + WRITE_WITHIN_MS });

/** The sources of the event stay with the case: they may name people, and the claim is the register's own doing. */
const claimEvent = ({ list, reference, caseId, eventId, actor, correlationId }: Wish, at: string): NewEvent => ({
  id: newId(),
  event: {
    type: 'reference-claimed',
    list,
    reference,
    caseId,
    sources: [{ kind: 'other', citation: 'The register itself, before the case says its reference.' }],
    reliability: 'reported',
  },
  schemaVersion: referenceEvents['reference-claimed'].version,
  recordedAt: at,
  actor,
  acknowledged: [],
  raised: [],
  correlationId,
  causationId: eventId,
});
