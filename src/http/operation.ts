/** The decorator that describes a route for the OpenAPI document. */
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { fieldsOf, isRequired, type Constructor, type JsonSchema } from '../schema/field.js';
import { requestProblems } from '../schema/problems.js';
import { ref } from './api-properties.js';
import { Recorded } from './commands/recorded.view.js';
import { JobView } from './jobs/job.view.js';
import { RowAnswers } from './log/row-answers.view.js';
import { ProblemView } from './problem.view.js';
import { BYTES_TYPE, JSON_TYPE, NDJSON_TYPE, PROBLEM_TYPE } from './media-types.js';

interface OperationDescription {
  readonly summary: string;
  readonly tag: string;
  readonly headers?: Constructor;
  /** The class of the JSON body, or the name of its schema. */
  readonly body?: Constructor | string;
  /** The name of the schema of one line, if the body may also be NDJSON. */
  readonly lineSchema?: string;
  readonly response: ResponseDescription;
  /** Statuses beyond QUERY_PROBLEMS of a route without a body; a route with a body has COMMAND_PROBLEMS. */
  readonly problemStatuses?: readonly number[];
}

interface ResponseDescription {
  readonly status: number;
  readonly description: string;
  readonly mediaType: string;
  readonly schema: JsonSchema;
  /** The classes that the schema refers to. */
  readonly views: readonly Constructor[];
  readonly headers: readonly string[];
}

const HEADER_DESCRIPTIONS: Readonly<Record<string, string>> = {
  ETag: 'The revision, for If-Match.',
  Location: 'Where the new subject, or the job, is.',
  Link: 'The next page, where there is one (rel="next").',
  'Habeas-As-Of': 'The day that the answer is about.',
  'Habeas-Known-At': 'Up to which knowledge it is answered, as `knownAt`.',
  'Habeas-Position': 'Position of the last event that the answer takes account of.',
  'Habeas-Leaves-Out': 'What the register knows and the file does not say.',
};

const describeJsonResponse = (
  view: Constructor,
  headers: readonly string[] = [],
  status = 200,
  description = 'The answer.',
) => ({
  status,
  description,
  mediaType: JSON_TYPE,
  schema: ref(view),
  views: [view],
  headers,
});

const describeResponseWithoutView = (
  mediaType: string,
  schema: JsonSchema,
  headers: readonly string[] = [],
): ResponseDescription => ({
  status: 200,
  description: 'The answer.',
  mediaType,
  schema,
  views: [],
  headers,
});

/** Descriptions of responses to queries. */
export const queryResponses = {
  json: (view: Constructor): ResponseDescription => describeJsonResponse(view),
  either: (view: Constructor, other: Constructor): ResponseDescription => ({
    ...describeJsonResponse(view),
    schema: { oneOf: [ref(view), ref(other)] },
    views: [view, other],
  }),
  withETag: (view: Constructor): ResponseDescription => describeJsonResponse(view, ['ETag']),
  page: (view: Constructor): ResponseDescription => describeJsonResponse(view, ['Link']),
  ndjson: (line: Constructor): ResponseDescription => ({ ...describeJsonResponse(line), mediaType: NDJSON_TYPE }),
  feed: (event: Constructor): ResponseDescription => ({
    ...describeJsonResponse(event),
    mediaType: FEED_TYPE,
    schema: {
      type: 'string',
      description: FEED_DESCRIPTION,
      contentMediaType: JSON_TYPE,
      contentSchema: ref(event),
    },
  }),
  text: (description: string): ResponseDescription =>
    describeResponseWithoutView('text/plain', { type: 'string', description }, ['ETag']),
  bytes: (description: string): ResponseDescription =>
    describeResponseWithoutView(BYTES_TYPE, { type: 'string', description }),
  file: (type: string): ResponseDescription =>
    describeResponseWithoutView(
      type.split(';', 1)[0] as string,
      { type: 'string', description: 'A file. A text that looks like a formula stands behind an apostrophe.' },
      ['Habeas-As-Of', 'Habeas-Known-At', 'Habeas-Position', 'Habeas-Leaves-Out'],
    ),
} as const;

const FEED_TYPE = 'text/event-stream';
const FEED_DESCRIPTION =
  'Server-sent events: of each, `id` is the position, and `data` the event. A reader who asks with `Accept: text/event-stream` to go on from beyond the end of the log, which a browser would take for the end where it was answered by a problem, is sent one event of the type `reset`, whose `id` is 0 and whose `data` is the problem `POSITION.BEYOND_LOG`; then the feed ends, and begins with the first event when the reader comes back.';

/** Descriptions of responses to commands. */
export const commandResponses = {
  recorded: describeJsonResponse(Recorded, ['ETag'], 201, 'It is recorded.'),
  created: describeJsonResponse(Recorded, ['ETag', 'Location'], 201, 'It is recorded, and begins.'),
  batch: describeJsonResponse(RowAnswers),
  job: describeJsonResponse(JobView, ['Location'], 202, 'The job runs; `Location` tells how far it is.'),
} as const satisfies Record<string, ResponseDescription>;

/** Statuses of the problems that every route is described with. */
const QUERY_PROBLEMS = [400, 401, 403, 404, 408, 410, 414, 429, 431, 500, 503] as const;
/** Statuses of the problems that every route with a body is described with in addition. */
const COMMAND_PROBLEMS = [409, 412, 413, 415, 422] as const;

export const Operation = ({
  summary,
  tag,
  headers,
  body,
  lineSchema,
  response,
  problemStatuses = [],
}: OperationDescription): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary, ...(body === undefined ? {} : { requestBody: describeBody(body, lineSchema) }) }),
    ApiTags(tag),
    ...(headers === undefined ? [] : describeHeaders(headers)),
    ApiExtraModels(ProblemView, ...response.views, ...(typeof body === 'function' ? [body] : [])),
    describeSuccess(response),
    ...[...QUERY_PROBLEMS, ...(body === undefined ? problemStatuses : COMMAND_PROBLEMS)].map(describeProblems),
  );

const describeBody = (body: Constructor | string, line?: string) => ({
  required: true,
  content: {
    [JSON_TYPE]: { schema: ref(body) },
    ...(line === undefined ? {} : { [NDJSON_TYPE]: { schema: ref(line) } }),
  },
});

const describeHeaders = (headers: Constructor): readonly (MethodDecorator & ClassDecorator)[] =>
  fieldsOf(headers).map((f) =>
    ApiHeader({
      name: HTTP_HEADER_BY_LOWER_CASE[f.name] ?? f.name,
      required: isRequired(f),
      description: f.description ?? '',
      schema: f.valueType.schema,
    }),
  );

const HTTP_HEADER_BY_LOWER_CASE: Readonly<Record<string, string>> = {
  'x-actor': 'X-Actor',
  'idempotency-key': 'Idempotency-Key',
  'if-match': 'If-Match',
  'last-event-id': 'Last-Event-ID',
};

const describeSuccess = ({ status, description, mediaType, schema, headers }: ResponseDescription): MethodDecorator =>
  ApiResponse({
    status,
    description,
    content: { [mediaType]: { schema } },
    headers: Object.fromEntries(
      headers.map((name) => [name, { description: HEADER_DESCRIPTIONS[name] ?? name, schema: { type: 'string' } }]),
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
