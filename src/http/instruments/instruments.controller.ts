import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { RecordEventsRequest } from '../../commands/record-events.js';
import { Instruments, InstrumentsView, InstrumentView } from '../../read-models/definitions/instruments.query.js';
import { PeopleByEligibility, type EligibilityParameters } from '../../read-models/eligibility/eligibility.query.js';
import { EligibilityView } from '../../read-models/eligibility/eligibility.view.js';
import { CSV_CONTENT_TYPE } from '../../register-files/csv-table.js';
import { eligibilityAsCsv } from '../../register-files/eligibility-export.js';
import { ScopeParameters, Scope, type Viewer } from '../../read-models/scope.js';
import { NewSubject, SubjectEvent } from '../commands/command-request.js';
import { CommandService } from '../commands/command.service.js';
import { CommandHeaders } from '../commands/parameters.js';
import { fileResponse } from '../file-response.js';
import { problemResponse, send, type HttpResponse } from '../http-response.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { pick } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { firstWithETag } from '../response.interceptor.js';
import {
  EligibilityCsvQueryParameters,
  EligibilityPageQueryParameters,
  InstrumentsQueryParameters,
  type EligibilityQueryParameters,
} from './parameters.js';

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
    response: queryResponses.page(InstrumentsView),
  })
  list(@Query() query: InstrumentsQueryParameters, @CurrentViewer() viewer: Viewer): Promise<object> {
    return this.queries.execute(new Instruments(new Scope(viewer, query), undefined, pick(query, ['limit', 'after'])));
  }

  @Get(':id')
  @Operation({
    summary: 'One instrument with its dates, the days left, and what its clauses say.',
    tag: 'instruments',
    response: queryResponses.withETag(InstrumentView),
  })
  async one(
    @Param('id') id: string,
    @Query() query: ScopeParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<HttpResponse | null> {
    const scope = new Scope(viewer, query);
    return firstWithETag(await this.queries.execute(new Instruments(scope, id)), scope);
  }

  @Get(':id/eligibility')
  @Operation({
    summary: 'Whom the instrument reaches of a list, on a day or from which day on, with the reasons.',
    tag: 'instruments',
    response: queryResponses.page(EligibilityView),
  })
  eligibility(
    @Param('id') id: string,
    @Query() query: EligibilityPageQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    const page = pick(query, ['limit', 'after']);
    return this.queries.execute(
      new PeopleByEligibility(scopeOf(query, viewer), id, { ...parametersOf(query), ...page }),
    );
  }

  @Get(':id/eligibility.csv')
  @Operation({
    summary: 'Whom the instrument reaches, as CSV, whole, for people.',
    tag: 'instruments',
    response: queryResponses.file(CSV_CONTENT_TYPE),
  })
  async eligibilityCsv(
    @Param('id') id: string,
    @Query() query: EligibilityCsvQueryParameters,
    @CurrentViewer() viewer: Viewer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.eligibilityCsvResponse(scopeOf(query, viewer), id, query));
  }

  private async eligibilityCsvResponse(
    scope: Scope,
    instrument: string,
    query: EligibilityCsvQueryParameters,
  ): Promise<HttpResponse> {
    const asked = { scope, instrument, parameters: parametersOf(query), ...pick(query, ['separator']) };
    const exported = await eligibilityAsCsv(this.queries, asked);
    if (exported === null) return problemResponse('SUBJECT.UNKNOWN');
    return fileResponse(CSV_CONTENT_TYPE, exported);
  }
}

/** The scope of an eligibility query; its day is the one that eligibility is asked for. */
const scopeOf = ({ on, asOf, knownAt, atLeast }: EligibilityQueryParameters, viewer: Viewer): Scope => {
  const day = on ?? asOf;
  return new Scope(viewer, { ...(day && { asOf: day }), ...(knownAt && { knownAt }), ...(atLeast && { atLeast }) });
};

const parametersOf = (query: EligibilityQueryParameters): Omit<EligibilityParameters, 'limit'> =>
  pick(query, ['list', 'clause', 'listDay', 'from', 'to', 'verdict']);
