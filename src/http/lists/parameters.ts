import { MEMBER_SETS, type MemberSet } from '../../read-models/counts/movement.view.js';
import { SEPARATOR_NAMES, type Separator } from '../../register-files/list-export.js';
import { KnowledgeParameters } from '../../read-models/scope.js';
import {
  ALTERNATIVES,
  IsDay,
  IsInteger,
  IsOneOf,
  IsOptional,
  IsSlug,
  IsText,
  ObjectRule,
} from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { isSpan, DESCRIPTIONS, PeopleQuery } from '../parameters.js';

export class CsvQuery extends PeopleQuery {
  @IsOptional()
  @IsOneOf(SEPARATOR_NAMES, {
    description:
      'What parts the cells: a comma where absent; spreadsheets in Azerbaijani and Russian want a semicolon.',
  })
  separator?: Separator;
}

export class MovementsQuery extends KnowledgeParameters {
  @ObjectRule<MovementsQuery>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @IsDay({ description: 'Movements after the end of this day.' })
  from: string;

  @IsDay({ description: 'Movements until the end of this day.' })
  to: string;

  @IsOptional()
  @IsSlug({ each: ALTERNATIVES, description: 'Counts and movements of these categories alone.' })
  category?: string[];

  @IsOptional()
  @IsOneOf(MEMBER_SETS, { description: DESCRIPTIONS.set })
  set?: MemberSet;

  @IsInteger(1, LIMITS.movements, { description: 'Movements on a page, all kinds together.' })
  limit: number = LIMITS.movements;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: DESCRIPTIONS.after })
  after?: string;
}
