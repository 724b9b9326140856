/** Projection in a worker thread, which runs the built entry point (`npm run build`) on a log and read models in files. */
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { Follower, MAX_WAL_BYTES } from '../../src/read-models/follower.js';
import { FollowerThread } from '../../src/read-models/follower-thread.js';
import { ModelFile, PROJECTED_TABLES } from '../../src/read-models/model-file.js';
import { buildFile, type PartWorkers } from '../../src/read-models/rebuild.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { ReadModels, type Problem } from '../../src/read-models/read-models.js';
import Database from '../../src/sqlite/database.js';
import { NOW } from '../support/scopes.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { clock, handlersOf, Log, opened, WHOLE_PAGE } from './support.js';

const WORKER = join(import.meta.dirname, '../../dist/bundle/projection-worker.js');

let folder: TemporaryFolder;
let log: Log;
let models: ReadModels;
let problems: (Problem | null)[];
/** The threads that were started, in order. */
let threads: Worker[];
const pathOf = (name: string): string => join(folder.path, name);

const open = (): ReadModels => {
  const [events, readModels] = [pathOf('events.sqlite'), pathOf('read-models.sqlite')];
  const writer = new FollowerThread(() => {
    const thread = new Worker(WORKER, {
      workerData: { logPath: events, readModelsPath: readModels, timeZone: clock.timeZone, partWorkers: 2 },
    });
    threads.push(thread);
    return thread;
  });
  log.store.onCommit?.(() => writer.onCommit());
  return ReadModels.open(readModels, log.store, clock, undefined, undefined, writer);
};
const start = async (): Promise<void> => {
  models = open();
  await models.start((problem) => problems.push(problem));
};
const kill = async (): Promise<void> => {
  await threads.at(-1)?.terminate();
};
/** Fills the write-ahead log quickly. */
const LONG = { ...opened('Ad'), note: 'x'.repeat(60_000) };
const ARRESTED = { type: 'arrested', occurredOn: '2024-01-01' };
const countCases = async (): Promise<number> =>
  (await handlersOf(models).cases.execute(new Cases(NOW, WHOLE_PAGE))).total.yes;

beforeEach(async () => {
  folder = await temporaryFolder();
  log = new Log(createSqliteStore({ file: pathOf('events.sqlite') }));
  [problems, threads] = [[], []];
  await start();
});
afterEach(async () => {
  await models.stop();
  await log.store.close();
  await folder.remove();
});

/** All rows of the projected tables, without the numbers that a file gives to cases. */
const rowsIn = (path: string): readonly string[] => {
  const file = ModelFile.open(path, clock.timeZone);
  if (file === null) throw new Error('no file');
  const rows = PROJECTED_TABLES.flatMap(({ name }) =>
    file.db
      .prepare(`SELECT c.id AS of_case, t.*, NULL AS case_no FROM ${name} t JOIN cases c ON c.no = t.case_no`)
      .all()
      .map((row) => JSON.stringify([name, row])),
  );
  file.close();
  return rows.sort();
};

it('lets a query see the write whose token it has, before and after a restart', async () => {
  for (let count = 1; count <= 20; count += 1) {
    await models.waitFor(await log.append('case', `c${String(count)}`, opened('Ad')));
    expect(await countCases()).toBe(count);
  }
  await models.stop();
  await log.append('case', 'late', opened('Ad'));
  await start();
  await models.waitFor(log.token);
  expect(await countCases()).toBe(21);
  expect(await models.readiness()).toMatchObject({
    caughtUp: true,
    position: 21,
    problem: null,
    canAnswerQueries: true,
  });
  expect(threads).toHaveLength(2);
});

it('rebuilds a file that was deleted under it, once the thread opens it again', async () => {
  await models.waitFor(await log.append('case', 'a', opened('Ad')));
  for (const end of ['', '-wal', '-shm']) rmSync(`${pathOf('read-models.sqlite')}${end}`, { force: true });
  await kill();
  const token = await log.append('case', 'b', opened('Ad'));
  await until(() =>
    models.waitFor(token).then(
      () => true,
      () => false,
    ),
  );
  expect(await countCases()).toBe(2);
});

