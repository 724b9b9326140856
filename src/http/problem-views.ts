import { LIKENESS_REASONS } from '../domain/names/match-reasons.js';
import { catalogue } from '../schema/problems.js';
import { ref } from './operation.js';
import { arrayOf, boolean, count, enumOf, nullable, object, string } from './view-schema.js';
import type { JsonSchema } from '../schema/field.js';

const codesIn = (place: 'problem' | 'error'): JsonSchema =>
  enumOf(catalogue.filter((entry) => entry.in === place).map((entry) => entry.code));

export const problemViews: Readonly<Record<string, JsonSchema>> = {
  Problem: {
    description: 'A problem document (RFC 9457).',
    ...object({
      status: { type: 'integer' },
      code: codesIn('problem'),
      title: string,
      detail: string,
      'errors?': arrayOf(ref('RequestError')),
      'findings?': arrayOf(ref('Finding')),
      'candidates?': {
        ...arrayOf(ref('DuplicateCandidate')),
        description: 'With the finding CASE.POSSIBLE_DUPLICATE: the cases of a like name, the likeliest first.',
      },
      'revision?': { ...nullable(count), description: 'The current revision; null where the subject does not exist.' },
      'reference?': object({ list: string, reference: string, case: string }),
      'limit?': count,
    }),
  },
  DuplicateCandidate: object({
    caseId: string,
    references: arrayOf(ref('Reference')),
    score: { type: 'number' },
    why: arrayOf(enumOf(LIKENESS_REASONS)),
    isProbable: { ...boolean, description: 'Name and year of birth agree.' },
  }),
  RequestError: {
    ...object({
      code: codesIn('error'),
      expected: string,
      'pointer?': { ...string, description: 'Where in the body (RFC 6901).' },
      'parameter?': string,
      'header?': string,
    }),
    oneOf: [{ required: ['pointer'] }, { required: ['parameter'] }, { required: ['header'] }],
  },
  Finding: object({
    code: enumOf(catalogue.filter((entry) => entry.in === 'finding').map((entry) => entry.code)),
    grade: enumOf(['refuse', 'ask', 'warn']),
    events: { ...arrayOf(string), description: 'The events that collide.' },
    expected: string,
  }),
};
