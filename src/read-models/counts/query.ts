/** People of a list on a day, counted by one property. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay } from '../../domain/time.js';
import { countPeople } from '../list/page.js';
import { dayOf, filtered, matching, onList, scopeOf, STAGE, valid, type Match, type Scope } from '../list/predicate.js';
import { Counts, type Certainty, type COUNTED_BY } from '../queries.js';
import { ReadModelReader } from '../reader.js';
import type { Groups, Counters } from '../counters.js';

type CountedBy = (typeof COUNTED_BY)[number];
type Answer = Awaited<ReturnType<IQueryHandler<Counts>['execute']>>;

/** Where a property is not known, its people stand under this key. */
export const UNKNOWN = 'unknown';

/** The key of a period under each property; null counts in the total alone. `a` are the articles, one a row. */
const KEYS: Readonly<Record<CountedBy, string>> = {
  category: `coalesce(p.category, '${UNKNOWN}')`,
  custody: 'p.custody',
  proceedings: 'p.proceedings',
  stage: STAGE,
  article: `coalesce(a.value, '${UNKNOWN}')`,
  incident: `coalesce(p.incident, '${UNKNOWN}')`,
};

@QueryHandler(Counts)
export class CountsHandler implements IQueryHandler<Counts> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Who certainly is on the list but only perhaps under a key counts once in the total, and there as uncertain. */
  async execute({ list, parameters: ask }: Counts): Promise<Answer> {
    const { logTables, counters, position, today } = await this.reader.contextAt({ atLeast: ask.atLeast });
    const found = logTables.list(list, position);
    if (found === null) return null;
    const day = ask.asOf === undefined ? today : dayOf(ask.asOf);
    const scope = scopeOf(list, day, position, position);
    const match = matching([...onList(found.definition, day), ...filtered(ask.filters)]);
    const { certainty } = ask.filters;
    const groups = new Map(
      [...groupsOf(counters, scope, match, ask.by, certainty)].map(([key, totals]) => [key, { key, ...totals }]),
    );
    if (ask.by === 'category')
      for (const key of found.definition.categories.keys())
        if (!groups.has(key)) groups.set(key, { key, yes: 0, uncertain: 0 });
    return {
      list,
      asOf: formatDay(day),
      by: ask.by,
      position,
      total: countPeople(counters, scope, match, certainty),
      groups: [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    };
  }
}

const groupsOf = (
  counters: Counters,
  scope: Scope,
  match: Match,
  by: CountedBy,
  certainty: Certainty | undefined,
): Groups => {
  const rows = (within: Scope, among: string): string => `p.list = @list AND ${valid('p', within)} ${among}`;
  const asked = { yes: `min(${match.sure})`, uncertain: `NOT min(${match.sure})`, any: 'TRUE' }[certainty ?? 'any'];
  const sql = (
    within: Scope,
    among: string,
  ): string => `SELECT key, sum(hits = periods) AS yes, sum(hits < periods) AS uncertain
    FROM (SELECT p.case_no, ${KEYS[by]} AS key, count(*) AS hits FROM periods p
      ${by === 'article' ? 'LEFT JOIN json_each(p.articles) a' : ''} WHERE ${rows(within, among)} AND ${match.sure} GROUP BY 1, 2)
    JOIN (SELECT p.case_no, count(*) AS periods FROM periods p WHERE ${rows(within, among)} GROUP BY 1 HAVING ${asked}) USING (case_no)
    WHERE key IS NOT NULL GROUP BY key`;
  return counters.count(scope, { sql, values: match.values });
};
