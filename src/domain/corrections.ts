/**
 * Events as they stand: what earlier events say once later corrections and retractions are applied. Pure, for streams of
 * every kind, and total: an amendment of an event that was not recorded before it has no effect.
 */
import type { AmendmentFields, AmendmentType, CorrectedFields, NonAmendment } from './amendments.js';
import type { CommonFields, EventOf, EventWithId } from './event.js';

type AnyEventData = { readonly type: string } & CommonFields;
export type Amendment = EventOf<AmendmentFields>;

/** The events of a stream, or of the streams of a merged case, as they stand. */
export interface StandingEvents<E extends AnyEventData> {
  /** In order of recording: corrected fields in place, without retracted events, corrections and retractions. */
  readonly events: readonly EventWithId<NonAmendment<E>>[];
  /** The ids of the retracted events, retracted corrections and retractions included. */
  readonly retractedIds: ReadonlySet<string>;
}

const NONE_RETRACTED: ReadonlySet<string> = new Set();

export const isAmendment = (event: { readonly type: string }): event is Amendment =>
  event.type === ('corrected' satisfies AmendmentType) || event.type === ('retracted' satisfies AmendmentType);

/** `recorded` must be in order of recording. Without an amendment in it, `events` is the same array. */
export const standingEventsOf = <E extends AnyEventData>(recorded: readonly EventWithId<E>[]): StandingEvents<E> => {
  if (!recorded.some(({ event }) => isAmendment(event)))
    return { events: recorded as NonAmendments<E>, retractedIds: NONE_RETRACTED };
  const { correctedFieldsById, retractedIds } = amendmentEffectsOf(recorded);
  const standing = recorded.flatMap(({ id, event }) =>
    isAmendment(event) || retractedIds.has(id) ? [] : [{ id, event: withFields(event, correctedFieldsById.get(id)) }],
  );
  return { events: standing as unknown as NonAmendments<E>, retractedIds };
};

type NonAmendments<E extends AnyEventData> = StandingEvents<E>['events'];

/** The events of `standingEventsOf`, without the ids of those that are retracted. */
export const eventsAsTheyStand = <E extends AnyEventData>(recorded: readonly EventWithId<E>[]): NonAmendments<E> =>
  standingEventsOf(recorded).events;

/** The fields of each event that standing corrections replace, and the ids of the retracted events. */
export const amendmentEffectsOf = (
  recorded: readonly EventWithId<AnyEventData>[],
): {
  readonly correctedFieldsById: ReadonlyMap<string, CorrectedFields>;
  readonly retractedIds: ReadonlySet<string>;
} => {
  const correctedFieldsById = new Map<string, CorrectedFields>();
  const retractedIds = new Set<string>();
  const laterIds = new Set<string>();
  // Backwards: only later events amend an amendment, so what they say about it is known when it is reached.
  for (const { id, event } of recorded.toReversed()) {
    laterIds.add(id);
    if (!isAmendment(event) || retractedIds.has(id) || laterIds.has(event.event)) continue;
    if (event.type === 'retracted') retractedIds.add(event.event);
    else
      correctedFieldsById.set(event.event, {
        ...event.data,
        ...correctedFieldsById.get(id),
        ...correctedFieldsById.get(event.event),
      });
  }
  return { correctedFieldsById, retractedIds };
};

/** An event with some of its fields replaced; null removes a field. `type` always stays. */
export const withFields = <E extends AnyEventData>(event: E, fields: CorrectedFields | undefined): E => {
  if (fields === undefined) return event;
  const merged = Object.entries({ ...event, ...fields, type: event.type }).filter(
    ([field, value]) => value !== null || !Object.hasOwn(fields, field),
  );
  return Object.fromEntries(merged) as unknown as E;
};
