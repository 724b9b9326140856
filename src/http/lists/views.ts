import { CUSTODIES } from '../../domain/case/state.js';
import { MEMBER_SETS } from '../../read-models/counts/movement.view.js';
import { ref } from '../operation.js';
import { arrayOf, boolean, count, day, enumOf, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

const listFields = {
  id: string,
  revision: count,
  name: ref('LocalName'),
  categories: arrayOf(object({ id: string, name: ref('LocalName') })),
  policy: arrayOf(object({ from: day, custody: arrayOf(enumOf(CUSTODIES)), paceRequired: boolean })),
};

export const listViews: Readonly<Record<string, JsonSchema>> = {
  Table: { ...string, description: 'A file. A text that looks like a formula stands behind an apostrophe.' },
  Movement: object({
    caseId: string,
    references: arrayOf(ref('Reference')),
    name: nullable(string),
    day,
    on: nullable(string),
    reason: string,
    category: nullable(string),
    previousCategory: nullable(string),
    event: nullable(string),
  }),
  Movements: object({
    list: string,
    from: day,
    to: day,
    set: enumOf(MEMBER_SETS),
    knownAt: string,
    position: count,
    opening: count,
    closing: count,
    totals: {
      ...object({ entered: count, left: count, moved: count, movedIn: count, movedOut: count }),
      description:
        'Of the whole span: opening + entered - left + movedIn - movedOut = closing. `movedIn` and `movedOut` are moves into and out of the categories asked for.',
    },
    leftByReason: { ...arrayOf(object({ reason: string, count })), description: 'Exits of the whole span.' },
    entered: arrayOf(ref('Movement')),
    left: arrayOf(ref('Movement')),
    moved: arrayOf(ref('Movement')),
    next: nullable(string),
  }),
  List: object({ ...listFields, knownAt: string, position: count }),
  Lists: object({ knownAt: string, position: count, items: arrayOf(object(listFields)) }),
};
