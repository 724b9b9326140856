/**
 * The order in which the dated events of a case are applied. It depends on the set of events as they stand, never on the order of
 * recording, which decides only what amendments make of them (docs/decisions: partial dates and possible courses).
 */
import { isAmendment, standingEventsOf } from '../corrections.js';
import type { Finding, EventWithId } from '../event.js';
import { ANY_DAY, parseEdtf } from '../time.js';
import { CASE_EVENT_TYPES, caseEvents, type CaseEvent } from './events.js';
import { finding } from './findings.js';
import { axesOf, applyEvent, findingsInState, type Axis, type DatedEvent } from './rules.js';
import { INITIAL_STATE, type CaseState } from './state.js';

/** An event at its place in the order, with the axes that it changes there and the id of its valid `after`. */
export interface OrderedEvent extends DatedEvent {
  readonly axes: readonly Axis[];
  readonly after: string | null;
  /** The findings of the event, judged in the state before it. */
  readonly findings: readonly Finding[];
  /** The state of the case once this event and all before it in the order are applied. */
  readonly stateAfter: CaseState;
}

export interface EventOrder {
  /** All events, undated ones, corrections and retractions too, in order of recording. */
  readonly recorded: readonly EventWithId<CaseEvent>[];
  /** The events of `recorded` as they stand, undated ones too. */
  readonly standingEvents: readonly EventWithId<CaseEvent>[];
  /** The dated events in the order in which they are applied. */
  readonly datedEvents: readonly OrderedEvent[];
  readonly invalidAfterFindings: readonly Finding[];
  /** `invalidAfterFindings`, then the findings of each event of `events`. */
  readonly findings: readonly Finding[];
}

const toDated = ({ id, event }: EventWithId<CaseEvent>): DatedEvent => ({
  id,
  event,
  when: parseEdtf(event.occurredOn ?? '') ?? ANY_DAY,
});

const isDated = ({ event }: EventWithId<CaseEvent>): boolean => caseEvents[event.type].dated;

/** Whether `a` happened before `b`, whichever days their partial dates mean. */
const isCertainlyBefore = (a: DatedEvent, b: DatedEvent): boolean => a.when.latest < b.when.earliest;

/**
 * A topological sort by days and `after`. Of several events that can come next, the order prefers any other to `died`, then
 * the fewest refuse, ask and warn findings in the state so far, then the order of types in events.ts, then the lower id.
 */
export const orderOf = (recorded: readonly EventWithId<CaseEvent>[]): EventOrder => {
  const { events: standingEvents, retractedIds } = standingEventsOf(recorded);
  const dated = standingEvents.filter(isDated).map(toDated);
  const { predecessorById, findings } = validPredecessors(dated, standingEvents, retractedIds);
  return withFindings({
    recorded,
    standingEvents,
    datedEvents: continueOrder([], dated, predecessorById),
    invalidAfterFindings: findings,
  });
};

const withFindings = (order: Omit<EventOrder, 'findings'>): EventOrder => ({
  ...order,
  findings: [...order.invalidAfterFindings, ...order.datedEvents.flatMap(({ findings }) => findings)],
});

/** Completes an order: appends the events in `left`, one by one, to its beginning. */
const continueOrder = (
  beginning: readonly OrderedEvent[],
  left: readonly DatedEvent[],
  predecessorById: ReadonlyMap<string, string>,
): readonly OrderedEvent[] => {
  const waiting = [...left].sort(byFirstDay);
  const waitingIds = new Set(left.map(({ id }) => id));
  const ordered = [...beginning];
  while (waiting.length > 0) {
    const state = stateAfter(ordered);
    const next =
      onlyCandidate(waiting) ?? bestCandidate(nextEventCandidates(waiting, waitingIds, predecessorById), state);
    waiting.splice(waiting.indexOf(next), 1);
    waitingIds.delete(next.id);
    ordered.push(orderedEventOf(next, state, predecessorById.get(next.id) ?? null));
  }
  return ordered;
};

