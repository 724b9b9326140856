import { DurableJobs } from '../../../src/jobs/durable-jobs.js';
import { IN_MEMORY, JobFile } from '../../../src/jobs/job-file.js';
import { Jobs } from '../../../src/jobs/jobs.js';
import { Duplicates, DuplicatesHandler } from '../../../src/read-models/names/duplicates.query.js';
import { FindDuplicates } from '../../../src/read-models/names/find-duplicates.js';
import { scopeOf } from '../../support/scopes.js';
import { emptyFile, FixedReader, opened, register } from '../support.js';
import { NotCaughtUp } from '../../../src/read-models/query-errors.js';
import { ReadModelReader } from '../../../src/read-models/reader.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
let jobs: DurableJobs;
let comparison: FindDuplicates;
beforeEach(async () => {
  fixture = await register();
  jobs = new DurableJobs(JobFile.open(IN_MEMORY), new Jobs(), () => new Date(0));
  comparison = new FindDuplicates(fixture.models, jobs);
});
afterEach(async () => {
  await jobs.close();
  await fixture.close();
});

const born = (name: string, year: string | null, ...references: readonly string[]) => ({
  ...opened(name, ...references),
  ...(year === null ? {} : { born: year }),
});
/** Compares what is known now, to the end. */
const compare = async (): Promise<string> => {
  const result = await comparison.start(scopeOf({ atLeast: fixture.token }));
  if (result.outcome !== 'started') throw new Error(result.outcome);
  await jobs.whenEnded(result.job.id);
  return result.job.id;
};
const page = (after = 0, limit = 50, knownAt?: string) =>
  new DuplicatesHandler(fixture.models, jobs).execute(
    new Duplicates(scopeOf({ atLeast: fixture.token, knownAt }), { after, limit }),
  );
const pairs = async (knownAt?: string) =>
  (await page(0, 50, knownAt)).items.map(({ cases }) => cases.map(({ caseId }) => caseId).join(' '));

it('are none before the register was compared', async () => {
  await fixture.append('case', 'a', born('Elşən Həsənov', '1980'));
  expect(await page()).toMatchObject({ job: null, items: [], next: null });
});

it('are pairs of cases of a like name, in any spelling and order, with the reasons', async () => {
  await fixture.append('case', 'a', born('Elşən Ramiz oğlu Həsənov', '1980', 'AZ-1'));
  await fixture.append('case', 'b', born('Гасанов Эльшан', '1980-05-03'));
  const job = await compare();
  expect(await page()).toMatchObject({ job, next: null });
  expect((await page()).items).toEqual([
    {
      cases: [
        { caseId: 'b', references: [], text: 'Гасанов Эльшан' },
        { caseId: 'a', references: [{ list: 'union', reference: 'AZ-1' }], text: 'Elşən Ramiz oğlu Həsənov' },
      ],
      score: expect.closeTo(0.957, 3),
      why: ['other-spelling', 'other-order', 'partial', 'birth-agrees'],
      isProbable: true,
    },
  ]);
});

it('are near spellings too, with an arrest on one day and a place as reasons', async () => {
  const arrested = { type: 'arrested', occurredOn: '2024-03-05' };
  await fixture.append('case', 'a', born('Məhəmməd Mehdiyev', null), { ...arrested, place: 'Gəncə' });
  await fixture.append('case', 'b', { ...born('Магомед Мехтиев', null), region: 'Гянджа' }, arrested);
  await fixture.append('case', 'c', born('Elşən Mehdiyev', null), arrested);
  await compare();
  const { items } = await page();
  expect(items.map(({ cases, why }) => [cases.map(({ caseId }) => caseId), why])).toEqual([
    [
      ['b', 'a'],
      ['resembles', 'arrest-agrees', 'place-agrees'],
    ],
  ]);
});

