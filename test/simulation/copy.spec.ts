/**
 * A log copied to a server and back, killed halfway and run again each way: the same stored records at the same positions.
 * `COPY_EVENTS` says how many (docs/eventstoredb.md names the full run).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { dataFiles } from '../../src/event-store/data-folder.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { newEvent, newStreamName, namedEvent } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const EVENTS = Number(process.env['COPY_EVENTS'] ?? 500);
/** Events of a stream, appended by ones and twos, so that streams mix in the log as they do in life. */
const PER_STREAM = 5;
const CLI = join(import.meta.dirname, '../../dist/cli.js');

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

/** A log of so many events. */
const fill = async (path: string): Promise<void> => {
  mkdirSync(path);
  const store = createSqliteStore({ file: dataFiles(path).events });
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

/** Everything that is stored of a log, in order. */
const rowsOf = (path: string): readonly unknown[] => {
  const db = new Database(dataFiles(path).events, { readonly: true });
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
  const db = new Database(dataFiles(path).events, { readonly: true });
  const count = db.prepare('SELECT count(*) FROM events').pluck().get() as number;
  db.close();
  return count;
};

const copying = (from: string, to: string): ChildProcess =>
  spawn(process.execPath, [CLI, 'copy', '--from', from, '--to', to], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ESDB_URL: double.url },
  });

/** Starts a copy, and kills it when there is something there but not all. */
const killed = async (from: string, to: string, reached: () => number): Promise<void> => {
  const child = copying(from, to);
  const exit = once(child, 'exit');
  while (reached() < EVENTS / 3 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await exit;
};

const finished = async (from: string, to: string): Promise<string> => {
  const child = copying(from, to);
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  return out;
};

test(`${EVENTS} events go to a server and back, through kills, and are the same`, async () => {
  const [original, back] = [at('original'), at('back')];
  await fill(original);
  await killed(`sqlite:${original}`, 'esdb', () => double.log.length);
  const there = double.log.length;
  expect(there).toBeGreaterThan(0);
  expect(await finished(`sqlite:${original}`, 'esdb')).toContain(`all ${EVENTS} are the same in both`);
  expect(double.log).toHaveLength(EVENTS);

  await killed('esdb', `sqlite:${back}`, () => {
    try {
      return countOf(back);
    } catch {
      return 0;
    }
  });
  expect(await finished('esdb', `sqlite:${back}`)).toContain(`all ${EVENTS} are the same in both`);
  expect(rowsOf(back)).toEqual(rowsOf(original));
  expect(await finished('esdb', `sqlite:${back}`)).toContain(`0 events copied, ${EVENTS} were there already`);
}, 1_200_000);

test('a log is not copied over another', async () => {
  const other = at('other');
  await fill(other);
  const child = copying(`sqlite:${other}`, 'esdb');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(2);
  expect(double.log).toHaveLength(EVENTS);
});
