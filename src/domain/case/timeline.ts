/**
 * Order, periods and findings of a case, computed from its events. Decisions and read models both use these functions, so
 * they cannot disagree. Every event is applied, even one with a `refuse` finding; only `decide` refuses.
 */
import { findingKey } from '../decide.js';
import type { Finding, EventWithId } from '../event.js';
import { parseEdtf } from '../time.js';
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
  return { order, courses: coursesOf(order.datedEvents) };
};

/**
 * The timeline with one more event: the same as `timelineOf` of all events. An undated event without `after` leaves periods as they are,
 * and one that certainly comes after all others costs one step. For any other dated event, all periods are computed anew, and the order
 * from the first place that the event may take; for an amendment, everything.
 */
export const extendTimeline = ({ order, courses }: Timeline, added: EventWithId<CaseEvent>): Timeline => {
  const extended = extendOrder(order, added);
  return {
    order: extended,
    courses: extended.datedEvents === order.datedEvents ? courses : extendCourses(courses, extended.datedEvents),
  };
};

/** The timeline of `events`. Extends `previous` if that is the timeline of the first of these events; else computes all. */
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
  collectFindings(order, order.standingEvents, referenceData);

/**
 * The findings of a case before and after new events, as `findingsOf` gives them, but without the single-event findings of events that
 * stand unchanged: these are the same on both sides, so `referenceData` need not cover such events.
 */
export const findingsBeforeAndAfter = (
  before: EventOrder,
  after: EventOrder,
  referenceData: ReferenceData,
): readonly [before: readonly Finding[], after: readonly Finding[]] => {
  const changedIn = (order: EventOrder, other: EventOrder): readonly EventWithId<CaseEvent>[] => {
    const others = new Map(other.standingEvents.map(({ id, event }) => [id, event]));
    return order.standingEvents.filter(({ id, event }) => others.get(id) !== event);
  };
  return [
    collectFindings(before, changedIn(before, after), referenceData),
    collectFindings(after, changedIn(after, before), referenceData),
  ];
};

/** The findings of the case as a whole, and those of `singleEvents`, each judged by itself. */
const collectFindings = (
  { standingEvents, findings }: EventOrder,
  singleEvents: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
): readonly Finding[] =>
  sortedFindings([
    ...findings,
    ...findingsOfSingleEvents(singleEvents, referenceData),
    ...repeatedOpeningFindings(standingEvents),
    ...repeatedClemencyFindings(standingEvents),
    ...unbornFindings(standingEvents),
  ]);

/**
 * The finding lists all `opened` events: they are undated, so which came first is unknown. A case also has the events of the cases
 * merged into it, each with an `opened` of its own.
 */
const repeatedOpeningFindings = (events: readonly EventWithId<CaseEvent>[]): readonly Finding[] => {
  const idsOf = (type: CaseEvent['type']): readonly string[] =>
    events.filter(({ event }) => event.type === type).map(({ id }) => id);
  const opened = idsOf('opened');
  const absorbed = idsOf('merged').length - idsOf('unmerged').length;
  return opened.length > 1 + absorbed ? [finding('CASE.ALREADY_OPENED', ...opened)] : [];
};

/** Asks about each arrest before the birth, as the last event that says anything of the birth has it. */
const unbornFindings = (events: readonly EventWithId<CaseEvent>[]): readonly Finding[] => {
  const dating = events.findLast(({ event }) => 'born' in event);
  const birth = dating !== undefined && 'born' in dating.event ? parseEdtf(dating.event.born ?? '') : null;
  if (dating === undefined || birth === null) return [];
  return events.flatMap(({ id, event }) =>
    event.type === 'arrested' && (parseEdtf(event.occurredOn ?? '')?.latest ?? birth.earliest) < birth.earliest
      ? [finding('CASE.ARRESTED_UNBORN', id, dating.id)]
      : [],
  );
};

/** A finding for each instrument that was applied to the person more than once, whatever the clause. */
const repeatedClemencyFindings = (events: readonly EventWithId<CaseEvent>[]): readonly Finding[] => {
  const byInstrument = new Map<string, string[]>();
  for (const { id, event } of events)
    for (const instrument of instrumentIdsIn(event))
      byInstrument.set(instrument, [...(byInstrument.get(instrument) ?? []), id]);
  return [...byInstrument.values()].flatMap((ids) => (ids.length > 1 ? [finding('CASE.ALREADY_REACHED', ...ids)] : []));
};

const sortedFindings = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => (findingKey(a) < findingKey(b) ? -1 : 1));
