/** Exports a statistic as CSV. */
import type { QueryBus } from '@nestjs/cqrs';
import type { Scope } from '../read-models/scope.js';
import type { StatisticName, StatisticView } from '../read-models/statistics/statistic.view.js';
import { OneStatistic, type StatisticParameters } from '../read-models/statistics/statistics.query.js';
import { csvTable, type PagesOfRows, type Separator } from './csv-table.js';
import type { ExportedFile } from './exported-file.js';
import { escapeFormula } from './formula-escape.js';

export interface StatisticExportRequest {
  readonly scope: Scope;
  readonly statistic: StatisticName;
  readonly parameters: StatisticParameters;
  readonly separator?: Separator;
}

const STATISTIC_OMISSIONS = 'who the people are; of a daily series, what its days are marked with';

/** Null for an unknown list. */
export const statisticAsCsv = async (
  queries: Pick<QueryBus, 'execute'>,
  { scope, statistic, parameters, separator }: StatisticExportRequest,
): Promise<ExportedFile | null> => {
  const view = await queries.execute(new OneStatistic(scope, statistic, parameters));
  if (view === null) return null;
  const [header = [], ...rows] = statisticCells(view);
  const days = view.from === null ? view.asOf : `${view.from}-${view.asOf}`;
  return {
    asOf: view.asOf,
    knownAt: view.knownAt,
    position: view.position,
    leavesOut: STATISTIC_OMISSIONS,
    fileName: `${statistic}-${view.list}-${days}.csv`,
    content: csvTable(header, onePage(rows), separator),
  };
};

async function* onePage(rows: readonly (readonly string[])[]): PagesOfRows {
  yield rows;
}

/** The header and the rows. Where anybody is uncertain, each column has a second one for them. */
const statisticCells = (view: StatisticView): readonly (readonly string[])[] => {
  const { rowsAre, rows, columns, cells, uncertain } = view;
  const hasUncertain = uncertain.some((row) => row.some((number) => number > 0));
  const both = <T>(of: (column: number) => readonly [T, T]): readonly T[] =>
    columns.flatMap((_, column) => (hasUncertain ? of(column) : of(column).slice(0, 1)));
  const header = [rowsAre, ...both((column) => [columns[column] ?? '', `${columns[column] ?? ''} (uncertain)`])];
  const lines = rows.map((row, index) => [
    row,
    ...both((column) => [String(cells[index]?.[column] ?? 0), String(uncertain[index]?.[column] ?? 0)]),
  ]);
  return [header, ...lines].map((line) => line.map(escapeFormula));
};
