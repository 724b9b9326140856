/** Reads a batch: the headers, and row by row the case, the event and the options. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { RecordBatchRequest, BatchRow } from '../../commands/record-batch.js';
import type { Reference } from '../../domain/case/events.js';
import { LIMITS } from '../../schema/limits.js';
import type { FieldError } from '../../schema/problems.js';
import { FIRST_EVENT_TYPE, readEvent } from '../../schema/read-event.js';
import { UnreadableBody, unreadableBodyResponse } from '../body-parser.js';
import { readCommandHeaders, splitBody } from '../commands/command-request.js';
import { BatchHeaders, RowOptions, type CaseName } from '../commands/parameters.js';
import { ProblemException, problemResponse, type HttpResponse } from '../http-response.js';
import type { RequestError } from '../problem.view.js';

export interface BatchRequest {
  readonly metadata: Omit<RecordBatchRequest, 'rows'>;
  /** Rows before validation: JSON values, or an UnreadableBody for a line that is not JSON. */
  readonly rowBodies: readonly unknown[];
  readonly log: FastifyBaseLogger;
}

/** The BatchRequest of a request; throws a ProblemException if the headers or the array as a whole are invalid. */
export const Batch = createParamDecorator((_: unknown, context: ExecutionContext): BatchRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const headers = readCommandHeaders(BatchHeaders, request);
  const errors = [...('errors' in headers ? headers.errors : []), ...arrayErrors(request.body)];
  if (errors.length > 0 || 'errors' in headers)
    throw new ProblemException(problemResponse('REQUEST.INVALID', { errors }));
  const rowBodies = request.body as readonly unknown[];
  if (rowBodies.length > LIMITS.rows)
    throw new ProblemException(problemResponse('ROWS.TOO_MANY', { limit: LIMITS.rows }));
  return { metadata: { correlationId: request.id, ...headers }, rowBodies, log: request.log };
});

const arrayErrors = (body: unknown): readonly RequestError[] => {
  const expected = `an array of 1 to ${LIMITS.rows} rows`;
  if (!Array.isArray(body)) return [{ code: 'FIELD.WRONG_KIND', pointer: '', expected }];
  return body.length === 0 ? [{ code: 'ARRAY.LENGTH', pointer: '', expected }] : [];
};

export interface RowValidation {
  readonly row: BatchRow;
  /** The response to an invalid row; null for one that can be recorded. */
  readonly refusal: HttpResponse | null;
}

export const readRow = (body: unknown): RowValidation => {
  if (body instanceof UnreadableBody) return { row: { unreadable: [] }, refusal: unreadableBodyResponse(body) };
  const { options, event: eventData } = splitBody(body, RowOptions);
  const event = readEvent('case', eventData);
  const errors = [
    ...('errors' in options ? options.errors : []),
    ...('errors' in event ? event.errors : []),
    ...caseNameErrors(body),
  ];
  if (errors.length > 0 || 'errors' in options || 'errors' in event)
    return { row: { unreadable: guessReferences(body) }, refusal: problemResponse('REQUEST.INVALID', { errors }) };
  const { case: caseName, ifMatch, acknowledge } = options.value;
  const expected = ifMatch === undefined ? {} : { expectedRevision: ifMatch };
  return { row: { case: toCase(caseName), event: event.event, acknowledge, ...expected }, refusal: null };
};

const toCase = (name: CaseName | undefined): Exclude<BatchRow, { unreadable: unknown }>['case'] => {
  if (name === undefined) return null;
  return name.id === undefined ? (name as Reference) : { id: name.id };
};

/** A row must name its case, unless it opens one. */
const caseNameErrors = (body: unknown): readonly FieldError[] => {
  if (!isObject(body)) return [];
  const [opens, hasName] = [body['type'] === FIRST_EVENT_TYPE.case, Object.hasOwn(body, 'case')];
  if (opens && hasName)
    return [{ code: 'FIELD.UNKNOWN', pointer: '/case', expected: 'no case, since the row opens one' }];
  if (!opens && !hasName) return [{ code: 'FIELD.MISSING', pointer: '/case', expected: 'an object' }];
  return [];
};

/**
 * The references that an invalid row was probably meant to add. Later rows that name their case by one of them are refused:
 * the reference may already belong to another case, where their events would be recorded by mistake.
 */
const guessReferences = (body: unknown): readonly Reference[] => {
  if (!isObject(body)) return [];
  const candidates: unknown =
    body['type'] === 'opened' ? body['references'] : body['type'] === 'referenced' ? [body] : [];
  return Array.isArray(candidates) ? candidates.filter(isReference) : [];
};

const isReference = (value: unknown): value is Reference =>
  isObject(value) && typeof value['list'] === 'string' && typeof value['reference'] === 'string';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
