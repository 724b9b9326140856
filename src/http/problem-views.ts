import { catalogue } from '../schema/problems.js';
import { ref } from './operation.js';
import { arrayOf, count, enumOf, nullable, object, string } from './view-schema.js';
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
      'revision?': { ...nullable(count), description: 'The current revision; null where the subject does not exist.' },
      'reference?': object({ list: string, reference: string, case: string }),
      'limit?': count,
    }),
  },
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
