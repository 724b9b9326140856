/** Whatever goes wrong becomes a problem document; nothing of its cause reaches the caller. */
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InvalidCursor } from '../read-models/queries.js';
import { requestProblems, type ProblemCode } from '../schema/problems.js';
import { problem, RETRY, send, type Answer } from './answer.js';
import { answerToUnreadable, UnreadableBody } from './body.js';
import type { Health } from './health.controller.js';
import type { Routes } from './routes.js';

/** Errors of the house by their names, which their classes fix: the store's classes are no business of this room. */
const BY_NAME: Readonly<Record<string, ProblemCode>> = {
  StoreUnavailable: 'REGISTER.UNAVAILABLE',
  StoreBusy: 'REGISTER.BUSY',
  StoreDamaged: 'REGISTER.DAMAGED',
  ClockBehind: 'REGISTER.CLOCK_BEHIND',
  AppendTooLarge: 'EVENT.TOO_LARGE',
  NotCaughtUp: 'READS.BEHIND',
  BeyondLog: 'POSITION.BEYOND_LOG',
};

/** What the log need not know of: it passes, and is counted. */
const EXPECTED: readonly ProblemCode[] = ['READS.BEHIND', 'REGISTER.BUSY'];

/** Errors of SQLite that say something of the file, not of what was asked; the store's come as those of its port. */
const isOfReadModels = (error: unknown): boolean =>
  /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|NOMEM|NOTADB|READONLY)/.test(
    String((error as { readonly code?: unknown } | undefined)?.code),
  );

/** Errors that Nest and Fastify blame on the caller, by their status. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  408: 'REQUEST.TIMEOUT',
  413: 'BODY.TOO_LARGE',
  414: 'REQUEST.TOO_LONG',
  415: 'BODY.NOT_DECLARED_JSON',
};

/** The answer to an error, and whether it is a fault of ours that the log must know. */
export const answerToError = (error: unknown): { readonly answer: Answer; readonly fault: boolean } => {
  if (error instanceof UnreadableBody) return { answer: answerToUnreadable(error), fault: false };
  if (error instanceof InvalidCursor) {
    const errors = [
      { parameter: error.parameter, code: 'CURSOR.FOREIGN' as const, expected: 'a mark of this register' },
    ];
    return { answer: problem('REQUEST.INVALID', { errors }), fault: false };
  }
  const known =
    BY_NAME[error instanceof Error ? error.name : ''] ?? (isOfReadModels(error) ? 'READS.UNAVAILABLE' : undefined);
  if (known !== undefined) {
    const { status } = requestProblems[known];
    return {
      answer: problem(known, {}, status === 503 ? RETRY : {}),
      fault: status >= 500 && !EXPECTED.includes(known),
    };
  }
  const status = statusOf(error);
  return status >= 400 && status < 500
    ? { answer: problem(BY_STATUS[status] ?? 'REQUEST.MALFORMED'), fault: false }
    : { answer: problem('REGISTER.FAULT'), fault: true };
};

const statusOf = (error: unknown): number =>
  error instanceof HttpException
    ? error.getStatus()
    : Number((error as { readonly statusCode?: unknown } | undefined)?.statusCode);

/** What the log keeps of a fault: its kind and where it happened; messages may quote what was sent. */
export const traceOf = (
  error: unknown,
): { readonly error: string; readonly code?: string; readonly at: readonly string[] } => {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const { code } = error as { readonly code?: unknown };
  // The stack begins with the message, which may have lines of its own.
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

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: Routes,
    private readonly health: Pick<Health, 'met'>,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    this.health.met(error);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) {
      reply.raw.destroy();
      return;
    }
    const { answer, fault } = request.is404 ? { answer: this.nothingAt(request), fault: false } : answerToError(error);
    if (fault) request.log.error(traceOf(error), 'fault');
    void send(reply, answer);
  }

  private nothingAt(request: FastifyRequest): Answer {
    const methods = this.routes.methodsAt(pathOf(request));
    return methods.length === 0
      ? problem('ROUTE.UNKNOWN')
      : problem('METHOD.NOT_ALLOWED', {}, { allow: methods.join(', ') });
  }
}

/** The path of a request without its query. */
export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] as string;
