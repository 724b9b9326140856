/**
 * Copies a log to a server and back, kills each copy halfway and repeats it: records and positions stay equal.
 * `COPY_EVENTS` sets the number of events (full run: docs/eventstoredb.md).
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from '../../src/sqlite/database.js';
import { dataFilePaths } from '../../src/event-store/data-folder.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { runCli } from '../support/command-line.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { newEvent, newStreamName, namedEvent } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const EVENTS = Number(process.env['COPY_EVENTS'] ?? 500);
/** Events of one stream, interleaved in the log with those of other streams. */
const PER_STREAM = 5;
const CLI = join(import.meta.dirname, '../../dist/bundle/cli.js');

let folder: TemporaryFolder;
let double: EsdbDouble;
beforeAll(async () => {
  folder = await temporaryFolder();
  double = await startDouble();
});
afterAll(async () => {
  await double.stop();
  await folder.remove();
});

const at = (name: string): string => join(folder.path, name);
const { now } = Date;

/** Writes a log of `EVENTS` events. */
const fill = async (path: string): Promise<void> => {
  mkdirSync(path);
  const store = createSqliteStore({ file: dataFilePaths(path).events });
  const next = new Map<string, number>();
  const open: string[] = [];
  let events = 0;
  while (events < EVENTS) {
    const appends = Array.from({ length: Math.min(200, EVENTS - events) }, () => {
      if (open.length < 300) open.push(newStreamName());
      const stream = open[events % open.length] as string;
      const revision = next.get(stream) ?? 0;
      next.set(stream, revision + 1);
      if (revision + 1 === PER_STREAM) open.splice(open.indexOf(stream), 1);
      events += 1;
      const recordedAt = new Date(now() + events).toISOString();
      const event = newEvent({ id: randomUUID(), recordedAt, event: namedEvent(`Nümunə № ${events}`) });
      return store.append(stream, revision === 0 ? 'no-stream' : revision - 1, [event]);
    });
    await Promise.all(appends);
  }
  await store.close();
};

/** All stored columns of a log, by position. */
const rowsOf = (path: string): readonly unknown[] => {
  const db = new Database(dataFilePaths(path).events, { readonly: true });
  const rows = db
    .prepare(
      `SELECT position, (SELECT name FROM streams WHERE number = stream) AS stream, revision,
         (SELECT name FROM types WHERE number = type) AS type, recorded_at, hex(id) AS id, payload
       FROM events ORDER BY position`,
    )
    .all();
  db.close();
  return rows;
};

const countOf = (path: string): number => {
  const db = new Database(dataFilePaths(path).events, { readonly: true });
  const count = db.prepare('SELECT count(*) FROM events').pluck().get() as number;
  db.close();
  return count;
};

/** Starts a copy and kills it after a third of the events. */
const killedCopy = async (from: string, to: string, copied: () => number): Promise<void> => {
  const child = spawn(process.execPath, [CLI, 'copy', '--from', from, '--to', to], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ESDB_URL: double.url },
  });
  const exit = once(child, 'exit');
  while (copied() < EVENTS / 3 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await exit;
};

/** Copies without a kill, for which no process of its own is needed. */
const copy = (from: string, to: string) =>
  runCli(['copy', '--from', from, '--to', to], undefined, undefined, { ESDB_URL: double.url });

const finishedCopy = async (from: string, to: string): Promise<string> => {
  const { code, out } = await copy(from, to);
  expect(code).toBe(0);
  return out;
};

test(`${EVENTS} events are copied to a server and back, through kills, and stay equal`, async () => {
  const [original, back] = [at('original'), at('back')];
  await fill(original);
  await killedCopy(`sqlite:${original}`, 'esdb', () => double.log.length);
  expect(double.log.length).toBeGreaterThan(0);
  expect(await finishedCopy(`sqlite:${original}`, 'esdb')).toContain(`all ${EVENTS} are the same in both`);
  expect(double.log).toHaveLength(EVENTS);

  await killedCopy('esdb', `sqlite:${back}`, () => {
    try {
      return countOf(back);
    } catch {
      return 0;
    }
  });
  expect(await finishedCopy('esdb', `sqlite:${back}`)).toContain(`all ${EVENTS} are the same in both`);
  expect(rowsOf(back)).toEqual(rowsOf(original));
  expect(await finishedCopy('esdb', `sqlite:${back}`)).toContain(`0 events copied, ${EVENTS} were there already`);
}, 1_200_000);

test('a log is not copied over another', async () => {
  const other = at('other');
  await fill(other);
  expect((await copy(`sqlite:${other}`, 'esdb')).code).toBe(2);
  expect(double.log).toHaveLength(EVENTS);
});
