/** `habeas statistics`: a table of numbers of people. */
import { StatisticQueryParameters } from '../http/statistics/parameters.js';
import { pick } from '../http/parameters.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import { STATISTIC_NAMES, type StatisticName, type StatisticView } from '../read-models/statistics/statistic.view.js';
import { OneStatistic } from '../read-models/statistics/statistics.query.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { requireKnownCategories } from './known-categories.js';
import { readCliOptions } from './read-options.js';
import { withRegisterToRead } from './register.js';
import { table } from './terminal.js';

export interface StatisticsOptions {
  readonly data?: string;
  readonly list: string;
  readonly asOf?: string;
  readonly from?: string;
  readonly set?: string;
  readonly knownAt?: string;
  readonly category?: readonly string[];
}

/** Throws CannotRun for a name or an option that the REST interface would refuse. */
export const statisticsCommand = async (
  name: string,
  { data, ...options }: StatisticsOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const statistic = STATISTIC_NAMES.find((one): one is StatisticName => one === name);
  if (statistic === undefined) throw new CannotRun(`name: expected one of ${STATISTIC_NAMES.join(', ')}`);
  const query = readCliOptions(StatisticQueryParameters, { ...options });
  const { list, category } = query;
  const parameters = { list, filters: category === undefined ? {} : { category }, ...pick(query, ['from', 'set']) };
  const scope = new Scope(UNRESTRICTED, pick(query, ['asOf', 'knownAt']));
  const view = await withRegisterToRead(settings, context, async ({ queries }) => {
    await requireKnownCategories(queries, [scope], list, category);
    return queries.execute(new OneStatistic(scope, statistic, parameters));
  });
  if (view === null) throw new CannotRun(`There is no list ${list}`);
  context.out.write(statisticText(view));
  return EXIT.ok;
};

const statisticText = ({
  list,
  from,
  asOf,
  rowsAre,
  rows,
  columns,
  cells,
  uncertain,
  marks,
}: StatisticView): string => {
  const cell = (row: number, column: number): number | string => {
    const perhaps = uncertain[row]?.[column] ?? 0;
    const number = cells[row]?.[column] ?? 0;
    return perhaps === 0 ? number : `${number} +${perhaps}?`;
  };
  const lines = rows.map((key, row) => [
    key,
    ...columns.map((_, column) => cell(row, column)),
    ...(marks.length === 0
      ? []
      : [marks.flatMap(({ day, id, what }) => (day === key ? [`${id} ${what}`] : [])).join(', ')]),
  ]);
  const header = [rowsAre, ...columns, ...(marks.length === 0 ? [] : [''])];
  return `${list}, ${from === null ? asOf : `${from} to ${asOf}`}\n${table(header, lines)}`;
};
