/**
 * What the read models take in, for those who follow them. A reader is a position: each page is read from the file after
 * it, so that there is no going over from what was to what comes, and nothing is kept for anybody.
 */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { namesList } from '../about.js';
import type { Dossiers, Line } from '../dossiers.js';
import { Follow, type Feed, type FeedPage } from '../questions.js';
import { ReadModels } from '../read-models.js';
import { END } from '../table.js';
import { logged } from './entry.js';

/** The characters of facts that are looked at for one page. */
const FULL = 64 * 1024;

@QueryHandler(Follow)
export class FollowHandler implements IQueryHandler<Follow> {
  constructor(private readonly models: ReadModels) {}

  async execute({ ask }: Follow): Promise<Feed | null> {
    const { dossiers, position } = await this.models.read({ position: ask.after });
    if (ask.list !== undefined && dossiers.list(ask.list, position) === null) return null;
    return {
      page: (after) => this.page(after, ask),
      onMore: (wake) => this.models.onMoved(wake),
    };
  }

  private page(after: number, ask: Follow['ask']): FeedPage {
    const reading = this.models.now();
    if (reading === null) return { events: [], through: after, caughtUp: true };
    const { dossiers, position } = reading;
    const lines = dossiers.next(after, FULL);
    const isAsked = filterOf(dossiers, ask);
    const through = lines.at(-1)?.position ?? after;
    return { events: lines.filter(isAsked).map(logged), through, caughtUp: through >= position };
  }
}

const filterOf = (dossiers: Dossiers, { types, list }: Follow['ask']): ((line: Line) => boolean) => {
  const wanted = types === undefined ? null : new Set(types);
  const concerns = list === undefined ? () => true : concernsOf(dossiers, list);
  return (line) => (wanted === null || wanted.has(line.known.fact.type)) && concerns(line);
};

/** Claims of references concern no list: they are the register's own book-keeping. */
const concernsOf = (dossiers: Dossiers, list: string): ((line: Line) => boolean) => {
  const since = new Map<number, number>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return subject.kind === 'list' && subject.id === list;
    const known = since.get(stream) ?? namedAt(dossiers, stream, list);
    since.set(stream, known);
    return known <= position;
  };
};

/** The position of the first fact of a case that names the list. */
const namedAt = (dossiers: Dossiers, stream: number, list: string): number =>
  dossiers.entries(stream, END).find(({ known }) => namesList(known.fact, list))?.position ?? END;
