import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BeyondLog } from '../../read-models/query-errors.js';
import { FollowLog } from '../../read-models/history/follow-log.query.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { problemResponse, send, type HttpResponse } from '../http-response.js';
import { LoggedEvent } from '../../read-models/history/logged-event.view.js';
import { Operation, queryResponses } from '../operation.js';
import { CurrentViewer, HeaderParameters } from '../request.decorators.js';
import { acceptsFeed, Feeds, resetFeedResponse } from './feeds.js';
import { FeedHeaders, FeedQueryParameters } from './parameters.js';

@Controller('v1/feed')
export class FeedController {
  constructor(
    private readonly queries: QueryBus,
    private readonly feeds: Feeds,
  ) {}

  @Get()
  @Operation({
    summary: 'The log from a position and as it goes on, as server-sent events.',
    tag: 'register',
    headers: FeedHeaders,
    response: queryResponses.feed(LoggedEvent),
  })
  async open(
    @HeaderParameters(FeedHeaders) headers: FeedHeaders,
    @Query() query: FeedQueryParameters,
    @CurrentViewer() viewer: Viewer,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const response = await this.openFeed(headers, query, viewer, request, reply).catch((error: unknown) => {
      if (error instanceof BeyondLog && acceptsFeed(request)) return resetFeedResponse();
      throw error;
    });
    if (response !== null) await send(reply, response);
  }

  /** Null if the feed is open and has taken over the reply. */
  private async openFeed(
    headers: FeedHeaders,
    { type, list, after }: FeedQueryParameters,
    viewer: Viewer,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<HttpResponse | null> {
    const filter = { ...(type === undefined ? {} : { types: type }), ...(list === undefined ? {} : { list }) };
    const scope = new Scope(viewer);
    const position = headers['last-event-id'] ?? after;
    const feed = await this.queries.execute(new FollowLog(scope, { ...filter, after: position }));
    if (feed === null) return problemResponse('SUBJECT.UNKNOWN');
    return this.feeds.open(request, reply, feed, { scope: scope.key, ...filter }, position);
  }
}
