/** The history: who recorded what, when, from which source, and what it changed. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { continueTimeline, type Timeline } from '../../domain/case/timeline.js';
import type { SubjectKind } from '../../domain/events.js';
import { caseHistoryOf, type LogTables, type FullEventEntry, type StreamBounds } from '../log-tables.js';
import type { Change, HistoryEntry, HistoryPage } from './history-entry.view.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import type { CaseHistory } from '../table.js';
import { changesOf, toHistoryEntry } from './entry.js';

/**
 * Recorded events with their changes, in order. `subject` limits them to one case, list or instrument (null if
 * unknown); `after` is a position.
 */
export class History extends Query<HistoryPage | null> {
  constructor(
    readonly scope: Scope,
    readonly parameters: {
      readonly subject?: { readonly kind: SubjectKind; readonly id: string };
      readonly types?: readonly string[];
      readonly after: number;
      readonly limit: number;
    },
  ) {
    super();
  }
}

type Subject = History['parameters']['subject'];

/** Changes are computed on demand and not stored, so that personal data has no second copy to hide. */
@QueryHandler(History)
export class HistoryHandler implements IQueryHandler<History> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, parameters }: History): Promise<HistoryPage | null> {
    await this.reader.contextAt({ position: parameters.after });
    const { logTables, scope } = await openScope(this.reader, asked);
    const { subject, after, limit, types = null } = parameters;
    const streams = subject === undefined ? null : streamsOf(logTables, subject, scope.position);
    if (streams?.length === 0) return null;
    const recorded = logTables
      .recordedEvents(after, limit + 1, streams, types)
      .filter(({ position }) => position <= scope.position);
    const shown = recorded.slice(0, parameters.limit);
    const items: HistoryEntry[] = [];
    const changes = changesReader(logTables);
    for (const recordedEvent of shown) items.push(toHistoryEntry(recordedEvent, changes(recordedEvent)));
    const { knownAt, position } = scope;
    return { knownAt, position, items, next: recorded.length > shown.length ? (shown.at(-1)?.position ?? null) : null };
  }
}

/**
 * The stream of a subject; of a case, every stream that feeds it, or did, until its last event there. Empty if it is unknown at the
 * position.
 */
const streamsOf = (logTables: LogTables, { kind, id }: NonNullable<Subject>, position: number): StreamBounds => {
  const stream = logTables.streamNo(kind, id);
  if (stream === null || logTables.lastRevision(stream, position) === null) return [];
  const caseNo = kind === 'case' ? logTables.cases.numberOf(id) : null;
  const upTo = new Map([[stream, position]]);
  for (const { stream: feeding, from, to } of caseNo === null ? [] : logTables.cases.feedings(caseNo))
    if (from <= position) upTo.set(feeding, Math.max(upTo.get(feeding) ?? 0, Math.min(to, position)));
  return [...upTo].map(([no, last]) => ({ stream: no, upTo: last }));
};

/** What an event changed: in the survivor, for an event of a merged case, for the merge itself and for its end. */
const changesReader = (logTables: LogTables): ((recordedEvent: FullEventEntry) => readonly Change[]) => {
  // Consecutive events often belong to one case.
  const latestTimelines = new Map<number, Timeline>();
  const historyAt = (caseNo: number, position: number): CaseHistory => {
    const events = logTables.caseEntries(caseNo, position).map(({ known }) => known);
    const timeline = continueTimeline(latestTimelines.get(caseNo) ?? null, events);
    latestTimelines.set(caseNo, timeline);
    return caseHistoryOf(logTables.cases.idOf(caseNo), timeline);
  };
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return [];
    const own = logTables.cases.numberOf(subject.id);
    const fed = [position, position - 1].map((at) => logTables.cases.fedBy(stream, at));
    const caseNo = fed.find((no) => no !== null && no !== own) ?? own;
    return caseNo === null ? [] : changesOf(historyAt(caseNo, position - 1), historyAt(caseNo, position));
  };
};
