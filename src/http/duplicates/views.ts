import { LIKENESS_REASONS } from '../../domain/names/match-reasons.js';
import type { JsonSchema } from '../../schema/field.js';
import { ref } from '../operation.js';
import { arrayOf, boolean, count, enumOf, nullable, object, string } from '../view-schema.js';

export const duplicateViews: Readonly<Record<string, JsonSchema>> = {
  DuplicatePair: object({
    cases: arrayOf(object({ caseId: string, references: arrayOf(ref('Reference')), text: string })),
    score: { type: 'number' },
    why: arrayOf(enumOf(LIKENESS_REASONS)),
    isProbable: { ...boolean, description: 'Name and year of birth agree.' },
  }),
  DuplicatesPage: object({
    knownAt: string,
    position: count,
    compared: { type: 'number', description: 'How much of the register has been compared so far, from 0 to 1.' },
    items: arrayOf(ref('DuplicatePair')),
    next: nullable(string),
  }),
};
