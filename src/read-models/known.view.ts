import { IsCount, IsString } from '../schema/view-decorators.js';

/** Up to which knowledge an answer is given. */
export class KnownView {
  @IsString()
  readonly knownAt: string;

  @IsCount({ description: 'Position of the last event that the answer takes account of.' })
  readonly position: number;
}
