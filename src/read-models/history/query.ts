/** Who recorded what, when, from which source, and what it changed. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { caseHistoryOf, type LogTables, type Line } from '../log-tables.js';
import { History, type Change, type HistoryEntry } from '../queries.js';
import { ReadModelReader } from '../reader.js';
import type { CaseHistory } from '../table.js';
import { changesOf, historyEntry } from './entry.js';

type Answer = Awaited<ReturnType<IQueryHandler<History>['execute']>>;

/** There is no table beside the events: what one changed is reckoned when asked, so that hiding needs no second place. */
@QueryHandler(History)
export class HistoryHandler implements IQueryHandler<History> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ parameters: ask }: History): Promise<Answer> {
    const { logTables } = await this.reader.contextAt({ atLeast: ask.atLeast, position: ask.after });
    const stream = ask.subject === undefined ? null : logTables.find(ask.subject.kind, ask.subject.id);
    if (ask.subject !== undefined && stream === null) return null;
    const lines = logTables.lines(ask.after, ask.limit + 1, stream, ask.types ?? null);
    const shown = lines.slice(0, ask.limit);
    const items: HistoryEntry[] = [];
    const changes = changesReader(logTables);
    for (const line of shown) items.push(historyEntry(line, changes(line)));
    return { items, next: lines.length > shown.length ? (shown.at(-1)?.position ?? null) : null };
  }
}

/** Remembers the last case of each case, since the lines of one case often follow each other. */
const changesReader = (logTables: LogTables): ((line: Line) => readonly Change[]) => {
  const last = new Map<number, { readonly position: number; readonly history: CaseHistory }>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return [];
    const entries = logTables.entries(stream, position);
    const known = last.get(stream);
    const before =
      known !== undefined && known.position === entries.at(-2)?.position
        ? known.history
        : caseHistoryOf(subject.id, entries.slice(0, -1));
    const after = caseHistoryOf(subject.id, entries);
    last.set(stream, { position, history: after });
    return changesOf(before, after);
  };
};
