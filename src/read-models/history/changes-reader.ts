/** What recorded events changed, read one event after the other. */
import { LRUCache } from 'lru-cache';
import { continueTimeline, type Timeline } from '../../domain/case/timeline.js';
import { caseHistoryOf, type FullEventEntry, type LogTables } from '../log-tables.js';
import type { CaseHistory } from '../table.js';
import { changesOf } from './entry.js';
import type { Change } from './history-entry.view.js';

/** The most events that the timelines cached by one reader may have together. */
const MAX_EVENTS_KEPT = 10_000;

/**
 * Returns a function that computes what an event changed in its case. Of an event of a case that is merged into another one, and of a
 * merge or unmerge, it computes what changed in that other case.
 */
export const changesReader = (
  logTables: LogTables,
  maxEventsKept = MAX_EVENTS_KEPT,
): ((recordedEvent: FullEventEntry) => readonly Change[]) => {
  // Consecutive events often belong to one case.
  const latestTimelines = new LRUCache<number, Timeline>({
    maxSize: maxEventsKept,
    sizeCalculation: ({ order }) => order.recorded.length + 1,
  });
  const historyAt = (caseNo: number, position: number): CaseHistory => {
    const events = logTables.caseEntries(caseNo, position).map(({ eventWithId }) => eventWithId);
    const timeline = continueTimeline(latestTimelines.get(caseNo) ?? null, events);
    latestTimelines.set(caseNo, timeline);
    return caseHistoryOf(logTables.cases.caseIdOf(caseNo), timeline);
  };
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return [];
    const own = logTables.cases.caseNoOf(subject.id);
    const fed = [position, position - 1].map((at) => logTables.cases.caseFedBy(stream, at));
    const caseNo = fed.find((no) => no !== null && no !== own) ?? own;
    return caseNo === null ? [] : changesOf(historyAt(caseNo, position - 1), historyAt(caseNo, position));
  };
};
