/**
 * Makes references unique within their list. One append writes one stream, so a reference is first claimed in a stream of its own;
 * whoever appends to that stream first has it.
 *
 * A claim is a lease. The case of the last claim in the stream has the reference if one of its events records it, or else until
 * the lease ends; after that, another case may take it over by appending its own claim.
 *
 *     claimed                T/2                    T = REFERENCE_LEASE_MS
 *        |--------------------|----------------------|-------------->
 *        | its case may be    | its case may not be  | another case may take the
 *        | written            | written; renew first | reference over, if the case
 *        |                    |                      | has not recorded it
 *
 * No two cases get one reference: between the last moment at which the owner may write (T/2, checked again just before the append:
 * `writeBefore`) and the first at which another case looks whether it did (T) lies half a lease. It covers slow appends plus clock
 * differences between instances, as long as their sum is below it. A renewal and a takeover append at the same revision, so one of
 * them conflicts and starts again.
 *
 * A store whose clock is behind records a claim with the instant of the last event, later than the one it was given. The owner counts
 * from the earlier instant or from the same one as others, so the gap never shrinks. If operators accepted events recorded ahead of the
 * clock (HABEAS_ACCEPT_CLOCK), claims among them expire only when the clock is a lease past their `recordedAt`.
 *
 * A correction or retraction that takes a reference from its case frees it: once the lease is over, another case may have it. One
 * that gives a reference back claims it anew.
 *
 * References are equal if their folded keys (`foldedKey`: case, dashes, spaces ignored) are. Old versions did not fold, and named the
 * stream by the spelling; such streams are still read, and new claims are always written to the stream of the key.
 */
import type { CaseEvent, Reference } from '../domain/case/events.js';
import type { Clock } from '../domain/clock.js';
import { eventsAsTheyStand } from '../domain/corrections.js';
import type { Actor, EventWithId } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import { referenceEvents, type ReferenceEvent } from '../domain/reference/events.js';
import {
  hasReference,
  referenceId,
  referencesOf,
  referenceStreamName,
  unfoldedReferenceStreamName,
} from '../domain/reference/reference.js';
import type { EventStore, NewEvent, StreamEvent } from '../event-store/port.js';
import { newId } from './ids.js';
import { lastEventOf, loadStream, nextRecordedAt } from './streams.js';
import { claimStreamsOfOtherSpellings } from './unfolded-claims.js';

/** The length of a lease: ten minutes. */
export const REFERENCE_LEASE_MS = 600_000;
const WRITE_WINDOW_MS = REFERENCE_LEASE_MS / 2;
/**
 * Attempts to append a claim. After a conflict the last claim is read again: it may be another case's, our own, or one that can be taken
 * over.
 */
const MAX_CLAIM_ATTEMPTS = 5;

export interface ReferenceClaimRequest {
  readonly caseId: string;
  readonly history: readonly EventWithId<CaseEvent>[];
  readonly newEvents: readonly EventWithId<CaseEvent>[];
  readonly actor: Actor;
  readonly correlationId: string;
}

export type ReferenceClaimResult =
  /** The new events may be appended before this instant (milliseconds since the epoch). */
  | { readonly outcome: 'claimed'; readonly writeBefore: number }
  | { readonly outcome: 'reference-taken'; readonly list: string; readonly reference: string; readonly by: string }
  /** Every attempt conflicted; which case has the reference is not known yet. */
  | { readonly outcome: 'contended' };

/**
 * Claims every reference of the new events for their case. All are checked before the first is claimed, so that a taken one leaves
 * no claim behind, unless it is taken in between. References that the case already has need no claim: reporting one again only adds a
 * source.
 */
export const claimReferences = async (
  store: EventStore,
  clock: Clock,
  request: ReferenceClaimRequest,
): Promise<ReferenceClaimResult> => {
  const checked: { readonly wanted: ReferenceToClaim; readonly lastClaim: ReferenceClaim | null }[] = [];
  for (const wanted of referencesToClaim(request)) {
    const [lastClaim = null, ...unfolded] = await lastClaimsOf(store, wanted);
    for (const claim of [lastClaim, ...unfolded]) {
      const taken = await resultIfTaken(store, clock, wanted, claim);
      if (taken !== null) return taken;
    }
    checked.push({ wanted, lastClaim });
  }
  let writeBefore = Infinity;
  for (const { wanted, lastClaim } of checked) {
    const result = await claimReference(store, clock, wanted, lastClaim);
    if (result.outcome !== 'claimed') return result;
    writeBefore = Math.min(writeBefore, result.writeBefore);
  }
  return { outcome: 'claimed', writeBefore };
};

export interface ReferenceHolder {
  readonly caseId: string;
  /** Whether an event of the case, as it stands, records the reference; if not, the case holds it by its lease only. */
  readonly isRecorded: boolean;
}

/**
 * Which case holds a reference now, null where none does. Reads streams only, so it never lags behind. Two cases may have been given
 * spellings of one reference before references were folded; then the exact spelling wins.
 */
export const findReferenceHolder = async (
  store: EventStore,
  clock: Clock,
  list: string,
  reference: string,
): Promise<ReferenceHolder | null> => {
  const claims = (await lastClaimsOf(store, { list, reference })).filter((claim) => claim !== null);
  const sameSpelling = claims.filter(({ event }) => event.reference === reference);
  for (const claim of new Set([...sameSpelling, ...claims])) {
    const holder = await holderByClaim(store, clock, claim);
    if (holder !== null) return holder;
  }
  return null;
};

