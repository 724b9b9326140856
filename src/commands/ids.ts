/** Ids of events, cases, claims and jobs. With an idempotency key they are computed from it, so a repeat gets the same ids. */
import { v5, v7 } from 'uuid';
import type { Actor } from '../domain/event.js';

/** Namespace of the name-based ids (RFC 9562, section 6.6). Must never change: repeats of earlier requests would not be found. */
const ID_NAMESPACE = '2ea1ae2c-e5d6-41ff-9e88-42fd835459a8';

/** JSON keeps the parts apart: no two different lists of parts give the same text. */
const nameBasedId = (...parts: readonly (string | number)[]): string => v5(JSON.stringify(parts), ID_NAMESPACE);

/** Requests with equal actor, stream and idempotency key are the same request. Without a key, no two are. */
export interface RequestIdentity {
  readonly actor: Actor;
  readonly stream: string;
  readonly key?: string;
}

/** A UUID of version 7: sorts by time of creation. */
export const newId = (): string => v7();

/** The id of the event at an index of a keyed request. `fact` is the old word for an event; changing it would change every id. */
export const keyedEventId = ({ actor, stream }: RequestIdentity, key: string, index: number): string =>
  nameBasedId('fact', actor.kind, actor.id, stream, key, index);

/** The ids of the `count` events of a request. */
export const eventIds = (request: RequestIdentity, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) =>
    request.key === undefined ? newId() : keyedEventId(request, request.key, index),
  );

/** The id of the job that applies an instrument. With a key, a repeat gets the same id, and so the same job. */
export const newApplicationId = (actor: Actor, instrument: string, key?: string): string =>
  key === undefined ? newId() : nameBasedId('application', actor.kind, actor.id, instrument, key);

/** The id of a claim about numbers (not a reference claim) if the client chose none; a repeat with the same key gets the same id. */
export const newClaimId = (actor: Actor, key?: string): string =>
  key === undefined ? newId() : nameBasedId('claim', actor.kind, actor.id, key);

/** The id of a case to be opened. With a key, a repeat gets the same id and so finds the case and its reference claims. */
export const newCaseId = (actor: Actor, key?: string): string =>
  key === undefined ? newId() : nameBasedId('case', actor.kind, actor.id, key);
