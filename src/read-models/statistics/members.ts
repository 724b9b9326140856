/** Statistics of the people on a list on a day. */
import { HELD_CUSTODIES } from '../../domain/case/state.js';
import { GRAVITIES } from '../../domain/instrument/events.js';
import type { GravityLookup } from '../../domain/instrument/gravity.js';
import { UNKNOWN_KEY } from '../../domain/list/events.js';
import type { ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { groupPeople, type Grouping } from '../counts/group-people.js';
import { filterConditions, type Filters } from '../list/filters.js';
import {
  listScope,
  toPeriodSqlConditions,
  memberConditions,
  validCondition,
  type ListScope,
} from '../list/predicate.js';
import { STAGE_SQL, STAGES } from '../list/stage.js';
import type { ScopedContext } from '../scope.js';
import type { Db } from '../table.js';
import { timeHeldBands, timeLeftBands, type Band } from './bands.js';
import {
  ROW_COLUMN_KEY_SEPARATOR,
  totalsByRow,
  ONLY_COLUMN,
  statisticTable,
  type StatisticTable,
} from './statistic-table.js';

export interface MemberStatisticRequest {
  readonly context: ScopedContext;
  readonly list: ListDefinition;
  readonly filters: Filters;
  readonly gravityOf: GravityLookup;
}

const groupedTable = (
  { context: { counters, scope, position: head }, list, filters }: MemberStatisticRequest,
  grouping: Grouping,
  known: { readonly rows: readonly string[]; readonly columns: readonly string[] },
): StatisticTable => {
  const listed = listScope(list.id, scope.day, scope.position, head);
  const match = toPeriodSqlConditions([...memberConditions(list, scope.day), ...filterConditions(filters)]);
  // The SQL statement filters by certainty already.
  return statisticTable(totalsByRow(groupPeople(counters, listed, match, grouping, filters.certainty)), known);
};

export const stageByCategory = (asked: MemberStatisticRequest): StatisticTable =>
  groupedTable(
    asked,
    {
      key: `coalesce(p.category, '${UNKNOWN_KEY}') || '${ROW_COLUMN_KEY_SEPARATOR}' || coalesce(${STAGE_SQL}, '${UNKNOWN_KEY}')`,
      undecidedKey: `${UNKNOWN_KEY}${ROW_COLUMN_KEY_SEPARATOR}${UNKNOWN_KEY}`,
    },
    { rows: [...asked.list.categories.keys()], columns: STAGES },
  );

/** The key of people without a conviction, who have no articles of one and no sentence. */
const NOT_CONVICTED_KEY = 'not-convicted';

export const membersByGravity = (asked: MemberStatisticRequest): StatisticTable => {
  defineGravityFunction(asked.context.db, asked.gravityOf);
  const key = `CASE WHEN ${STAGE_SQL} = 'convicted' THEN habeas_gravity(p.articles, @day) ELSE '${NOT_CONVICTED_KEY}' END`;
  return groupedTable(asked, { key }, { rows: [...GRAVITIES, UNKNOWN_KEY, NOT_CONVICTED_KEY], columns: [ONLY_COLUMN] });
};

const WITH_GRAVITY_FUNCTION = new WeakSet<Db>();

/** Defines `habeas_gravity(articles, day)` in SQL: the gravest gravity of the articles of a conviction (JSON) on the day. */
const defineGravityFunction = (db: Db, gravityOf: GravityLookup): void => {
  if (WITH_GRAVITY_FUNCTION.has(db)) return;
  const known = new Map<string, string>();
  db.function('habeas_gravity', { deterministic: true }, (articles, day) => {
    const key = `${String(day)} ${String(articles)}`;
    const found = known.get(key) ?? gravestOf(JSON.parse(String(articles)) as string[], Number(day), gravityOf);
    if (known.size >= MAX_CACHED_ARTICLE_SETS) known.clear();
    known.set(key, found);
    return found;
  });
  WITH_GRAVITY_FUNCTION.add(db);
};

/** Distinct sets of articles of a large register. */
const MAX_CACHED_ARTICLE_SETS = 20_000;

/** The gravest gravity of the articles; unknown if that of one article is unknown and no other has the highest. */
const gravestOf = (articles: readonly string[], day: Day, gravityOf: GravityLookup): string => {
  const ranks = articles.map((article) => {
    const gravity = gravityOf(article, day);
    return gravity === null ? null : GRAVITIES.indexOf(gravity);
  });
  const gravest = Math.max(-1, ...ranks.filter((rank) => rank !== null));
  const isKnown = gravest === GRAVITIES.length - 1 || (ranks.length > 0 && !ranks.includes(null));
  return isKnown ? (GRAVITIES[gravest] ?? UNKNOWN_KEY) : UNKNOWN_KEY;
};

const bandKeys = (bands: readonly Band[]): readonly string[] => bands.map(({ key }) => key);

/** SQL for the number of the band in which a day is; null without a day. */
const bandNumberSql = (day: string, bands: readonly Band[]): string =>
  `CASE ${bands.map(({ from, to }, number) => `WHEN ${day} BETWEEN ${from} AND ${to} THEN ${number}`).join(' ')} END`;

/** SQL for the bands from that of one day to that of another, as `bandRangeExpander` reads it. */
const bandRangeSql = (first: string, last: string, bands: readonly Band[]): string =>
  `(${bandNumberSql(first, bands)} || '${BAND_RANGE_SEPARATOR}' || ${bandNumberSql(last, bands)})`;

const BAND_RANGE_SEPARATOR = '..';

/** Expands a key of two band numbers (`0..2`), in either order, to the keys of these bands and all between; leaves any other key. */
const bandRangeExpander =
  (bands: readonly Band[]) =>
  (key: string): readonly string[] => {
    const numbers = key.split(BAND_RANGE_SEPARATOR).map(Number);
    if (numbers.length !== 2) return [key];
    return bandKeys(bands.slice(Math.min(...numbers), Math.max(...numbers) + 1));
  };

export const membersByTimeLeft = (asked: MemberStatisticRequest): StatisticTable => {
  const bands = timeLeftBands(asked.context.scope.day);
  const withoutEnd = `CASE WHEN p.life = 1 THEN 'life' WHEN p.sentence IN ('none', 'extinguished') THEN 'no-sentence' ELSE '${UNKNOWN_KEY}' END`;
  // The end of a sentence whose term is unknown is MAX_DAY, which is in no band.
  const key = `coalesce(${bandRangeSql('p.end_earliest', 'p.end_latest', bands)}, ${withoutEnd})`;
  return groupedTable(
    asked,
    { key, expand: bandRangeExpander(bands) },
    { rows: [...bandKeys(bands), 'life', UNKNOWN_KEY, 'no-sentence'], columns: [ONLY_COLUMN] },
  );
};

export const membersByTimeHeld = (asked: MemberStatisticRequest): StatisticTable => {
  const bands = timeHeldBands(asked.context.scope.day);
  const join = (scope: ListScope): string =>
    `LEFT JOIN holdings h ON h.case_no = p.case_no AND ${validCondition('h', scope)}`;
  // Not every member is held: a policy may keep people on the list who are not, or a person is held in some possible periods only.
  const isHeld = `p.custody IN (${[...HELD_CUSTODIES].map((custody) => `'${custody}'`).join(', ')})`;
  const since = bandRangeSql('h.since_from', 'coalesce(h.since_by, @day)', bands);
  const key = `CASE WHEN ${isHeld} THEN coalesce(${since}, 'not-held') ELSE 'not-held' END`;
  return groupedTable(
    asked,
    { key, join, expand: bandRangeExpander(bands) },
    { rows: bandKeys(bands), columns: [ONLY_COLUMN] },
  );
};
