/** What the interface answers: a status, headers and a body; or a problem document (RFC 9457). */
import type { FastifyReply } from 'fastify';
import type { Readable } from 'node:stream';
import type { Finding } from '../domain/event.js';
import { requestProblems, type FieldErrorCode, type FieldError, type ProblemCode } from '../schema/problems.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Instead of a body, sent as fast as it is taken: lines of JSON unless the headers say another type. */
  readonly stream?: Readable;
}

/** One of the errors of a request: where it is, what is wrong, what was expected. */
export type RequestError = { readonly code: FieldErrorCode; readonly expected: string } & (
  { readonly pointer: string } | { readonly parameter: string } | { readonly header: string }
);

/** Problems with parameters or headers, whose names their pointers are. */
export const errorsIn = (place: 'parameter' | 'header', problems: readonly FieldError[]): readonly RequestError[] =>
  problems.map(({ pointer, code, expected }) => {
    const name = pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
    return place === 'header' ? { code, expected, header: name } : { code, expected, parameter: name };
  });

export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly RequestError[];
  readonly findings?: readonly Finding[];
  /** The subject's current revision, null where it does not exist. */
  readonly revision?: number | null;
  readonly reference?: { readonly list: string; readonly reference: string; readonly case: string };
  readonly limit?: number;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem document. Its wording comes from the catalogue, so that it never carries what the caller sent. */
export const problem = (
  code: ProblemCode,
  details: ProblemDetails = {},
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const { status, title, means } = requestProblems[code];
  return {
    status,
    headers: { ...headers, 'content-type': PROBLEM_TYPE },
    body: { status, code, title, detail: means, ...details },
  };
};

/** Seconds after which it is worth asking again, where the cause may pass by itself. */
export const RETRY = { 'retry-after': '1' } as const;

/** Sends an answer as it is; bodies are plain objects. One that comes after another was sent is dropped. */
export const send = (reply: FastifyReply, { status, headers, body, stream }: Answer): FastifyReply => {
  if (reply.sent) return reply;
  return reply
    .status(status)
    .headers({ 'content-type': stream === undefined ? 'application/json; charset=utf-8' : LINES_TYPE, ...headers })
    .send(stream ?? (body === undefined ? undefined : JSON.stringify(body)));
};

export const LINES_TYPE = 'application/x-ndjson; charset=utf-8';
