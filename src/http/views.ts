/** The schemas of what the interface answers. A test holds every answer of the tests against them. */
import { ACTOR_KINDS } from '../domain/event.js';
import { CUSTODIES, PROCEEDINGS, RECOGNITIONS, SENTENCE_STATES } from '../domain/case/state.js';
import { INSTRUMENT_KINDS } from '../domain/instrument/events.js';
import type { JsonSchema } from '../schema/field.js';
import { catalogue } from '../schema/problems.js';
import { CERTAINTIES, COUNTED_BY, MEMBER_SETS } from '../read-models/queries.js';
import { ref } from './operation.js';
import { EXIT_REASON } from './parameters.js';

const string = { type: 'string' } as const;
const boolean = { type: 'boolean' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const day = { type: 'string', format: 'date' } as const;
const instant = { type: 'string', format: 'date-time' } as const;
const oneOf = (values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

/** An object with exactly these fields; those whose names end in `?` may be absent. */
const object = (fields: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(fields).filter((name) => !name.endsWith('?')),
  properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
});

const subject = object({ kind: oneOf(['case', 'list', 'instrument']), id: string });
const codesIn = (place: 'problem' | 'error'): JsonSchema =>
  oneOf(catalogue.filter((entry) => entry.in === place).map((entry) => entry.code));

export const views: Readonly<Record<string, JsonSchema>> = {
  Problem: {
    description: 'A problem document (RFC 9457).',
    ...object({
      status: { type: 'integer' },
      code: codesIn('problem'),
      title: string,
      detail: string,
      'errors?': listOf(ref('RequestError')),
      'findings?': listOf(ref('Finding')),
      'revision?': { ...orNull(count), description: 'The current revision; null where the subject does not exist.' },
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
    code: oneOf(catalogue.filter((entry) => entry.in === 'finding').map((entry) => entry.code)),
    grade: oneOf(['refuse', 'ask', 'warn']),
    events: { ...listOf(string), description: 'The events that collide.' },
    expected: string,
  }),
  Recorded: object({
    subject,
    revision: count,
    events: { ...listOf(string), description: 'The ids of what was recorded.' },
    findings: listOf(ref('Finding')),
    token: { ...string, description: 'For `atLeast`: a read with it takes account of this write.' },
  }),
  RowAnswers: object({
    items: listOf(
      object({
        row: { type: 'integer', minimum: 1 },
        status: { type: 'integer', description: 'What the row alone would have been answered with.' },
        body: { oneOf: [ref('Recorded'), ref('Problem')] },
      }),
    ),
    token: { ...orNull(string), description: 'For `atLeast`: a read with it takes account of every row.' },
  }),
  Totals: object({ yes: count, uncertain: count }),
  Standing: object({
    custody: oneOf(CUSTODIES),
    proceedings: oneOf(PROCEEDINGS),
    sentence: oneOf(SENTENCE_STATES),
    sentenceEnd: orNull(object({ earliest: day, latest: orNull(day) })),
    life: boolean,
    articles: listOf(string),
    facility: orNull(string),
    incident: orNull(string),
    lists: listOf(object({ list: string, recognition: oneOf(RECOGNITIONS), category: orNull(string) })),
  }),
  Person: object({
    caseId: string,
    references: listOf(ref('Reference')),
    name: orNull(string),
    certainty: oneOf(CERTAINTIES),
    standings: { ...listOf(ref('Standing')), description: 'Every standing possible on the day.' },
  }),
  PersonPage: object({
    asOf: day,
    position: count,
    total: ref('Totals'),
    items: listOf(ref('Person')),
    next: orNull(string),
  }),
  Table: { ...string, description: 'A file. A text that looks like a formula stands behind an apostrophe.' },
  Period: object({ from: orNull(day), to: orNull(day), standing: orNull(ref('Standing')) }),
  Case: object({
    id: string,
    revision: count,
    asOf: day,
    references: listOf(ref('Reference')),
    names: listOf(ref('Name')),
    description: { type: 'object', additionalProperties: string },
    standings: listOf(ref('Standing')),
    findings: listOf(ref('Finding')),
    periods: listOf(ref('Period')),
    heldPastEnd: boolean,
  }),
  Actor: object({ kind: oneOf(ACTOR_KINDS), id: string, asserted: boolean }),
  Change: object({
    axis: string,
    from: orNull(day),
    to: orNull(day),
    before: listOf(string),
    after: listOf(string),
  }),
  HistoryEntry: object({
    position: count,
    subject: object({ kind: oneOf(['case', 'list', 'instrument', 'reference']), id: string }),
    revision: count,
    id: string,
    recordedAt: instant,
    actor: ref('Actor'),
    acknowledged: listOf(string),
    correlationId: string,
    event: ref('Event'),
    changes: listOf(ref('Change')),
  }),
  HistoryPage: object({ items: listOf(ref('HistoryEntry')), next: orNull(count) }),
  LoggedEvent: object({
    position: count,
    stream: string,
    revision: count,
    id: string,
    schemaVersion: count,
    recordedAt: instant,
    actor: ref('Actor'),
    acknowledged: listOf(string),
    raised: { ...listOf(ref('Finding')), description: 'The findings that the answer to its write named.' },
    correlationId: string,
    causationId: orNull(string),
    event: ref('Event'),
  }),
  Feed: {
    ...string,
    description:
      'Server-sent events: of each, `id` is the position, and `data` the event. A reader who asks with `Accept: text/event-stream` to go on from beyond the end of the log, which a browser would take for the end where it was answered by a problem, is sent one event of the type `reset`, whose `id` is 0 and whose `data` is the problem `POSITION.BEYOND_LOG`; then the feed ends, and begins with the first event when the reader comes back.',
    contentMediaType: 'application/json',
    contentSchema: ref('LoggedEvent'),
  },
  Counts: {
    oneOf: [
      object({
        list: string,
        asOf: day,
        by: oneOf(COUNTED_BY),
        position: count,
        total: ref('Totals'),
        groups: listOf(object({ key: string, yes: count, uncertain: count })),
      }),
      object({
        list: string,
        by: { const: EXIT_REASON },
        from: day,
        to: day,
        set: oneOf(MEMBER_SETS),
        position: count,
        total: count,
        groups: listOf(object({ key: string, count })),
      }),
    ],
  },
  Movement: object({
    caseId: string,
    references: listOf(ref('Reference')),
    name: orNull(string),
    day,
    on: orNull(string),
    reason: string,
    category: orNull(string),
    previousCategory: orNull(string),
    event: orNull(string),
  }),
  Movements: object({
    list: string,
    from: day,
    to: day,
    set: oneOf(MEMBER_SETS),
    position: count,
    opening: count,
    closing: count,
    totals: {
      ...object({ entered: count, left: count, moved: count, movedIn: count, movedOut: count }),
      description:
        'Of the whole span: opening + entered - left + movedIn - movedOut = closing. `movedIn` and `movedOut` are moves into and out of the categories asked for.',
    },
    leftByReason: { ...listOf(object({ reason: string, count })), description: 'Exits of the whole span.' },
    entered: listOf(ref('Movement')),
    left: listOf(ref('Movement')),
    moved: listOf(ref('Movement')),
    next: orNull(string),
  }),
  List: object({
    id: string,
    revision: count,
    name: ref('LocalName'),
    categories: listOf(object({ id: string, name: ref('LocalName') })),
    policy: listOf(object({ from: day, custody: listOf(oneOf(CUSTODIES)), paceRequired: boolean })),
  }),
  Lists: object({ items: listOf(ref('List')) }),
  Instrument: object({
    id: string,
    revision: count,
    kind: oneOf(INSTRUMENT_KINDS),
    title: orNull(string),
    issuer: orNull(string),
    issued: orNull(string),
    submitted: orNull(string),
    adopted: orNull(string),
    inForce: orNull(string),
    windowEnd: orNull(string),
    forecast: orNull(count),
    clauses: listOf(string),
  }),
  Instruments: object({ items: listOf(ref('Instrument')) }),
};
