/** The DTO class of a request to publish an edition of a list. */
import { IsDay, IsObjectOf, IsOptional, IsSlug } from './decorators.js';
import { LIMITS } from './limits.js';
import { Source } from './parts.js';

export class NewEdition {
  @IsSlug({ description: 'The id by which it will be known: 2025-10-07.' })
  id: string;

  @IsDay({ description: 'The day of the list that is published.' })
  asOf: string;

  @IsOptional()
  @IsObjectOf(Source, {
    each: { min: 1, max: LIMITS.sources },
    description: 'Where it is published; the list itself, where absent.',
  })
  sources?: Source[];
}
