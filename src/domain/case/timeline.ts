/**
 * Order, periods and findings of a case, computed from its events. Decisions and read models both use these functions, so
 * they cannot disagree. Every event is applied, even one with a `refuse` finding; only `decide` refuses.
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
  /** Ids of the dated events in the order in which they are applied. */
  readonly order: readonly string[];
  readonly periods: readonly Period[];
  /** Sorted by code and events. */
  readonly findings: readonly Finding[];
}

export const timelineOf = (events: readonly EventWithId<CaseEvent>[], referenceData: ReferenceData): Timeline => {
  const order = orderOf(events);
  return {
    order: order.events.map(({ id }) => id),
    periods: periodsIn(order.events),
    findings: findingsIn(order, referenceData),
  };
};

/** The periods alone, which depend on no reference data. */
export const periodsOf = (events: readonly EventWithId<CaseEvent>[]): readonly Period[] =>
  periodsIn(orderOf(events).events);

/** The periods, and the ids of unfounded releases, whose reason must not be counted. */
export const periodsAndUnfoundedReleases = (
  events: readonly EventWithId<CaseEvent>[],
): { readonly periods: readonly Period[]; readonly unfounded: ReadonlySet<string> } => {
  const order = orderOf(events);
  const unfounded = order.findings.filter(({ code }) => code === ('CASE.RELEASE_UNFOUNDED' satisfies FindingCode));
  return { periods: periodsIn(order.events), unfounded: new Set(unfounded.flatMap((finding) => finding.events)) };
};

export const findingsOf = (
  events: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
): readonly Finding[] => findingsIn(orderOf(events), referenceData);

const findingsIn = ({ standing, findings }: EventOrder, referenceData: ReferenceData): readonly Finding[] =>
  sorted([...findings, ...findingsOfSingleEvents(standing, referenceData), ...repeatedOpening(standing)]);

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

const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => (findingKey(a) < findingKey(b) ? -1 : 1));
