import { Controller, Post } from '@nestjs/common';
import { ApplyInstrument, type StartApplicationResult } from '../../commands/apply-instrument.js';
import { InstrumentApplication } from '../../schema/applications.js';
import { CommandHeadersOf, SubjectId, type CommandMetadata } from '../commands/command-request.js';
import { outcomeResponse } from '../commands/command.service.js';
import { BatchHeaders } from '../commands/parameters.js';
import { problemResponse, RETRY_AFTER, type HttpResponse } from '../http-response.js';
import { toJobView } from '../jobs/job.view.js';
import { jobResponse } from '../jobs/jobs.controller.js';
import { commandResponses, Operation } from '../operation.js';
import { BodyOf } from '../request.decorators.js';

/** The route that applies an instrument. A decree pardons many by name, so its body may be larger than that of most requests. */
export const APPLICATIONS_PATH = '/v1/instruments/:id/applications';

@Controller('v1/instruments/:id/applications')
export class ApplicationsController {
  constructor(private readonly applications: ApplyInstrument) {}

  @Post()
  @Operation({
    summary: 'Apply an act or a decree to many persons: a job, which records or refuses each for himself.',
    tag: 'instruments',
    headers: BatchHeaders,
    body: InstrumentApplication,
    response: commandResponses.job,
  })
  async start(
    @SubjectId('instrument') instrument: string,
    @CommandHeadersOf(BatchHeaders) { actor, key }: CommandMetadata,
    @BodyOf(InstrumentApplication) body: InstrumentApplication,
  ): Promise<HttpResponse> {
    const application = { ...body, instrument };
    return toResponse(await this.applications.start({ application, actor, ...(key === undefined ? {} : { key }) }));
  }
}

const toResponse = (result: StartApplicationResult): HttpResponse => {
  switch (result.outcome) {
    case 'started':
      return jobResponse(toJobView(result.job));
    case 'not-admitted':
      return outcomeResponse(result.reason, { isNewSubject: false });
    case 'too-many-jobs':
      return problemResponse('JOBS.FULL', {}, RETRY_AFTER);
  }
};
