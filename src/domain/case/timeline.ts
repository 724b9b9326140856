/**
 * Order, periods and findings of a case, computed from its events. Decisions and read models both use these functions, so
 * they cannot disagree. Every event is applied, even one with a `refuse` finding; only `decide` refuses.
 */
import { findingKey } from '../decide.js';
import type { Finding, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import { finding, type FindingCode } from './findings.js';
import { instrumentIdsIn, type ReferenceData } from './reference-data.js';
import { extendOrder, orderOf, type EventOrder } from './order.js';
import { coursesOf, extendCourses, type PossibleCourses } from './periods.js';
import { findingsOfSingleEvents } from './referents.js';

/** What follows from the events of a case alone, without reference data. */
export interface Timeline {
  readonly order: EventOrder;
  readonly courses: PossibleCourses;
}

/** The timeline of events that are given in order of recording; only what amendments make of the events depends on that order. */
export const timelineOf = (events: readonly EventWithId<CaseEvent>[]): Timeline => {
  const order = orderOf(events);
  return { order, courses: coursesOf(order.events) };
};

/**
 * The timeline with one more event: what `timelineOf` says of all of them. An event that certainly comes after all others
 * costs one step; any other makes the periods be computed anew, and the order from where the event may come.
 */
export const extendTimeline = ({ order, courses }: Timeline, added: EventWithId<CaseEvent>): Timeline => {
  const extended = extendOrder(order, added);
  return {
    order: extended,
    courses: extended.events === order.events ? courses : extendCourses(courses, extended.events),
  };
};

/** The timeline of `events`, which is extended from another one if that is the timeline of the first of them. */
export const continueTimeline = (previous: Timeline | null, events: readonly EventWithId<CaseEvent>[]): Timeline => {
  const recorded = previous?.order.recorded ?? [];
  return previous !== null && recorded.every(({ id }, index) => id === events[index]?.id)
    ? events.slice(recorded.length).reduce(extendTimeline, previous)
    : timelineOf(events);
};

/** Ids of releases whose reason names a mechanism that no event of the episode supports. */
export const unfoundedReleases = ({ order }: Timeline): ReadonlySet<string> => {
  const unfounded = order.findings.filter(({ code }) => code === ('CASE.RELEASE_UNFOUNDED' satisfies FindingCode));
  return new Set(unfounded.flatMap(({ events }) => events));
};

/** All findings of a case, sorted by code and events. `referenceData` covers its events. */
export const findingsOf = (order: EventOrder, referenceData: ReferenceData): readonly Finding[] =>
  findingsWith(order, order.standing, referenceData);

/**
 * The findings of a case before and after new events, as `findingsOf` says them, but for those of single events that both have: an
 * event that stands as before has the same ones. So `referenceData` need not cover it.
 */
export const findingsBeforeAndAfter = (
  before: EventOrder,
  after: EventOrder,
  referenceData: ReferenceData,
): readonly [before: readonly Finding[], after: readonly Finding[]] => {
  const changedIn = (order: EventOrder, other: EventOrder): readonly EventWithId<CaseEvent>[] => {
    const others = new Map(other.standing.map(({ id, event }) => [id, event]));
    return order.standing.filter(({ id, event }) => others.get(id) !== event);
  };
  return [
    findingsWith(before, changedIn(before, after), referenceData),
    findingsWith(after, changedIn(after, before), referenceData),
  ];
};

/** The findings of the case as a whole, and those of `singleEvents`, each judged by itself. */
const findingsWith = (
  { standing, findings }: EventOrder,
  singleEvents: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
): readonly Finding[] =>
  sortedFindings([
    ...findings,
    ...findingsOfSingleEvents(singleEvents, referenceData),
    ...repeatedOpening(standing),
    ...repeatedClemency(standing),
  ]);

/**
 * All `opened` events are named, since their order is unknown: they are undated. The events of a survivor are those of the cases
 * merged into it too, each with its own opening.
 */
const repeatedOpening = (events: readonly EventWithId<CaseEvent>[]): readonly Finding[] => {
  const idsOf = (type: CaseEvent['type']): readonly string[] =>
    events.filter(({ event }) => event.type === type).map(({ id }) => id);
  const opened = idsOf('opened');
  const absorbed = idsOf('merged').length - idsOf('unmerged').length;
  return opened.length > 1 + absorbed ? [finding('CASE.ALREADY_OPENED', ...opened)] : [];
};

/** Instruments that were applied to the person more than once, whatever the clause. */
const repeatedClemency = (events: readonly EventWithId<CaseEvent>[]): readonly Finding[] => {
  const byInstrument = new Map<string, string[]>();
  for (const { id, event } of events)
    for (const instrument of instrumentIdsIn(event))
      byInstrument.set(instrument, [...(byInstrument.get(instrument) ?? []), id]);
  return [...byInstrument.values()].flatMap((ids) => (ids.length > 1 ? [finding('CASE.ALREADY_REACHED', ...ids)] : []));
};

const sortedFindings = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => (findingKey(a) < findingKey(b) ? -1 : 1));
