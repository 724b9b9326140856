import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { ReadModelReader } from '../reader.js';
import { jsonBytes, takePage } from '../take-page.js';
import { openScope, type PinnedScope, type Scope } from '../scope.js';
import type { EditionsView } from './edition.view.js';
import { editionView, editionPublicationsOf } from './published-editions.js';

/** The editions of a list, in the order in which they were published; null for an unknown list. */
export class Editions extends Query<EditionsView | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
    readonly page: { readonly limit: number; readonly after?: string },
  ) {
    super();
  }
}

/** Content of a page cursor: the scope of the first page, and the position of the last edition of the previous one. */
interface EditionsCursor extends PinnedScope {
  readonly last: number;
}

@QueryHandler(Editions)
export class EditionsHandler implements IQueryHandler<Editions> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Throws InvalidCursor for a cursor of another query. */
  async execute({ scope: asked, list, page: { limit, after } }: Editions): Promise<EditionsView | null> {
    const queryKey = ['editions', asked.key, list];
    const { logId } = await this.reader.contextAt({ atLeast: asked.atLeast });
    const cursor = after === undefined ? null : (readCursor(after, queryKey, logId) as EditionsCursor);
    const { scope, ...context } = await openScope(this.reader, asked, cursor);
    const { day, position, knownAt } = scope;
    const definition = context.logTables.listAt(list, position)?.definition;
    if (definition === undefined) return null;
    const publications = editionPublicationsOf(context, list, position);
    // Editions and publications are both in order of recording, so that one index serves both.
    // The editions come from the definition, since the events have the thousands of lines of each edition, too.
    const items = definition.editions.flatMap((edition, no) => {
      const publication = publications[no];
      return publication === undefined || publication.position <= (cursor?.last ?? 0) ? [] : [{ edition, publication }];
    });
    const views = items.map(({ edition, publication }) => ({
      publication,
      view: editionView(list, edition, publication),
    }));
    const shown = takePage(views, limit, ({ view }) => jsonBytes(view));
    const last = shown.hasMore ? shown.rows.at(-1)?.publication.position : undefined;
    return {
      knownAt,
      position,
      items: shown.rows.map(({ view }) => view),
      next: last === undefined ? null : writeCursor({ day, position, last }, queryKey, context.logId),
    };
  }
}
