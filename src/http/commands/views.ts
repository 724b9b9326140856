import { ref } from '../operation.js';
import { arrayOf, count, enumOf, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

const subject = object({ kind: enumOf(['case', 'list', 'instrument']), id: string });

export const commandViews: Readonly<Record<string, JsonSchema>> = {
  Recorded: object({
    subject,
    revision: count,
    events: { ...arrayOf(string), description: 'The ids of what was recorded.' },
    findings: arrayOf(ref('Finding')),
    token: { ...string, description: 'For `atLeast`: a read with it takes account of this write.' },
  }),
  RowAnswers: object({
    items: arrayOf(
      object({
        row: { type: 'integer', minimum: 1 },
        status: { type: 'integer', description: 'What the row alone would have been answered with.' },
        body: { oneOf: [ref('Recorded'), ref('Problem')] },
      }),
    ),
    token: { ...nullable(string), description: 'For `atLeast`: a read with it takes account of every row.' },
  }),
};
