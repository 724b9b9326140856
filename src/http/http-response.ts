/** A response as a value, and problem documents (RFC 9457). */
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { requestProblems, type FieldError, type ProblemCode } from '../schema/problems.js';
import { JSON_TYPE, PROBLEM_TYPE } from './media-types.js';
import type { ProblemView, RequestError } from './problem.view.js';

export type ResponseHeaders = Readonly<Record<string, string>>;

export class HttpResponse {
  /** An object is sent as JSON; with text, bytes or a stream, `headers` name the content type. */
  constructor(
    readonly status: number,
    readonly headers: ResponseHeaders = {},
    readonly body: object | string | Buffer | Readable | null = null,
  ) {}
}

/** Turns field errors into errors that name the parameter or header: the pointer of a field error is `/` and that name. */
export const toRequestErrors = (
  place: 'parameter' | 'header',
  problems: readonly FieldError[],
): readonly RequestError[] =>
  problems.map(({ pointer, code, expected }) => {
    const name = pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
    return place === 'header' ? { code, expected, header: name } : { code, expected, parameter: name };
  });

type AdditionalProblemMembers = Partial<Omit<ProblemView, 'status' | 'code' | 'title'>>;

/** A problem document. Title and detail come from the catalogue of problems, so they never repeat what the caller sent. */
export const problemResponse = (
  code: ProblemCode,
  details: AdditionalProblemMembers = {},
  headers: ResponseHeaders = {},
): HttpResponse => {
  const { status, title, means } = requestProblems[code];
  return new HttpResponse(status, { ...headers, 'content-type': PROBLEM_TYPE }, {
    status,
    code,
    title,
    detail: means,
    ...details,
  } satisfies ProblemView);
};

/** A header for problems of the moment, where the same request may succeed later; in seconds. */
export const RETRY_AFTER = { 'retry-after': '1' } as const;

/** Thrown by parameter decorators to answer with a problem: they can only return the value of the parameter. */
export class ProblemException extends Error {
  override readonly name = 'ProblemException';
  constructor(readonly response: HttpResponse) {
    super('the request is answered by a problem document');
  }
}

/** Sets status and headers; returns the payload for `reply.send`. */
export const prepareReply = (
  reply: FastifyReply,
  { status, headers, body }: HttpResponse,
): string | Buffer | Readable | undefined => {
  void reply.status(status).headers({ 'content-type': `${JSON_TYPE}; charset=utf-8`, ...headers });
  if (reply.request.method === 'HEAD' && (status === 304 || isStream(body))) return emptyHeadPayload(body);
  if (body === null) return undefined;
  return typeof body === 'string' || Buffer.isBuffer(body) || isStream(body) ? body : JSON.stringify(body);
};

const isStream = (body: unknown): body is Readable => typeof (body as Partial<Readable> | null)?.pipe === 'function';

/**
 * The payload of a response to HEAD where GET has no Content-Length: an empty stream. Without a payload, Fastify would send
 * `Content-Length: 0`; the stream that GET sends would be read to its end.
 */
const emptyHeadPayload = (body: HttpResponse['body']): Readable => {
  if (isStream(body)) body.destroy();
  return Readable.from([]);
};

/** Sends a response, unless another was sent already (for instance because the time limit had passed). */
export const send = (reply: FastifyReply, response: HttpResponse): FastifyReply =>
  reply.sent ? reply : reply.send(prepareReply(reply, response));
