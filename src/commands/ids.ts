/** Ids of what is recorded. Made from actor and key where there is a key, so that a repeat finds what it did before. */
import { v5, v7 } from 'uuid';
import type { Actor } from '../domain/event.js';

/** The namespace (RFC 9562, section 6.6) of ids made from keys; with another one no repeat would be found again. */
const NAMESPACE = '2ea1ae2c-e5d6-41ff-9e88-42fd835459a8';

/** An array in JSON, so that no two different lists of parts read alike. */
const fromParts = (...parts: readonly (string | number)[]): string => v5(JSON.stringify(parts), NAMESPACE);

/** Who asks, under which key, of which stream: what makes two requests the same one. */
export interface Asked {
  readonly actor: Actor;
  readonly stream: string;
  readonly key?: string;
}

/** A new id that nobody can foresee and that sorts by time. */
export const newId = (): string => v7();

/** The id of the event at an index of a keyed batch: the same for ever, another for another actor, stream or key. */
export const keyedId = ({ actor, stream }: Asked, key: string, index: number): string =>
  fromParts('fact', actor.kind, actor.id, stream, key, index);

/** The ids of a batch of `count` events. */
export const eventIds = (asked: Asked, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => (asked.key === undefined ? newId() : keyedId(asked, asked.key, index)));

/** The id of a case that is to be opened: with a key the same at every repeat, so that it finds its case and its claims. */
export const newCaseId = (actor: Actor, key?: string): string =>
  key === undefined ? newId() : fromParts('case', actor.kind, actor.id, key);
