/** Members of a list on a day, counted by one property. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { UNKNOWN_KEY } from '../../domain/list/events.js';
import { formatDay } from '../../domain/time.js';
import { countMatchingPeople } from '../list/page.js';
import {
  toPeriodSqlConditions,
  memberConditions,
  listScope,
  type ListScope,
  type PeriodSqlConditions,
} from '../list/predicate.js';
import { filterConditions, type Certainty, type Filters } from '../list/filters.js';
import { STAGE_SQL } from '../list/stage.js';
import { LIMITS } from '../../schema/limits.js';
import { IsDay, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { Totals } from '../list/person.view.js';
import { answerWithCounts } from '../answer-counted.js';
import { InvalidParameter } from '../query-errors.js';
import { ReadModelReader } from '../reader.js';
import type { Scope } from '../scope.js';
import type { Counters, TotalsByKey } from '../counters.js';
import { groupPeople, groupPeopleByEachKey } from './group-people.js';

export const COUNTED_BY = ['category', 'custody', 'proceedings', 'stage', 'article', 'incident'] as const;

export class CountedGroup extends Totals {
  @IsString()
  readonly key: string;
}

export class CountsView extends KnownView {
  @IsString()
  readonly list: string;

  @IsDay()
  readonly asOf: string;

  @IsOneOf(COUNTED_BY)
  readonly by: (typeof COUNTED_BY)[number];

  @IsObjectOf(Totals)
  readonly total: Totals;

  @IsObjectOf(CountedGroup, {
    each: true,
    description:
      'Sorted by key. Categories of the list are included even with zero members. `unknown`: no such value is known, or, of a stage, neither held nor convicted.',
  })
  readonly groups: readonly CountedGroup[];
}

/** Members of a list on a day, counted by one property. A person with several articles is counted once under each. */
export class MemberCounts extends Query<CountsView | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
    readonly parameters: { readonly by: (typeof COUNTED_BY)[number]; readonly filters: Filters },
  ) {
    super();
  }
}

type CountedBy = (typeof COUNTED_BY)[number];

/** SQL for the key of a period `p`, never null, so that everybody in the total is in a group. `a` is one article of the period. */
const KEY_SQL_OF_PROPERTY: Readonly<Record<CountedBy, string>> = {
  category: `coalesce(p.category, '${UNKNOWN_KEY}')`,
  custody: 'p.custody',
  proceedings: 'p.proceedings',
  stage: `coalesce(${STAGE_SQL}, '${UNKNOWN_KEY}')`,
  article: `coalesce(a.value, '${UNKNOWN_KEY}')`,
  incident: `coalesce(p.incident, '${UNKNOWN_KEY}')`,
};

/** Counts people by a property. A period may have several articles at once, but only one value of every other property. */
const countByProperty = (
  by: CountedBy,
  ...[counters, scope, match, certainty]: readonly [Counters, ListScope, PeriodSqlConditions, Certainty | undefined]
): TotalsByKey =>
  by === 'article'
    ? groupPeopleByEachKey(
        counters,
        scope,
        match,
        { key: KEY_SQL_OF_PROPERTY[by], join: 'LEFT JOIN json_each(p.articles) a' },
        certainty,
      )
    : groupPeople(counters, scope, match, { key: KEY_SQL_OF_PROPERTY[by] }, certainty);

@QueryHandler(MemberCounts)
export class MemberCountsHandler implements IQueryHandler<MemberCounts> {
  constructor(private readonly reader: ReadModelReader) {}

  /**
   * A certain member with an uncertain key counts as certain in the total and as uncertain under the key. Throws InvalidParameter for
   * more groups than an answer may have.
   */
  execute({ scope: asked, list, parameters }: MemberCounts): Promise<CountsView | null> {
    return answerWithCounts(this.reader, asked, null, ({ logTables, counters, scope: answered, position: head }) => {
      const { day, position, knownAt } = answered;
      const defined = logTables.listAt(list, position);
      if (defined === null) return null;
      const scope = listScope(list, day, position, head);
      const match = toPeriodSqlConditions([
        ...memberConditions(defined.definition, day),
        ...filterConditions(parameters.filters),
      ]);
      const { certainty } = parameters.filters;
      const groups = new Map(
        [...countByProperty(parameters.by, counters, scope, match, certainty)].map(([key, totals]) => [
          key,
          { key, ...totals },
        ]),
      );
      if (parameters.by === 'category')
        for (const key of defined.definition.categories.keys())
          if (!groups.has(key)) groups.set(key, { key, yes: 0, uncertain: 0 });
      if (groups.size > LIMITS.groups)
        throw new InvalidParameter('by', 'TABLE.TOO_LARGE', `at most ${LIMITS.groups} groups: filter the people`);
      return {
        list,
        asOf: formatDay(day),
        knownAt,
        by: parameters.by,
        position,
        total: countMatchingPeople(counters, scope, match, { certainty }),
        groups: [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
      };
    });
  }
}
