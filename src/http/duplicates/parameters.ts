import { KnowledgeParameters } from '../../read-models/scope.js';
import { IsInteger } from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { PARAMETER_DESCRIPTIONS } from '../parameters.js';

export class DuplicatesQueryParameters extends KnowledgeParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;

  @IsInteger(0, Number.MAX_SAFE_INTEGER, { description: PARAMETER_DESCRIPTIONS.after })
  after = 0;
}

/** The body of a request that starts the search for duplicates in the whole register: `{}`. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a body is described by a class, also one without fields
export class Comparison {}
