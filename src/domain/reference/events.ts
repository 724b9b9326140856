/** A reference of a list (`AZ-0137` in `union`) is claimed for a case in a stream of its own before the case says it. */
import type { EventDescription, EventOf } from '../event.js';

export interface ReferenceFields {
  'reference-claimed': { readonly list: string; readonly reference: string; readonly caseId: string };
}

export type ReferenceEventType = keyof ReferenceFields;
export type ReferenceEvent = EventOf<ReferenceFields>;

export const referenceEvents: { readonly [T in ReferenceEventType]: EventDescription<ReferenceFields[T]> } = {
  'reference-claimed': { means: 'A reference was claimed for a case.', version: 1, dated: false, personal: [] },
};
