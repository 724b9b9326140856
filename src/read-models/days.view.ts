import { IsDay, IsNullable } from '../schema/decorators.js';

/** The days from `from` until the day before `to`; null where there is no such bound. */
export class DaysView {
  @IsNullable()
  @IsDay()
  readonly from: string | null;

  @IsNullable()
  @IsDay()
  readonly to: string | null;
}
