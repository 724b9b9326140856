import { Controller, Get, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Duplicates, DuplicatesPage } from '../../read-models/names/duplicates.query.js';
import { FindDuplicates } from '../../read-models/names/find-duplicates.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { problemResponse, RETRY_AFTER, type HttpResponse } from '../http-response.js';
import { toJobView } from '../jobs/job.view.js';
import { jobResponse } from '../jobs/jobs.controller.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { BodyOf, CurrentViewer } from '../request.decorators.js';
import { Comparison, DuplicatesQueryParameters } from './parameters.js';

@Controller('v1/duplicates')
export class DuplicatesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly findDuplicates: FindDuplicates,
  ) {}

  @Post()
  @Operation({
    summary: 'Compare the whole register with itself: a job. What is known now is compared once.',
    tag: 'cases',
    body: Comparison,
    response: commandResponses.job,
  })
  async start(@BodyOf(Comparison) _: Comparison, @CurrentViewer() viewer: Viewer): Promise<HttpResponse> {
    const result = await this.findDuplicates.start(new Scope(viewer));
    return result.outcome === 'started'
      ? jobResponse(toJobView(result.job))
      : problemResponse('JOBS.FULL', {}, RETRY_AFTER);
  }

  @Get()
  @Operation({
    summary:
      'Pairs of cases that may be of one person, as the latest comparison found them, without those that were decided.',
    tag: 'cases',
    response: queryResponses.page(DuplicatesPage),
  })
  list(
    @Query() { limit, after, ...parameters }: DuplicatesQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object> {
    return this.queries.execute(new Duplicates(new Scope(viewer, parameters), { limit, after }));
  }
}
