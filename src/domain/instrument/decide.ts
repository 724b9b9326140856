import { finding } from '../case/findings.js';
import { eventsAsTheyStand } from '../corrections.js';
import { decideByFindings } from '../decide.js';
import { refuseImpossibleAmendments } from '../decide-amendments.js';
import type { NonAmendment } from '../amendments.js';
import type { Decision, EventWithId, Finding } from '../event.js';
import type { ListDefinition } from '../list/list.js';
import { parseEdtf, type Interval } from '../time.js';
import { canBeMet } from './clause-conflicts.js';
import { applicationFindings } from './applications.js';
import type { ClauseFields, InstrumentEvent } from './events.js';
import { foldInstrument, isSameClauseVersion, type Instrument } from './instrument.js';

/** By id: the lists that the conditions of clauses and applications name, without those that do not exist. */
export type ListsById = ReadonlyMap<string, ListDefinition>;

/** Decides whether an instrument may record new events. `lists` covers the history and the new events. */
export const decide = (
  history: readonly EventWithId<InstrumentEvent>[],
  newEvents: readonly EventWithId<InstrumentEvent>[],
  lists: ListsById,
  acknowledge: readonly string[],
): Decision =>
  refuseImpossibleAmendments(history, newEvents) ??
  decideByFindings(findingsOf(history, lists), findingsOf([...history, ...newEvents], lists), acknowledge);

/** The ids of the lists to load before a decision on these events. */
export const listIdsNamedBy = (events: readonly InstrumentEvent[]): ReadonlySet<string> =>
  new Set(
    events.flatMap((event) =>
      event.type === 'application-started'
        ? [event.list]
        : conditionsIn(event).flatMap(({ category }) => category?.list ?? []),
    ),
  );

/** The conditions that a `clause-set` event or a correction of one has; none for any other event. */
const conditionsIn = (event: InstrumentEvent): ClauseFields['conditions'] => {
  if (event.type === 'clause-set') return event.conditions;
  const corrected = event.type === 'corrected' ? (event.data as Partial<ClauseFields>).conditions : undefined;
  return corrected ?? [];
};

const findingsOf = (events: readonly EventWithId<InstrumentEvent>[], lists: ListsById): readonly Finding[] => {
  let instrument: Instrument | null = null;
  return eventsAsTheyStand(events).flatMap(({ id, event }) => {
    const before = instrument;
    instrument = foldInstrument('', [event], before);
    return instrumentEventFindings(before, id, event, instrument, lists);
  });
};

/** `before`: the instrument as the events before this one made it; `after`: with this one. */
const instrumentEventFindings = (
  before: Instrument | null,
  id: string,
  event: NonAmendment<InstrumentEvent>,
  after: Instrument | null,
  lists: ListsById,
): readonly Finding[] => {
  if (before === null && event.type !== 'instrument-registered') return [finding('INSTRUMENT.UNKNOWN', id)];
  switch (event.type) {
    case 'instrument-registered':
      return [...(before === null ? [] : [finding('INSTRUMENT.ALREADY_REGISTERED', id)]), ...dateFindings(id, event)];
    case 'instrument-amended':
      return dateFindings(id, after ?? {});
    case 'clause-set':
      return [
        ...(hasStandingVersion(before, event) ? [finding('CLAUSE.VERSION_TAKEN', id)] : []),
        ...clauseFindings(id, event, lists),
      ];
    case 'clause-withdrawn':
      return hasStandingVersion(before, event) ? [] : [finding('CLAUSE.VERSION_UNKNOWN', id)];
    case 'application-started':
      return applicationFindings(id, event, before, lists);
    case 'application-finished':
      return [];
  }
};

const hasStandingVersion = (
  instrument: Instrument | null,
  version: Pick<ClauseFields, 'clause' | 'version'>,
): boolean => instrument?.clauseVersions.some((standing) => isSameClauseVersion(standing, version)) ?? false;

const clauseFindings = (id: string, { conditions }: ClauseFields, lists: ListsById): readonly Finding[] => [
  ...(canBeMet(conditions) ? [] : [finding('CLAUSE.CONTRADICTS_ITSELF', id)]),
  ...conditions.flatMap(({ category }) => (category === undefined ? [] : categoryFindings(id, category, lists))),
];

const categoryFindings = (
  id: string,
  category: NonNullable<ClauseFields['conditions'][number]['category']>,
  lists: ListsById,
): readonly Finding[] => {
  const list = lists.get(category.list);
  if (list === undefined) return [finding('LIST.UNKNOWN', id)];
  const named = [...(category.in ?? []), ...(category.notIn ?? [])];
  return named.every((one) => list.categories.has(one)) ? [] : [finding('CATEGORY.UNKNOWN', id)];
};

type OrderedDates = Pick<Instrument, 'submitted' | 'adopted' | 'inForce' | 'windowEnd'>;

/** The dates of an instrument follow the order of legislation. */
const dateFindings = (
  id: string,
  { submitted, adopted, inForce, windowEnd }: Partial<OrderedDates>,
): readonly Finding[] =>
  canBeInOrder([submitted, adopted, inForce, windowEnd]) ? [] : [finding('INSTRUMENT.DATES_CONTRADICT', id)];

/** Whether partial dates can be in ascending order; absent dates are skipped. */
const canBeInOrder = (dates: readonly (string | undefined)[]): boolean => {
  const intervals = dates.map((date) => parseEdtf(date ?? '')).filter((day): day is Interval => day !== null);
  return intervals.every((day, index) => intervals.slice(index + 1).every((later) => day.earliest <= later.latest));
};
