/**
 * Upcasts events of older versions to the current version of their type on reading; the log is never rewritten.
 * A type of version n has n - 1 upcasters: the first takes version 1 to 2, the next 2 to 3, and so on. They also upcast the fields of
 * corrections of the type, so any field may be missing, or null where it is cleared.
 */
import type { AnyEventType } from '../domain/events.js';

type Fields = Readonly<Record<string, unknown>>;

/** The two parts of stored event data: public fields, and personal fields that can be sealed. */
export interface EventParts {
  readonly data: Fields;
  readonly personal: Fields;
}

export type Upcaster = (parts: EventParts) => EventParts;

/** Moves a field that turned out to be personal. */
const moveToPersonal =
  (field: string): Upcaster =>
  ({ data: { [field]: value, ...data }, personal }) => ({
    data,
    personal: value === undefined ? personal : { ...personal, [field]: value },
  });

/** The new version allows more fields or values and keeps the meaning of old ones. The version is raised so that older builds refuse it. */
const acceptWiderValues: Upcaster = (parts) => parts;

export const UPCASTERS: { readonly [T in AnyEventType]?: readonly Upcaster[] } = {
  // Version 2 of the next five allows a sentence of unknown kind or term and an article with its general part, where they have them.
  charged: [acceptWiderValues],
  convicted: [acceptWiderValues],
  'appeal-decided': [acceptWiderValues],
  pardoned: [acceptWiderValues],
  amnestied: [acceptWiderValues],
  // Version 2 has the wording of the instrument.
  'instrument-registered': [acceptWiderValues],
  // Version 2 has the hash of the request.
  'application-started': [acceptWiderValues],
  delisted: [moveToPersonal('reason')],
};

/** Applies the upcasters from `version` on. */
export const upcast = (parts: EventParts, version: number, steps: readonly Upcaster[]): EventParts =>
  steps.slice(version - 1).reduce((older, step) => step(older), parts);
