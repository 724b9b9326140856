import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { EventDetails, OneEvent } from '../../read-models/history/one-event.query.js';
import { ReadLog } from '../../read-models/history/read-log.query.js';
import { LoggedEvent } from '../../read-models/history/logged-event.view.js';
import { KnowledgeParameters, Scope, type Viewer } from '../../read-models/scope.js';
import { BatchHeaders } from '../commands/parameters.js';
import { HttpResponse, ProblemException, problemResponse, send } from '../http-response.js';
import { NDJSON_TYPE } from '../media-types.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { pick } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { Batch, type BatchRequest } from './batch-request.js';
import { BatchService } from './batch.service.js';
import { EventsQueryParameters } from './parameters.js';

@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly batches: BatchService,
  ) {}

  @Post()
  @Operation({
    summary: 'Report many events about cases at once, each answered for itself, in order.',
    tag: 'cases',
    headers: BatchHeaders,
    body: 'Rows',
    lineSchema: 'Row',
    response: commandResponses.batch,
  })
  recordBatch(@Batch() batch: BatchRequest): Promise<HttpResponse> {
    return this.batches.record(batch);
  }

  @Get()
  @Operation({
    summary: 'The log from a position, one event a line, for replay.',
    tag: 'register',
    response: queryResponses.ndjson(LoggedEvent),
  })
  async list(
    @Query() query: EventsQueryParameters,
    @CurrentViewer() viewer: Viewer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { type, after } = query;
    const batches = await this.queries.execute(
      new ReadLog(new Scope(viewer, query), {
        ...(type === undefined ? {} : { types: type }),
        after,
        ...pick(query, ['limit']),
      }),
    );
    const lines = Readable.from(toLines(batches), { objectMode: false });
    await send(reply, new HttpResponse(200, { 'content-type': `${NDJSON_TYPE}; charset=utf-8` }, lines));
  }

  @Get(':id')
  @Operation({
    summary: 'One event as recorded and as it stands, and who corrected or retracted it, when and why.',
    tag: 'register',
    response: queryResponses.json(EventDetails),
  })
  async one(
    @Param('id') id: string,
    @Query() query: KnowledgeParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object> {
    const view = await this.queries.execute(new OneEvent(new Scope(viewer, query), id));
    if (view === null) throw new ProblemException(problemResponse('EVENT.UNKNOWN'));
    return view;
  }
}

/** NDJSON. A batch is read only when the response needs more text, so a slow client does not fill memory. */
async function* toLines(batches: AsyncIterable<readonly LoggedEvent[]>): AsyncGenerator<string> {
  for await (const batch of batches) yield batch.map((event) => `${JSON.stringify(event)}\n`).join('');
}
