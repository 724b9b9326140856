/**
 * Lists and instruments, folded from their streams. Commands and read models share `extendDefinition`: commands read the streams from
 * the event store and keep the results in a `DefinitionCache`, the read models read their own copy of the log.
 */
import { LRUCache } from 'lru-cache';
import type { NonAmendment } from './amendments.js';
import { eventsAsTheyStand, isAmendment } from './corrections.js';
import type { EventWithId } from './event.js';
import type { AnyEvent } from './events.js';
import type { InstrumentEvent } from './instrument/events.js';
import { foldInstrument, type Instrument } from './instrument/instrument.js';
import type { ListEvent } from './list/events.js';
import { foldList, type ListDefinition } from './list/list.js';

export interface DefinitionByKind {
  readonly list: ListDefinition;
  readonly instrument: Instrument;
}
export type DefinitionKind = keyof DefinitionByKind;

/** A definition as the events of its stream make it, up to and including a revision. */
export interface FoldedDefinition<D> {
  readonly revision: number;
  readonly definition: D;
  /** The events of the stream as recorded, without the lines of editions. Kept because an amendment has all of them folded anew. */
  readonly recordedEvents: readonly EventWithId<AnyEvent>[];
}

type NonAmendmentsOf<E extends AnyEvent> = readonly NonAmendment<E>[];
type Fold<D> = (id: string, events: NonAmendmentsOf<AnyEvent>, initial: D | null) => D | null;

const FOLD_OF_KIND: { readonly [K in DefinitionKind]: Fold<DefinitionByKind[K]> } = {
  list: (id, events, initial) => foldList(id, events as NonAmendmentsOf<ListEvent>, initial),
  instrument: (id, events, initial) => foldInstrument(id, events as NonAmendmentsOf<InstrumentEvent>, initial),
};

/** An event with its revision in its stream. */
export type EventWithRevision = EventWithId<AnyEvent> & { readonly revision: number };

/**
 * Folds `newEvents`, which follow `base` in the stream, or begin it if there is no base. Undefined if the result defines nothing; `base`
 * if there are no new events. A correction or retraction changes what `base` was folded from, so the whole stream is folded anew.
 */
export const extendDefinition = <K extends DefinitionKind>(
  kind: K,
  id: string,
  base: FoldedDefinition<DefinitionByKind[K]> | undefined,
  newEvents: readonly EventWithRevision[],
): FoldedDefinition<DefinitionByKind[K]> | undefined => {
  const last = newEvents.at(-1);
  if (last === undefined) return base;
  const recordedEvents = [
    ...(base?.recordedEvents ?? []),
    ...newEvents.map(({ id, event }) => ({ id, event: withoutEditionLines(event) })),
  ];
  const refold = newEvents.some(({ event }) => isAmendment(event));
  const events = eventsAsTheyStand(refold ? recordedEvents : newEvents).map(({ event }) => event);
  const definition = FOLD_OF_KIND[kind](id, events, refold ? null : (base?.definition ?? null));
  return definition === null ? undefined : { revision: last.revision, definition, recordedEvents };
};

/** An edition of a large list has thousands of lines, of which the list that is folded keeps none. */
const withoutEditionLines = (event: AnyEvent): AnyEvent =>
  event.type === 'edition-published' ? { ...event, lines: [], salts: [] } : event;

/** A register has a handful of lists and some dozens of instruments. */
const MAX_CACHED_DEFINITIONS = 256;

export class DefinitionCache {
  readonly #folded = new LRUCache<string, FoldedDefinition<unknown>>({ max: MAX_CACHED_DEFINITIONS });

  get<K extends DefinitionKind>(kind: K, id: string): FoldedDefinition<DefinitionByKind[K]> | undefined {
    return this.#folded.get(definitionKeyOf(kind, id)) as FoldedDefinition<DefinitionByKind[K]> | undefined;
  }

  /** Extends `base` as `extendDefinition` does, and caches the result. */
  extend<K extends DefinitionKind>(
    kind: K,
    id: string,
    base: FoldedDefinition<DefinitionByKind[K]> | undefined,
    newEvents: readonly EventWithRevision[],
  ): FoldedDefinition<DefinitionByKind[K]> | undefined {
    const folded = extendDefinition(kind, id, base, newEvents);
    if (folded !== undefined) this.#folded.set(definitionKeyOf(kind, id), folded);
    return folded;
  }
}

const definitionKeyOf = (kind: DefinitionKind, id: string): string => `${kind} ${id}`;
