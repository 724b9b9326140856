/** Parameter decorators that read headers and body of a request into the data of the command RecordEvents. */
import { createParamDecorator, type ExecutionContext, type ParamDecoratorEnhancer } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { newCaseId, newClaimId } from '../../commands/ids.js';
import type { RecordEventsRequest } from '../../commands/record-events.js';
import type { Actor } from '../../domain/event.js';
import type { SubjectKind } from '../../domain/events.js';
import { fieldsOf, type Constructor } from '../../schema/field.js';
import { registerIdType, slugType } from '../../schema/decorators.js';
import type { FieldError } from '../../schema/problems.js';
import { read, type ReadResult } from '../../schema/read.js';
import { FIRST_EVENT_TYPE, readEvent } from '../../schema/read-event.js';
import { revisionsUnlessWildcard } from '../entity-tag.js';
import { toRequestErrors, ProblemException, problemResponse } from '../http-response.js';
import type { RequestError } from '../problem.view.js';
import { pick } from '../parameters.js';
import { CommandHeaders, RequestOptions, RequestOptionsWithId, RequestOptionsWithOptionalId } from './parameters.js';

/** The subject of a command (case, list, instrument or claim): a new one, or an existing one by the id in the path. */
type CommandTarget = { readonly kind: SubjectKind } & (
  { readonly isNewSubject: true } | { readonly isNewSubject: false; readonly id: string }
);

type CommandRequest = Pick<FastifyRequest, 'headers' | 'body' | 'id'>;

/** The RecordEventsRequest of a request that opens a case, defines a list or an instrument, or makes a claim. */
export const NewSubject = createParamDecorator((kind: SubjectKind, context: ExecutionContext): RecordEventsRequest =>
  readCommand({ kind, isNewSubject: true }, context.switchToHttp().getRequest<FastifyRequest>()),
);

const describeId: ParamDecoratorEnhancer = (target, method) => {
  const descriptor = Object.getOwnPropertyDescriptor(target, method as string) as PropertyDescriptor;
  ApiParam({ name: 'id', schema: { type: 'string' } })(target, method as string, descriptor);
};

/** The RecordEventsRequest of a request that reports an event about the subject with the `id` in the path. */
export const SubjectEvent = createParamDecorator(
  (kind: SubjectKind, context: ExecutionContext): RecordEventsRequest => {
    const request = context.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>();
    return readCommand({ kind, isNewSubject: false, id: readSubjectId(kind, request) }, request);
  },
  [describeId],
);

/** The `id` in the path, of a subject that may or may not exist. */
export const SubjectId = createParamDecorator(
  (kind: SubjectKind, context: ExecutionContext): string =>
    readSubjectId(kind, context.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>()),
  [describeId],
);

/** Throws a ProblemException for an id that no subject of the kind could have. */
const readSubjectId = (kind: SubjectKind, { params: { id } }: FastifyRequest<{ Params: { id: string } }>): string => {
  if (!isSubjectId(kind, id)) throw new ProblemException(problemResponse('SUBJECT.UNKNOWN'));
  return id;
};

/** Whether the text has the form of an id of such a subject; the store is not asked for any other. */
const isSubjectId = (kind: SubjectKind, id: string): boolean =>
  (kind === 'case' ? registerIdType : slugType).rules.every((rule) => rule.isValid(id));

const OPTIONS_OF_NEW_SUBJECT: { readonly [K in SubjectKind]: Constructor<RequestOptions & { id?: string }> } = {
  case: RequestOptions,
  list: RequestOptionsWithId,
  instrument: RequestOptionsWithId,
  claim: RequestOptionsWithOptionalId,
};

const newSubjectId = (kind: SubjectKind, { actor, key }: CommandMetadata): string =>
  kind === 'claim' ? newClaimId(actor, key) : newCaseId(actor, key);

