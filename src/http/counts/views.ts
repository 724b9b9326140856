import { COUNTED_BY } from '../../read-models/counts/counts.query.js';
import { MEMBER_SETS } from '../../read-models/counts/movement.view.js';
import { EXIT_REASON } from './parameters.js';
import { ref } from '../operation.js';
import { arrayOf, count, day, enumOf, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

export const countViews: Readonly<Record<string, JsonSchema>> = {
  Counts: {
    oneOf: [
      object({
        list: string,
        asOf: day,
        knownAt: string,
        by: enumOf(COUNTED_BY),
        position: count,
        total: ref('Totals'),
        groups: arrayOf(object({ key: string, yes: count, uncertain: count })),
      }),
      object({
        list: string,
        by: { const: EXIT_REASON },
        from: day,
        to: day,
        set: enumOf(MEMBER_SETS),
        knownAt: string,
        position: count,
        total: count,
        groups: arrayOf(object({ key: string, count })),
      }),
    ],
  },
};