/**
 * The order with one more event: the same as `orderOf` of all events. Costs least if the event certainly comes after all others, by
 * its days or by its `after`, and little if it does not change the state of the case.
 */
export const extendOrder = (order: EventOrder, added: EventWithId<CaseEvent>): EventOrder => {
  const recorded = [...order.recorded, added];
  if (isAmendment(added.event)) return orderOf(recorded);
  const { after } = added.event;
  if (!isDated(added) && after !== undefined) return orderOf(recorded);
  const standingEvents = [...order.standingEvents, added];
  if (!isDated(added)) return { ...order, recorded, standingEvents };
  // The `after` of an earlier event names the added one, and takes effect only now.
  if (order.standingEvents.some(({ event }) => event.after === added.id)) return orderOf(recorded);
  const dated = toDated(added);
  if (after === undefined)
    return withFindings({ ...order, recorded, standingEvents, datedEvents: insertIntoOrder(order.datedEvents, dated) });
  if (!comesLast(dated, after, order)) return orderOf(recorded);
  const datedEvents = [...order.datedEvents, orderedEventOf(dated, stateAfter(order.datedEvents), after)];
  return withFindings({ ...order, recorded, standingEvents, datedEvents });
};

/**
 * The order with an added event that no `after` links to another. Up to the last event that certainly precedes it the order stays. From
 * there on, the added event takes the first place at which it is preferred to the event there, or must precede it.
 */
const insertIntoOrder = (events: readonly OrderedEvent[], added: DatedEvent): readonly OrderedEvent[] => {
  let at = 1 + events.findLastIndex((other) => isCertainlyBefore(other, added));
  const isNotYet = (other: OrderedEvent): boolean =>
    !isCertainlyBefore(added, other) && bestCandidate([added, other].sort(byId), stateAfter(events, at)) === other;
  while (at < events.length && isNotYet(events[at] as OrderedEvent)) at += 1;
  const [beginning, rest] = [events.slice(0, at), events.slice(at)];
  const placed = orderedEventOf(added, stateAfter(beginning), null);
  const next = rest[0];
  // `next` has to wait for the added event, so a later event may now be preferred to both.
  if (next !== undefined && isCertainlyBefore(added, next))
    return continueOrder(beginning, [added, ...rest], predecessorByIdOf(events));
  return placed.stateAfter === stateAfter(beginning)
    ? [...beginning, placed, ...rest]
    : continueOrder([...beginning, placed], rest, predecessorByIdOf(events));
};

const predecessorByIdOf = (events: readonly OrderedEvent[]): ReadonlyMap<string, string> =>
  new Map(events.flatMap(({ id, after }) => (after === null ? [] : [[id, after] as const])));

/** The state after the first `count` events. */
const stateAfter = (events: readonly OrderedEvent[], count = events.length): CaseState =>
  events[count - 1]?.stateAfter ?? INITIAL_STATE;

/** Copies field by field: a spread was measured to take longer than applying the event. */
const orderedEventOf = (dated: DatedEvent, state: CaseState, after: string | null): OrderedEvent => ({
  id: dated.id,
  event: dated.event,
  when: dated.when,
  axes: axesOf(dated, state),
  after,
  findings: findingsInState(dated, state),
  stateAfter: applyEvent(dated, state),
});

/** Whether an event with an `after` must follow all ordered events. False where its `after` may not be valid. */
const comesLast = (added: DatedEvent, after: string, { datedEvents }: EventOrder): boolean => {
  const named = datedEvents.find(({ id }) => id === after);
  if (named === undefined) return false;
  const tied = datedEvents.filter((other) => !isCertainlyBefore(other, added));
  const predecessorById = predecessorByIdOf(datedEvents);
  return tied.every(
    (other) => !isCertainlyBefore(added, other) && isBoundToFollow(named, other, datedEvents, predecessorById),
  );
};

const byId = (a: EventWithId<CaseEvent>, b: EventWithId<CaseEvent>): number => (a.id < b.id ? -1 : 1);

const byFirstDay = (a: DatedEvent, b: DatedEvent): number => a.when.earliest - b.when.earliest;

