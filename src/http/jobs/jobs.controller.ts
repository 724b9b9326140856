import { Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { DurableJobs } from '../../jobs/durable-jobs.js';
import { Jobs } from '../../jobs/jobs.js';
import { HttpResponse, problemResponse, RETRY_AFTER } from '../http-response.js';
import { BodyOf } from '../request.decorators.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import {
  JobsView,
  JobView,
  JobWithRefusedView,
  toJobView,
  toNonDurableJobView,
  toRefusedItemsPage,
} from './job.view.js';
import { JobRun, RefusedItemsQueryParameters } from './parameters.js';

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly durableJobs: DurableJobs,
    private readonly jobs: Jobs,
  ) {}

  @Get()
  @Operation({
    summary: 'What runs long, and what has ended of late: acts being applied, the log being verified.',
    tag: 'jobs',
    response: queryResponses.json(JobsView),
  })
  list(): JobsView {
    const durable = this.durableJobs.all();
    const ids = new Set(durable.map(({ id }) => id));
    const own = this.jobs.all().filter(({ id }) => !ids.has(id));
    return { items: [...own.map(toNonDurableJobView), ...durable.map(toJobView)] };
  }

  @Get(':id')
  @Operation({
    summary: 'One job: how far it is, and whom it refused.',
    tag: 'jobs',
    response: queryResponses.page(JobWithRefusedView),
  })
  one(
    @Param('id') id: string,
    @Query() { limit, after }: RefusedItemsQueryParameters,
  ): JobWithRefusedView | HttpResponse {
    const job = this.durableJobs.get(id);
    if (job !== null)
      return { ...toJobView(job), ...toRefusedItemsPage(this.durableJobs.refusedItems(id, after, limit + 1), limit) };
    const own = this.jobs.get(id);
    return own === null
      ? problemResponse('JOB.UNKNOWN')
      : { ...toNonDurableJobView(own), ...toRefusedItemsPage([], limit) };
  }

  @Post(':id/runs')
  @Operation({
    summary: 'Run a job again that was interrupted or has failed; it goes on where it was.',
    tag: 'jobs',
    body: JobRun,
    response: commandResponses.job,
  })
  run(@Param('id') id: string, @BodyOf(JobRun) _: JobRun): HttpResponse {
    const result = this.durableJobs.resume(id);
    if (result === null) return this.notDurableResponse(id);
    return result.outcome === 'started'
      ? jobResponse(toJobView(result.job))
      : problemResponse('JOBS.FULL', {}, RETRY_AFTER);
  }

  @Delete(':id')
  @Operation({
    summary: 'Interrupt a job after its current step; what it has recorded stays.',
    tag: 'jobs',
    response: queryResponses.json(JobView),
    // DELETE needs no body, but the size and media type of one that is sent are still checked.
    problemStatuses: [413, 415],
  })
  async interrupt(@Param('id') id: string): Promise<JobView | HttpResponse> {
    const job = await this.durableJobs.interrupt(id);
    return job === null ? this.notDurableResponse(id) : toJobView(job);
  }

  private notDurableResponse(id: string): HttpResponse {
    return problemResponse(this.jobs.get(id) === null ? 'JOB.UNKNOWN' : 'JOB.OF_THE_REGISTER');
  }
}

/** For a job that was started or runs already. */
export const jobResponse = (job: JobView): HttpResponse =>
  new HttpResponse(202, { location: `/v1/jobs/${job.id}` }, job);
