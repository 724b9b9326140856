/** Lists and instruments as an answer shows them, as far as they are known in a scope. */
import type { DefinitionKind, Definitions } from '../../domain/definitions.js';
import type { Day } from '../../domain/time.js';
import type { KnownView } from '../known.view.js';
import type { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';

/** All of a kind, sorted by id, as on the day of the scope; with `id` that one alone, or none if it is not defined. */
export const definedItems = async <K extends DefinitionKind, Item>(
  reader: ReadModelReader,
  { scope: asked, id: only }: { readonly scope: Scope; readonly id?: string | undefined },
  kind: K,
  toItem: (id: string, revision: number, definition: Definitions[K], today: Day) => Item,
): Promise<KnownView & { readonly items: readonly Item[] }> => {
  const { logTables, scope } = await openScope(reader, asked);
  const { knownAt, position, day } = scope;
  const ids = only === undefined ? logTables.idsOf(kind) : [only];
  const items = ids.flatMap((id) => {
    const found = logTables.definitionAt(kind, id, position);
    return found === null ? [] : [toItem(id, found.revision, found.definition, day)];
  });
  return { knownAt, position, items };
};
