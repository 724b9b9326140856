/** Lists and instruments as an answer shows them, as far as they are known in a scope. */
import type { DefinitionKind, DefinitionByKind } from '../../domain/definitions.js';
import type { Day } from '../../domain/time.js';
import type { KnownView } from '../known.view.js';
import type { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { jsonBytes, takePage } from '../take-page.js';

/** A page of lists or instruments; `after` is the id of the last one of the page before. */
export interface DefinitionPageRequest {
  readonly limit: number;
  readonly after?: string;
}

export interface DefinitionsQuery {
  readonly scope: Scope;
  readonly id?: string | undefined;
  readonly page?: DefinitionPageRequest | undefined;
}

/**
 * All lists, or all instruments, sorted by id, as known at the position of the scope; with `page` one page of them, with `id` that one
 * alone, or none if it is not defined.
 */
export const definedItems = async <K extends DefinitionKind, Item extends { readonly id: string }>(
  reader: ReadModelReader,
  { scope: asked, id: only, page }: DefinitionsQuery,
  kind: K,
  toItem: (id: string, revision: number, definition: DefinitionByKind[K], today: Day) => Item,
): Promise<KnownView & { readonly items: readonly Item[]; readonly next: string | null }> => {
  const { logTables, scope } = await openScope(reader, asked);
  const { knownAt, position, day } = scope;
  function* items(): Generator<Item> {
    for (const id of only === undefined ? logTables.idsOf(kind) : [only]) {
      const found = id <= (page?.after ?? '') ? null : logTables.definitionAt(kind, id, position);
      if (found !== null) yield toItem(id, found.revision, found.definition, day);
    }
  }
  if (page === undefined) return { knownAt, position, items: [...items()], next: null };
  const { rows, hasMore } = takePage(items(), page.limit, jsonBytes);
  return { knownAt, position, items: rows, next: hasMore ? (rows.at(-1)?.id ?? null) : null };
};
