/** The events of a reference stream: a case claims a reference there before its own stream records it, so that no two cases get it. */
import type { EventDescription, EventOf } from '../event.js';

export interface ReferenceFields {
  'reference-claimed': { readonly list: string; readonly reference: string; readonly caseId: string };
}

export type ReferenceEventType = keyof ReferenceFields;
export type ReferenceEvent = EventOf<ReferenceFields>;

export const referenceEvents: { readonly [T in ReferenceEventType]: EventDescription<ReferenceFields[T]> } = {
  'reference-claimed': { means: 'A reference was claimed for a case.', version: 1, dated: false, personal: [] },
};
