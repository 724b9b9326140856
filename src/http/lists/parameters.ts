import { MEMBER_SETS, type MemberSet } from '../../read-models/counts/movement.view.js';
import { SEPARATOR_NAMES, type Separator } from '../../register-files/list-export.js';
import { field, ObjectRule } from '../../schema/field.js';
import { alternatives, fullDay, integer, oneOf, slug } from '../../schema/kinds.js';
import { LIMITS } from '../../schema/limits.js';
import { AtLeastQuery, cursor, isSpan, optional, DESCRIPTIONS, PeopleQuery } from '../parameters.js';

export class CsvQuery extends PeopleQuery {
  @field(oneOf(SEPARATOR_NAMES), {
    ...optional,
    means: 'What parts the cells: a comma where absent; spreadsheets in Azerbaijani and Russian want a semicolon.',
  })
  separator?: Separator;
}

export class MovementsQuery extends AtLeastQuery {
  @ObjectRule<MovementsQuery>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @field(fullDay, { means: 'Movements after the end of this day.' })
  from: string;

  @field(fullDay, { means: 'Movements until the end of this day.' })
  to: string;

  @field(alternatives(slug), { ...optional, means: 'Counts and movements of these categories alone.' })
  category?: string[];

  @field(oneOf(MEMBER_SETS), { ...optional, means: DESCRIPTIONS.set })
  set?: MemberSet;

  @field(integer(1, LIMITS.movements), { default: LIMITS.movements, means: 'Movements on a page, all kinds together.' })
  limit: number;

  @field(cursor, { ...optional, means: DESCRIPTIONS.after })
  after?: string;
}
