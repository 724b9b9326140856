/**
 * Statistics of acts and decrees: the people of a list to whom they were applied by a day, and how soon they were
 * released.
 */
import { UNKNOWN_KEY } from '../../domain/list/events.js';
import type { ListDefinition } from '../../domain/list/list.js';
import { LIMITS } from '../../schema/limits.js';
import type { TotalsByKey } from '../counters.js';
import { filterConditions, type Filters } from '../list/filters.js';
import {
  listScope,
  toPeriodSqlConditions,
  scopeValues,
  validCondition,
  versionCondition,
  type ListScope,
} from '../list/predicate.js';
import type { Totals } from '../list/person.view.js';
import type { ScopedContext } from '../scope.js';
import { cachedStatement, type SqlValue } from '../table.js';
import { overlappingBandKeys, DAYS_TO_RELEASE_BANDS } from './bands.js';
import { statisticTable, type StatisticTable } from './statistic-table.js';

export interface ClemencyStatisticRequest {
  readonly context: ScopedContext;
  readonly list: ListDefinition;
  /** Filters on the standing on the day. */
  readonly filters: Filters;
}

export const categoryByInstrument = (asked: ClemencyStatisticRequest): StatisticTable =>
  statisticTable(
    countByColumnAndInstrument(asked, 'c.category'),
    { rows: [...asked.list.categories.keys()], columns: instrumentIds(asked.context) },
    asked.filters.certainty,
  );

export const incidentByInstrument = (asked: ClemencyStatisticRequest): StatisticTable =>
  statisticTable(
    countByColumnAndInstrument(asked, 'c.incident'),
    { rows: incidentsOfJudgedCases(asked), columns: instrumentIds(asked.context) },
    asked.filters.certainty,
  );

const NOT_RELEASED_KEY = 'not-released';

export const daysToRelease = (asked: ClemencyStatisticRequest): StatisticTable => {
  const { day } = asked.context.scope;
  const { fromSql, values } = clemenciesSql(asked);
  const sql = `SELECT c.case_no, c.instrument, c.from_day, c.latest_day, c.released_from, c.released_by, ${CERTAIN_SQL} AS certain
    FROM ${fromSql} ORDER BY c.instrument, c.case_no`;
  const beneficiaries = new Map<
    string,
    { readonly instrument: string; certain: boolean; readonly bands: Set<string> }
  >();
  for (const row of cachedStatement(asked.context.db, sql).iterate(values) as IterableIterator<ClemencyReleaseRow>) {
    const key = `${row.instrument} ${row.case_no}`;
    const person = beneficiaries.get(key) ?? { instrument: row.instrument, certain: false, bands: new Set<string>() };
    person.certain ||= row.certain === 1;
    for (const band of daysToReleaseBands(row, day)) person.bands.add(band);
    beneficiaries.set(key, person);
  }
  const found = new Map<string, Map<string, Totals>>();
  for (const { instrument, certain, bands } of beneficiaries.values())
    for (const band of bands) {
      const row = found.get(band) ?? new Map<string, Totals>();
      const { yes, uncertain } = row.get(instrument) ?? { yes: 0, uncertain: 0 };
      const isSure = certain && bands.size === 1;
      row.set(instrument, { yes: yes + (isSure ? 1 : 0), uncertain: uncertain + (isSure ? 0 : 1) });
      found.set(band, row);
    }
  const rows = [...DAYS_TO_RELEASE_BANDS.map(({ key }) => key), NOT_RELEASED_KEY];
  return statisticTable(found, { rows, columns: instrumentIds(asked.context) }, asked.filters.certainty);
};

interface ClemencyReleaseRow {
  readonly case_no: number;
  readonly instrument: string;
  readonly from_day: number;
  readonly latest_day: number;
  readonly released_from: number | null;
  readonly released_by: number | null;
  readonly certain: 0 | 1;
}

