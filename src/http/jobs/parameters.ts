import { IsInteger } from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { PARAMETER_DESCRIPTIONS } from '../parameters.js';

export class RefusedItemsQueryParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;

  @IsInteger(0, Number.MAX_SAFE_INTEGER, { description: PARAMETER_DESCRIPTIONS.after })
  after = 0;
}

/** The body of a request to run a job again: `{}`, since nothing can be changed about a job. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a body is described by a class, also one without fields
export class JobRun {}
