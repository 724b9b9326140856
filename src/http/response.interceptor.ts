import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { KnownView } from '../read-models/known.view.js';
import type { Scope } from '../read-models/scope.js';
import { matchesIfNoneMatch, viewTag, type ScopedView } from './entity-tag.js';
import { pathOf } from './faults.js';
import { HttpResponse, prepareReply, problemResponse } from './http-response.js';

/**
 * Turns what a handler returns into a response. An HttpResponse is sent as it is, any other object as JSON with status 200; a
 * `next` in it also becomes a Link header (RFC 8288). Null means that the subject is unknown. A handler that returns undefined has
 * sent the response itself.
 */
@Injectable()
export class ResponseInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<object | null | undefined>): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((result) => {
        const reply = http.getResponse<FastifyReply>();
        if (result === undefined || reply.sent) return undefined;
        return prepareReply(reply, toResponse(result, http.getRequest<FastifyRequest>()));
      }),
    );
  }
}

const toResponse = (result: object | null, request: FastifyRequest): HttpResponse => {
  if (result === null) return problemResponse('SUBJECT.UNKNOWN');
  if (result instanceof HttpResponse) return result;
  const { next } = result as { readonly next?: unknown };
  return typeof next === 'string' || typeof next === 'number'
    ? new HttpResponse(200, { link: `<${nextPage(request, String(next))}>; rel="next"` }, result)
    : new HttpResponse(200, {}, result);
};

const nextPage = (request: FastifyRequest, cursor: string): string => {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  query.set('after', cursor);
  return `${pathOf(request)}?${query.toString()}`;
};

/** The first of some items as a view of its own, with its ETag; null if there is none. */
export const firstWithETag = (
  { items, ...known }: KnownView & { readonly items: readonly { readonly revision: number }[] },
  scope: Scope,
): HttpResponse | null => withETag(items[0] && { ...items[0], ...known }, scope);

/** A view with its ETag; null stays null. Gives 304 if `ifNoneMatch` contains the ETag. */
export const withETag = (
  view: ScopedView | null | undefined,
  scope: Scope,
  ifNoneMatch?: string,
): HttpResponse | null => {
  if (view === null || view === undefined) return null;
  const etag = viewTag(view, scope);
  return matchesIfNoneMatch(ifNoneMatch, etag)
    ? new HttpResponse(304, { etag })
    : new HttpResponse(200, { etag }, view);
};
