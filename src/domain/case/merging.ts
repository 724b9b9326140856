/** Merging two cases of one person: into which case a case is merged, and what makes a merge impossible. */
import type { EventWithId, Finding } from '../event.js';
import type { CaseEvent } from './events.js';
import { finding } from './findings.js';

type Events = readonly EventWithId<CaseEvent>[];

/** The most cases of one chain, and the most that one case absorbs: more are no homonyms but a mistake. */
export const MAX_MERGED_CASES = 50;

/** The case that a case is merged into, by the events of its own stream; null where it stands for itself. */
export const mergedInto = (events: Events): string | null => {
  const last = events.findLast(({ event }) => event.type === 'merged' || event.type === 'unmerged')?.event;
  return last?.type === 'merged' ? last.into : null;
};

/** Other cases, as far as the findings of merges depend on them. */
export interface MergeData {
  /** The case whose events are decided on. */
  readonly caseId: string;
  /**
   * For each `into` and `from` of the new events, and for the case that this one is merged into if a new event is `distinguished`: that case,
   * the case that it is merged into, and so on to the one that stands for itself. No entry: there is no such case.
   */
  readonly survivorChains: ReadonlyMap<string, readonly string[]>;
  /** How many cases are merged into this one and into the last of each chain together. */
  readonly absorbed: number;
}

/**
 * The findings of the new `merged`, `unmerged` and `distinguished` events of a case. A merge and its undoing are judged after the new events
 * before them, a distinction after all new events, so that its place among them makes no difference.
 */
export const mergeFindings = (history: Events, newEvents: Events, data: MergeData): readonly Finding[] => {
  const mergedAfter = (count: number): string | null => mergedInto([...history, ...newEvents.slice(0, count)]);
  return newEvents.flatMap(({ id, event }, index) => {
    switch (event.type) {
      case 'unmerged':
        return mergedAfter(index) === null ? [finding('CASE.NOT_MERGED', id)] : [];
      case 'distinguished':
        return impossibleDistinction(id, event.from, ownChainOf(mergedAfter(newEvents.length), data), data);
      case 'merged':
        return mergedAfter(index) === null
          ? impossibleMerge(id, event.into, data)
          : [finding('CASE.ALREADY_MERGED', id)];
      default:
        return [];
    }
  });
};

/** The case itself, the case that it is merged into after the new events, and so on. */
const ownChainOf = (into: string | null, { caseId, survivorChains }: MergeData): readonly string[] =>
  into === null ? [caseId] : [caseId, into, ...(survivorChains.get(into) ?? [])];

const impossibleMerge = (
  id: string,
  into: string,
  { caseId, survivorChains, absorbed }: MergeData,
): readonly Finding[] => {
  const chain = survivorChains.get(into);
  if (into === caseId) return [finding('CASE.MERGED_WITH_ITSELF', id)];
  if (chain === undefined) return [finding('CASE.MERGE_UNKNOWN', id)];
  if (chain.includes(caseId)) return [finding('CASE.MERGE_CIRCLE', id)];
  return chain.length + absorbed >= MAX_MERGED_CASES ? [finding('CASE.MERGED_TOO_OFTEN', id)] : [];
};

/** Two cases whose survivorChains meet are one case, or become one by the new events; so they cannot be told apart. */
const impossibleDistinction = (
  id: string,
  from: string,
  ownChain: readonly string[],
  { survivorChains }: MergeData,
): readonly Finding[] => {
  const chain = survivorChains.get(from) ?? [];
  if ([from, ...chain].some((caseId) => ownChain.includes(caseId)))
    return [finding('CASE.DISTINGUISHED_FROM_ITSELF', id)];
  return chain.length === 0 ? [finding('CASE.DISTINGUISHED_UNKNOWN', id)] : [];
};