it('are not homonyms whom year of birth, sex or father tells apart; are possible where the year is not known', async () => {
  await fixture.append('case', 'a', born('Elşən Ramiz oğlu Həsənov', '1980'));
  await fixture.append('case', 'b', born('Elşən Ramiz oğlu Həsənov', '1975'));
  await fixture.append('case', 'c', born('Elşən Tofiq oğlu Həsənov', '1980'));
  await fixture.append('case', 'd', { ...born('Elşən Ramiz oğlu Həsənov', '1980'), sex: 'f' });
  await fixture.append('case', 'e', { ...born('Elşən Ramiz oğlu Həsənov', null), sex: 'm' });
  await compare();
  expect(await pairs()).toEqual(['d a', 'e a', 'e b']);
});

it('are not asked about again once a person has decided, as far as that is known', async () => {
  await fixture.append('case', 'a', born('Elşən Həsənov', '1980'));
  await fixture.append('case', 'b', born('Elşən Həsənov', '1980'));
  await fixture.append('case', 'c', born('Elşən Həsənov', '1980'));
  await compare();
  expect(await pairs()).toEqual(['b a', 'c a', 'c b']);
  await fixture.append('case', 'a', { type: 'distinguished', from: 'b', reason: 'cousins' });
  await fixture.append('case', 'c', { type: 'merged', into: 'a', reason: 'the same day and place of birth' });
  expect(await pairs()).toEqual([]);
  expect(await pairs('position:3')).toEqual(['b a', 'c a', 'c b']);
  expect(await pairs('position:1')).toEqual([]);
  await compare();
  expect(await pairs()).toEqual([]);
});

it('are found by a job that goes on where it was interrupted, once for the same knowledge', async () => {
  for (let n = 0; n < 60; n += 1)
    await fixture.append('case', `c${String(n)}`, born(`Elşən ${'a'.repeat(n % 3)}zərov`, null));
  const whole = await compare();
  const all = jobs.items(whole, 0, 10_000);
  expect(all.length).toBeGreaterThan(100);
  expect(jobs.get(whole)).toMatchObject({
    kind: 'find-duplicates',
    state: 'done',
    progress: { stage: 'cases compared', done: 60, total: 60, results: { pairs: all.length } },
  });
  expect(await compare()).toBe(whole);

  const again = new DurableJobs(JobFile.open(IN_MEMORY), new Jobs(), () => new Date(0));
  const restarted = new FindDuplicates(fixture.models, again);
  const started = await restarted.start(scopeOf({ atLeast: fixture.token }));
  if (started.outcome !== 'started') throw new Error(started.outcome);
  await again.interrupt(whole);
  expect(again.get(whole)?.state).toBe('stopped');
  expect(again.items(whole, 0, 10_000).length).toBeLessThan(all.length);
  again.resume(whole);
  await again.whenEnded(whole);
  expect(again.items(whole, 0, 10_000)).toEqual(all);
  await again.close();
});

it('are listed once where a step failed and was done again', async () => {
  for (let n = 1; n <= 30; n += 1)
    await fixture.append('case', `c${String(n)}`, born(`Elşən ${'abcdefghij'.charAt(n % 10)}zərov`, null), {
      ...{ type: 'arrested', occurredOn: '2024-01-10' },
    });
  const whole = jobs.items(await compare(), 0, 1_000);
  expect(whole.length).toBeGreaterThan(10);

  const again = new DurableJobs(JobFile.open(IN_MEMORY), new Jobs(), () => new Date(0));
  const { db } = await fixture.models.contextAt({});
  const setArrests = (arrests: string) =>
    db.prepare(`UPDATE circumstances SET arrests = ? WHERE case_no = 5`).run(arrests);
  // Once the first ten are compared, what is known of the fifth cannot be read any more: the second ten find it half-way.
  class DamagingReader extends ReadModelReader {
    readonly store = fixture.models.store;
    asked = 0;
    override contextAt(...wait: Parameters<ReadModelReader['contextAt']>): ReturnType<ReadModelReader['contextAt']> {
      this.asked += 1;
      if (this.asked === 4) setArrests('damaged');
      return fixture.models.contextAt(...wait);
    }
  }
  const started = await new FindDuplicates(new DamagingReader(), again).start(scopeOf({ atLeast: fixture.token }));
  if (started.outcome !== 'started') throw new Error(started.outcome);
  const { id } = started.job;
  await again.whenEnded(id);
  expect(again.get(id)).toMatchObject({ state: 'failed', progress: { done: 10 } });
  setArrests('["2024-01-10"]');
  again.resume(id);
  await again.whenEnded(id);
  expect(again.get(id)?.state).toBe('done');
  expect(again.items(id, 0, 1_000)).toEqual(whole);
  await again.close();
});

