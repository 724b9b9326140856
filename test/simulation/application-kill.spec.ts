/**
 * Kill -9 of the service while it applies an act to many: the next start resumes the job, and the log is that of a service that was
 * never killed, but for times. `APPLICATION_PERSONS` persons, `APPLICATION_KILLS` kills, each when the job has got to a random person
 * (`APPLICATION_SEED`). `npm run test:applications` tries 20,000 persons and twenty kills, and prints how long reads take meanwhile.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import type { LogEvent } from '../../src/event-store/port.js';
import { BuiltService } from '../support/built-service.js';
import { effort } from '../support/effort.js';
import { randomFrom } from '../support/random-from.js';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const PERSONS = Number(process.env['APPLICATION_PERSONS'] ?? effort(80, 2_000));
const KILLS = Number(process.env['APPLICATION_KILLS'] ?? effort(1, 20));
const SEED = Number(process.env['APPLICATION_SEED'] ?? 1);
const MEASURES_READS = process.env['APPLICATION_READS'] === '1';

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

const referenceOf = (person: number): string => `AZ-${person}`;

/** Every tenth person is free, so that the act reaches nine of ten. */
const rowsOf = (person: number): readonly object[] => {
  const row = { case: { list: 'union', reference: referenceOf(person) }, ...WITH_SOURCES };
  const opened = {
    type: 'opened',
    names: [latinName(`Nümunə ${person}`)],
    references: [{ list: 'union', reference: referenceOf(person) }],
    acknowledge: ['CASE.POSSIBLE_DUPLICATE'],
    ...WITH_SOURCES,
  };
  if (person % 10 === 0) return [opened];
  return [
    opened,
    { ...row, type: 'arrested', occurredOn: '2024-01-10' },
    {
      ...row,
      type: 'convicted',
      occurredOn: '2024-05-01',
      articles: [{ article: '234' }],
      sentence: { kind: 'imprisonment', term: 'P3Y' },
    },
  ];
};

const PEOPLE_A_BATCH = 100;

const fill = async (data: string): Promise<void> => {
  const service = await BuiltService.start(data);
  await service.post('/v1/lists', { id: 'union', name: { en: 'Union' }, ...WITH_SOURCES });
  await service.post('/v1/instruments', {
    ...{ id: 'amnesty', kind: 'amnesty-act', inForce: '2025-12-22', windowEnd: '2026-04-22' },
    ...WITH_SOURCES,
  });
  for (let first = 1; first <= PERSONS; first += PEOPLE_A_BATCH) {
    const people = Array.from({ length: Math.min(PEOPLE_A_BATCH, PERSONS + 1 - first) }, (_, n) => first + n);
    const { body } = await service.post('/v1/events', people.flatMap(rowsOf));
    const statuses = new Set((body['items'] as Loose[]).map(({ status }) => status as number));
    if (statuses.size !== 1 || !statuses.has(201)) throw new Error(`rows were refused: ${[...statuses].join()}`);
  }
  await service.stop();
};

const jobOf = async (service: BuiltService, id: string): Promise<Loose> => (await service.get(`/v1/jobs/${id}`)).body;
const doneOf = ({ progress }: Loose): number => (progress as Loose | null)?.['done'] ?? 0;

const startJob = async (service: BuiltService): Promise<string> => {
  const persons = Array.from({ length: PERSONS }, (_, n) => referenceOf(n + 1));
  const body = { list: 'union', persons, amnestiedOn: '2025-12-22', releasedOn: '2025-12-23' };
  const { status, body: job } = await service.post('/v1/instruments/amnesty/applications', body, {
    'idempotency-key': 'k',
  });
  if (status !== 202) throw new Error(JSON.stringify(job));
  return job['id'] as string;
};

