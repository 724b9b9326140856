/**
 * From events to order, periods and findings: one function behind deciding and showing, so that what was accepted and
 * what is shown cannot disagree. It applies every event and lists what is odd; it refuses nothing.
 */
import { findingKey } from '../decide.js';
import type { Finding, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import { finding, type FindingCode } from './findings.js';
import type { ReferenceData } from './reference-data.js';
import { orderOf, type EventOrder } from './order.js';
import type { Period } from './period.js';
import { periodsIn } from './periods.js';
import { findingsOfSingleEvents } from './referents.js';

export interface Timeline {
  /** Ids of the dated events, in the order in which they are applied. */
  readonly order: readonly string[];
  readonly periods: readonly Period[];
  /** Sorted by code and events. */
  readonly findings: readonly Finding[];
}

export const timelineOf = (events: readonly EventWithId<CaseEvent>[], given: ReferenceData): Timeline => {
  const order = orderOf(events);
  return {
    order: order.events.map(({ id }) => id),
    periods: periodsIn(order.events),
    findings: findingsIn(order, events, given),
  };
};

/** The periods alone: they depend on the set of events, and on nothing that the events refer to. */
export const periodsOf = (events: readonly EventWithId<CaseEvent>[]): readonly Period[] =>
  periodsIn(orderOf(events).events);

/** The periods, and the ids of the releases that no event of the episode founds: their reason counts for nothing. */
export const periodsAndUnfoundedReleases = (
  events: readonly EventWithId<CaseEvent>[],
): { readonly periods: readonly Period[]; readonly unfounded: ReadonlySet<string> } => {
  const order = orderOf(events);
  const unfounded = order.findings.filter(({ code }) => code === ('CASE.RELEASE_UNFOUNDED' satisfies FindingCode));
  return { periods: periodsIn(order.events), unfounded: new Set(unfounded.flatMap((found) => found.events)) };
};

/** The findings alone, for deciding. */
export const findingsOf = (events: readonly EventWithId<CaseEvent>[], given: ReferenceData): readonly Finding[] =>
  findingsIn(orderOf(events), events, given);

const findingsIn = (
  order: EventOrder,
  events: readonly EventWithId<CaseEvent>[],
  given: ReferenceData,
): readonly Finding[] => sorted([...order.findings, ...findingsOfSingleEvents(events, given), ...openedAgain(events)]);

/** A case begins once; whichever came first, the events that say so collide. */
const openedAgain = (events: readonly EventWithId<CaseEvent>[]): readonly Finding[] => {
  const opened = events.filter(({ event }) => event.type === 'opened').map(({ id }) => id);
  return opened.length > 1 ? [finding('CASE.ALREADY_OPENED', ...opened)] : [];
};

const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => (findingKey(a) < findingKey(b) ? -1 : 1));
