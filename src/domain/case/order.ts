/**
 * The order in which the dated events of a case are applied. It depends on the set of events as they stand, never on the order of
 * recording, which decides only what amendments make of them (docs/decisions: partial dates and possible courses).
 */
import { isAmendment, standingEventsOf } from '../corrections.js';
import type { Finding, EventWithId } from '../event.js';
import { ANY_DAY, parseEdtf } from '../time.js';
import { CASE_EVENT_TYPES, caseEvents, type CaseEvent } from './events.js';
import { finding } from './findings.js';
import { axesOf, applyEvent, findingsAt, type Axis, type DatedEvent } from './rules.js';
import { INITIAL_STATE, type CaseState } from './state.js';

/** An event at its place in the order, with the axes that it changes there and the id of its valid `after`. */
export interface OrderedEvent extends DatedEvent {
  readonly axes: readonly Axis[];
  readonly after: string | null;
  /** The state of the case once this event and all before it in the order are applied. */
  readonly stateAfter: CaseState;
}

export interface EventOrder {
  /** All events, undated ones, corrections and retractions too, in order of recording. */
  readonly recorded: readonly EventWithId<CaseEvent>[];
  /** The events of `recorded` as they stand, undated ones too. */
  readonly standing: readonly EventWithId<CaseEvent>[];
  /** The dated events in the order in which they are applied. */
  readonly events: readonly OrderedEvent[];
  /** Findings about `after`, and those of each event in the state before it. */
  readonly findings: readonly Finding[];
}

const toDated = ({ id, event }: EventWithId<CaseEvent>): DatedEvent => ({
  id,
  event,
  when: parseEdtf(event.occurredOn ?? '') ?? ANY_DAY,
});

const isDated = ({ event }: EventWithId<CaseEvent>): boolean => caseEvents[event.type].dated;

/** Whether `a` happened before `b` in every possible course. */
const isCertainlyBefore = (a: DatedEvent, b: DatedEvent): boolean => a.when.latest < b.when.earliest;

/**
 * A topological sort by days and `after`. Of several events that can come next, the order prefers any other to `died`, then
 * the fewest refuse, ask and warn findings in the state so far, then the order of types in events.ts, then the lower id.
 */
export const orderOf = (recorded: readonly EventWithId<CaseEvent>[]): EventOrder => {
  const { events: standing, retracted } = standingEventsOf(recorded);
  const dated = standing.filter(isDated).map(toDated);
  const { follows, findings } = validAfters(dated, standing, retracted);
  const waiting = [...dated].sort(byFirstDay);
  const waitingIds = new Set(dated.map(({ id }) => id));
  const ordered: OrderedEvent[] = [];
  const allFindings: Finding[] = [...findings];
  while (waiting.length > 0) {
    const state = stateAfter(ordered);
    const next = onlyCandidate(waiting) ?? bestCandidate(candidatesIn(waiting, waitingIds, follows), state);
    waiting.splice(waiting.indexOf(next), 1);
    waitingIds.delete(next.id);
    allFindings.push(...findingsAt(next, state));
    ordered.push(inPlace(next, state, follows.get(next.id) ?? null));
  }
  return { recorded, standing, events: ordered, findings: allFindings };
};

/**
 * The order with one more event: what `orderOf` says of all of them. Costs less if the event certainly comes after all others, by
 * its days or by its `after`.
 */
export const extendOrder = (order: EventOrder, added: EventWithId<CaseEvent>): EventOrder => {
  const recorded = [...order.recorded, added];
  if (isAmendment(added.event)) return orderOf(recorded);
  const standing = [...order.standing, added];
  if (!isDated(added)) return added.event.after === undefined ? { ...order, recorded, standing } : orderOf(recorded);
  const last = toDated(added);
  if (!comesLast(last, order)) return orderOf(recorded);
  const state = stateAfter(order.events);
  return {
    recorded,
    standing,
    events: [...order.events, inPlace(last, state, added.event.after ?? null)],
    findings: [...order.findings, ...findingsAt(last, state)],
  };
};

const stateAfter = (events: readonly OrderedEvent[]): CaseState => events.at(-1)?.stateAfter ?? INITIAL_STATE;

