/** Whom an act reaches on the days of its window, of everybody on a list; and reading what is decided about by one query. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseDay } from '../../src/domain/time.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import {
  PeopleByEligibility,
  PeopleByEligibilityHandler,
} from '../../src/read-models/eligibility/eligibility.query.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { Scope, UNRESTRICTED } from '../../src/read-models/scope.js';
import { STILL_KNOWN } from '../../src/read-models/table.js';
import Database from '../../src/sqlite/database.js';
import { clock, logFile, variedFolder, variedModelsFile } from '../data-sets.js';
import type { Item, Variant } from '../item.js';
import { ACT, ACT_WINDOW, LIST } from '../synthetic.js';

const NO_GRAVITY = { source: '', gravityOf: () => null };

const habeas: Variant = async (context) => {
  const store = createSqliteStore({ file: logFile(variedFolder(context)) });
  const models = ReadModels.open(variedModelsFile(context), store, clock);
  await models.start();
  const handler = new PeopleByEligibilityHandler(models, NO_GRAVITY);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const ask = async () => {
    const startedAt = performance.now();
    const scope = new Scope(UNRESTRICTED);
    const answer = await handler.execute(new PeopleByEligibility(scope, ACT, { list: LIST, ...ACT_WINDOW, limit: 50 }));
    return { ms: performance.now() - startedAt, total: answer?.total };
  };
  delay.enable();
  const first = await ask();
  delay.disable();
  const again = await ask();
  await models.stop();
  await store.close();
  const { eligible = NaN, possibly = NaN, not = NaN } = first.total ?? {};
  return {
    value: first.ms,
    seen: {
      'people on the list': eligible + possibly + not,
      'of whom it reaches': eligible,
      'ms for the same question again': again.ms,
      'ms of the longest turn of the event loop': delay.max / 1e6,
    },
  };
};

/** The standings of everybody recognised, on the eve of the day in force. */
const raw: Variant = async (context) => {
  const db = new Database(variedModelsFile(context), { readonly: true });
  const startedAt = performance.now();
  const rows = db
    .prepare(
      `SELECT custody, proceedings, sentence, end_earliest, end_latest, running, articles, lists FROM periods
       WHERE list = @list AND recognition = 'recognised' AND known_to = ${STILL_KNOWN} AND from_day <= @day AND @day < to_day`,
    )
    .raw()
    .iterate({ list: LIST, day: (parseDay(ACT_WINDOW.from) ?? 0) - 1 });
  for (const row of rows as IterableIterator<readonly [...unknown[], articles: string, lists: string]>)
    for (const text of row.slice(-2)) JSON.parse(text as string);
  const value = performance.now() - startedAt;
  db.close();
  return { value };
};

export const eligibilityOverWindow: Item = { habeas, raw };
