/** How many people were on a list at the end of each day of a span: counted once for its first day, then summed from who came and went. */
import type { Day } from '../../domain/time.js';
import { countMembersOn } from '../counts/members-on.js';
import type { MembershipChange, MovementScope } from '../counts/movement.js';
import { visitMovements } from '../counts/visit-movements.js';
import type { QueryContext, ReadModelReader } from '../reader.js';

/** The number of members on each day of the scope, from `from` to `to`, both included. To be called within `retryIfFileReplaced`. */
export const dailyMemberCounts = async (
  reader: ReadModelReader,
  context: QueryContext,
  knownPosition: number,
  scope: MovementScope,
): Promise<readonly number[]> => {
  const steps = new Map<Day, number>();
  let members = countMembersOn(context, knownPosition, scope, scope.from);
  await visitMovements(reader, context, knownPosition, scope, ({ changes }) => {
    for (const change of changes) steps.set(change.day, (steps.get(change.day) ?? 0) + changeInMemberCount(change));
  });
  return Array.from(
    { length: scope.to - scope.from + 1 },
    (_, index) => (members += steps.get(scope.from + index) ?? 0),
  );
};

const changeInMemberCount = ({ kind, moved }: MembershipChange): number => {
  if (kind === 'moved') return { in: 1, out: -1, within: 0 }[moved ?? 'within'];
  return kind === 'entered' ? 1 : -1;
};
