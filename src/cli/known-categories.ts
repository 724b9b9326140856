/** Refuses categories that a list does not have. */
import { Lists } from '../read-models/definitions/lists.query.js';
import type { Scope } from '../read-models/scope.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { CannotRun } from './exit.js';

/**
 * Throws CannotRun for a category that the list has in none of the scopes: a misspelt one would be taken for one of nobody. A list that is
 * not there is left to the question itself.
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
