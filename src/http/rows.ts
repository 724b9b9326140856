/** Many events in one request: each row is read, recorded and answered for itself. */
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { setImmediate as turn } from 'node:timers/promises';
import { RecordBatch, type BatchRow, type BatchRowResult } from '../commands/record-batch.js';
import type { Reference } from '../domain/case/events.js';
import { LIMITS } from '../schema/limits.js';
import type { FieldError } from '../schema/problems.js';
import { FIRST_EVENT_TYPE, readEvent } from '../schema/read-event.js';
import { problem, type Answer, type RequestError } from './answer.js';
import { answerToUnreadable, UnreadableBody } from './body.js';
import { answerToError, traceOf } from './faults.js';
import { RowOptions, RowsHeaders, type CaseName } from './parameters.js';
import { answerTo, part, readHeaders } from './writes.js';

/** Rows that are read before others have their turn. */
const AT_ONCE = 25;

@Injectable()
export class Rows {
  constructor(private readonly commands: CommandBus) {}

  /** Records rows about cases. Where the rows could be looked at, the answer is 200, whatever became of each. */
  async record(request: FastifyRequest): Promise<Answer> {
    const headers = readHeaders(RowsHeaders, request);
    const errors = [...('errors' in headers ? headers.errors : []), ...wrongAsWhole(request.body)];
    if (errors.length > 0 || 'errors' in headers) return problem('REQUEST.INVALID', { errors });
    const bodies = request.body as readonly unknown[];
    if (bodies.length > LIMITS.rows) return problem('ROWS.TOO_MANY', { limit: LIMITS.rows });
    const read: ReadRow[] = [];
    for (const body of bodies) {
      read.push(readRow(body));
      if (read.length % AT_ONCE === 0) await turn();
    }
    const rows = read.map(({ row }) => row);
    const recorded = await this.commands.execute(new RecordBatch({ rows, correlationId: request.id, ...headers }));
    logFailure(request, recorded.rows);
    const items = read.map((row, at) => {
      const { status, body } = row.wrong ?? answerToRow(row.row, recorded.rows[at] as BatchRowResult);
      return { row: at + 1, status, body };
    });
    return { status: 200, body: { items, token: recorded.token } };
  }
}

const wrongAsWhole = (body: unknown): readonly RequestError[] => {
  const expected = `an array of 1 to ${LIMITS.rows} rows`;
  if (!Array.isArray(body)) return [{ code: 'FIELD.WRONG_KIND', pointer: '', expected }];
  return body.length === 0 ? [{ code: 'ARRAY.LENGTH', pointer: '', expected }] : [];
};

/** A row, and what is wrong with it before it can be recorded. */
interface ReadRow {
  readonly row: BatchRow;
  readonly wrong: Answer | null;
}

const readRow = (body: unknown): ReadRow => {
  if (body instanceof UnreadableBody) return { row: { unreadable: [] }, wrong: answerToUnreadable(body) };
  const { beside, rest } = part(body, RowOptions);
  const event = readEvent('case', rest);
  const errors = [
    ...('errors' in beside ? beside.errors : []),
    ...('errors' in event ? event.errors : []),
    ...wrongNaming(body),
  ];
  if (errors.length > 0 || 'errors' in beside || 'errors' in event)
    return { row: { unreadable: referencesIn(body) }, wrong: problem('REQUEST.INVALID', { errors }) };
  const { case: named, ifMatch, acknowledge } = beside.value;
  const expected = ifMatch === undefined ? {} : { expectedRevision: ifMatch };
  return { row: { case: caseOf(named), event: event.event, acknowledge, ...expected }, wrong: null };
};

const caseOf = (named: CaseName | undefined): Exclude<BatchRow, { unreadable: unknown }>['case'] => {
  if (named === undefined) return null;
  return named.id === undefined ? (named as Reference) : { id: named.id };
};

/** Only what opens a case names none. */
const wrongNaming = (body: unknown): readonly FieldError[] => {
  if (!isObject(body)) return [];
  const [opens, names] = [body['type'] === FIRST_EVENT_TYPE.case, Object.hasOwn(body, 'case')];
  if (opens && names)
    return [{ code: 'FIELD.UNKNOWN', pointer: '/case', expected: 'no case, since the row opens one' }];
  if (!opens && !names) return [{ code: 'FIELD.MISSING', pointer: '/case', expected: 'an object' }];
  return [];
};

/** The references that a wrong row seems to give its case: what names them is not to reach another case that has them. */
const referencesIn = (body: unknown): readonly Reference[] => {
  if (!isObject(body)) return [];
  const given: unknown = body['type'] === 'opened' ? body['references'] : body['type'] === 'referenced' ? [body] : [];
  return Array.isArray(given) ? given.filter(isReference) : [];
};

const isReference = (value: unknown): value is Reference =>
  isObject(value) && typeof value['list'] === 'string' && typeof value['reference'] === 'string';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the caller would have heard of the row alone. */
const answerToRow = (row: BatchRow, outcome: BatchRowResult): Answer => {
  switch (outcome.outcome) {
    case 'failed':
      return answerToError(outcome.error).answer;
    case 'reference-not-given':
      return problem('REFERENCE.NOT_GIVEN');
    case 'unreadable':
      return problem('REQUEST.INVALID');
    default:
      return answerTo(outcome, { begins: 'case' in row && row.case === null });
  }
};

/** Once a request: what fails one row for a fault of ours fails most of them. */
const logFailure = (request: FastifyRequest, outcomes: readonly BatchRowResult[]): void => {
  const failed = outcomes.find((row) => row.outcome === 'failed' && answerToError(row.error).fault);
  if (failed?.outcome === 'failed') request.log.error(traceOf(failed.error), 'fault');
};