/** Field by field: a spread was measured to take longer than applying the event. */
const inPlace = (dated: DatedEvent, state: CaseState, after: string | null): OrderedEvent => ({
  id: dated.id,
  event: dated.event,
  when: dated.when,
  axes: axesOf(dated, state),
  after,
  stateAfter: applyEvent(dated, state),
});

/** Whether an event must follow all ordered events. False where an `after` of it, or one that names it, may not be valid. */
const comesLast = (added: DatedEvent, { standing, events }: EventOrder): boolean => {
  if (standing.some(({ event }) => event.after === added.id)) return false;
  const tied = events.filter((other) => !isCertainlyBefore(other, added));
  const { after } = added.event;
  if (after === undefined) return tied.length === 0;
  const named = events.find(({ id }) => id === after);
  if (named === undefined) return false;
  const follows = new Map(events.flatMap((other) => (other.after === null ? [] : [[other.id, other.after] as const])));
  return tied.every((other) => !isCertainlyBefore(added, other) && mustFollow(named, other, events, follows));
};

const byId = (a: EventWithId<CaseEvent>, b: EventWithId<CaseEvent>): number => (a.id < b.id ? -1 : 1);

const byFirstDay = (a: DatedEvent, b: DatedEvent): number => a.when.earliest - b.when.earliest;

/** The first event if it certainly happened before all others, as most do; null if others may be candidates too. */
const onlyCandidate = ([first, second]: readonly DatedEvent[]): DatedEvent | null =>
  first !== undefined && (second === undefined || isCertainlyBefore(first, second)) ? first : null;

/** Events that no other waiting event must precede, by its days or as their `after`, sorted by id. `waiting` is sorted by first day. */
const candidatesIn = (
  waiting: readonly DatedEvent[],
  waitingIds: ReadonlySet<string>,
  follows: ReadonlyMap<string, string>,
): readonly DatedEvent[] => {
  let earliestEnd = Infinity;
  const candidates: DatedEvent[] = [];
  for (const event of waiting) {
    if (event.when.earliest > earliestEnd) break;
    earliestEnd = Math.min(earliestEnd, event.when.latest);
    candidates.push(event);
  }
  return candidates
    .filter(({ id, when }) => when.earliest <= earliestEnd && !waitingIds.has(follows.get(id) ?? ''))
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
  const grades = findingsAt(dated, state).map(({ grade }) => grade);
  const count = (grade: Finding['grade']): number => grades.filter((other) => other === grade).length;
  const { type } = dated.event;
  return [type === 'died' ? 1 : 0, count('refuse'), count('ask'), count('warn'), CASE_EVENT_TYPES.indexOf(type)];
};

/**
 * The `after` of each event. One that contradicts the days, closes a cycle or names a retracted event is ignored and reported. Events are checked in
 * order of their ids, so that the set alone determines which `after` closes a cycle.
 */
const validAfters = (
  dated: readonly DatedEvent[],
  events: readonly EventWithId<CaseEvent>[],
  retracted: ReadonlySet<string>,
): { follows: ReadonlyMap<string, string>; findings: readonly Finding[] } => {
  const eventsById = new Map(dated.map((event) => [event.id, event]));
  const follows = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { id, event } of events.filter(({ event }) => event.after !== undefined).sort(byId)) {
    const later = eventsById.get(id);
    const earlier = eventsById.get(event.after ?? '');
    if (earlier === undefined && retracted.has(event.after ?? '')) findings.push(finding('CASE.AFTER_RETRACTED', id));
    else if (earlier === undefined) findings.push(finding('CASE.AFTER_UNKNOWN', id));
    else if (later !== undefined && mustFollow(earlier, later, dated, follows))
      findings.push(finding('CASE.ORDER_CONTRADICTS', id, earlier.id));
    else if (later !== undefined) follows.set(id, earlier.id);
  }
  return { follows, findings };
};

/** Whether `later` is `earlier`, or must come after it by the days and the valid `after`s: a search along both relations. */
const mustFollow = (
  later: DatedEvent,
  earlier: DatedEvent,
  dated: readonly DatedEvent[],
  follows: ReadonlyMap<string, string>,
): boolean => {
  const visited = new Set<DatedEvent>();
  const open = [earlier];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    if (current === later) return true;
    if (visited.has(current)) continue;
    visited.add(current);
    for (const next of dated)
      if (isCertainlyBefore(current, next) || follows.get(next.id) === current.id) open.push(next);
  }
  return false;
};
