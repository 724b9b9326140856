/**
 * The order of a case's dated events. It depends on the set of events alone, never on when they were recorded
 * (docs/decisions: partial dates and possible courses).
 */
import type { Finding, EventWithId } from '../event.js';
import { ANY_DAY, parseEdtf } from '../time.js';
import { CASE_EVENT_TYPES, caseEvents, type CaseEvent } from './events.js';
import { finding } from './findings.js';
import { axesOf, applyEvent, findingsAt, type Axis, type DatedEvent } from './rules.js';
import { INITIAL_STATE, type CaseState } from './state.js';

/** An event in its place, with the axes that it changes there and the event that it is said to follow. */
export interface OrderedEvent extends DatedEvent {
  readonly axes: readonly Axis[];
  readonly after: string | null;
}

export interface EventOrder {
  readonly events: readonly OrderedEvent[];
  /** About the order itself, and about each event after those before it. */
  readonly findings: readonly Finding[];
}

const place = ({ id, event }: EventWithId<CaseEvent>): DatedEvent => ({
  id,
  event,
  when: parseEdtf(event.occurredOn ?? '') ?? ANY_DAY,
});

/** It certainly happened before the other: its last possible day lies before the other's first. */
const before = (a: DatedEvent, b: DatedEvent): boolean => a.when.latest < b.when.earliest;

/**
 * Among the events that are free to come next: `died` last; then the one with the fewest refuse, ask and warn findings in
 * the state so far; then the order of the table of events; then the id.
 */
export const orderOf = (events: readonly EventWithId<CaseEvent>[]): EventOrder => {
  const placed = events.filter(({ event }) => caseEvents[event.type].dated).map(place);
  const { follows, findings } = follow(placed, events);
  const waiting = new Set([...placed].sort(byId));
  const ordered: OrderedEvent[] = [];
  const found: Finding[] = [...findings];
  let state: CaseState = INITIAL_STATE;
  while (waiting.size > 0) {
    const next = best(free(waiting, follows), state);
    waiting.delete(next);
    found.push(...findingsAt(next, state));
    ordered.push({ ...next, axes: axesOf(next, state), after: follows.get(next.id) ?? null });
    state = applyEvent(next, state);
  }
  return { events: ordered, findings: found };
};

const byId = (a: DatedEvent, b: DatedEvent): number => (a.id < b.id ? -1 : 1);

/** Those that need not wait for another: nothing waiting certainly happened before, or is what it is said to follow. */
const free = (waiting: ReadonlySet<DatedEvent>, follows: ReadonlyMap<string, string>): readonly DatedEvent[] => {
  let firstOver = Infinity;
  const ids = new Set<string>();
  for (const { id, when } of waiting) {
    firstOver = Math.min(firstOver, when.latest);
    ids.add(id);
  }
  return [...waiting].filter(({ id, when }) => when.earliest <= firstOver && !ids.has(follows.get(id) ?? ''));
};

const best = (candidates: readonly DatedEvent[], state: CaseState): DatedEvent => {
  const [first, ...others] = candidates.map((placed) => ({
    placed,
    rank: candidates.length > 1 ? rank(placed, state) : [],
  }));
  if (first === undefined) throw new Error('events wait for each other');
  return others.reduce((least, other) => (isLess(other.rank, least.rank) ? other : least), first).placed;
};

/** Lists of numbers compared from the front; candidates come sorted by id, so that the first of equals has the least. */
const isLess = (a: readonly number[], b: readonly number[]): boolean => {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
};

const rank = (placed: DatedEvent, state: CaseState): readonly number[] => {
  const grades = findingsAt(placed, state).map(({ grade }) => grade);
  const count = (grade: Finding['grade']): number => grades.filter((g) => g === grade).length;
  const { type } = placed.event;
  return [type === 'died' ? 1 : 0, count('refuse'), count('ask'), count('warn'), CASE_EVENT_TYPES.indexOf(type)];
};

/**
 * What each event is said to follow. An `after` that contradicts the days or closes a circle is a finding and is ignored;
 * which one closes it is decided in the order of the events' ids, so that the set alone decides.
 */
const follow = (
  placed: readonly DatedEvent[],
  events: readonly EventWithId<CaseEvent>[],
): { follows: ReadonlyMap<string, string>; findings: readonly Finding[] } => {
  const byKey = new Map(placed.map((p) => [p.id, p]));
  const follows = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { id, event } of [...events].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (event.after === undefined) continue;
    const later = byKey.get(id);
    const earlier = byKey.get(event.after);
    if (earlier === undefined) findings.push(finding('CASE.AFTER_UNKNOWN', id));
    else if (later !== undefined && leads(later, earlier, placed, follows))
      findings.push(finding('CASE.ORDER_CONTRADICTS', id, earlier.id));
    else if (later !== undefined) follows.set(id, earlier.id);
  }
  return { follows, findings };
};

/** Whether `to` is `from`, or must come after it by the days and by what is said to follow what. */
const leads = (
  from: DatedEvent,
  to: DatedEvent,
  placed: readonly DatedEvent[],
  follows: ReadonlyMap<string, string>,
): boolean => {
  const seen = new Set<DatedEvent>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const next of placed) if (before(at, next) || follows.get(next.id) === at.id) open.push(next);
  }
  return false;
};