/** The bands of days until release; a release after the day of the query does not count. */
const daysToReleaseBands = (
  { from_day, latest_day, released_from, released_by }: ClemencyReleaseRow,
  day: number,
): readonly string[] => {
  if (released_from === null || released_by === null || released_from > day) return [NOT_RELEASED_KEY];
  const [first, last] = [from_day, Math.min(latest_day, day)];
  const bands = overlappingBandKeys(
    DAYS_TO_RELEASE_BANDS,
    Math.max(0, released_from - last),
    Math.min(released_by, day) - first,
  );
  return released_by > day ? [...bands, NOT_RELEASED_KEY] : bands;
};

/** SQL for whether, in every possible course, the person was recognised, the act was applied by the day, and the filters match. */
const CERTAIN_SQL = '(c.certain = 1 AND c.latest_day <= @day AND f.certain = 1)';

/** SQL for the applications `c` to people of the list by the day, with the people `f` who match the filters. */
const clemenciesSql = ({
  context: { scope, position: head },
  list,
  filters,
}: ClemencyStatisticRequest): { readonly fromSql: string; readonly values: Readonly<Record<string, SqlValue>> } => {
  const listed = listScope(list.id, scope.day, scope.position, head);
  const conditions = filterConditions(filters);
  const match = toPeriodSqlConditions(conditions);
  // Without filters, everybody matches, so nobody is looked up.
  const people =
    conditions.length === 0
      ? '(SELECT 1 AS certain) f ON TRUE'
      : `(${matchingPeopleSql(listed, match)}) f USING (case_no)`;
  return {
    fromSql: `clemencies c JOIN ${people} WHERE c.list = @list AND c.from_day <= @day AND ${versionCondition('c', listed)}`,
    values: { ...scopeValues(listed), ...match.values },
  };
};

const matchingPeopleSql = (scope: ListScope, { certain, possible }: ReturnType<typeof toPeriodSqlConditions>): string =>
  `SELECT p.case_no, min(${certain}) AS certain FROM periods p
    WHERE p.list = @list AND ${validCondition('p', scope)} GROUP BY p.case_no HAVING max(${possible})`;

/** People by a column of their applications, then by instrument; each counts once under each pair. */
const countByColumnAndInstrument = (
  asked: ClemencyStatisticRequest,
  column: string,
): ReadonlyMap<string, TotalsByKey> => {
  const { fromSql, values } = clemenciesSql(asked);
  const sql = `SELECT key, instrument, sum(yes) AS yes, sum(1 - yes) AS uncertain FROM (
    SELECT c.case_no, coalesce(${column}, '${UNKNOWN_KEY}') AS key, c.instrument, max(${CERTAIN_SQL}) AS yes FROM ${fromSql} GROUP BY 1, 2, 3)
    GROUP BY key, instrument`;
  const found = new Map<string, Map<string, Totals>>();
  const rows = cachedStatement(asked.context.db, sql).all(values) as (Totals & { key: string; instrument: string })[];
  for (const { key, instrument, yes, uncertain } of rows) {
    const row = found.get(key) ?? new Map<string, Totals>();
    found.set(key, row.set(instrument, { yes, uncertain }));
  }
  return found;
};

const instrumentIds = ({ logTables, scope: { position } }: ScopedContext): readonly string[] =>
  logTables.idsOf('instrument').filter((id) => logTables.definitionAt('instrument', id, position) !== null);

/** The incidents of everybody whom the list judges on the day; if one is asked for, that alone. At most one more than fit a table. */
const incidentsOfJudgedCases = ({
  context: { db, scope, position: head },
  list,
  filters,
}: ClemencyStatisticRequest): readonly string[] => {
  const listed = listScope(list.id, scope.day, scope.position, head);
  const sql = `SELECT DISTINCT p.incident FROM periods p
    WHERE p.list = @list AND ${validCondition('p', listed)} AND p.incident IS NOT NULL
      AND (@asked IS NULL OR p.incident = @asked)
    ORDER BY p.incident LIMIT ${LIMITS.tableCells + 1}`;
  const values = { ...scopeValues(listed), asked: filters.incident ?? null };
  return cachedStatement(db, sql).pluck().all(values) as string[];
};