/** Milliseconds of reads, sorted. */
const timeReads = async (
  service: BuiltService,
  isOver: (count: number) => Promise<boolean>,
): Promise<readonly number[]> => {
  const times: number[] = [];
  while (!(await isOver(times.length))) {
    const since = performance.now();
    await service.get('/v1/lists/union/members?limit=50&asOf=2025-12-24');
    times.push(performance.now() - since);
  }
  return times.sort((a, b) => a - b);
};

const summary = (times: readonly number[]): string =>
  [0.5, 0.95].map((share) => `${times[Math.floor(times.length * share)]?.toFixed(1)} ms`).join(', ');

/** The job without kills. */
const runUndisturbed = async (data: string): Promise<Loose> => {
  const service = await BuiltService.start(data);
  const before = MEASURES_READS ? await timeReads(service, (count) => Promise.resolve(count === 500)) : [];
  const since = performance.now();
  const id = await startJob(service);
  const isDone = async (): Promise<boolean> => (await jobOf(service, id))['state'] === 'done';
  if (MEASURES_READS) {
    const meanwhile = await timeReads(service, isDone);
    const seconds = ((performance.now() - since) / 1_000).toFixed(1);
    process.stdout.write(
      `${PERSONS} persons in ${seconds} s; reads (median, 95 %): before ${summary(before)}; meanwhile ${summary(meanwhile)}\n`,
    );
  } else await until(isDone);
  const job = await jobOf(service, id);
  await service.stop();
  return job;
};

/** The job, with a kill each time that it gets to one of the persons; and how many kills it was running at. */
const runKilled = async (
  data: string,
  killedAt: readonly number[],
): Promise<{ readonly job: Loose; readonly kills: number }> => {
  let service = await BuiltService.start(data);
  const id = await startJob(service);
  let kills = 0;
  for (const person of killedAt) {
    let last: Loose = {};
    await until(async () => doneOf((last = await jobOf(service, id))) >= person);
    await service.stop('SIGKILL');
    if (last['state'] === 'running') kills += 1;
    service = await BuiltService.start(data);
  }
  await until(async () => (await jobOf(service, id))['state'] !== 'running');
  const job = await jobOf(service, id);
  await service.stop();
  return { job, kills };
};

/** All events, without the times at which they were recorded. */
const readLog = async (data: string): Promise<readonly object[]> => {
  const store = createSqliteStore({ file: join(data, 'events.sqlite'), readonly: true });
  const events: object[] = [];
  for (let page: readonly LogEvent[] = await store.read(null, 1_000); page.length > 0;) {
    for (const { recordedAt: _, ...event } of page) events.push(event);
    page = await store.read(page.at(-1)?.cursor ?? null, 1_000);
  }
  await store.close();
  return events;
};

const withoutTimes = ({ startedAt: _, endedAt: __, ...job }: Loose): Loose => job;

test(`an act is applied to ${String(PERSONS)} persons, killed ${String(KILLS)} times: nobody twice, nobody left out`, async () => {
  const [whole, killed] = [join(folder.path, 'whole'), join(folder.path, 'killed')];
  await fill(whole);
  cpSync(whole, killed, { recursive: true });
  const random = randomFrom(SEED);
  const killedAt = Array.from({ length: KILLS }, () => Math.floor(random() * PERSONS)).sort((a, b) => a - b);

  const expected = await runUndisturbed(whole);
  expect(expected).toMatchObject({
    state: 'done',
    progress: { done: PERSONS, results: { reached: PERSONS - Math.floor(PERSONS / 10) } },
  });
  const { job, kills } = await runKilled(killed, killedAt);
  expect(withoutTimes(job)).toEqual(withoutTimes(expected));
  // A resumed job may end before its service listens, so that a later kill comes too late.
  expect(kills).toBeGreaterThan(0);

  const [log, other] = [await readLog(whole), await readLog(killed)];
  const firstDifference = log.findIndex((event, index) => JSON.stringify(event) !== JSON.stringify(other[index]));
  expect([other.length, firstDifference]).toEqual([log.length, -1]);
}, 3_600_000);
