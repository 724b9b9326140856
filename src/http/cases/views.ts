import { CUSTODIES, PROCEEDINGS, RECOGNITIONS, SENTENCE_STATES } from '../../domain/case/state.js';
import { MATCH_REASONS } from '../../domain/names/match-reasons.js';
import { CERTAINTIES } from '../../read-models/list/filters.js';
import { ref } from '../operation.js';
import { arrayOf, boolean, count, day, enumOf, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

export const caseViews: Readonly<Record<string, JsonSchema>> = {
  Totals: object({ yes: count, uncertain: count }),
  Standing: object({
    custody: enumOf(CUSTODIES),
    proceedings: enumOf(PROCEEDINGS),
    sentence: enumOf(SENTENCE_STATES),
    sentenceEnd: nullable(object({ earliest: day, latest: nullable(day) })),
    life: boolean,
    articles: arrayOf(string),
    facility: nullable(string),
    incident: nullable(string),
    lists: arrayOf(object({ list: string, recognition: enumOf(RECOGNITIONS), category: nullable(string) })),
  }),
  NameMatch: {
    ...object({ text: string, score: { type: 'number' }, why: arrayOf(enumOf(MATCH_REASONS)) }),
    description: 'With `name`: the spelling that matched, how well (0 to 1), and why.',
  },
  Person: object({
    caseId: string,
    references: arrayOf(ref('Reference')),
    name: nullable(string),
    certainty: enumOf(CERTAINTIES),
    standings: { ...arrayOf(ref('Standing')), description: 'Every standing possible on the day.' },
    'match?': ref('NameMatch'),
  }),
  PersonPage: object({
    asOf: day,
    knownAt: string,
    position: count,
    total: ref('Totals'),
    'isTruncated?': { ...boolean, description: 'With `name`: more names matched than are ranked.' },
    items: arrayOf(ref('Person')),
    next: nullable(string),
  }),
  Period: object({ from: nullable(day), to: nullable(day), standing: nullable(ref('Standing')) }),
  Case: object({
    id: string,
    revision: count,
    asOf: day,
    knownAt: string,
    position: count,
    references: arrayOf(ref('Reference')),
    names: arrayOf(ref('Name')),
    description: { type: 'object', additionalProperties: string },
    standings: arrayOf(ref('Standing')),
    findings: arrayOf(ref('Finding')),
    periods: arrayOf(ref('Period')),
    heldPastEnd: boolean,
  }),
};
