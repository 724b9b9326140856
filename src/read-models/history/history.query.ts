/** The history: who recorded what, when, from which source, and what it changed. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { caseHistoryOf, type LogTables, type FullEventEntry } from '../log-tables.js';
import type { Change, HistoryEntry } from './history-entry.view.js';
import { ReadModelReader } from '../reader.js';
import type { CaseHistory } from '../table.js';
import { changesOf, toHistoryEntry } from './entry.js';

/**
 * Recorded events with their changes, in order. `subject` limits them to one case, list or instrument (null if
 * unknown); `after` is a position.
 */
export class History extends Query<{ readonly items: readonly HistoryEntry[]; readonly next: number | null } | null> {
  constructor(
    readonly parameters: {
      readonly subject?: { readonly kind: 'case' | 'list' | 'instrument'; readonly id: string };
      readonly types?: readonly string[];
      readonly after: number;
      readonly limit: number;
      readonly atLeast?: string;
    },
  ) {
    super();
  }
}

type Result = Awaited<ReturnType<IQueryHandler<History>['execute']>>;

/** Changes are computed on demand and not stored, so that personal data has no second copy to hide. */
@QueryHandler(History)
export class HistoryHandler implements IQueryHandler<History> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ parameters }: History): Promise<Result> {
    const { logTables } = await this.reader.contextAt({ atLeast: parameters.atLeast, position: parameters.after });
    const stream =
      parameters.subject === undefined ? null : logTables.streamNo(parameters.subject.kind, parameters.subject.id);
    if (parameters.subject !== undefined && stream === null) return null;
    const recorded = logTables.recordedEvents(parameters.after, parameters.limit + 1, stream, parameters.types ?? null);
    const shown = recorded.slice(0, parameters.limit);
    const items: HistoryEntry[] = [];
    const changes = changesReader(logTables);
    for (const recordedEvent of shown) items.push(toHistoryEntry(recordedEvent, changes(recordedEvent)));
    return { items, next: recorded.length > shown.length ? (shown.at(-1)?.position ?? null) : null };
  }
}

/** Caches the latest history of each case, since consecutive events often belong to one case. */
const changesReader = (logTables: LogTables): ((recordedEvent: FullEventEntry) => readonly Change[]) => {
  const latestHistories = new Map<number, { readonly position: number; readonly history: CaseHistory }>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return [];
    const entries = logTables.entries(stream, position);
    const cached = latestHistories.get(stream);
    const before =
      cached !== undefined && cached.position === entries.at(-2)?.position
        ? cached.history
        : caseHistoryOf(subject.id, entries.slice(0, -1));
    const after = caseHistoryOf(subject.id, entries);
    latestHistories.set(stream, { position, history: after });
    return changesOf(before, after);
  };
};
