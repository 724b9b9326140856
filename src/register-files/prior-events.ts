/** The events of a subject that an import finds, as the import itself last said them and as they stand. Pure. */
import { eventsAsTheyStand, isAmendment } from '../domain/corrections.js';
import type { AnyEvent } from '../domain/events.js';

/** An event that the log has already. */
export interface PriorEvent {
  readonly id: string;
  readonly event: AnyEvent;
  /** Recorded by an earlier import of the same kind of file and list. */
  readonly fromThisImport: boolean;
}

/** An event to compare what a file says with. */
export interface ComparableEvent extends PriorEvent {
  /** The event with the corrections of everybody; null once it is retracted. */
  readonly standing: AnyEvent | null;
}

/**
 * Events without amendments. Those of this import are as its own amendments leave them: what a person corrected since does not make
 * an unchanged row a changed one. Those of others are as they stand.
 */
export const comparableEvents = (recorded: readonly PriorEvent[]): readonly ComparableEvent[] => {
  const standing = eventsById(eventsAsTheyStand(recorded));
  const ofImport = eventsById(
    eventsAsTheyStand(recorded.filter(({ event, fromThisImport }) => fromThisImport || !isAmendment(event))),
  );
  return recorded.flatMap(({ id, fromThisImport }) => {
    const event = (fromThisImport ? ofImport : standing).get(id);
    return event === undefined ? [] : [{ id, event, fromThisImport, standing: standing.get(id) ?? null }];
  });
};

/** Whether an import has amended events before, so that the same row may come to say what it said before that. */
export const hasAmended = (recorded: readonly PriorEvent[]): boolean =>
  recorded.some(({ event, fromThisImport }) => fromThisImport && isAmendment(event));

const eventsById = (
  events: readonly { readonly id: string; readonly event: AnyEvent }[],
): ReadonlyMap<string, AnyEvent> => new Map(events.map(({ id, event }) => [id, event]));
