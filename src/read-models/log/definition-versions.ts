/** Lists and instruments as they were at every position of the log, folded once and kept in memory: there are few. */
import { LRUCache } from 'lru-cache';
import { changedKeysOfDefinition } from '../../domain/case/dependencies.js';
import {
  extendDefinition,
  type DefinitionKind,
  type DefinitionByKind,
  type FoldedDefinition,
  type EventWithRevision,
} from '../../domain/definitions.js';
import type { AnyEvent } from '../../domain/events.js';

/** A definition from a position on; null where the events up to there define nothing. */
export interface DefinitionVersion<K extends DefinitionKind = DefinitionKind> {
  readonly position: number;
  readonly revision: number;
  readonly definition: DefinitionByKind[K] | null;
  /** The keys of dependencies (domain/case/dependencies.ts) that the event at this position changed. */
  readonly changedKeys: readonly string[];
}

/** An event of the stream of a definition. */
export interface DefinitionEvent {
  readonly position: number;
  readonly revision: number;
  readonly id: string;
  readonly event: AnyEvent;
}

interface Folding<K extends DefinitionKind> {
  readonly versions: DefinitionVersion<K>[];
  readonly last: FoldedDefinition<DefinitionByKind[K]> | undefined;
  /** The events to fold again with the next one: those of the stream while they define nothing, else none. */
  readonly pending: readonly EventWithRevision[];
}

/** Enough for all lists and instruments of a large register. */
const MAX_CACHED_FOLDINGS = 1_024;

export class DefinitionVersions {
  readonly #foldings = new LRUCache<string, Folding<DefinitionKind>>({ max: MAX_CACHED_FOLDINGS });

  /** `eventsOf` reads the stored events of a stream in order; empty for an unknown one. */
  constructor(private readonly eventsOf: (kind: DefinitionKind, id: string) => readonly DefinitionEvent[]) {}

  /** One version for each event of the stream, in order. */
  all<K extends DefinitionKind>(kind: K, id: string): readonly DefinitionVersion<K>[] {
    return this.#folding(kind, id).versions;
  }

  /** The version at a position; undefined before the first event of the stream. */
  at<K extends DefinitionKind>(kind: K, id: string, upTo: number): DefinitionVersion<K> | undefined {
    return this.#folding(kind, id).versions.findLast(({ position }) => position <= upTo);
  }

  /** The version that an event will make, before it is stored. */
  next<K extends DefinitionKind>(kind: K, id: string, event: DefinitionEvent): DefinitionVersion<K> {
    return foldNextEvent(kind, id, this.#folding(kind, id), event).version;
  }

  /** To be called for each event of a list or instrument that was stored. */
  add(kind: DefinitionKind, id: string, event: DefinitionEvent): void {
    const cached = this.#foldings.get(cacheKey(kind, id));
    if (cached === undefined) return;
    const { version, ...folded } = foldNextEvent(kind, id, cached, event);
    cached.versions.push(version);
    this.#foldings.set(cacheKey(kind, id), { versions: cached.versions, ...folded });
  }

  /** To be called when events that were added are not stored after all. */
  clear(): void {
    this.#foldings.clear();
  }

  #folding<K extends DefinitionKind>(kind: K, id: string): Folding<K> {
    const cached = this.#foldings.get(cacheKey(kind, id)) as Folding<K> | undefined;
    if (cached !== undefined) return cached;
    let folding: Folding<K> = { versions: [], last: undefined, pending: [] };
    for (const event of this.eventsOf(kind, id)) {
      const { version, ...folded } = foldNextEvent(kind, id, folding, event);
      folding.versions.push(version);
      folding = { versions: folding.versions, ...folded };
    }
    this.#foldings.set(cacheKey(kind, id), folding);
    return folding;
  }
}

const cacheKey = (kind: DefinitionKind, id: string): string => `${kind} ${id}`;

const foldNextEvent = <K extends DefinitionKind>(
  kind: K,
  id: string,
  { versions, last, pending }: Folding<K>,
  { position, ...streamed }: DefinitionEvent,
): Omit<Folding<K>, 'versions'> & { readonly version: DefinitionVersion<K> } => {
  const folded = extendDefinition(kind, id, last, [...pending, streamed]);
  const before = versions.at(-1)?.definition ?? null;
  const after = folded?.definition ?? null;
  return {
    version: {
      position,
      revision: streamed.revision,
      definition: after,
      changedKeys: changedKeysOfDefinition(kind, before, after),
    },
    last: folded,
    // While nothing is defined, the events are kept: a later correction may make them define something.
    pending: folded === undefined ? eventsWhileUndefined(last, pending, streamed) : [],
  };
};

/** All events of a stream that defines nothing, or nothing any longer. Only the revision of the last one matters. */
const eventsWhileUndefined = (
  last: FoldedDefinition<unknown> | undefined,
  pending: readonly EventWithRevision[],
  added: EventWithRevision,
): readonly EventWithRevision[] => [
  ...(last?.recordedEvents ?? []).map((event) => ({ ...event, revision: added.revision })),
  ...pending,
  added,
];
