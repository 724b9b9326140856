import { IsInteger, IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { IsEither, IsString } from '../../schema/view-decorators.js';
import { Recorded } from '../commands/recorded.view.js';
import { ProblemView } from '../problem.view.js';

export class RowAnswer {
  @IsInteger(1, LIMITS.rows)
  readonly row: number;

  @IsInteger(200, 599, { description: 'What the row alone would have been answered with.' })
  readonly status: number;

  @IsEither([Recorded, ProblemView])
  readonly body: Recorded | ProblemView;
}

export class RowAnswers {
  @IsObjectOf(RowAnswer, { each: true })
  readonly items: readonly RowAnswer[];

  @IsNullable()
  @IsString({ description: 'For `atLeast`: a read with it takes account of every row.' })
  readonly token: string | null;
}