it('sees a list as it is defined by then', async () => {
  await log.list('union', ['detained']);
  await log.append('case', 'a', opened('Bir'), ARRESTED, {
    type: 'recognised',
    occurredOn: '2024-01-02',
    list: 'union',
    category: 'others',
  });
  await models.waitFor(log.token);
  const definition = () => {
    const context = models.currentContext();
    return context?.logTables.listAt('union', context.position)?.definition;
  };
  expect(definition()?.policies).toHaveLength(1);
  await log.append('list', 'union', { type: 'policy-set', from: '2021-01-01', custody: ['imprisoned'] });
  await models.waitFor(log.token);
  expect(definition()?.policies).toHaveLength(2);
});

it('answers all of one turn from one checkpoint, whatever the thread writes meanwhile', async () => {
  await models.waitFor(await log.append('case', 'c0', opened('Ad')));
  const other = new Database(pathOf('read-models.sqlite'), { readonly: true });
  const written = other.prepare('SELECT position FROM checkpoint').pluck();
  let overtaken = 0;
  for (let position = 2; overtaken < 3 && position < 1_000; position += 1) {
    await log.append('case', `c${String(position)}`, opened('Ad'));
    const context = models.currentContext();
    const seen = context?.position ?? 0;
    // Blocks this thread, and so the turn, until the other has written.
    for (const end = performance.now() + 30_000; (written.get() as number) < position;)
      if (performance.now() > end) throw new Error('nothing is projected');
    expect(context?.db.prepare('SELECT count(*) FROM cases').pluck().get()).toBe(seen);
    if (seen < position) overtaken += 1;
    await models.waitFor(log.token);
  }
  other.close();
  expect(overtaken).toBe(3);
});

