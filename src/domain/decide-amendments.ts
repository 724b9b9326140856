/** What makes a correction or retraction impossible in itself, whatever kind of stream it is in. */
import { finding } from './case/findings.js';
import { amendmentEffectsOf, eventsAsTheyStand, isAmendment, withFields, type Amendment } from './corrections.js';
import type { CommonFields, Decision, EventWithId, Finding } from './event.js';

type AnyEventData = { readonly type: string } & CommonFields;
type CorrectionEvent = Extract<Amendment, { type: 'corrected' }>;
type Events = readonly EventWithId<AnyEventData>[];

/** The types of the event that begins a stream. While it is retracted, no other event of the stream may stand. */
const BEGINNING_TYPES: ReadonlySet<string> = new Set(['opened', 'list-defined', 'instrument-registered', 'claimed']);
/** Types that another event undoes (`unmerged` undoes `merged`), and types that record what the register itself did. */
const NOT_RETRACTABLE_TYPES: ReadonlySet<string> = new Set([
  'merged',
  'unmerged',
  'application-started',
  'application-finished',
  'edition-published',
]);

/**
 * Refuses new events of one stream if an amendment among them is impossible, or if the event that begins the stream is retracted while
 * others stand; null otherwise.
 */
export const refuseImpossibleAmendments = (history: Events, newEvents: Events): Decision | null => {
  const isAmendmentEvent = ({ event }: EventWithId<AnyEventData>): boolean => isAmendment(event);
  if (!newEvents.some(isAmendmentEvent) && !history.some(isAmendmentEvent)) return null;
  const findings = amendmentFindings(history, newEvents);
  return findings.length > 0 ? { outcome: 'refused', findings } : null;
};

/** Judges each new amendment by the events before it; whether the stream's first event stands, by all. `history`: in recorded order. */
const amendmentFindings = (history: Events, newEvents: Events): readonly Finding[] => [
  ...newEvents.flatMap(({ id, event }, index) =>
    isAmendment(event) ? findingsOfAmendment(id, event, [...history, ...newEvents.slice(0, index)]) : [],
  ),
  ...retractedBeginningFindings([...history, ...newEvents]),
];

const findingsOfAmendment = (id: string, event: Amendment, before: Events): readonly Finding[] => {
  const target = before.find((other) => other.id === event.event);
  if (target === undefined) return [finding('CORRECTION.EVENT_UNKNOWN', id)];
  const { retractedIds } = amendmentEffectsOf(before);
  const amended = event.type === 'corrected' ? [target, ...eventsCorrectedBy(target, before)] : [target];
  const retracted = amended.find((other) => retractedIds.has(other.id));
  if (retracted !== undefined) return [finding('CORRECTION.EVENT_RETRACTED', id, retracted.id)];
  if (event.type === 'corrected') return findingsOfCorrection({ id, event }, amended, before);
  return NOT_RETRACTABLE_TYPES.has(target.event.type) ? [finding('CORRECTION.NOT_RETRACTABLE', id, target.id)] : [];
};

/** `corrected`: the event that is corrected, then the events that it corrects itself, the original last. */
const findingsOfCorrection = (
  correction: EventWithId<CorrectionEvent>,
  corrected: Events,
  before: Events,
): readonly Finding[] => {
  const { id, event } = correction;
  const root = originalEventOf<AnyEventData>(correction, before);
  const [was, is] = [asCorrected(root, before), asCorrected(root, [...before, correction])];
  const fields = Object.keys(event.data);
  const overridden = fields.filter((field) => !areEqualJson(event.data[field] ?? undefined, fieldOf(is, field)));
  if (overridden.length > 0)
    return [finding('CORRECTION.OVERRIDDEN', id, ...overridingIds(overridden, corrected, before))];
  const isChanged = fields.some((field) => !areEqualJson(fieldOf(was, field), fieldOf(is, field)));
  return isChanged ? [] : [finding('CORRECTION.CHANGES_NOTHING', id, event.event)];
};

/** The ids of the other corrections in force of the same event that say something of the fields. */
const overridingIds = (fields: readonly string[], corrected: Events, before: Events): readonly string[] => {
  const { retractedIds } = amendmentEffectsOf(before);
  return before.flatMap((other) => {
    const { id, event } = other;
    const isOfSameEvent = eventsCorrectedBy(other, before).at(-1) === corrected.at(-1) && !corrected.includes(other);
    return isOfSameEvent && !retractedIds.has(id) && fields.some((field) => field in (event as CorrectionEvent).data)
      ? [id]
      : [];
  });
};

/** The events that a correction corrects, through any chain of corrections, the original last; none of any other event. */
const eventsCorrectedBy = <E extends AnyEventData>(
  { event }: EventWithId<E>,
  recorded: readonly EventWithId<E>[],
): readonly EventWithId<E>[] => {
  const index =
    isAmendment(event) && event.type === 'corrected' ? recorded.findIndex(({ id }) => id === event.event) : -1;
  const target = recorded[index];
  return target === undefined ? [] : [target, ...eventsCorrectedBy(target, recorded.slice(0, index))];
};

/** The event that a correction corrects in the end, through any chain of corrections; any other event is returned as it is. */
export const originalEventOf = <E extends AnyEventData>(
  event: EventWithId<E>,
  recorded: readonly EventWithId<E>[],
): EventWithId<E> => eventsCorrectedBy(event, recorded).at(-1) ?? event;

/** An event with its fields as corrected, even if the event is retracted. */
export const asCorrected = <E extends AnyEventData>(
  { id, event }: EventWithId<E>,
  recorded: readonly EventWithId<E>[],
): E => withFields(event, amendmentEffectsOf(recorded).correctedFieldsById.get(id));

const fieldOf = (event: AnyEventData, field: string): unknown => (event as unknown as Record<string, unknown>)[field];

/** Whether two JSON values are equal; the order of keys does not matter. */
const areEqualJson = (a: unknown, b: unknown): boolean => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  const valueIn = (object: object, key: string): unknown => (object as Record<string, unknown>)[key];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && areEqualJson(valueIn(a, key), valueIn(b, key)))
  );
};

const retractedBeginningFindings = (recorded: Events): readonly Finding[] => {
  const beginnings = recorded.filter(({ event }) => BEGINNING_TYPES.has(event.type));
  const standing = eventsAsTheyStand(recorded);
  return beginnings.length === 0 ||
    standing.length === 0 ||
    standing.some(({ event }) => BEGINNING_TYPES.has(event.type))
    ? []
    : [finding('CORRECTION.BEGINNING_RETRACTED', ...beginnings.map(({ id }) => id))];
};
