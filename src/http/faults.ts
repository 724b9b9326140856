/** Maps errors to problem documents. Neither the response nor the log repeats an error's message, which may quote personal data. */
import { HttpException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidCursor, InvalidKnownAt, InvalidParameter } from '../read-models/query-errors.js';
import { requestProblems, type ProblemCode } from '../schema/problems.js';
import { UnreadableBody, unreadableBodyResponse } from './body-parser.js';
import { ProblemException, problemResponse, RETRY_AFTER, type HttpResponse } from './http-response.js';

/** The problem code of an error by its name, because http/ must not import the classes of event-store/ and proof/. */
const CODE_BY_ERROR_NAME: Readonly<Record<string, ProblemCode>> = {
  StoreUnavailable: 'REGISTER.UNAVAILABLE',
  StoreBusy: 'REGISTER.BUSY',
  QueriesBusy: 'REGISTER.BUSY',
  StoreDamaged: 'REGISTER.DAMAGED',
  ClockBehind: 'REGISTER.CLOCK_BEHIND',
  LogUnverified: 'REGISTER.VERIFYING',
  AppendTooLarge: 'EVENT.TOO_LARGE',
  NotCaughtUp: 'READS.BEHIND',
  BeyondLog: 'POSITION.BEYOND_LOG',
  NoCheckpoint: 'PROOF.NO_CHECKPOINT',
  NoTree: 'PROOF.NO_TREE',
  NoTile: 'PROOF.NO_TILE',
  SizeBeyondLog: 'PROOF.SIZE_BEYOND_LOG',
  EventBeyondSize: 'PROOF.EVENT_BEYOND_SIZE',
  TreeBehind: 'PROOF.TREE_BEHIND',
};

/**
 * Codes of temporary conditions, which are not logged: metrics count such responses by status, and a log line for each would add
 * nothing.
 */
const UNLOGGED_CODES: readonly ProblemCode[] = [
  'PROOF.TREE_BEHIND',
  'READS.BEHIND',
  'REGISTER.BUSY',
  'REGISTER.UNAVAILABLE',
  'REGISTER.VERIFYING',
];

/** SQLite errors that concern the file, not the query. They come from the read models: event-store/ wraps those of its files. */
const isReadModelFileError = (error: unknown): boolean =>
  /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|NOMEM|NOTADB|READONLY)/.test(
    String((error as { readonly code?: unknown } | undefined)?.code),
  );

/** For client errors of Nest and Fastify. */
const CODE_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  408: 'REQUEST.TIMEOUT',
  413: 'BODY.TOO_LARGE',
  414: 'REQUEST.TOO_LONG',
  415: 'BODY.NOT_DECLARED_JSON',
};

export interface ErrorResponse {
  readonly response: HttpResponse;
  /** Whether the service is at fault, so that the error must be logged. */
  readonly isFault: boolean;
}

export const toErrorResponse = (error: unknown): ErrorResponse => {
  if (error instanceof ProblemException) return { response: error.response, isFault: false };
  if (error instanceof UnreadableBody) return { response: unreadableBodyResponse(error), isFault: false };
  if (error instanceof InvalidCursor) return { response: invalidCursorResponse(error), isFault: false };
  if (error instanceof InvalidKnownAt || error instanceof InvalidParameter)
    return { response: invalidParameterResponse(error), isFault: false };
  const code =
    CODE_BY_ERROR_NAME[error instanceof Error ? error.name : ''] ??
    (isReadModelFileError(error) ? 'READS.UNAVAILABLE' : undefined);
  if (code !== undefined) {
    const { status } = requestProblems[code];
    return {
      response: problemResponse(code, damagedPosition(code, error), status === 503 ? RETRY_AFTER : {}),
      isFault: status >= 500 && !UNLOGGED_CODES.includes(code),
    };
  }
  const status = frameworkStatusOf(error);
  return status >= 400 && status < 500
    ? { response: problemResponse(CODE_BY_STATUS[status] ?? 'REQUEST.MALFORMED'), isFault: false }
    : { response: problemResponse('REGISTER.FAULT'), isFault: true };
};

const damagedPosition = (code: ProblemCode, error: unknown): { readonly position?: number } => {
  const { position } = error as { readonly position?: unknown };
  return code === 'REGISTER.DAMAGED' && typeof position === 'number' ? { position } : {};
};

const invalidCursorResponse = ({ parameter }: InvalidCursor): HttpResponse =>
  problemResponse('REQUEST.INVALID', {
    errors: [{ parameter, code: 'CURSOR.FOREIGN', expected: 'a token or page cursor of this register' }],
  });

const invalidParameterResponse = ({ parameter, code, expected }: InvalidKnownAt | InvalidParameter): HttpResponse =>
  problemResponse('REQUEST.INVALID', { errors: [{ parameter, code, expected }] });

const frameworkStatusOf = (error: unknown): number =>
  error instanceof HttpException
    ? error.getStatus()
    : Number((error as { readonly statusCode?: unknown } | undefined)?.statusCode);

/** Name, code and stack frames of an error, for the log. Without its message. */
export const errorTraceOf = (
  error: unknown,
): { readonly error: string; readonly code?: string; readonly at: readonly string[] } => {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const { code } = error as { readonly code?: unknown };
  // The stack begins with the message, which may have lines that look like frames.
  const { message, stack = '' } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return {
    error: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at: frames
      .map((line) => line.trim())
      .filter((line) => /^at .*:\d+:\d+\)?$/.test(line))
      .slice(0, 10),
  };
};

/** The path of a request without its query. */
export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] as string;
