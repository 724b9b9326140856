import { Cases } from '../read-models/list/cases.query.js';
import type { Scope } from '../read-models/scope.js';
import { canonicalId } from '../schema/register-id.js';
import type { RegisterAccess } from '../register-files/recorder.js';

/** The id of a case that is named by its id, or as `list:reference`; null if no case had the reference in the scope. */
export const caseIdOf = async (
  queries: RegisterAccess['queries'],
  scope: Scope,
  identifier: string,
): Promise<string | null> => {
  const colon = identifier.indexOf(':');
  if (colon === -1) return canonicalId(identifier);
  const reference = { list: identifier.slice(0, colon), reference: identifier.slice(colon + 1) };
  const { items } = await queries.execute(new Cases(scope, { reference, filters: {}, page: { limit: 1 } }));
  return items[0]?.caseId ?? null;
};
