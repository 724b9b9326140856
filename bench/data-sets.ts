/** The logs and tables that items read: made once by the event store and kept for later runs. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseEvent } from '../src/domain/case/events.js';
import { streamName, type AnyEvent } from '../src/domain/events.js';
import type { Clock } from '../src/domain/clock.js';
import { nameSortKey } from '../src/domain/names/sort-key.js';
import { parseEdtf } from '../src/domain/time.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import type { EventStore, LogEvent } from '../src/event-store/port.js';
import type { JobProgress } from '../src/jobs/job.js';
import type { SigningKey } from '../src/proof/checkpoint.js';
import { ProofFiles } from '../src/proof/proof-files.js';
import { extendTree, VerifiedTree } from '../src/proof/verified-tree.js';
import { ModelFile } from '../src/read-models/model-file.js';
import { ReadModels } from '../src/read-models/read-models.js';
import { STILL_KNOWN } from '../src/read-models/table.js';
import Database from '../src/sqlite/database.js';
import type { RunContext, Sizes } from './item.js';
import { multiplyCases } from './multiply.js';
import { makeNameIndex, makeRawIndex } from './name-indexes.js';
import { openRaw, RawLog } from './raw.js';
import { copyOf, repeatCases } from './repeated-log.js';
import { personName } from './synthetic-names.js';
import {
  ACT,
  actEvents,
  correctionOf,
  CORRECTED_EVERY,
  definitions,
  eventsOf,
  LIST,
  LONG_CASE,
  SHORT_CASE,
  toEvent,
  TODAY,
  VARIED_CASE,
  variedEventsOf,
} from './synthetic.js';

export const clock: Clock = { timeZone: 'Asia/Baku', now: () => new Date(), today: () => TODAY };

/** Ids and streams of cases by number. */
export const caseId = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const streamOf = (n: number): string => streamName('case', caseId(n));

/** The folder of a register with `cases` cases of `events` events each; in a corrected one, some of the cases have a correction too. */
export const registerFolder = (data: string, cases: number, events: number, isCorrected = false): string =>
  join(data, `${cases}x${events}${isCorrected ? '-corrected' : ''}`);
export const logFile = (folder: string): string => join(folder, 'events.sqlite');
export const readModelsFile = (folder: string): string => join(folder, 'read-models.sqlite');
type Varied = Pick<RunContext, 'data'> & { readonly sizes: Pick<Sizes, 'people' | 'copies'> };
/** The register of a varied list. Its log has each case once, its read models have every copy. */
export const variedFolder = ({ data, sizes: { people, copies } }: Varied): string =>
  registerFolder(data, people / copies, VARIED_CASE, true);
export const variedModelsFile = (varied: Varied): string => {
  const { copies } = varied.sizes;
  const folder = variedFolder(varied);
  return copies === 1 ? readModelsFile(folder) : join(folder, `read-models-x${copies}.sqlite`);
};
export const rawFile = (folder: string): string => join(folder, 'raw.sqlite');

/** The registers that items read: number of cases (a key of Sizes), events per case, and whether read models are made. */
const REGISTERS = {
  log: { size: 'cases', events: LONG_CASE, models: false, isCorrected: false },
  'short log': { size: 'few', events: LONG_CASE, models: true, isCorrected: false },
  list: { size: 'listed', events: SHORT_CASE, models: true, isCorrected: false },
  'corrected list': { size: 'listed', events: SHORT_CASE, models: true, isCorrected: true },
  'varied list': { size: 'people', events: VARIED_CASE, models: true, isCorrected: true },
  'short list': { size: 'few', events: SHORT_CASE, models: true, isCorrected: false },
} as const;
/** Registers, names alone in the index of the read model and in a raw one, and logs of three lengths that are signed. */
export type DataSet = keyof typeof REGISTERS | 'names' | 'signed logs';

/** The stream of a case by its number in a signed log, which repeats the first cases. */
export const repeatedStreamOf = (n: number, few: number): string => copyOf(streamOf(n % few), Math.floor(n / few));

export const signedFolder = (data: string, cases: number): string => join(data, `signed-${cases}`);

export const nameIndexFile = ({ data, sizes }: Pick<RunContext, 'data' | 'sizes'>): string =>
  join(data, `names-${sizes.names}`, 'index.sqlite');