/** Throws a ProblemException that lists every error of headers and body. */
const readCommand = (target: CommandTarget, request: CommandRequest): RecordEventsRequest => {
  const headers = readCommandHeaders(CommandHeaders, request);
  const optionsType = target.isNewSubject ? OPTIONS_OF_NEW_SUBJECT[target.kind] : RequestOptions;
  const { options, event: body } = splitBody<RequestOptions & { id?: string }>(request.body, optionsType);
  const event = readEvent(target.kind, target.isNewSubject ? withDefaultType(target.kind, body) : body);
  const errors = [
    ...('errors' in headers ? headers.errors : []),
    ...('errors' in options ? options.errors : []),
    ...('errors' in event ? event.errors : misplacedTypeErrors(target, event.event.type)),
  ];
  if (errors.length > 0 || 'errors' in headers || 'errors' in options || 'errors' in event)
    throw new ProblemException(problemResponse('REQUEST.INVALID', { errors }));
  const id = target.isNewSubject ? (options.value.id ?? newSubjectId(target.kind, headers)) : target.id;
  return {
    subject: { kind: target.kind, id },
    isNewSubject: target.isNewSubject,
    events: [event.event],
    acknowledge: options.value.acknowledge,
    correlationId: request.id,
    ...headers,
  };
};

/** Reads the command headers that `type` has fields for; throws a ProblemException that lists the errors. */
export const CommandHeadersOf = createParamDecorator(
  (type: Constructor<CommandHeaders>, context: ExecutionContext): CommandMetadata => {
    const headers = readCommandHeaders(type, context.switchToHttp().getRequest<FastifyRequest>());
    if ('errors' in headers) throw new ProblemException(problemResponse('REQUEST.INVALID', { errors: headers.errors }));
    return headers;
  },
);

export type CommandMetadata = Pick<RecordEventsRequest, 'actor' | 'key' | 'expectedRevision'>;

/** X-Actor, Idempotency-Key or If-Match is an error if `type` has no field for it: the header would have no effect. */
export const readCommandHeaders = (
  type: Constructor<CommandHeaders>,
  { headers }: Pick<FastifyRequest, 'headers'>,
): CommandMetadata | { readonly errors: readonly RequestError[] } => {
  const names = ['x-actor', 'idempotency-key', 'if-match'] as const;
  const result = read(type, pick(headers as Partial<Record<(typeof names)[number], unknown>>, names));
  if ('errors' in result) return { errors: toRequestErrors('header', result.errors) };
  const { 'x-actor': actor, 'idempotency-key': key, 'if-match': ifMatch } = result.value;
  const expectedRevision = ifMatch === undefined ? undefined : revisionsUnlessWildcard(ifMatch);
  return {
    actor: { kind: 'person', id: actor.slice('person:'.length), asserted: true } satisfies Actor,
    ...(key === undefined ? {} : { key }),
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
  };
};

/** Splits a body into request options (the fields of `type`) and event data (all others). */
export const splitBody = <T extends RequestOptions>(
  body: unknown,
  type: Constructor<T>,
): { readonly options: ReadResult<T>; readonly event: unknown } => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { options: read(type, {}), event: body };
  const names = fieldsOf(type).map((f) => f.name);
  const [options, event] = [true, false].map((isOption) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name) === isOption)),
  );
  return { options: read(type, options), event };
};

/** Adds the type of the first event of a subject, which the body may omit because only one type can be first. */
const withDefaultType = (kind: SubjectKind, body: unknown): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body) && !Object.hasOwn(body, 'type')
    ? { ...body, type: FIRST_EVENT_TYPE[kind] }
    : body;

const misplacedTypeErrors = (target: CommandTarget, type: string): readonly FieldError[] => {
  const beginningType = FIRST_EVENT_TYPE[target.kind];
  if (target.isNewSubject && type !== beginningType) {
    return [{ code: 'TYPE.NOT_A_BEGINNING', pointer: '/type', expected: beginningType }];
  }
  if (!target.isNewSubject && target.kind === 'case' && type === beginningType) {
    return [{ code: 'TYPE.ONLY_BEGINS', pointer: '/type', expected: `another type than ${beginningType}` }];
  }
  return [];
};
