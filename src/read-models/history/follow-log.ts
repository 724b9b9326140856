/**
 * What the read models take in, for those who follow them. A reader is a position: each page is read from the file after
 * it, so that there is no going over from what was to what comes, and nothing is kept for anybody.
 */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { namesList } from '../person.js';
import type { LogTables, Line } from '../log-tables.js';
import { FollowLog, type Feed, type FeedPage } from '../queries.js';
import { ReadModels } from '../read-models.js';
import { END } from '../table.js';
import { logged } from './entry.js';

/** The characters of events that are looked at for one page. */
const FULL = 64 * 1024;

@QueryHandler(FollowLog)
export class FollowLogHandler implements IQueryHandler<FollowLog> {
  constructor(private readonly models: ReadModels) {}

  async execute({ parameters: ask }: FollowLog): Promise<Feed | null> {
    const { logTables, position } = await this.models.contextAt({ position: ask.after });
    if (ask.list !== undefined && logTables.list(ask.list, position) === null) return null;
    return {
      page: (after) => this.page(after, ask),
      onMore: (wake) => this.models.onProjected(wake),
    };
  }

  private page(after: number, ask: FollowLog['parameters']): FeedPage {
    const reading = this.models.currentContext();
    if (reading === null) return { events: [], through: after, caughtUp: true };
    const { logTables, position } = reading;
    const lines = logTables.next(after, FULL);
    const isAsked = filterOf(logTables, ask);
    const through = lines.at(-1)?.position ?? after;
    return { events: lines.filter(isAsked).map(logged), through, caughtUp: through >= position };
  }
}

const filterOf = (logTables: LogTables, { types, list }: FollowLog['parameters']): ((line: Line) => boolean) => {
  const wanted = types === undefined ? null : new Set(types);
  const concerns = list === undefined ? () => true : concernsOf(logTables, list);
  return (line) => (wanted === null || wanted.has(line.known.event.type)) && concerns(line);
};

/** Claims of references concern no list: they are the register's own book-keeping. */
const concernsOf = (logTables: LogTables, list: string): ((line: Line) => boolean) => {
  const since = new Map<number, number>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return subject.kind === 'list' && subject.id === list;
    const known = since.get(stream) ?? namedAt(logTables, stream, list);
    since.set(stream, known);
    return known <= position;
  };
};

/** The position of the first event of a case that names the list. */
const namedAt = (logTables: LogTables, stream: number, list: string): number =>
  logTables.entries(stream, END).find(({ known }) => namesList(known.event, list))?.position ?? END;
