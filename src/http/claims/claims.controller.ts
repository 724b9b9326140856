import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { RecordEventsRequest } from '../../commands/record-events.js';
import { Claims } from '../../read-models/claims/claims.query.js';
import { ClaimsView, ClaimView } from '../../read-models/claims/claim.view.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { NewSubject, SubjectEvent } from '../commands/command-request.js';
import { CommandService } from '../commands/command.service.js';
import { CommandHeaders } from '../commands/parameters.js';
import type { HttpResponse } from '../http-response.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { pick } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { firstWithETag } from '../response.interceptor.js';
import { CountingDayParameters, ClaimsQueryParameters } from './parameters.js';

@Controller('v1/claims')
export class ClaimsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandService,
  ) {}

  @Post()
  @Operation({
    summary: 'Record what somebody claims about a number that the register counts itself.',
    tag: 'claims',
    headers: CommandHeaders,
    body: 'MakeClaim',
    response: commandResponses.created,
  })
  make(@NewSubject('claim') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Post(':id/events')
  @Operation({
    summary: 'Record that a claim was withdrawn, or correct or retract what was recorded of it.',
    tag: 'claims',
    headers: CommandHeaders,
    body: 'ClaimEvent',
    response: commandResponses.recorded,
  })
  report(@SubjectEvent('claim') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Get()
  @Operation({
    summary: 'The claims, each beside what the register counts, with the difference explained.',
    tag: 'claims',
    response: queryResponses.page(ClaimsView),
  })
  list(@Query() query: ClaimsQueryParameters, @CurrentViewer() viewer: Viewer): Promise<object> {
    const parameters = pick(query, ['about', 'list', 'instrument', 'limit', 'after']);
    return this.queries.execute(new Claims(scopeOf(query, viewer), parameters));
  }

  @Get(':id')
  @Operation({
    summary: 'One claim beside what the register counts.',
    tag: 'claims',
    response: queryResponses.withETag(ClaimView),
  })
  async one(
    @Param('id') id: string,
    @Query() query: CountingDayParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<HttpResponse | null> {
    const scope = scopeOf(query, viewer);
    const { next: _, ...found } = await this.queries.execute(new Claims(scope, { id, limit: 1 }));
    return firstWithETag(found, scope);
  }
}

/** The scope of a query of claims; its day is the one for which the register counts. */
const scopeOf = ({ on, asOf, knownAt, atLeast }: CountingDayParameters, viewer: Viewer): Scope => {
  const day = on ?? asOf;
  return new Scope(viewer, { ...(day && { asOf: day }), ...(knownAt && { knownAt }), ...(atLeast && { atLeast }) });
};
