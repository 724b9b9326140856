/** What logs of three lengths cost: to append to, to read a case from, to project, to page through and to start a service on. */
import { copyFileSync, closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { startProjectionWorker } from '../../src/projection.js';
import { ListMembers, ListMembersHandler } from '../../src/read-models/list/list-members.query.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { Scope, UNRESTRICTED } from '../../src/read-models/scope.js';
import { clock, logFile, readModelsFile, repeatedStreamOf, signedFolder } from '../data-sets.js';
import { EMPTY, step } from '../fold.js';
import { milliseconds, rate, type Figure, type Item, type RunContext, type Sizes } from '../item.js';
import { startService } from '../service.js';
import { definitions, LIST, LONG_CASE, pseudoRandom } from '../synthetic.js';
import { expected, makeAppends } from './appends.js';

/** Events in the log: as many as the sizes of a full run give. */
export const LOG_LENGTHS = [100_000, 1_000_000, 10_000_000] as const;
const CASES: readonly (keyof Sizes)[] = ['few', 'cases', 'huge'];

interface LongLog extends RunContext {
  readonly cases: number;
  readonly folder: string;
}

/** A variant for each length, of the same name. */
const forEachLength = (run: (log: LongLog) => Promise<Figure>): Item =>
  Object.fromEntries(
    LOG_LENGTHS.map((length, index) => [
      String(length),
      (context: RunContext) => {
        const cases = context.sizes[CASES[index] ?? 'few'];
        return run({ ...context, cases, folder: signedFolder(context.data, cases) });
      },
    ]),
  );

/** One after the other, to a copy of the log. The copy is on the disk before, so that no flush waits for it. */
export const appends = forEachLength(async ({ folder, work, sizes }) => {
  const file = logFile(work);
  copyFileSync(logFile(folder), file);
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
  const store = createSqliteStore({ file });
  const all = makeAppends(sizes.appends);
  const value = await rate(all.length, async () => {
    for (const { stream, revision, event } of all) await store.append(stream, expected(revision), [event]);
  });
  await store.close();
  return { value };
});

/** Loads cases drawn at random, after a warm-up of a tenth as many. */
export const loads = forEachLength(async ({ folder, cases, sizes }) => {
  const store = createSqliteStore({ file: logFile(folder) });
  const load = async (index: number): Promise<void> => {
    const stream = repeatedStreamOf(pseudoRandom(index, 9) % cases, sizes.few);
    const events = await store.readStream(stream, -1, LONG_CASE + 1);
    if (events.reduce((folded, { event }) => step(folded, event), EMPTY).events !== LONG_CASE)
      throw new Error(`${stream}: ${events.length} events`);
  };
  for (let index = 0; index < sizes.loads / 10; index += 1) await load(-1 - index);
  const value = await rate(sizes.loads, async () => {
    for (let index = 0; index < sizes.loads; index += 1) await load(index);
  });
  await store.close();
  return { value };
});

export const PEAK_MEMORY = 'MiB at most';

/** Builds the read models of a folder anew, where those that follow read them: those of a long log are too large to have twice. */
const build = async (folder: string, events: number): Promise<number> => {
  const files = { events: logFile(folder), readModels: readModelsFile(folder) };
  const store = createSqliteStore({ file: files.events });
  const writer = startProjectionWorker('worker', store, files, clock.timeZone);
  const models = ReadModels.open(files.readModels, store, clock, undefined, undefined, writer);
  const value = await rate(events, () => models.start());
  const { position, problem } = await models.readiness();
  if (problem !== null || position !== events) throw new Error(`stopped after ${position} events`);
  await models.stop();
  await store.close();
  return value;
};

const eventsOf = (cases: number): number => definitions.length + cases * LONG_CASE;

export const rebuilds = forEachLength(async ({ folder, cases }) => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${readModelsFile(folder)}${end}`, { force: true });
  const value = await build(folder, eventsOf(cases));
  return { value, seen: { [PEAK_MEMORY]: process.resourceUsage().maxRSS / 1024 } };
});

const withModels = (run: (log: LongLog) => Promise<Figure>): Item =>
  forEachLength(async (log) => {
    if (!existsSync(readModelsFile(log.folder))) await build(log.folder, eventsOf(log.cases));
    return run(log);
  });

/** The first page of everybody on the list, whose total is remembered. */
export const pages = withModels(async ({ folder, sizes }) => {
  const store = createSqliteStore({ file: logFile(folder) });
  const models = ReadModels.open(readModelsFile(folder), store, clock);
  const members = new ListMembersHandler(models);
  const page = () =>
    members.execute(new ListMembers(new Scope(UNRESTRICTED), LIST, { filters: {}, page: { limit: 50 } }));
  await page();
  const value = await milliseconds(sizes.pages, async () => page);
  await models.stop();
  await store.close();
  return { value };
});

export const MEMORY_AT_REST = 'MiB at rest';

/** From the start of the process until the service is ready and has answered for a case; its memory once it does nothing by itself. */
export const starts = withModels(async ({ folder, sizes }) => {
  // Loads the client.
  await fetch('data:,');
  const startedAt = performance.now();
  const service = await startService(folder);
  await service.ready();
  const { ok } = await fetch(`${service.url}/v1/cases/${repeatedStreamOf(0, sizes.few).slice('case-'.length)}`);
  const value = performance.now() - startedAt;
  if (!ok) throw new Error('no answer');
  await service.idle();
  const memory = service.memory();
  await service.close();
  return { value, seen: { [MEMORY_AT_REST]: memory } };
});