it('empties a write-ahead log that a reader has kept long, once the reader ends, and asks ever less often until then', async () => {
  await models.stop();
  const path = pathOf('read-models.sqlite');
  const follower = new Follower(path, clock.timeZone, () => Promise.resolve(log.store));
  models = ReadModels.open(path, log.store, clock, undefined, undefined, follower);
  await models.start();
  const reader = new Database(path, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM checkpoint').get();
  const length = (): number => statSync(`${path}-wal`).size;
  const growBeyond = async (bytes: number): Promise<void> => {
    while (length() <= bytes) {
      await Promise.all(Array.from({ length: 10 }, () => log.append('case', randomUUID(), LONG)));
      await models.waitFor(log.token);
    }
    await nextTurn();
  };
  const emptying = jest.spyOn(ModelFile.prototype, 'emptyWriteAheadLog');
  try {
    await growBeyond(MAX_WAL_BYTES);
    for (let batch = 0; batch < 100; batch += 1) follower.limitWriteAheadLog();
    expect(emptying.mock.results).toEqual([{ type: 'return', value: false }]);
    reader.close();
    await growBeyond(2 * length());
    follower.limitWriteAheadLog();
    expect(emptying.mock.results).toEqual([
      { type: 'return', value: false },
      { type: 'return', value: true },
    ]);
    expect(length()).toBe(0);
    await growBeyond(MAX_WAL_BYTES);
    follower.limitWriteAheadLog();
    expect(length()).toBe(0);
  } finally {
    emptying.mockRestore();
  }
});

it('goes on where it was when its thread is killed, again and again', async () => {
  for (const round of [1, 2, 3]) {
    await models.waitFor(await log.append('case', `first-${String(round)}`, opened('Ad')));
    for (let count = 0; count < 12; count += 1) await log.append('case', `c${String(count)}`, opened('Ad'), ARRESTED);
    await kill();
  }
  await models.waitFor(log.token, 20_000);
  expect(await countCases()).toBe(15);
  expect(threads).toHaveLength(4);
  expect(problems).toContainEqual(expect.objectContaining({ code: 'PROJECTION_ENDED', error: 'FollowerEnded' }));
  await until(async () => (await models.readiness()).caughtUp);
  await models.stop();
  const live = rowsIn(pathOf('read-models.sqlite'));

  const rebuilt = ReadModels.open(pathOf('rebuilt.sqlite'), log.store, clock);
  await rebuilt.start();
  await rebuilt.stop();
  expect(rowsIn(pathOf('rebuilt.sqlite'))).toEqual(live);
});

it('keeps the old file when its thread is killed during a rebuild, and rebuilds afterwards', async () => {
  for (let count = 0; count < 40; count += 1) await log.append('case', `c${String(count)}`, opened('Ad'));
  await models.waitFor(log.token);
  const kills: Promise<void>[] = [];
  const rebuilding = models.rebuild(() => {
    if (kills.length === 0) kills.push(kill());
  });
  await expect(rebuilding).rejects.toMatchObject({ name: 'FollowerEnded' });
  await Promise.all(kills);
  expect(await countCases()).toBe(40);
  await models.rebuild();
  expect(await countCases()).toBe(40);
  await models.waitFor(await log.append('case', 'new', opened('Ad')));
  expect(await countCases()).toBe(41);
});

it('follows on in the file that a rebuild has put in place', async () => {
  await models.waitFor(await log.append('case', 'a', opened('Bir')));
  const before = models.currentContext()?.db;
  const rebuilding = models.rebuild();
  for (let count = 0; count < 30; count += 1) await log.append('case', `c${String(count)}`, opened('Ad'));
  await rebuilding;
  expect(models.currentContext()?.db).not.toBe(before);
  await models.waitFor(await log.append('case', 'z', opened('Son')));
  expect(await countCases()).toBe(32);
  expect(problems.filter((problem) => problem !== null)).toEqual([]);
});

it('stops before an event that cannot be read, and says so as on its own thread', async () => {
  await models.waitFor(await log.append('case', 'a', opened('Bir')));
  await models.stop();
  await log.append('case', 'b', opened('İki'));
  await log.append('case', 'c', opened('Üç'));
  const db = new Database(pathOf('events.sqlite'));
  db.exec(`UPDATE events SET payload = 'x' WHERE position = 3`);
  db.close();
  await start();
  await until(async () => (await models.readiness()).problem !== null);
  expect((await models.readiness()).problem).toEqual({ code: 'STORE_DAMAGED', error: 'StoreDamaged', after: 2 });
  expect(await countCases()).toBe(2);
});

/** More cases than a thread is given at once, some of them merged into others. */
const manyCases = async (): Promise<void> => {
  await log.list();
  for (let count = 0; count < 180; count += 1)
    await log.append('case', `c${String(count)}`, opened(`Ad ${String(count)}`, `AZ-${String(count)}`), ARRESTED, {
      type: 'recognised',
      occurredOn: '2024-01-02',
      list: 'union',
      category: 'others',
    });
  for (let count = 0; count < 20; count += 1)
    await log.append('case', `c${String(count)}`, {
      type: 'merged',
      into: `c${String(160 + count)}`,
      reason: 'the same',
    });
};
const buildOn = (partWorkers: PartWorkers): Promise<ModelFile> =>
  buildFile(
    pathOf('built.sqlite'),
    clock.timeZone,
    log.store,
    { signal: new AbortController().signal, onProgress: () => undefined },
    partWorkers,
  );
const builtFiles = (): readonly string[] => readdirSync(folder.path).filter((name) => name.startsWith('built'));

it('rebuilds on several threads what one thread has projected event by event', async () => {
  await manyCases();
  await models.waitFor(log.token);
  await models.rebuild();
  await models.stop();
  const rebuilt = rowsIn(pathOf('read-models.sqlite'));
  const slow = ModelFile.create(pathOf('slow.sqlite'), clock.timeZone);
  for (const step of [...slow.eventIndexSteps(), ...slow.finishSteps()]) step();
  for (const event of await log.events()) slow.applyBatch([event]);
  slow.makeDurable();
  slow.close();
  expect(rebuilt).toEqual(rowsIn(pathOf('slow.sqlite')));
  expect(readdirSync(folder.path).filter((name) => name.includes('part'))).toEqual([]);
});

it('fails a rebuild one of whose threads ends, leaves no files of it, and can begin anew', async () => {
  await manyCases();
  const workers: Worker[] = [];
  const start = (paths: object): Worker => {
    const worker = new Worker(WORKER, { workerData: { ...paths, timeZone: clock.timeZone } });
    workers.push(worker);
    return worker;
  };
  const building = buildOn({
    count: 2,
    start: (paths) => {
      const worker = start(paths);
      void worker.terminate();
      return worker;
    },
  });
  await expect(building).rejects.toMatchObject({ name: 'FollowerEnded' });
  expect(builtFiles()).toEqual([]);
  // Part files as a killed rebuild leaves them.
  for (const part of [0, 1, 7]) writeFileSync(pathOf(`built.sqlite.building.part-${String(part)}`), 'half a part');
  const built = await buildOn({ count: 2, start });
  expect(built.logTables.cases.countCases()).toBe(180);
  built.close();
  expect(builtFiles()).toEqual(['built.sqlite.building']);
  expect(workers).toHaveLength(4);
});
