/** Merging two cases of one person: into which case a case is merged, and what makes a merge impossible. */
import type { EventWithId, Finding } from '../event.js';
import type { CaseEvent } from './events.js';
import { finding } from './findings.js';

type Events = readonly EventWithId<CaseEvent>[];

/** The most cases that may be merged, directly or through others, into one: more can only be a mistake. */
export const MAX_MERGED_CASES = 50;

/** The id of the case that a case is merged into, by the events of its own stream; null if it is not merged. */
export const mergeTargetOf = (events: Events): string | null => {
  const last = events.findLast(({ event }) => event.type === 'merged' || event.type === 'unmerged')?.event;
  return last?.type === 'merged' ? last.into : null;
};

/** The data about other cases that the findings of merges depend on. */
export interface MergeData {
  /** The case whose events are decided on. */
  readonly caseId: string;
  /**
   * By case id: the case, the case that it is merged into, and so on to one that is not merged. Has each existing case that `into` or
   * `from` of a new event names and, if a new event is `distinguished`, the case that this one is merged into.
   */
  readonly survivorChains: ReadonlyMap<string, readonly string[]>;
  /** How many cases are already merged into this case or into the last case of a survivor chain. */
  readonly absorbedCaseCount: number;
}

/**
 * The findings of the new `merged`, `unmerged` and `distinguished` events of a case. `merged` and `unmerged` are judged by the
 * events before them, `distinguished` by all new events, so that its place among them makes no difference.
 */
export const mergeFindings = (history: Events, newEvents: Events, data: MergeData): readonly Finding[] => {
  const mergedAfter = (count: number): string | null => mergeTargetOf([...history, ...newEvents.slice(0, count)]);
  return newEvents.flatMap(({ id, event }, index) => {
    switch (event.type) {
      case 'unmerged':
        return mergedAfter(index) === null ? [finding('CASE.NOT_MERGED', id)] : [];
      case 'distinguished':
        return impossibleDistinctionFindings(id, event.from, ownChainOf(mergedAfter(newEvents.length), data), data);
      case 'merged':
        return mergedAfter(index) === null
          ? impossibleMergeFindings(id, event.into, data)
          : [finding('CASE.ALREADY_MERGED', id)];
      default:
        return [];
    }
  });
};

/** The case itself, the case that it is merged into after the new events, and so on. */
const ownChainOf = (into: string | null, { caseId, survivorChains }: MergeData): readonly string[] =>
  into === null ? [caseId] : [caseId, into, ...(survivorChains.get(into) ?? [])];

const impossibleMergeFindings = (
  id: string,
  into: string,
  { caseId, survivorChains, absorbedCaseCount }: MergeData,
): readonly Finding[] => {
  const chain = survivorChains.get(into);
  if (into === caseId) return [finding('CASE.MERGED_WITH_ITSELF', id)];
  if (chain === undefined) return [finding('CASE.MERGE_UNKNOWN', id)];
  if (chain.includes(caseId)) return [finding('CASE.MERGE_CIRCLE', id)];
  return chain.length + absorbedCaseCount >= MAX_MERGED_CASES ? [finding('CASE.MERGED_TOO_OFTEN', id)] : [];
};

/** Refuses to distinguish two cases whose chains of merges meet: they are one case, or become one by the new events. */
const impossibleDistinctionFindings = (
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
