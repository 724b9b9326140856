/** From a request that writes to a command, and from its outcome to an answer. */
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { newCaseId } from '../commands/ids.js';
import { RecordEvents, type RecordEventsResult, type RecordEventsRequest } from '../commands/record-events.js';
import type { Actor } from '../domain/event.js';
import { fieldsOf, type Constructor } from '../schema/field.js';
import { registerId, slug } from '../schema/kinds.js';
import type { FieldError } from '../schema/problems.js';
import { read, type ReadResult } from '../schema/read.js';
import type { SubjectKind } from '../domain/events.js';
import { FIRST_EVENT_TYPE, readEvent } from '../schema/read-event.js';
import { errorsIn, problem, type Answer, type RequestError } from './answer.js';
import { RequestOptions, RequestOptionsWithId, pick, WriteHeaders } from './parameters.js';
import { revisionsIn, revisionTag } from './revision.js';

/** What a write is about: a new subject, or one that exists under an id from the path. */
type Target = { readonly kind: SubjectKind } & (
  { readonly begins: true } | { readonly begins: false; readonly id: string }
);

@Injectable()
export class Writes {
  constructor(private readonly commands: CommandBus) {}

  /** Begins a case, a list or an instrument. */
  begin(kind: SubjectKind, request: FastifyRequest): Promise<Answer> {
    return this.record({ kind, begins: true }, request);
  }

  /** Records an event of a subject that exists. */
  async add(kind: SubjectKind, id: string, request: FastifyRequest): Promise<Answer> {
    return isSubjectId(kind, id) ? this.record({ kind, begins: false, id }, request) : problem('SUBJECT.UNKNOWN');
  }

  private async record(target: Target, request: FastifyRequest): Promise<Answer> {
    const asked = readWrite(target, request);
    if ('errors' in asked) return problem('REQUEST.INVALID', { errors: asked.errors });
    return answerTo(await this.commands.execute(new RecordEvents(asked.request)), asked.request);
  }
}

/** Whether such an id can exist at all; what the store is asked for is bounded by it. */
export const isSubjectId = (kind: SubjectKind, id: string): boolean =>
  (kind === 'case' ? registerId : slug).rules.every((rule) => rule.isValid(id));

/** The command in a request, or everything that is wrong with its headers and its body. */
const readWrite = (
  target: Target,
  request: Pick<FastifyRequest, 'headers' | 'body' | 'id'>,
): { readonly request: RecordEventsRequest } | { readonly errors: readonly RequestError[] } => {
  const headers = readHeaders(WriteHeaders, request);
  const named = target.begins && target.kind !== 'case';
  const { beside, rest } = part<RequestOptions & { id?: string }>(
    request.body,
    named ? RequestOptionsWithId : RequestOptions,
  );
  const event = readEvent(target.kind, target.begins ? withType(target.kind, rest) : rest);
  const errors = [
    ...('errors' in headers ? headers.errors : []),
    ...('errors' in beside ? beside.errors : []),
    ...('errors' in event ? event.errors : wrongPlace(target, event.event.type)),
  ];
  if (errors.length > 0 || 'errors' in headers || 'errors' in beside || 'errors' in event) return { errors };
  const id = target.begins ? (beside.value.id ?? newCaseId(headers.actor, headers.key)) : target.id;
  return {
    request: {
      subject: { kind: target.kind, id },
      begins: target.begins,
      events: [event.event],
      acknowledge: beside.value.acknowledge,
      correlationId: request.id,
      ...headers,
    },
  };
};

type Headers = Pick<RecordEventsRequest, 'actor' | 'key' | 'expectedRevision'>;

/** The headers of a write; of those that any write may have, one that `type` does not take is an error. */
export const readHeaders = (
  type: Constructor<WriteHeaders>,
  { headers }: Pick<FastifyRequest, 'headers'>,
): Headers | { readonly errors: readonly RequestError[] } => {
  const names = ['x-actor', 'idempotency-key', 'if-match'] as const;
  const result = read(type, pick(headers as Partial<Record<(typeof names)[number], unknown>>, names));
  if ('errors' in result) return { errors: errorsIn('header', result.errors) };
  const { 'x-actor': actor, 'idempotency-key': key, 'if-match': ifMatch } = result.value;
  const expectedRevision = ifMatch === undefined ? undefined : revisionsIn(ifMatch);
  return {
    actor: { kind: 'person', id: actor.slice('person:'.length), asserted: true } satisfies Actor,
    ...(key === undefined ? {} : { key }),
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
  };
};

/** Parts a body into what stands beside the event and the event. */
export const part = <T extends RequestOptions>(
  body: unknown,
  type: Constructor<T>,
): { readonly beside: ReadResult<T>; readonly rest: unknown } => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { beside: read(type, {}), rest: body };
  const names = fieldsOf(type).map((f) => f.name);
  const [own, rest] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name) === wanted)),
  );
  return { beside: read(type, own), rest };
};

/** What begins a subject need not say its type, since there is one only. */
const withType = (kind: SubjectKind, body: unknown): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body) && !Object.hasOwn(body, 'type')
    ? { ...body, type: FIRST_EVENT_TYPE[kind] }
    : body;

const wrongPlace = (target: Target, type: string): readonly FieldError[] => {
  const begins = FIRST_EVENT_TYPE[target.kind];
  if (target.begins && type !== begins) {
    return [{ code: 'TYPE.NOT_A_BEGINNING', pointer: '/type', expected: begins }];
  }
  if (!target.begins && target.kind === 'case' && type === begins) {
    return [{ code: 'TYPE.ONLY_BEGINS', pointer: '/type', expected: `another type than ${begins}` }];
  }
  return [];
};

const PATHS: { readonly [K in SubjectKind]: string } = { case: 'cases', list: 'lists', instrument: 'instruments' };

/** What the caller hears of an outcome. A repeat answers as the first time did. */
export const answerTo = (outcome: RecordEventsResult, { begins }: Pick<RecordEventsRequest, 'begins'>): Answer => {
  switch (outcome.outcome) {
    case 'recorded': {
      const { subject, revision, events, findings, token } = outcome;
      const location = begins ? { location: `/v1/${PATHS[subject.kind]}/${subject.id}` } : {};
      const body = { subject, revision, events, findings, token };
      return { status: 201, headers: { etag: revisionTag(revision), ...location }, body };
    }
    case 'refused': {
      const final = outcome.findings.some((f) => f.grade === 'refuse');
      return problem(final ? 'EVENT.REFUSED' : 'EVENT.UNACKNOWLEDGED', { findings: outcome.findings });
    }
    case 'conflict':
      return problem(outcome.preconditionFailed ? 'REVISION.STALE' : 'REVISION.RACED', { revision: outcome.revision });
    case 'unknown-subject':
      return problem('SUBJECT.UNKNOWN');
    case 'already-exists':
      return problem('SUBJECT.EXISTS');
    case 'reference-taken': {
      const { list, reference, by } = outcome;
      return problem('REFERENCE.TAKEN', { reference: { list, reference, case: by } });
    }
    case 'key-reused':
      return problem('KEY.REUSED');
    case 'too-many-events':
      return problem('SUBJECT.FULL', { limit: outcome.limit });
  }
};
