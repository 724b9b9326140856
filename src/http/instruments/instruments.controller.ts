import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { RecordEventsRequest } from '../../commands/record-events.js';
import { Instruments, InstrumentsView, InstrumentView } from '../../read-models/definitions/instruments.query.js';
import { KnowledgeParameters, Scope, type Viewer } from '../../read-models/scope.js';
import { NewSubject, SubjectEvent } from '../commands/command-request.js';
import { CommandService } from '../commands/command.service.js';
import { CommandHeaders } from '../commands/parameters.js';
import type { HttpResponse } from '../http-response.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { CurrentViewer } from '../request.decorators.js';
import { firstWithETag } from '../response.interceptor.js';

@Controller('v1/instruments')
export class InstrumentsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandService,
  ) {}

  @Post()
  @Operation({
    summary: 'Register an amnesty act or a pardon decree.',
    tag: 'instruments',
    headers: CommandHeaders,
    body: 'RegisterInstrument',
    response: commandResponses.created,
  })
  register(@NewSubject('instrument') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Post(':id/events')
  @Operation({
    summary: 'Report more of an instrument.',
    tag: 'instruments',
    headers: CommandHeaders,
    body: 'InstrumentEvent',
    response: commandResponses.recorded,
  })
  report(@SubjectEvent('instrument') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Get()
  @Operation({
    summary: 'The instruments.',
    tag: 'instruments',
    response: queryResponses.json(InstrumentsView),
  })
  list(@Query() query: KnowledgeParameters, @CurrentViewer() viewer: Viewer): Promise<object> {
    return this.queries.execute(new Instruments(new Scope(viewer, query)));
  }

  @Get(':id')
  @Operation({
    summary: 'One instrument with its dates.',
    tag: 'instruments',
    response: queryResponses.withETag(InstrumentView),
  })
  async one(
    @Param('id') id: string,
    @Query() query: KnowledgeParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<HttpResponse | null> {
    const scope = new Scope(viewer, query);
    return firstWithETag(await this.queries.execute(new Instruments(scope, id)), scope);
  }
}
