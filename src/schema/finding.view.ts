import { codeCatalogue } from './problems.js';
import { IsOneOf } from './decorators.js';
import { IsString } from './view-decorators.js';
import type { Grade } from '../domain/event.js';

const FINDING_CODES = codeCatalogue.filter((entry) => entry.in === 'finding').map(({ code }) => code);
const FINDING_GRADES: readonly Grade[] = ['refuse', 'ask', 'warn'];

export class FindingView {
  @IsOneOf(FINDING_CODES)
  readonly code: string;

  @IsOneOf(FINDING_GRADES)
  readonly grade: Grade;

  @IsString({ each: true, description: 'The events that collide.' })
  readonly events: readonly string[];

  @IsString()
  readonly expected: string;
}
