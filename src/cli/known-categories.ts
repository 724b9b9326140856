/** Refuses categories that a list does not have. */
import { Lists } from '../read-models/definitions/lists.query.js';
import type { Scope } from '../read-models/scope.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { CannotRun } from './exit.js';

/**
 * Throws CannotRun for a category that is defined for the list in none of the scopes: a misspelt category would give the empty answer of one
 * without members. An unknown list is left to the query, which refuses it.
 */
export const requireKnownCategories = async (
  queries: RegisterAccess['queries'],
  scopes: readonly Scope[],
  list: string,
  categories: readonly string[] = [],
): Promise<void> => {
  if (categories.length === 0) return;
  const known = new Set<string>();
  let isList = false;
  for (const scope of scopes) {
    const [definition] = (await queries.execute(new Lists(scope, list))).items;
    isList ||= definition !== undefined;
    for (const { id } of definition?.categories ?? []) known.add(id);
  }
  const unknown = categories.filter((category) => !known.has(category));
  if (isList && unknown.length > 0)
    throw new CannotRun(
      `--category: the list ${list} has no category ${unknown.join(', ')}; it has ${[...known].sort().join(', ')}`,
    );
};
