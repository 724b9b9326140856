/** What the OpenAPI document says of a route, said at the route. */
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { fieldsOf, isRequired, type Constructor, type JsonSchema } from '../schema/field.js';
import { requestProblems } from '../schema/problems.js';
import { PROBLEM_TYPE } from './answer.js';

interface Described {
  readonly summary: string;
  readonly tag: string;
  /** The class of the query's parameters. */
  readonly parameters?: Constructor;
  /** The class of the headers that are read. */
  readonly headers?: Constructor;
  /** The name of the body's schema; and of that of a line, where the body may be lines of JSON. */
  readonly body?: string;
  readonly line?: string;
  readonly answer: AnswerDescription;
}

interface AnswerDescription {
  readonly status: number;
  readonly description: string;
  readonly mediaType: string;
  /** The name of the schema. */
  readonly schema: string;
  readonly headers: readonly string[];
}

const HEADERS: Readonly<Record<string, string>> = {
  ETag: 'The revision, for If-Match.',
  Location: 'Where the new subject is.',
  Link: 'The next page, where there is one (rel="next").',
  'Habeas-Position': 'Position of the last event that the answer takes account of.',
  'Habeas-Leaves-Out': 'What the register knows and the file does not say.',
};

const json = (schema: string, headers: readonly string[] = [], status = 200, description = 'The answer.') => ({
  status,
  description,
  mediaType: 'application/json',
  schema,
  headers,
});

/** Answers of reads. */
export const Answers = {
  one: (schema: string): AnswerDescription => json(schema),
  tagged: (schema: string): AnswerDescription => json(schema, ['ETag']),
  page: (schema: string): AnswerDescription => json(schema, ['Link']),
  lines: (schema: string): AnswerDescription => ({ ...json(schema), mediaType: 'application/x-ndjson' }),
  feed: (schema: string): AnswerDescription => ({ ...json(schema), mediaType: 'text/event-stream' }),
  table: (type: string): AnswerDescription => ({
    ...json('Table', ['Habeas-Position', 'Habeas-Leaves-Out']),
    mediaType: type.split(';', 1)[0] as string,
  }),
} as const;

/** Answers of writes. */
export const Reports = {
  recorded: json('Recorded', ['ETag'], 201, 'It is recorded.'),
  created: json('Recorded', ['ETag', 'Location'], 201, 'It is recorded, and begins.'),
} as const satisfies Record<string, AnswerDescription>;

export const ref = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** Statuses of problems that any read can meet, and those that only writes meet beside them. */
const OF_READS = [400, 401, 403, 404, 408, 410, 414, 429, 431, 500, 503] as const;
const OF_WRITES = [409, 412, 413, 415, 422] as const;

export const Operation = ({ summary, tag, parameters, headers, body, line, answer }: Described): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary, ...(body === undefined ? {} : { requestBody: bodyOf(body, line) }) }),
    ApiTags(tag),
    ...(parameters === undefined ? [] : queryParameters(parameters)),
    ...(headers === undefined ? [] : headerParameters(headers)),
    success(answer),
    ...[...OF_READS, ...(body === undefined ? [] : OF_WRITES)].map(problems),
  );

const bodyOf = (body: string, line?: string) => ({
  required: true,
  content: {
    'application/json': { schema: ref(body) },
    ...(line === undefined ? {} : { 'application/x-ndjson': { schema: ref(line) } }),
  },
});

const queryParameters = (parameters: Constructor): readonly MethodDecorator[] =>
  fieldsOf(parameters).map((f) =>
    ApiQuery({
      name: f.name,
      required: isRequired(f),
      description: f.means ?? f.valueType.expects,
      schema: { ...f.valueType.schema, ...(f.default === undefined ? {} : { default: f.default }) } as object,
    }),
  );

const headerParameters = (headers: Constructor): readonly (MethodDecorator & ClassDecorator)[] =>
  fieldsOf(headers).map((f) =>
    ApiHeader({
      name: HEADER_NAMES[f.name] ?? f.name,
      required: isRequired(f),
      description: f.means ?? '',
      schema: f.valueType.schema,
    }),
  );

const HEADER_NAMES: Readonly<Record<string, string>> = {
  'x-actor': 'X-Actor',
  'idempotency-key': 'Idempotency-Key',
  'if-match': 'If-Match',
  'last-event-id': 'Last-Event-ID',
};

const success = ({ status, description, mediaType, schema, headers }: AnswerDescription): MethodDecorator =>
  ApiResponse({
    status,
    description,
    content: { [mediaType]: { schema: ref(schema) } },
    headers: Object.fromEntries(
      headers.map((name) => [name, { description: HEADERS[name] ?? name, schema: { type: 'string' } }]),
    ),
  });

const problems = (status: number): MethodDecorator =>
  ApiResponse({
    status,
    description: Object.entries(requestProblems)
      .filter(([, p]) => p.status === status)
      .map(([code, { means }]) => `\`${code}\`: ${means}`)
      .join('\n\n'),
    content: { [PROBLEM_TYPE]: { schema: ref('Problem') } },
  });

/** The JSON Schema of the objects that a class describes. */
export const schemaOf = (type: Constructor, more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: [
    ...Object.keys(more),
    ...fieldsOf(type)
      .filter(isRequired)
      .map((f) => f.name),
  ],
  properties: {
    ...more,
    ...Object.fromEntries(
      fieldsOf(type).map(({ name, valueType, nullable, means, default: standard }) => [
        name,
        {
          ...(nullable === true ? { anyOf: [valueType.schema, { type: 'null' }] } : valueType.schema),
          ...(means === undefined ? {} : { description: means }),
          ...(standard === undefined ? {} : { default: standard }),
        },
      ]),
    ),
  },
});
