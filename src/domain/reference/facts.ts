/** A reference of a list (`AZ-0137` in `union`) is claimed for a case in a stream of its own before the case says it. */
import type { FactDescription, FactOf } from '../fact.js';

export interface ReferenceFields {
  'reference-claimed': { readonly list: string; readonly reference: string; readonly caseId: string };
}

export type ReferenceFactType = keyof ReferenceFields;
export type ReferenceFact = FactOf<ReferenceFields>;

export const referenceFacts: { readonly [T in ReferenceFactType]: FactDescription<ReferenceFields[T]> } = {
  'reference-claimed': { means: 'A reference was claimed for a case.', version: 1, dated: false, personal: [] },
};