/** The last claim in the stream of a reference's key, then those in the streams of its spellings. */
const lastClaimsOf = async (store: EventStore, reference: Reference): Promise<readonly (ReferenceClaim | null)[]> => {
  const stream = referenceStreamName(reference);
  const streams = new Set([
    stream,
    unfoldedReferenceStreamName(reference),
    ...(await claimStreamsOfOtherSpellings(store, stream)),
  ]);
  return Promise.all([...streams].map((name) => lastClaimIn(store, name)));
};

/** A reference to claim, and the event that names it. */
interface ReferenceToClaim extends Reference, Omit<ReferenceClaimRequest, 'history' | 'newEvents'> {
  readonly stream: string;
  readonly eventId: string;
}

/**
 * The references that the new events, amendments applied, add to those of the case. Sorted by stream, so that two requests
 * for the same two references start with the same one and one of them gets both.
 */
const referencesToClaim = ({ history, newEvents, ...request }: ReferenceClaimRequest): readonly ReferenceToClaim[] => {
  const earlier = new Set(eventsAsTheyStand(history).flatMap(({ event }) => referencesOf(event).map(referenceId)));
  const newIds = new Set(newEvents.map(({ id }) => id));
  const wanted = new Map<string, ReferenceToClaim>();
  for (const { id, event } of eventsAsTheyStand([...history, ...newEvents]))
    for (const reference of referencesOf(event)) {
      if (earlier.has(referenceId(reference))) continue;
      const stream = referenceStreamName(reference);
      if (wanted.has(stream)) continue;
      // An earlier event gains a reference only by an amendment among the new events, so the claim names the first of these.
      const eventId = newIds.has(id) ? id : (newEvents[0]?.id ?? id);
      wanted.set(stream, { ...request, ...reference, stream, eventId });
    }
  return [...wanted.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
};

type ReferenceClaim = StreamEvent & { readonly event: ReferenceEvent };

const lastClaimIn = async (store: EventStore, stream: string): Promise<ReferenceClaim | null> =>
  (await lastEventOf(store, stream)) as ReferenceClaim | null;

const claimAgeMs = (clock: Clock, { recordedAt }: ReferenceClaim): number =>
  clock.now().getTime() - Date.parse(recordedAt);

/**
 * The holder of a reference by this claim; null if the lease is over and its case did not record it. Reads the clock before the case,
 * so that the owner cannot record the reference in between unseen.
 */
const holderByClaim = async (
  store: EventStore,
  clock: Clock,
  claim: ReferenceClaim,
): Promise<ReferenceHolder | null> => {
  const { caseId } = claim.event;
  const isLeased = claimAgeMs(clock, claim) < REFERENCE_LEASE_MS;
  const events = await loadStream(store, streamName('case', caseId));
  const isRecorded = hasReference(
    eventsAsTheyStand(events).map(({ event }) => event),
    claim.event,
  );
  return isRecorded || isLeased ? { caseId, isRecorded } : null;
};

const resultIfTaken = async (
  store: EventStore,
  clock: Clock,
  wanted: ReferenceToClaim,
  claim: ReferenceClaim | null,
): Promise<ReferenceClaimResult | null> => {
  if (claim === null || claim.event.caseId === wanted.caseId) return null;
  const holder = await holderByClaim(store, clock, claim);
  const { list, reference } = wanted;
  return holder === null ? null : { outcome: 'reference-taken', list, reference, by: holder.caseId };
};

/** Makes, reuses, renews or takes over a claim. `lastClaim` is the last one read from the stream. */
const claimReference = async (
  store: EventStore,
  clock: Clock,
  wanted: ReferenceToClaim,
  lastClaim: ReferenceClaim | null,
): Promise<ReferenceClaimResult> => {
  let last = lastClaim;
  for (let attempt = 0; attempt < MAX_CLAIM_ATTEMPTS; attempt += 1) {
    const taken = await resultIfTaken(store, clock, wanted, last);
    if (taken !== null) return taken;
    if (last?.event.caseId === wanted.caseId && claimAgeMs(clock, last) < WRITE_WINDOW_MS)
      return claimResultFrom(last.recordedAt);
    const event = newClaimEvent(wanted, nextRecordedAt(clock.now(), last));
    const appended = await store.append(wanted.stream, last?.revision ?? 'no-stream', [event]);
    if (appended.outcome === 'appended') return claimResultFrom(event.recordedAt);
    last = await lastClaimIn(store, wanted.stream);
  }
  return { outcome: 'contended' };
};

const claimResultFrom = (recordedAt: string): ReferenceClaimResult => ({
  outcome: 'claimed',
  writeBefore: Date.parse(recordedAt) + WRITE_WINDOW_MS,
});

/** The sources of the case's event are not copied: they may name people. */
const newClaimEvent = (
  { list, reference, caseId, eventId, actor, correlationId }: ReferenceToClaim,
  recordedAt: string,
): NewEvent => ({
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
  recordedAt,
  actor,
  acknowledged: [],
  raised: [],
  correlationId,
  causationId: eventId,
});
