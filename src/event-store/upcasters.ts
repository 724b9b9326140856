/**
 * Where events written in an older version of their type are brought to today's, on reading. The log is never rewritten.
 * A type of version n has n - 1 upcasters: the first takes version 1 to 2, the next 2 to 3, and so on.
 */
import type { AnyEventType } from '../domain/events.js';

type Fields = Readonly<Record<string, unknown>>;

/** The two parts of a stored event: what may be read by anybody, and what can be sealed. */
export interface EventParts {
  readonly data: Fields;
  readonly personal: Fields;
}

export type Upcaster = (parts: EventParts) => EventParts;

/** A field turned out to be personal. */
const moveToPersonal =
  (field: string): Upcaster =>
  ({ data: { [field]: value, ...data }, personal }) => ({
    data,
    personal: value === undefined ? personal : { ...personal, [field]: value },
  });

/** More can be said than before, and what was said keeps its meaning: an older build must not read what it does not know. */
const acceptWiderValues: Upcaster = (parts) => parts;

export const UPCASTERS: { readonly [T in AnyEventType]?: readonly Upcaster[] } = {
  // Version 2 of each: a sentence of unknown kind or term, an article with its general part.
  charged: [acceptWiderValues],
  convicted: [acceptWiderValues],
  'appeal-decided': [acceptWiderValues],
  pardoned: [acceptWiderValues],
  amnestied: [acceptWiderValues],
  delisted: [moveToPersonal('reason')],
};

/** Brings parts of a version to the version after the last of `steps`. */
export const upcast = (parts: EventParts, version: number, steps: readonly Upcaster[]): EventParts =>
  steps.slice(version - 1).reduce((older, step) => step(older), parts);
