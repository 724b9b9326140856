/** Describes a route for the OpenAPI document, at the route. */
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { fieldsOf, isRequired, type Constructor } from '../schema/field.js';
import { requestProblems } from '../schema/problems.js';
import { ref } from './api-properties.js';
import { Recorded } from './commands/recorded.view.js';
import { RowAnswers } from './log/row-answers.view.js';
import { ProblemView } from './problem.view.js';
import { JSON_TYPE, NDJSON_TYPE, PROBLEM_TYPE } from './media-types.js';

interface OperationDescription {
  readonly summary: string;
  readonly tag: string;
  readonly headers?: Constructor;
  /** Names of schemas: of the body, and of a line if the body may be NDJSON. */
  readonly body?: string;
  readonly line?: string;
  readonly response: ResponseDescription;
}

type View = Constructor | string;

interface ResponseDescription {
  readonly status: number;
  readonly description: string;
  readonly mediaType: string;
  /** The view, or the name of the schema. */
  readonly schema: View;
  readonly headers: readonly string[];
}

const HEADERS: Readonly<Record<string, string>> = {
  ETag: 'The revision, for If-Match.',
  Location: 'Where the new subject is.',
  Link: 'The next page, where there is one (rel="next").',
  'Habeas-As-Of': 'The day that the answer is about.',
  'Habeas-Known-At': 'Up to which knowledge it is answered, as `knownAt`.',
  'Habeas-Position': 'Position of the last event that the answer takes account of.',
  'Habeas-Leaves-Out': 'What the register knows and the file does not say.',
};

const json = (schema: View, headers: readonly string[] = [], status = 200, description = 'The answer.') => ({
  status,
  description,
  mediaType: JSON_TYPE,
  schema,
  headers,
});

/** Descriptions of responses to queries. */
export const queryResponses = {
  json: (schema: View): ResponseDescription => json(schema),
  withETag: (schema: View): ResponseDescription => json(schema, ['ETag']),
  page: (schema: View): ResponseDescription => json(schema, ['Link']),
  ndjson: (schema: View): ResponseDescription => ({ ...json(schema), mediaType: NDJSON_TYPE }),
  feed: (schema: View): ResponseDescription => ({ ...json(schema), mediaType: 'text/event-stream' }),
  file: (type: string): ResponseDescription => ({
    ...json('Table', ['Habeas-As-Of', 'Habeas-Known-At', 'Habeas-Position', 'Habeas-Leaves-Out']),
    mediaType: type.split(';', 1)[0] as string,
  }),
} as const;

/** Descriptions of responses to commands. */
export const commandResponses = {
  recorded: json(Recorded, ['ETag'], 201, 'It is recorded.'),
  created: json(Recorded, ['ETag', 'Location'], 201, 'It is recorded, and begins.'),
  batch: json(RowAnswers),
} as const satisfies Record<string, ResponseDescription>;

export { ref };

/** Statuses of the problems that every route can answer with, and of those that only commands add. */
const QUERY_PROBLEMS = [400, 401, 403, 404, 408, 410, 414, 429, 431, 500, 503] as const;
const COMMAND_PROBLEMS = [409, 412, 413, 415, 422] as const;

export const Operation = ({ summary, tag, headers, body, line, response }: OperationDescription): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary, ...(body === undefined ? {} : { requestBody: describeBody(body, line) }) }),
    ApiTags(tag),
    ...(headers === undefined ? [] : describeHeaders(headers)),
    ApiExtraModels(ProblemView, ...(typeof response.schema === 'string' ? [] : [response.schema])),
    describeSuccess(response),
    ...[...QUERY_PROBLEMS, ...(body === undefined ? [] : COMMAND_PROBLEMS)].map(describeProblems),
  );

const describeBody = (body: string, line?: string) => ({
  required: true,
  content: {
    [JSON_TYPE]: { schema: ref(body) },
    ...(line === undefined ? {} : { [NDJSON_TYPE]: { schema: ref(line) } }),
  },
});

const describeHeaders = (headers: Constructor): readonly (MethodDecorator & ClassDecorator)[] =>
  fieldsOf(headers).map((f) =>
    ApiHeader({
      name: HEADER_NAMES[f.name] ?? f.name,
      required: isRequired(f),
      description: f.description ?? '',
      schema: f.valueType.schema,
    }),
  );

const HEADER_NAMES: Readonly<Record<string, string>> = {
  'x-actor': 'X-Actor',
  'idempotency-key': 'Idempotency-Key',
  'if-match': 'If-Match',
  'last-event-id': 'Last-Event-ID',
};

const describeSuccess = ({ status, description, mediaType, schema, headers }: ResponseDescription): MethodDecorator =>
  ApiResponse({
    status,
    description,
    content: { [mediaType]: { schema: ref(schema) } },
    headers: Object.fromEntries(
      headers.map((name) => [name, { description: HEADERS[name] ?? name, schema: { type: 'string' } }]),
    ),
  });

const describeProblems = (status: number): MethodDecorator =>
  ApiResponse({
    status,
    description: Object.entries(requestProblems)
      .filter(([, problem]) => problem.status === status)
      .map(([code, { means }]) => `\`${code}\`: ${means}`)
      .join('\n\n'),
    content: { [PROBLEM_TYPE]: { schema: ref(ProblemView) } },
  });
