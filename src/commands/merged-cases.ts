/** The cases that a case is decided together with: those merged into it, and those that it would be merged into. */
import type { CaseEvent } from '../domain/case/events.js';
import { MAX_MERGED_CASES, mergeTargetOf, type MergeData } from '../domain/case/merging.js';
import type { EventWithId } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import type { EventStore, StreamEvent } from '../event-store/port.js';
import { loadStream } from './streams.js';

/**
 * Finds the cases that are merged into a case, directly and through others. A stream says only what its own case is merged into, so
 * the read models implement this port; they may lag behind the log.
 */
export interface MergedCases {
  /** Ids, in no order. Rejects, or resolves to an empty list, while the read models are not available. */
  absorbedInto(caseId: string): Promise<readonly string[]>;
}

/** Injection token of MergedCases. */
export const MERGED_CASES = Symbol('MergedCases');

export const NO_MERGED_CASES: MergedCases = { absorbedInto: () => Promise.resolve([]) };

/** The stream of a case, with its events in order of recording. */
export interface CaseStreamEvents {
  readonly caseId: string;
  readonly events: readonly StreamEvent[];
}

/**
 * The streams of the cases that are merged into a case: those that the read models name, if the last merges in the streams confirm
 * it. Empty where the read models do not answer: the case is then decided on by its own events, as if nothing were merged.
 */
export const loadAbsorbedStreams = async (
  store: EventStore,
  mergedCases: MergedCases,
  caseId: string,
): Promise<readonly CaseStreamEvents[]> => {
  const ids = await mergedCases.absorbedInto(caseId).catch((): readonly string[] => []);
  const streams = await Promise.all(
    ids.slice(0, MAX_MERGED_CASES).map(async (id) => ({ caseId: id, events: await loadCase(store, id) })),
  );
  const into = new Map(streams.map(({ caseId: id, events }) => [id, mergeTargetOf(events as CaseEvents)]));
  return streams.filter(({ caseId: id }) => mergesLeadTo(caseId, id, into));
};

/** Whether `from` is merged into `caseId`, directly or through others. `into`: what each case is merged into. */
const mergesLeadTo = (caseId: string, from: string, into: ReadonlyMap<string, string | null>): boolean => {
  let next: string | null = from;
  for (let steps = 0; next !== null && next !== caseId && steps <= into.size; steps += 1) next = into.get(next) ?? null;
  return next === caseId;
};

type CaseEvents = readonly EventWithId<CaseEvent>[];

const loadCase = (store: EventStore, id: string): Promise<readonly StreamEvent[]> =>
  loadStream(store, streamName('case', id));

/**
 * Loads the data about other cases that `mergeFindings` needs: from streams, except `absorbed`, which the read models
 * answer.
 */
export const loadMergeData = async (
  store: EventStore,
  mergedCases: MergedCases,
  { caseId, events: history }: { readonly caseId: string; readonly events: CaseEvents },
  newEvents: CaseEvents,
): Promise<MergeData> => {
  const survivorChains = new Map<string, readonly string[]>();
  const addChain = async (other: string): Promise<readonly string[]> => {
    const chain = survivorChains.get(other) ?? (await loadMergeChain(store, other));
    if (chain.length > 0) survivorChains.set(other, chain);
    return chain;
  };
  const absorbed = new Set<string>();
  for (const { event } of newEvents) {
    if (event.type === 'distinguished') {
      await addChain(event.from);
      const into = mergeTargetOf(history);
      if (into !== null) await addChain(into);
    }
    if (event.type !== 'merged') continue;
    const chain = await addChain(event.into);
    for (const id of [caseId, chain.at(-1) ?? caseId])
      for (const absorbedId of await mergedCases.absorbedInto(id).catch(() => [])) absorbed.add(absorbedId);
  }
  return { caseId, survivorChains, absorbedCaseCount: absorbed.size };
};

/** A case and those that it is merged into, one after the other, at most MAX_MERGED_CASES; empty where there is no such case. */
export const loadMergeChain = async (store: EventStore, caseId: string): Promise<readonly string[]> => {
  const chain: string[] = [];
  for (let next: string | null = caseId; next !== null && chain.length < MAX_MERGED_CASES && !chain.includes(next);) {
    const events = await loadCase(store, next);
    if (events.length === 0) break;
    chain.push(next);
    next = mergeTargetOf(events as CaseEvents);
  }
  return chain;
};
