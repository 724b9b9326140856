/**
 * In the parameters of a differences query, replaces editions in `from` and `to` by their days, and sets `fromKnown` and `toKnown` to
 * what was known when they were published.
 */
import type { QueryBus } from '@nestjs/cqrs';
import { OneEdition } from '../../read-models/editions/one-edition.query.js';
import { InvalidParameter } from '../../read-models/query-errors.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { editionIdIn } from '../../schema/decorators.js';
import type { DifferencesQueryParameters } from './parameters.js';

/** The query with days instead of editions. Throws InvalidParameter for an unknown edition, or if `from` is then after `to`. */
export const replaceEditionsByDays = async (
  queries: Pick<QueryBus, 'execute'>,
  viewer: Viewer,
  list: string,
  query: DifferencesQueryParameters,
): Promise<DifferencesQueryParameters> => {
  const { from, to, atLeast } = query;
  const scope = new Scope(viewer, atLeast === undefined ? {} : { atLeast });
  const daysOf = async (
    name: 'from' | 'to',
    text: string,
  ): Promise<{ readonly day: string; readonly knownAt?: string }> => {
    const id = editionIdIn(text);
    if (id === null) return { day: text };
    const edition = await queries.execute(new OneEdition(scope, list, id, { limit: 1 }));
    if (edition === null)
      throw new InvalidParameter(
        name,
        'EDITION.NOT_PUBLISHED',
        'a day, or edition: and the id of one that was published',
      );
    return { day: edition.asOf, knownAt: edition.knownAt };
  };
  const [earlier, later] = await Promise.all([daysOf('from', from), daysOf('to', to)]);
  if (earlier.day > later.day) throw new InvalidParameter('to', 'PARAMETER.NEEDS', 'a day not before from');
  return {
    ...query,
    from: earlier.day,
    to: later.day,
    ...(earlier.knownAt !== undefined && { fromKnown: earlier.knownAt }),
    ...(later.knownAt !== undefined && { toKnown: later.knownAt }),
  };
};
