/**
 * The order in which the dated events of a case are applied. It depends on the set of events alone, never on the order of
 * recording (docs/decisions: partial dates and possible courses).
 */
import { standingEventsOf } from '../corrections.js';
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
}

export interface EventOrder {
  /** All events as they stand, undated ones too, in order of recording. */
  readonly standing: readonly EventWithId<CaseEvent>[];
  readonly events: readonly OrderedEvent[];
  /** Findings about `after`, and those of each event in the state before it. */
  readonly findings: readonly Finding[];
}

const toDated = ({ id, event }: EventWithId<CaseEvent>): DatedEvent => ({
  id,
  event,
  when: parseEdtf(event.occurredOn ?? '') ?? ANY_DAY,
});

/** Whether `a` happened before `b` in every possible course. */
const isCertainlyBefore = (a: DatedEvent, b: DatedEvent): boolean => a.when.latest < b.when.earliest;

/**
 * A topological sort by days and `after`. Of several events that can come next, the order prefers any other to `died`, then
 * the fewest refuse, ask and warn findings in the state so far, then the order of types in events.ts, then the lower id.
 */
export const orderOf = (recorded: readonly EventWithId<CaseEvent>[]): EventOrder => {
  const { events: standing, retracted } = standingEventsOf(recorded);
  const dated = standing.filter(({ event }) => caseEvents[event.type].dated).map(toDated);
  const { follows, findings } = validAfters(dated, standing, retracted);
  const waiting = new Set([...dated].sort(byId));
  const ordered: OrderedEvent[] = [];
  const allFindings: Finding[] = [...findings];
  let state: CaseState = INITIAL_STATE;
  while (waiting.size > 0) {
    const next = bestCandidate(candidatesIn(waiting, follows), state);
    waiting.delete(next);
    allFindings.push(...findingsAt(next, state));
    ordered.push({ ...next, axes: axesOf(next, state), after: follows.get(next.id) ?? null });
    state = applyEvent(next, state);
  }
  return { standing, events: ordered, findings: allFindings };
};

const byId = (a: EventWithId<CaseEvent>, b: EventWithId<CaseEvent>): number => (a.id < b.id ? -1 : 1);

/** Events that no other waiting event must precede, by its days or as their `after`. */
const candidatesIn = (
  waiting: ReadonlySet<DatedEvent>,
  follows: ReadonlyMap<string, string>,
): readonly DatedEvent[] => {
  let earliestEnd = Infinity;
  const ids = new Set<string>();
  for (const { id, when } of waiting) {
    earliestEnd = Math.min(earliestEnd, when.latest);
    ids.add(id);
  }
  return [...waiting].filter(({ id, when }) => when.earliest <= earliestEnd && !ids.has(follows.get(id) ?? ''));
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
  for (const { id, event } of [...events].sort(byId)) {
    if (event.after === undefined) continue;
    const later = eventsById.get(id);
    const earlier = eventsById.get(event.after);
    if (earlier === undefined && retracted.has(event.after)) findings.push(finding('CASE.AFTER_RETRACTED', id));
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