export const rawNameIndexFile = ({ data, sizes }: Pick<RunContext, 'data' | 'sizes'>): string =>
  join(data, `names-${sizes.names}`, 'raw.sqlite');

/** Makes the data sets that do not exist yet; of signed logs, those of at most `longest` events. */
export const prepare = async (
  data: string,
  sizes: Sizes,
  wanted: ReadonlySet<DataSet>,
  log: (text: string) => void,
  longest = Infinity,
): Promise<void> => {
  for (const register of wanted) {
    if (register === 'names') {
      await makeOnce(join(data, `names-${sizes.names}`), async (making) => {
        log(`making indexes of ${sizes.names} names`);
        makeNameFile(join(making, 'index.sqlite'), makeNameIndex, sizes.names);
        makeNameFile(join(making, 'raw.sqlite'), makeRawIndex, sizes.names);
      });
      continue;
    }
    if (register === 'signed logs') {
      for (const cases of [sizes.few, sizes.cases, sizes.huge].filter((cases) => cases * LONG_CASE <= longest))
        await makeOnce(signedFolder(data, cases), async (making) => {
          log(`making and signing a log of ${cases} cases of ${LONG_CASE} events`);
          await makeSignedLog(making, cases, sizes.few);
        });
      continue;
    }
    const { size, events, models, isCorrected } = REGISTERS[register];
    const isVaried = events === VARIED_CASE;
    const cases = isVaried ? sizes.people / sizes.copies : sizes[size];
    const folder = registerFolder(data, cases, events, isCorrected);
    await makeOnce(folder, async (making) => {
      log(`making a register of ${cases} cases of ${events} events`);
      await makeLog(making, cases, events, isCorrected);
      await makeRaw(making, events);
    });
    if (models) await makeModels(folder, log);
    const copied = variedModelsFile({ data, sizes });
    if (isVaried && sizes.copies > 1 && !isUsable(copied)) {
      log(`copying its cases ${sizes.copies} times`);
      rmSync(copied, { force: true });
      multiplyCases(readModelsFile(folder), copied, sizes.copies);
    }
  }
};

const makeNameFile = (file: string, make: typeof makeNameIndex, count: number): void => {
  const db = new Database(file);
  make(db, count, personName);
  db.close();
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

const recordedFor = (n: number, events: number): readonly CaseEvent[] =>
  events === VARIED_CASE ? variedEventsOf(n) : eventsOf(n, events);

/** All corrections come last, so that the positions between them have every case. */
const makeLog = async (folder: string, cases: number, events: number, isCorrected: boolean): Promise<void> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const append = (stream: string, events: readonly AnyEvent[]) =>
    store.append(stream, 'no-stream', events.map(toEvent));
  await append(streamName('list', LIST), definitions);
  for (let from = 0; from < cases; from += CONCURRENT_CASES) {
    const numbers = Array.from({ length: Math.min(CONCURRENT_CASES, cases - from) }, (_, index) => from + index);
    await Promise.all(numbers.map((n) => append(streamOf(n), recordedFor(n, events))));
  }
  for (let from = 0; isCorrected && from < cases; from += CORRECTED_EVERY * CONCURRENT_CASES) {
    const numbers = Array.from({ length: CONCURRENT_CASES }, (_, index) => from + index * CORRECTED_EVERY);
    await Promise.all(numbers.filter((n) => n < cases).map((n) => correct(store, n, events)));
  }
  if (events === VARIED_CASE) await append(streamName('instrument', ACT), actEvents);
  await store.close();
};

/** A signed log of so many cases, of which those of a short one are repeated. */
const makeSignedLog = async (folder: string, cases: number, few: number): Promise<void> => {
  const original = Math.min(few, cases);
  await makeLog(folder, original, LONG_CASE, false);
  await repeatCases(logFile(folder), original, cases, LONG_CASE);
  const store = createSqliteStore({ file: logFile(folder) });
  const tree = new VerifiedTree();
  await extendTree(store, tree);
  const files = new ProofFiles(folder);
  await files.makeKey('bench.example/log');
  await files.sign(tree, files.key() as SigningKey);
  await store.close();
};

/** Moves the recognition to another day and category. */
const correct = async (store: EventStore, n: number, events: number): Promise<void> => {
  const recorded = await store.readStream(streamOf(n), -1, events);
  const [recognised, last] = [recorded.find(({ event }) => event.type === 'recognised'), recorded.at(-1)];
  if (recognised === undefined || last === undefined) throw new Error('a case that is not recognised');
  await store.append(streamOf(n), last.revision, [toEvent(correctionOf(n, recognised.id))]);
};

