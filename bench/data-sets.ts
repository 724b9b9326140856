/** The logs and tables that items read: made once by the event store and kept for later runs. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { streamName, type AnyEvent } from '../src/domain/events.js';
import type { Clock } from '../src/domain/clock.js';
import { nameSortKey } from '../src/domain/names/sort-key.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import { type EventStore, type LogEvent } from '../src/event-store/port.js';
import type { JobProgress } from '../src/jobs/job.js';
import { ReadModels } from '../src/read-models/read-models.js';
import type { Sizes } from './item.js';
import { openRaw, RawLog } from './raw.js';
import { definitions, eventsOf, LIST, LONG_CASE, SHORT_CASE, toEvent, TODAY } from './synthetic.js';

export const clock: Clock = { timeZone: 'Asia/Baku', now: () => new Date(), today: () => TODAY };

/** Ids and streams of cases by number. */
export const caseId = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const streamOf = (n: number): string => streamName('case', caseId(n));

/** The folder of a register with `cases` cases of `events` events each. */
export const registerFolder = (data: string, cases: number, events: number): string => join(data, `${cases}x${events}`);
export const logFile = (folder: string): string => join(folder, 'events.sqlite');
export const readModelsFile = (folder: string): string => join(folder, 'read-models.sqlite');
export const rawFile = (folder: string): string => join(folder, 'raw.sqlite');

/** The registers that items read: number of cases (a key of Sizes), events per case, and whether read models are made. */
const REGISTERS = {
  log: { size: 'cases', events: LONG_CASE, models: false },
  'short log': { size: 'few', events: LONG_CASE, models: true },
  list: { size: 'people', events: SHORT_CASE, models: true },
  'short list': { size: 'few', events: SHORT_CASE, models: true },
} as const;
export type Register = keyof typeof REGISTERS;

/** Makes the registers that do not exist yet. */
export const prepare = async (
  data: string,
  sizes: Sizes,
  wanted: ReadonlySet<Register>,
  log: (text: string) => void,
): Promise<void> => {
  for (const register of wanted) {
    const { size, events, models } = REGISTERS[register];
    const folder = registerFolder(data, sizes[size], events);
    await makeOnce(folder, async (making) => {
      log(`making a register of ${sizes[size]} cases of ${events} events`);
      await makeLog(making, sizes[size], events);
      await makeRaw(making, events);
    });
    if (models) await makeModels(folder, log);
  }
};

/** Makes a folder under another name and renames it, so that an interrupted run leaves no incomplete folder. */
const makeOnce = async (folder: string, make: (folder: string) => Promise<void>): Promise<void> => {
  if (existsSync(folder)) return;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await make(making);
  renameSync(making, folder);
};

/** Cases appended concurrently. */
const CONCURRENT_CASES = 500;

const makeLog = async (folder: string, cases: number, events: number): Promise<void> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const append = (stream: string, events: readonly AnyEvent[]) =>
    store.append(stream, 'no-stream', events.map(toEvent));
  await append(streamName('list', LIST), definitions);
  for (let from = 0; from < cases; from += CONCURRENT_CASES) {
    const numbers = Array.from({ length: Math.min(CONCURRENT_CASES, cases - from) }, (_, index) => from + index);
    await Promise.all(numbers.map((n) => append(streamOf(n), eventsOf(n, events))));
  }
  await store.close();
};

/** The page size that the register itself uses. */
const PAGE_SIZE = 500;

/** The whole log, page by page. */
export async function* pagesOf(store: EventStore): AsyncGenerator<readonly LogEvent[]> {
  let cursor = null;
  for (;;) {
    const page: readonly LogEvent[] = await store.read(cursor, PAGE_SIZE);
    if (page.length === 0) return;
    yield page;
    cursor = page.at(-1)?.cursor ?? null;
  }
}

/** The same events in a raw log; for short cases also the list as a table with the indexes that its pages need. */
const makeRaw = async (folder: string, events: number): Promise<void> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const db = openRaw(rawFile(folder));
  const log = new RawLog(db);
  for await (const page of pagesOf(store)) {
    db.transaction(() => {
      for (const { cursor: _, position: __, stream, revision, ...event } of page) log.append(stream, revision, event);
    })();
  }
  if (events === SHORT_CASE) makeList(folder);
  db.close();
  await store.close();
};

export const PEOPLE = `CREATE TABLE people (list TEXT NOT NULL, name_key TEXT NOT NULL, case_id TEXT NOT NULL, name TEXT NOT NULL,
  reference TEXT NOT NULL, category TEXT NOT NULL, custody TEXT NOT NULL, since TEXT NOT NULL)`;

const makeList = (folder: string): void => {
  const db = openRaw(rawFile(folder));
  const streams = db
    .prepare('SELECT DISTINCT stream FROM events WHERE stream LIKE ?')
    .pluck()
    .all('case-%') as string[];
  db.exec(PEOPLE);
  const insert = db.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const stream of streams) {
      const id = stream.slice('case-'.length);
      const n = parseInt(id.slice(-12), 16);
      const [opened, arrested, recognised] = eventsOf(n, SHORT_CASE);
      if (opened?.type !== 'opened' || recognised?.type !== 'recognised') throw new Error('unexpected case');
      const name = opened.names[0]?.text ?? '';
      const reference = opened.references?.[0]?.reference ?? '';
      insert.run(LIST, nameSortKey(name), id, name, reference, recognised.category, 'detained', arrested?.occurredOn);
    }
  })();
  db.exec('CREATE INDEX by_name ON people (list, name_key, case_id)');
  db.exec('CREATE INDEX by_category ON people (list, category, name_key, case_id)');
  db.close();
};

const makeModels = async (folder: string, log: (text: string) => void): Promise<void> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const models = ReadModels.open(readModelsFile(folder), store, clock);
  const startedAt = performance.now();
  const onProgress = ({ stage, done, total }: JobProgress): void => {
    if (done % 100_000 === 0) log(`${stage}: ${done}${total === null ? '' : ` of ${total}`}`);
  };
  await Promise.all([models.start(), models.rebuild(onProgress)]);
  const { position, problem } = await models.readiness();
  if (problem !== null) throw new Error(`the read models stopped: ${problem.code}`);
  log(`read models of ${position} events are there after ${Math.round((performance.now() - startedAt) / 1000)} s`);
  await models.stop();
  await store.close();
};
