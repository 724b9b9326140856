import { CUSTODIES } from '../../domain/case/state.js';
import { DIFFERENCE_ORIGINS } from '../../read-models/counts/difference.view.js';
import { MEMBER_SETS } from '../../read-models/counts/movement.view.js';
import { ref } from '../operation.js';
import { arrayOf, boolean, count, day, enumOf, instant, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

const movementFields = {
  caseId: string,
  references: arrayOf(ref('Reference')),
  name: nullable(string),
  day,
  on: nullable(string),
  reason: string,
  category: nullable(string),
  previousCategory: nullable(string),
  event: nullable(string),
};

const movementTotals = object({ entered: count, left: count, moved: count, movedIn: count, movedOut: count });

const listFields = {
  id: string,
  revision: count,
  name: ref('LocalName'),
  categories: arrayOf(object({ id: string, name: ref('LocalName') })),
  policy: arrayOf(object({ from: day, custody: arrayOf(enumOf(CUSTODIES)), paceRequired: boolean })),
};

export const listViews: Readonly<Record<string, JsonSchema>> = {
  Table: { ...string, description: 'A file. A text that looks like a formula stands behind an apostrophe.' },
  Movement: object(movementFields),
  Difference: object({
    ...movementFields,
    kind: enumOf(['entered', 'left', 'moved']),
    origin: {
      ...enumOf(DIFFERENCE_ORIGINS),
      description: 'Whether it was so on the earlier day and only known later, or happened between the two days.',
    },
    learnedAt: { ...nullable(instant), description: 'When the event that made it known was recorded.' },
  }),
  Differences: object({
    list: string,
    from: day,
    fromKnown: string,
    fromPosition: count,
    to: day,
    toKnown: string,
    toPosition: count,
    set: enumOf(MEMBER_SETS),
    opening: { ...count, description: 'On the list on the earlier day, as known then.' },
    reopening: { ...count, description: 'On the list on the earlier day, as known later.' },
    closing: { ...count, description: 'On the list on the later day.' },
    totals: {
      ...object({ learnedLate: movementTotals, happenedSince: movementTotals }),
      description:
        'What was learned late leads from `opening` to `reopening`, what happened since from there to `closing`.',
    },
    items: arrayOf(ref('Difference')),
    next: nullable(string),
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
      ...movementTotals,
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