/** A position with half of the corrections. */
export const halfCorrected = (cases: number, events: number): number =>
  definitions.length + events * cases + Math.ceil(cases / CORRECTED_EVERY / 2);

/** The raw table of people has one day for each, so that people whose day is uncertain are on it from the first. */
const firstDay = (occurredOn = ''): number => parseEdtf(occurredOn)?.earliest ?? 0;

/** The positions of the corrections, by stream. */
const correctionsIn = async (folder: string): Promise<ReadonlyMap<string, number>> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const positions = new Map<string, number>();
  for await (const page of pagesOf(store))
    for (const { event, stream, position } of page) if (event.type === 'corrected') positions.set(stream, position);
  await store.close();
  return positions;
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

/** The events of a data set in a raw log; for short cases also the list as a table with the indexes that its pages need. */
const makeRaw = async (folder: string, events: number): Promise<void> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const db = openRaw(rawFile(folder));
  const log = new RawLog(db);
  for await (const page of pagesOf(store)) {
    db.transaction(() => {
      for (const { cursor: _, position: __, stream, revision, ...event } of page) log.append(stream, revision, event);
    })();
  }
  if (events === SHORT_CASE) makeList(folder, await correctionsIn(folder));
  db.close();
  await store.close();
};

export const PEOPLE = `CREATE TABLE people (list TEXT NOT NULL, name_key TEXT NOT NULL, case_id TEXT NOT NULL, name TEXT NOT NULL,
  reference TEXT NOT NULL, category TEXT NOT NULL, custody TEXT NOT NULL, since TEXT NOT NULL)`;

/** The people of a list on two times: who was on it from a day on, as known over the positions [known_from, known_to). */
const PEOPLE_VERSIONS = `${PEOPLE.replace('people', 'people_versions').slice(0, -1)}, from_day INTEGER NOT NULL,
  known_from INTEGER NOT NULL, known_to INTEGER NOT NULL)`;

const makeList = (folder: string, corrections: ReadonlyMap<string, number>): void => {
  const db = openRaw(rawFile(folder));
  const streams = db
    .prepare('SELECT DISTINCT stream FROM events WHERE stream LIKE ?')
    .pluck()
    .all('case-%') as string[];
  db.exec(PEOPLE);
  db.exec(PEOPLE_VERSIONS);
  const insert = db.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const insertVersion = db.prepare('INSERT INTO people_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const stream of streams) {
      const id = stream.slice('case-'.length);
      const n = parseInt(id.slice(-12), 16);
      const [opened, arrested, recognised] = eventsOf(n, SHORT_CASE);
      if (opened?.type !== 'opened' || recognised?.type !== 'recognised') throw new Error('unexpected case');
      const name = opened.names[0]?.text ?? '';
      const reference = opened.references?.[0]?.reference ?? '';
      const since = arrested?.occurredOn;
      const correctedAt = corrections.get(stream);
      const corrected = correctedAt === undefined ? recognised : { ...recognised, ...correctionOf(n, '').data };
      const row = (category: string) => [LIST, nameSortKey(name), id, name, reference, category, 'detained', since];
      insert.run(row(corrected.category));
      if (correctedAt !== undefined)
        insertVersion.run(row(recognised.category), firstDay(recognised.occurredOn), 0, correctedAt);
      insertVersion.run(row(corrected.category), firstDay(corrected.occurredOn), correctedAt ?? 0, STILL_KNOWN);
    }
  })();
  db.exec('CREATE INDEX by_name ON people (list, name_key, case_id)');
  db.exec('CREATE INDEX by_category ON people (list, category, name_key, case_id)');
  db.exec('CREATE INDEX versions_by_name ON people_versions (list, name_key, case_id)');
  db.close();
};

/** Whether there are read models that this build can use. */
const isUsable = (file: string): boolean => {
  const made = ModelFile.open(file, clock.timeZone);
  made?.close();
  return made !== null;
};

/** Makes the read models, unless those of an earlier run can be used. */
const makeModels = async (folder: string, log: (text: string) => void): Promise<void> => {
  if (isUsable(readModelsFile(folder))) return;
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
