import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { knownAtPosition } from '../domain/known-at.js';
import type { KnownView } from '../read-models/known.view.js';
import type { Scope } from '../read-models/scope.js';
import { matchesIfNoneMatch, viewTag, type SubjectView } from './entity-tag.js';
import { pathOf } from './faults.js';
import { HttpResponse, prepareReply, problemResponse } from './http-response.js';

/**
 * Turns what a handler returns into a response. An HttpResponse is sent as it is, any other object as JSON with status 200; a
 * `next` in it also becomes a Link header (RFC 8288). Null means that the subject is unknown. A handler that returns undefined has
 * sent the response itself. An answer whose ETag the reader has already is not sent again (RFC 9110, section 13.1.2).
 */
@Injectable()
export class ResponseInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<object | null | undefined>): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((result) => {
        const reply = http.getResponse<FastifyReply>();
        if (result === undefined || reply.sent) return undefined;
        const request = http.getRequest<FastifyRequest>();
        return prepareReply(reply, applyIfNoneMatch(toResponse(result, request), request));
      }),
    );
  }
}

const toResponse = (result: object | null, request: FastifyRequest): HttpResponse => {
  if (result === null) return problemResponse('SUBJECT.UNKNOWN');
  if (result instanceof HttpResponse) return result;
  const { next, position } = result as { readonly next?: unknown; readonly position?: unknown };
  if (typeof next !== 'string' && typeof next !== 'number') return new HttpResponse(200, {}, result);
  const query = new URLSearchParams(request.url.slice(pathOf(request).length + 1));
  query.set('after', String(next));
  // A page cursor (text) contains the log position as of which the first page was read. A number does not: `knownAt` carries it then.
  if (typeof next === 'number' && typeof position === 'number' && !query.has('knownAt'))
    query.set('knownAt', knownAtPosition(position));
  return new HttpResponse(200, { link: `<${pathOf(request)}?${query.toString()}>; rel="next"` }, result);
};

const applyIfNoneMatch = (response: HttpResponse, { method, headers }: FastifyRequest): HttpResponse => {
  const isRead = method === 'GET' || method === 'HEAD';
  const { etag } = response.headers;
  return isRead && response.status === 200 && etag !== undefined && matchesIfNoneMatch(headers['if-none-match'], etag)
    ? new HttpResponse(304, response.headers)
    : response;
};

/** The first of some items as a view of its own, with its ETag; null if there is none. */
export const firstWithETag = (
  { items, knownAt, position }: KnownView & { readonly items: readonly { readonly revision: number }[] },
  scope: Scope,
): HttpResponse | null => withETag(items[0] && { ...items[0], knownAt, position }, scope);

/** A view with its ETag; null stays null. */
export const withETag = (view: SubjectView | null | undefined, scope: Scope): HttpResponse | null =>
  view === null || view === undefined ? null : new HttpResponse(200, { etag: viewTag(view, scope) }, view);
