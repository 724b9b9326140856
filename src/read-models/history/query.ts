/** Who recorded what, when, from which source, and what it changed. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { dossierOf, type Dossiers, type Line } from '../dossiers.js';
import { History, type Change, type HistoryEntry } from '../questions.js';
import { Reader } from '../reader.js';
import type { Dossier } from '../table.js';
import { changesOf, historyEntry } from './entry.js';

type Answer = Awaited<ReturnType<IQueryHandler<History>['execute']>>;

/** There is no table beside the facts: what one changed is reckoned when asked, so that hiding needs no second place. */
@QueryHandler(History)
export class HistoryHandler implements IQueryHandler<History> {
  constructor(private readonly reader: Reader) {}

  async execute({ ask }: History): Promise<Answer> {
    const { dossiers } = await this.reader.read({ atLeast: ask.atLeast, position: ask.after });
    const stream = ask.subject === undefined ? null : dossiers.find(ask.subject.kind, ask.subject.id);
    if (ask.subject !== undefined && stream === null) return null;
    const lines = dossiers.lines(ask.after, ask.limit + 1, stream, ask.types ?? null);
    const shown = lines.slice(0, ask.limit);
    const items: HistoryEntry[] = [];
    const changes = changesReader(dossiers);
    for (const line of shown) items.push(historyEntry(line, changes(line)));
    return { items, next: lines.length > shown.length ? (shown.at(-1)?.position ?? null) : null };
  }
}

/** Remembers the last dossier of each case, since the lines of one case often follow each other. */
const changesReader = (dossiers: Dossiers): ((line: Line) => readonly Change[]) => {
  const last = new Map<number, { readonly position: number; readonly dossier: Dossier }>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return [];
    const entries = dossiers.entries(stream, position);
    const known = last.get(stream);
    const before =
      known !== undefined && known.position === entries.at(-2)?.position
        ? known.dossier
        : dossierOf(subject.id, entries.slice(0, -1));
    const after = dossierOf(subject.id, entries);
    last.set(stream, { position, dossier: after });
    return changesOf(before, after);
  };
};
