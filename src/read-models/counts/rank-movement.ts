/** Describes a change of membership: the person, the causing event, and the position in the order of movements. */
import type { CaseEvent } from '../../domain/case/events.js';
import { eventsAsTheyStand } from '../../domain/corrections.js';
import type { EventWithId } from '../../domain/event.js';
import { formatDay, parseEdtf } from '../../domain/time.js';
import { listEntriesOf } from '../list/entries.js';
import {
  causeOfEntry,
  causeOfExit,
  onlyCategory,
  type MembershipChange,
  type MovementCause,
  type MovementScope,
} from './movement.js';
import type { Movement } from './movement.view.js';
import type { SortPosition } from './ordered-page.js';
import type { CaseMovements } from './visit-movements.js';

type CaseEvents = readonly EventWithId<CaseEvent>[];

/** A movement with its position in the order of movements, which is by day. */
export interface RankedMovement extends SortPosition {
  readonly kind: MembershipChange['kind'];
  readonly movement: Movement;
}

export const toRankedMovement = (
  movementScope: MovementScope,
  caseMovements: CaseMovements,
  change: MembershipChange,
): RankedMovement => {
  const { context, scope, caseNo } = caseMovements;
  const listEntry = listEntriesOf(context.db, scope, [caseNo]).get(caseNo);
  if (listEntry === undefined) throw new Error('a case that moves has a list entry');
  const events = eventsAsTheyStand(
    context.logTables.caseEntries(caseNo, scope.position).map(({ eventWithId }) => eventWithId),
  );
  const { reason, eventId } = movementCause(movementScope, caseMovements, change, events);
  const eventData = events.find(({ id }) => id === eventId)?.event;
  const on =
    eventData !== undefined && 'occurredOn' in eventData ? (eventData.occurredOn ?? null) : formatDay(change.day);
  return {
    rank: change.day,
    key: listEntry.nameKey,
    caseId: listEntry.caseId,
    kind: change.kind,
    movement: {
      caseId: listEntry.caseId,
      references: listEntry.references,
      name: listEntry.name,
      day: formatDay(change.day),
      on,
      reason,
      event: eventId,
      category: onlyCategory(change.kind === 'left' ? change.categoriesBefore : change.categoriesAfter),
      previousCategory: change.kind === 'moved' ? onlyCategory(change.categoriesBefore) : null,
    },
  };
};

const movementCause = (
  movementScope: MovementScope,
  { rows }: CaseMovements,
  change: MembershipChange,
  events: CaseEvents,
): MovementCause => {
  if (change.kind === 'entered') return causeOfEntry(movementScope.list, rows, change.day);
  return change.kind === 'left'
    ? causeOfExit(movementScope.list, rows, change.day)
    : causeOfMove(movementScope, change, events);
};

/**
 * The last event up to the day that set a category which became possible on the day (or, if none became possible, which
 * is possible after it); of several events of one day, the one recorded last. If there is no such event, the reason is
 * `recategorised`.
 */
const causeOfMove = (
  { list }: MovementScope,
  { day, categoriesBefore, categoriesAfter }: MembershipChange,
  events: CaseEvents,
): MovementCause => {
  const added = [...categoriesAfter].filter((category) => !categoriesBefore.has(category));
  const categories = new Set(added.length > 0 ? added : categoriesAfter);
  const candidates = events.flatMap(({ id, event }) => {
    const when = parseEdtf(('occurredOn' in event ? event.occurredOn : undefined) ?? '')?.earliest;
    if (!('category' in event) || !('list' in event) || when === undefined || when > day) return [];
    return event.list === list.id && categories.has(event.category)
      ? [{ when, cause: { reason: event.type, eventId: id } }]
      : [];
  });
  return candidates.sort((a, b) => a.when - b.when).at(-1)?.cause ?? { reason: 'recategorised', eventId: null };
};