/** The first event if it certainly happened before all others, as most do; null if others may be candidates too. */
const onlyCandidate = ([first, second]: readonly DatedEvent[]): DatedEvent | null =>
  first !== undefined && (second === undefined || isCertainlyBefore(first, second)) ? first : null;

/** Events that no other waiting event must precede, by its days or as their `after`, sorted by id. `waiting` is sorted by first day. */
const nextEventCandidates = (
  waiting: readonly DatedEvent[],
  waitingIds: ReadonlySet<string>,
  predecessorById: ReadonlyMap<string, string>,
): readonly DatedEvent[] => {
  let earliestEnd = Infinity;
  const candidates: DatedEvent[] = [];
  for (const event of waiting) {
    if (event.when.earliest > earliestEnd) break;
    earliestEnd = Math.min(earliestEnd, event.when.latest);
    candidates.push(event);
  }
  return candidates
    .filter(({ id, when }) => when.earliest <= earliestEnd && !waitingIds.has(predecessorById.get(id) ?? ''))
    .sort(byId);
};

const bestCandidate = (candidates: readonly DatedEvent[], state: CaseState): DatedEvent => {
  const [first, ...others] = candidates.map((event) => ({
    event,
    rank: candidates.length > 1 ? rankOf(event, state) : [],
  }));
  if (first === undefined) throw new Error('events wait for each other');
  return others.reduce((least, other) => (isLess(other.rank, least.rank) ? other : least), first).event;
};

/** Lexicographic comparison. Candidates are sorted by id, so the first of equal ranks wins. */
const isLess = (a: readonly number[], b: readonly number[]): boolean => {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0);
};

const rankOf = (dated: DatedEvent, state: CaseState): readonly number[] => {
  const grades = findingsInState(dated, state).map(({ grade }) => grade);
  const count = (grade: Finding['grade']): number => grades.filter((other) => other === grade).length;
  const { type } = dated.event;
  return [type === 'died' ? 1 : 0, count('refuse'), count('ask'), count('warn'), CASE_EVENT_TYPES.indexOf(type)];
};

/**
 * The valid `after` of each event. An `after` that contradicts the days, closes a cycle or names no dated event that stands is ignored and
 * reported as a finding. Events are checked in order of id, so that the set alone determines which `after` closes a cycle.
 */
const validPredecessors = (
  dated: readonly DatedEvent[],
  events: readonly EventWithId<CaseEvent>[],
  retractedIds: ReadonlySet<string>,
): { predecessorById: ReadonlyMap<string, string>; findings: readonly Finding[] } => {
  const eventsById = new Map(dated.map((event) => [event.id, event]));
  const predecessorById = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { id, event } of events.filter(({ event }) => event.after !== undefined).sort(byId)) {
    const later = eventsById.get(id);
    const earlier = eventsById.get(event.after ?? '');
    if (earlier === undefined && retractedIds.has(event.after ?? ''))
      findings.push(finding('CASE.AFTER_RETRACTED', id));
    else if (earlier === undefined) findings.push(finding('CASE.AFTER_UNKNOWN', id));
    else if (later !== undefined && isBoundToFollow(earlier, later, dated, predecessorById))
      findings.push(finding('CASE.ORDER_CONTRADICTS', id, earlier.id));
    else if (later !== undefined) predecessorById.set(id, earlier.id);
  }
  return { predecessorById, findings };
};

/** Whether `later` is `earlier`, or must come after it by the days and the valid `after`s: a search along both relations. */
const isBoundToFollow = (
  later: DatedEvent,
  earlier: DatedEvent,
  dated: readonly DatedEvent[],
  predecessorById: ReadonlyMap<string, string>,
): boolean => {
  const visited = new Set<DatedEvent>();
  const open = [earlier];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    if (current === later) return true;
    if (visited.has(current)) continue;
    visited.add(current);
    for (const next of dated)
      if (isCertainlyBefore(current, next) || predecessorById.get(next.id) === current.id) open.push(next);
  }
  return false;
};
