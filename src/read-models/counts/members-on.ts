import type { Day } from '../../domain/time.js';
import { filterConditions } from '../list/filters.js';
import { countMatchingPeople } from '../list/page.js';
import { listScope, toPeriodSqlConditions, memberConditions } from '../list/predicate.js';
import type { QueryContext } from '../reader.js';
import type { MovementScope } from './movement.js';

/** Members at the end of a day, from the same counters as the list of members, so that both agree. */
export const countMembersOn = (
  { counters, position }: QueryContext,
  knownPosition: number,
  movementScope: MovementScope,
  day: Day,
): number => {
  const scope = listScope(movementScope.list.id, day, knownPosition, position);
  const category = movementScope.categories === undefined ? {} : { category: movementScope.categories };
  const { yes, uncertain } = countMatchingPeople(
    counters,
    scope,
    toPeriodSqlConditions([...memberConditions(movementScope.list, day), ...filterConditions(category)]),
  );
  return movementScope.set === 'certain' ? yes : yes + uncertain;
};
