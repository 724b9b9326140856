/**
 * Kill -9 of the service while it compares the register with itself: the next start goes on, and the pairs are those of a service that was
 * never killed. `DUPLICATE_CASES` cases, `DUPLICATE_KILLS` kills, each when the job has got to a random case (`DUPLICATE_SEED`).
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { effort } from '../support/effort.js';
import { randomFrom } from '../support/random-from.js';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const CASES = Number(process.env['DUPLICATE_CASES'] ?? effort(1_200, 10_000));
const KILLS = Number(process.env['DUPLICATE_KILLS'] ?? effort(2, 20));
const SEED = Number(process.env['DUPLICATE_SEED'] ?? 1);

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

/** Every hundredth name is the same. */
const opened = (no: number): object => ({
  type: 'opened',
  names: [latinName(`Nümunə ${'bcdfghjkl'.charAt(Math.floor(no / 10) % 10)}a${'mnprstvyzx'.charAt(no % 10)}anov`)],
  references: [{ list: 'union', reference: `AZ-${no}` }],
  acknowledge: ['CASE.POSSIBLE_DUPLICATE'],
  ...WITH_SOURCES,
});

const CASES_A_BATCH = 200;

const fill = async (data: string): Promise<void> => {
  const service = await BuiltService.start(data);
  await service.post('/v1/lists', { id: 'union', name: { en: 'Union' }, ...WITH_SOURCES });
  for (let first = 0; first < CASES; first += CASES_A_BATCH) {
    const rows = Array.from({ length: Math.min(CASES_A_BATCH, CASES - first) }, (_, n) => opened(first + n));
    const { body } = await service.post('/v1/events', rows);
    const statuses = new Set((body['items'] as Loose[]).map(({ status }) => status as number));
    if (statuses.size !== 1 || !statuses.has(201)) throw new Error(`rows were refused: ${[...statuses].join()}`);
  }
  await service.stop();
};

const jobOf = async (service: BuiltService, id: string): Promise<Loose> => (await service.get(`/v1/jobs/${id}`)).body;
const doneOf = ({ progress }: Loose): number => (progress as Loose | null)?.['done'] ?? 0;

const startJob = async (service: BuiltService): Promise<string> => {
  let answer = await service.post('/v1/duplicates', {});
  await until(async () => (answer = await service.post('/v1/duplicates', {})).status === 202);
  return answer.body['id'] as string;
};

/** The ids of all pairs, in the order of the list. */
const pairsOf = async (service: BuiltService): Promise<readonly string[]> => {
  const pairs: string[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { body } = await service.get(`/v1/duplicates?limit=500&after=${after}`);
    for (const { cases } of body['items'] as Loose[])
      pairs.push((cases as Loose[]).map(({ caseId }) => caseId as string).join(' '));
    after = body['next'] as number | null;
  }
  return pairs;
};

/** Compares the register, with a kill each time that it gets to one of the cases; and how many kills it was running at. */
const compare = async (data: string, killedAt: readonly number[]) => {
  let service = await BuiltService.start(data);
  const id = await startJob(service);
  let kills = 0;
  for (const case_ of killedAt) {
    let last: Loose = {};
    await until(async () => {
      last = await jobOf(service, id);
      return last['state'] !== 'running' || doneOf(last) >= case_;
    });
    if (last['state'] === 'running') kills += 1;
    await service.stop('SIGKILL');
    service = await BuiltService.start(data);
  }
  await until(async () => (await jobOf(service, id))['state'] !== 'running');
  // The read models of a service that was just started may not answer yet.
  await until(async () => (await service.get('/health/ready')).status === 200);
  const { state, progress } = await jobOf(service, id);
  const pairs = await pairsOf(service);
  await service.stop();
  return { job: { id, state: state as string, progress: progress as object }, pairs, kills };
};

test(`${String(CASES)} cases are compared, killed ${String(KILLS)} times: no pair twice, none left out`, async () => {
  const [whole, killed] = [join(folder.path, 'whole'), join(folder.path, 'killed')];
  await fill(whole);
  cpSync(whole, killed, { recursive: true });
  const random = randomFrom(SEED);
  const killedAt = Array.from({ length: KILLS }, () => Math.floor(random() * CASES)).sort((a, b) => a - b);

  const expected = await compare(whole, []);
  expect(expected.job).toMatchObject({ state: 'done' });
  expect(expected.pairs.length).toBeGreaterThan(CASES);
  expect(new Set(expected.pairs).size).toBe(expected.pairs.length);
  const { kills, ...again } = await compare(killed, killedAt);
  expect({ ...again, kills: 0 }).toEqual(expected);
  // A resumed job may end before its service listens, so that a later kill comes too late.
  expect(kills).toBeGreaterThan(0);
}, 3_600_000);