it('are found among all that was recorded before the comparison was asked for', async () => {
  for (const id of ['a', 'b']) await fixture.append('case', id, born('Elşən Həsənov', '1980'));
  const started = await comparison.start(scopeOf({}));
  if (started.outcome !== 'started') throw new Error(started.outcome);
  await jobs.whenEnded(started.job.id);
  expect(jobs.items(started.job.id, 0, 10)).toHaveLength(1);
});

it('are shown a page at a time', async () => {
  for (const id of ['a', 'b', 'c']) await fixture.append('case', id, born('Elşən Həsənov', '1980'));
  await compare();
  const first = await page(0, 2);
  expect([first.items.length, first.next]).toEqual([2, 2]);
  const second = await page(first.next ?? 0, 2);
  expect([second.items.length, second.next]).toEqual([1, null]);
});

it('are kept up to a number, at which the comparison ends', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await fixture.append('case', id, born('Elşən Həsənov', '1980'));
  const few = new DurableJobs(JobFile.open(IN_MEMORY), new Jobs(), () => new Date(0));
  const result = await new FindDuplicates(fixture.models, few, 4).start(scopeOf({ atLeast: fixture.token }));
  if (result.outcome !== 'started') throw new Error(result.outcome);
  await few.whenEnded(result.job.id);
  expect(few.get(result.job.id)).toMatchObject({ state: 'done', progress: { results: { pairs: 4 } } });
  expect(few.items(result.job.id, 0, 10)).toHaveLength(4);
  await few.close();
});

it('are found once the read models are there, however long that takes after a restart', async () => {
  for (const id of ['a', 'b']) await fixture.append('case', id, born('Elşən Həsənov', '1980'));
  await fixture.models.contextAt({ atLeast: fixture.token });
  class LateReader extends FixedReader {
    #isThere = false;
    override contextAt(): ReturnType<FixedReader['contextAt']> {
      const answer = this.#isThere ? fixture.models.contextAt({}) : Promise.reject(new NotCaughtUp());
      this.#isThere = true;
      return answer;
    }
  }
  const file = JobFile.open(IN_MEMORY);
  file.add({
    id: 'before',
    kind: 'find-duplicates',
    parameters: { position: 2 },
    startedAt: '2026-01-05T08:00:00.000Z',
  });
  const restarted = new DurableJobs(file, new Jobs(), () => new Date(0));
  new FindDuplicates(new LateReader(emptyFile(), fixture.store), restarted);
  restarted.resumeRunning();
  await restarted.whenEnded('before');
  expect(restarted.get('before')?.state).toBe('done');
  expect(restarted.items('before', 0, 10)).toHaveLength(1);
  await restarted.close();
});

it('keep their progress where a restarted comparison is stopped before its first step', async () => {
  const progress = { stage: 'cases compared', done: 3, total: 9 };
  const save = jest.fn();
  const parameters = { position: 0 };
  const context = {
    signal: AbortSignal.abort(),
    onProgress: () => undefined,
    earlierItems: [],
    earlierProgress: progress,
    save,
  };
  await expect(comparison.run('before', parameters, context)).rejects.toThrow();
  expect(save).toHaveBeenCalledWith(expect.objectContaining({ done: 3, total: 9 }), []);
});
