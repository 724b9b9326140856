/** Statistics of a list on one day after another, so that none is kept; and a query by hand. */
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { formatDay } from '../../src/domain/time.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { Scope, UNRESTRICTED } from '../../src/read-models/scope.js';
import type { StatisticName } from '../../src/read-models/statistics/statistic.view.js';
import { OneStatistic, OneStatisticHandler } from '../../src/read-models/statistics/statistics.query.js';
import { timeHeldBands, timeLeftBands, type Band } from '../../src/read-models/statistics/bands.js';
import { STAGE_SQL } from '../../src/read-models/list/stage.js';
import Database from '../../src/sqlite/database.js';
import { STILL_KNOWN } from '../../src/read-models/table.js';
import { clock, logFile, variedFolder, variedModelsFile } from '../data-sets.js';
import { milliseconds, type Item, type RunContext, type Variant } from '../item.js';
import { LIST, TODAY } from '../synthetic.js';

/** The measured statistics ask for no gravity. */
const NO_GRAVITY = { source: '', gravityOf: () => null };

/** The day of a question; a year of them. */
const dayOf = (index: number): number => TODAY - (index % 365);

/** How many questions are asked: few, since each about a million people takes a second or more. */
const questions = ({ sizes }: RunContext): number => Math.max(3, Math.ceil(sizes.pages / 40));

const habeas =
  (name: StatisticName): Variant =>
  async (context) => {
    const store = createSqliteStore({ file: logFile(variedFolder(context)) });
    const models = ReadModels.open(variedModelsFile(context), store, clock);
    await models.start();
    const handler = new OneStatisticHandler(models, NO_GRAVITY);
    const ask = (index: number): ReturnType<OneStatisticHandler['execute']> =>
      handler.execute(
        new OneStatistic(new Scope(UNRESTRICTED, { asOf: formatDay(dayOf(index)) }), name, { list: LIST, filters: {} }),
      );
    await ask(questions(context));
    const value = await milliseconds(questions(context), async (index) => () => ask(index));
    await models.stop();
    await store.close();
    return { value };
  };

const ON_DAY = `p.list = '${LIST}' AND p.known_to = ${STILL_KNOWN} AND p.from_day <= @day AND @day < p.to_day`;
const ON_LIST = "p.recognition = 'recognised' AND p.custody IN ('detained', 'remand', 'imprisoned', 'medical-custody')";

/** The query that somebody would write by hand over the tables of the read models: each person once, without those who are uncertain. */
const raw =
  (columns: (day: number) => string, groupBy: string, join = ''): Variant =>
  async (context) => {
    const db = new Database(variedModelsFile(context), { readonly: true });
    const ask = (index: number): unknown => {
      const day = dayOf(index);
      const sql = `SELECT ${groupBy}, count(*) FROM (SELECT ${columns(day)} FROM periods p ${join}
        WHERE ${ON_DAY} AND ${ON_LIST} GROUP BY p.case_no) GROUP BY ${groupBy}`;
      return db.prepare(sql).all({ day });
    };
    ask(questions(context));
    const value = await milliseconds(questions(context), async (index) => async () => ask(index));
    db.close();
    return { value };
  };

/** The number of the band in which a column is, the latest first. */
const banded = (column: string, bands: readonly Band[]): string => {
  const firstDays = bands.map(({ from }) => from).sort((a, b) => b - a);
  return `CASE ${firstDays.map((day, index) => `WHEN ${column} >= ${day} THEN ${index}`).join(' ')} END AS band`;
};

export const stageByCategory: Item = {
  habeas: habeas('stage-by-category'),
  raw: raw(() => `min(p.category) AS category, min(${STAGE_SQL}) AS stage`, 'category, stage'),
};
export const timeLeft: Item = {
  habeas: habeas('time-left'),
  raw: raw((day) => banded('min(p.end_latest)', timeLeftBands(day)), 'band'),
};
export const timeHeld: Item = {
  habeas: habeas('time-held'),
  raw: raw(
    (day) => banded('min(h.since_by)', timeHeldBands(day)),
    'band',
    `JOIN holdings h ON h.case_no = p.case_no AND h.known_to = ${STILL_KNOWN} AND h.from_day <= @day AND @day < h.to_day`,
  ),
};
