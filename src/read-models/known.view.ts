import { IsCount, IsString } from '../schema/view-decorators.js';

/** Base of answers: up to which day, instant or position of the log the answer takes account of events. */
export class KnownView {
  @IsString()
  readonly knownAt: string;

  @IsCount({ description: 'Position of the last event that the answer takes account of.' })
  readonly position: number;
}
