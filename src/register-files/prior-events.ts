/** The events of a subject at the time of an import, in the form to compare a file with. Pure. */
import { eventsAsTheyStand, isAmendment } from '../domain/corrections.js';
import type { AnyEvent } from '../domain/events.js';

/** An event that the log has already. */
export interface PriorEvent {
  readonly id: string;
  readonly event: AnyEvent;
  /** Recorded by an earlier import of the same kind of file and list. */
  readonly isFromEarlierImport: boolean;
}

/** A recorded event in the form that the file is compared with. */
export interface ComparableEvent extends PriorEvent {
  /** The event with the corrections of everybody; null once it is retracted. */
  readonly eventAsItStands: AnyEvent | null;
}

/**
 * The recorded events without amendments. Events of earlier imports have only the amendments of such imports applied, so that
 * what a person corrected since does not make an unchanged row a changed one. All other events are as they stand.
 */
export const comparableEvents = (recorded: readonly PriorEvent[]): readonly ComparableEvent[] => {
  const standing = eventsById(eventsAsTheyStand(recorded));
  const ofImport = eventsById(
    eventsAsTheyStand(recorded.filter(({ event, isFromEarlierImport }) => isFromEarlierImport || !isAmendment(event))),
  );
  return recorded.flatMap(({ id, isFromEarlierImport }) => {
    const event = (isFromEarlierImport ? ofImport : standing).get(id);
    return event === undefined ? [] : [{ id, event, isFromEarlierImport, eventAsItStands: standing.get(id) ?? null }];
  });
};

/** Whether an earlier import amended events: a row may then return to content that it had before the amendment. */
export const hasImportAmendments = (recorded: readonly PriorEvent[]): boolean =>
  recorded.some(({ event, isFromEarlierImport }) => isFromEarlierImport && isAmendment(event));

const eventsById = (
  events: readonly { readonly id: string; readonly event: AnyEvent }[],
): ReadonlyMap<string, AnyEvent> => new Map(events.map(({ id, event }) => [id, event]));
