import { catalogue } from './problems.js';
import { IsOneOf } from './decorators.js';
import { IsString } from './view-decorators.js';
import type { Grade } from '../domain/event.js';

const CODES = catalogue.filter((entry) => entry.in === 'finding').map(({ code }) => code);
const GRADES: readonly Grade[] = ['refuse', 'ask', 'warn'];

export class FindingView {
  @IsOneOf(CODES)
  readonly code: string;

  @IsOneOf(GRADES)
  readonly grade: Grade;

  @IsString({ each: true, description: 'The events that collide.' })
  readonly events: readonly string[];

  @IsString()
  readonly expected: string;
}
