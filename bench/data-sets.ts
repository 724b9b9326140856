/** The logs and tables that items read: made once, by the store itself, and kept for later runs. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { streamName, type AnyEvent } from '../src/domain/events.js';
import type { Clock } from '../src/domain/clock.js';
import { nameSortKey } from '../src/domain/names/sort-key.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import { type EventStore, type LogEvent } from '../src/event-store/port.js';
import { ReadModels } from '../src/read-models/read-models.js';
import type { Sizes } from './item.js';
import { openRaw, RawLog } from './raw.js';
import { definitions, eventsOf, LIST, LONG, SHORT, toEvent, TODAY } from './synthetic.js';

export const clock: Clock = { timeZone: 'Asia/Baku', now: () => new Date(), today: () => TODAY };

/** The stream of a case by its number. */
export const caseId = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const streamOf = (n: number): string => streamName('case', caseId(n));

/** The folder of a register of so many cases of so many events. */
export const registerOf = (data: string, cases: number, events: number): string => join(data, `${cases}x${events}`);
export const logOf = (folder: string): string => join(folder, 'events.sqlite');
export const modelsOf = (folder: string): string => join(folder, 'read-models.sqlite');
export const rawOf = (folder: string): string => join(folder, 'raw.sqlite');

/** The registers that items read: how many cases of how many events, and whether with read models. */
const REGISTERS = {
  log: { size: 'cases', events: LONG, models: false },
  'short log': { size: 'few', events: LONG, models: true },
  list: { size: 'people', events: SHORT, models: true },
  'short list': { size: 'few', events: SHORT, models: true },
} as const;
export type Register = keyof typeof REGISTERS;

/** Makes what is not there yet. */
export const prepare = async (
  data: string,
  sizes: Sizes,
  wanted: ReadonlySet<Register>,
  say: (text: string) => void,
): Promise<void> => {
  for (const register of wanted) {
    const { size, events, models } = REGISTERS[register];
    const folder = registerOf(data, sizes[size], events);
    await once(folder, async (making) => {
      say(`making a register of ${sizes[size]} cases of ${events} events`);
      await makeLog(making, sizes[size], events);
      await makeRaw(making, events);
    });
    if (models) await makeModels(folder, say);
  }
};

/** What was made halfway is not taken for made. */
const once = async (folder: string, make: (folder: string) => Promise<void>): Promise<void> => {
  if (existsSync(folder)) return;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await make(making);
  renameSync(making, folder);
};

/** Cases whose events are appended at once. */
const AT_ONCE = 500;

const makeLog = async (folder: string, cases: number, events: number): Promise<void> => {
  const store = createSqliteStore({ file: logOf(folder) });
  const append = (stream: string, said: readonly AnyEvent[]) => store.append(stream, 'no-stream', said.map(toEvent));
  await append(streamName('list', LIST), definitions);
  for (let from = 0; from < cases; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, cases - from) }, (_, at) => from + at);
    await Promise.all(some.map((n) => append(streamOf(n), eventsOf(n, events))));
  }
  await store.close();
};

/** Events read at once, as the register itself does. */
const READ = 500;

/** The whole log, page by page. */
export async function* pagesOf(store: EventStore): AsyncGenerator<readonly LogEvent[]> {
  let cursor = null;
  for (;;) {
    const page: readonly LogEvent[] = await store.read(cursor, READ);
    if (page.length === 0) return;
    yield page;
    cursor = page.at(-1)?.cursor ?? null;
  }
}

/** The same events beside, and of the short cases the list as a table with the indexes of its pages. */
const makeRaw = async (folder: string, events: number): Promise<void> => {
  const store = createSqliteStore({ file: logOf(folder) });
  const db = openRaw(rawOf(folder));
  const log = new RawLog(db);
  for await (const page of pagesOf(store)) {
    db.transaction(() => {
      for (const { cursor: _, position: __, stream, revision, ...event } of page) log.append(stream, revision, event);
    })();
  }
  if (events === SHORT) makeList(folder);
  db.close();
  await store.close();
};

export const PEOPLE = `CREATE TABLE people (list TEXT NOT NULL, name_key TEXT NOT NULL, case_id TEXT NOT NULL, name TEXT NOT NULL,
  reference TEXT NOT NULL, category TEXT NOT NULL, custody TEXT NOT NULL, since TEXT NOT NULL)`;

const makeList = (folder: string): void => {
  const db = openRaw(rawOf(folder));
  const numbers = db
    .prepare('SELECT DISTINCT stream FROM events WHERE stream LIKE ?')
    .pluck()
    .all('case-%') as string[];
  db.exec(PEOPLE);
  const insert = db.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const stream of numbers) {
      const id = stream.slice('case-'.length);
      const n = parseInt(id.slice(-12), 16);
      const [opened, arrested, recognised] = eventsOf(n, SHORT);
      if (opened?.type !== 'opened' || recognised?.type !== 'recognised') throw new Error('another case');
      const name = opened.names[0]?.text ?? '';
      const reference = opened.references?.[0]?.reference ?? '';
      insert.run(LIST, nameSortKey(name), id, name, reference, recognised.category, 'detained', arrested?.occurredOn);
    }
  })();
  db.exec('CREATE INDEX by_name ON people (list, name_key, case_id)');
  db.exec('CREATE INDEX by_category ON people (list, category, name_key, case_id)');
  db.close();
};

const makeModels = async (folder: string, say: (text: string) => void): Promise<void> => {
  const store = createSqliteStore({ file: logOf(folder) });
  const models = ReadModels.open(modelsOf(folder), store, clock);
  const begun = performance.now();
  await models.start(({ phase, done, of }) => {
    if (done % 100_000 === 0) say(`${phase} ${done}${of === null ? '' : ` of ${of}`}`);
  });
  const { position, problem } = await models.readiness();
  if (problem !== null) throw new Error(`the read models stopped: ${problem.code}`);
  say(`read models of ${position} events are there after ${Math.round((performance.now() - begun) / 1000)} s`);
  await models.stop();
  await store.close();
};
