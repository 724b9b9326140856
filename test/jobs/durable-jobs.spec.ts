import { join } from 'node:path';
import type { DurableJobContext, JobItem, JobKind } from '../../src/jobs/durable-job.js';
import { DurableJobs, MAX_RUNNING_JOBS } from '../../src/jobs/durable-jobs.js';
import { JobFile, MAX_ENDED_JOBS } from '../../src/jobs/job-file.js';
import { Jobs } from '../../src/jobs/jobs.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

let folder: TemporaryFolder;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(() => folder.remove());

interface Parameters {
  readonly persons: readonly string[];
}

/** Greets persons, one a step; those whose name begins with `x` are refused. A step waits until it is let go. */
class Greeting implements JobKind<Parameters> {
  readonly name = 'greet';
  readonly greeted: string[] = [];
  onStep: (person: string) => Promise<void> = () => Promise.resolve();

  describe({ persons }: Parameters): Record<string, string> {
    return { persons: String(persons.length) };
  }

  async run(_: string, { persons }: Parameters, { signal, earlierItems, save }: DurableJobContext): Promise<void> {
    for (const [index, person] of persons.entries()) {
      if (index < earlierItems.length) continue;
      signal.throwIfAborted();
      await this.onStep(person);
      const codes = person.startsWith('x') ? ['GREETING.UNWANTED'] : [];
      if (codes.length === 0) this.greeted.push(person);
      const item: JobItem = { no: index + 1, subject: person, caseId: null, codes };
      save({ stage: 'greeted', done: index + 1, total: persons.length }, [item]);
    }
  }
}

/** Opens the jobs of a data folder, as one process does. */
const open = (kind: JobKind<Parameters>, path = join(folder.path, 'jobs.sqlite')) => {
  const running = new Jobs();
  const file = JobFile.open(path);
  const jobs = new DurableJobs(file, running, () => new Date('2026-01-05T10:00:00Z'));
  jobs.registerKind(kind);
  return {
    jobs,
    file,
    stop: async () => {
      await running.stop();
      await jobs.close();
    },
  };
};

const waitForever = () => new Promise<never>(() => undefined);

/** Resolves when the step for a person begins; steps for other persons go on. */
const stepBegins = (kind: Greeting, at: string, waiting: () => Promise<void> = waitForever) =>
  new Promise<void>((resolve) => {
    kind.onStep = (person) => {
      if (person !== at) return Promise.resolve();
      resolve();
      return waiting();
    };
  });

const admit = (): Promise<null> => Promise.resolve(null);

const FOUR = { persons: ['a', 'b', 'x', 'c'] };

describe('a durable job', () => {
  it('is told with its parameters, its progress and what it refused', async () => {
    const kind = new Greeting();
    const { jobs, stop } = open(kind);
    expect(await jobs.start(kind, 'j', FOUR, admit)).toMatchObject({
      outcome: 'started',
      job: { id: 'j', state: 'running' },
    });
    await jobs.whenEnded('j');
    expect(jobs.get('j')).toEqual({
      id: 'j',
      kind: 'greet',
      parameters: FOUR,
      about: { persons: '4' },
      state: 'done',
      progress: { stage: 'greeted', done: 4, total: 4 },
      error: null,
      startedAt: '2026-01-05T10:00:00.000Z',
      endedAt: '2026-01-05T10:00:00.000Z',
    });
    expect(jobs.refusedItems('j', 0, 10)).toEqual([
      { no: 3, subject: 'x', caseId: null, codes: ['GREETING.UNWANTED'] },
    ]);
    expect(jobs.refusedItems('j', 3, 10)).toEqual([]);
    expect(jobs.get('k')).toBeNull();
    await stop();
  });

  it('that is not admitted is not kept', async () => {
    const kind = new Greeting();
    const { jobs, stop } = open(kind);
    const refuse = () => Promise.resolve('nobody');
    expect(await jobs.start(kind, 'j', { persons: [] }, refuse)).toEqual({ outcome: 'not-admitted', reason: 'nobody' });
    await expect(jobs.start(kind, 'k', FOUR, () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
    expect(jobs.all()).toEqual([]);
    await stop();
  });

  it('is the same job when it is started again under its id, unless that is not admitted', async () => {
    const kind = new Greeting();
    const { jobs, stop } = open(kind);
    await jobs.start(kind, 'j', FOUR, admit);
    const other = () => Promise.resolve('another job');
    const notAdmitted = { outcome: 'not-admitted', reason: 'another job' };
    expect(await jobs.start(kind, 'j', FOUR, other)).toEqual(notAdmitted);
    await jobs.whenEnded('j');
    expect(await jobs.start(kind, 'j', FOUR, other)).toEqual(notAdmitted);
    expect(await jobs.start(kind, 'j', FOUR, admit)).toMatchObject({ outcome: 'started', job: { state: 'done' } });
    expect(kind.greeted).toEqual(['a', 'b', 'c']);
    await stop();
  });

  it('is interrupted after its step, stays so in the next process, and goes on where it was when it is resumed', async () => {
    const kind = new Greeting();
    const before = open(kind);
    let letGo: () => void = () => undefined;
    const atB = stepBegins(kind, 'b', () => new Promise((resolve) => (letGo = resolve)));
    await before.jobs.start(kind, 'j', FOUR, admit);
    await atB;
    const interrupted = before.jobs.interrupt('j');
    letGo();
    expect(await interrupted).toMatchObject({ state: 'stopped', progress: { done: 2 } });
    expect(await before.jobs.interrupt('k')).toBeNull();
    await before.stop();

    const after = open(kind);
    after.jobs.resumeRunning();
    expect(after.jobs.get('j')).toMatchObject({ state: 'stopped' });
    const seen: number[] = [];
    expect(after.jobs.resume('j', ({ done }) => seen.push(done))).toMatchObject({
      outcome: 'started',
      job: { state: 'running', endedAt: null },
    });
    await after.jobs.whenEnded('j');
    expect([after.jobs.get('j')?.state, seen, kind.greeted]).toEqual(['done', [3, 4], ['a', 'b', 'c']]);
    expect(after.jobs.resume('k')).toBeNull();
    await after.stop();
  });

  it('that runs when its process stops is resumed by the next one', async () => {
    const kind = new Greeting();
    const before = open(kind);
    let letGo: () => void = () => undefined;
    const atB = stepBegins(kind, 'b', () => new Promise((resolve) => (letGo = resolve)));
    await before.jobs.start(kind, 'j', FOUR, admit);
    await atB;
    const stopped = before.stop();
    letGo();
    await stopped;

    const after = open(kind);
    expect(after.jobs.get('j')).toMatchObject({ state: 'running' });
    after.jobs.resumeRunning();
    await after.jobs.whenEnded('j');
    expect([after.jobs.get('j')?.state, kind.greeted]).toEqual(['done', ['a', 'b', 'c']]);
    await after.stop();
  });

  it('for which there is no room at the start is resumed once another one has ended', async () => {
    const kind = new Greeting();
    const before = open(kind);
    for (let no = 0; no <= MAX_RUNNING_JOBS; no += 1)
      before.file.add({ id: `j${no}`, kind: kind.name, parameters: FOUR, startedAt: '2026-01-05T10:00:00.000Z' });
    await before.stop();

    const after = open(new Greeting());
    after.jobs.resumeRunning();
    await until(() => after.jobs.all().every(({ state }) => state === 'done'));
    await after.stop();
  });

  it('that runs when its process is killed is resumed after the last step that was stored', async () => {
    const kind = new Greeting();
    const killed = open(kind);
    const atX = stepBegins(kind, 'x');
    await killed.jobs.start(kind, 'j', FOUR, admit);
    await atX;
    // The killed process never goes on; its file stays as it is.
    const after = open(new Greeting());
    after.jobs.resumeRunning();
    await after.jobs.whenEnded('j');
    expect(after.jobs.get('j')).toMatchObject({ state: 'done', progress: { done: 4 } });
    expect(after.jobs.refusedItems('j', 0, 10)).toHaveLength(1);
    await after.stop();
  });

  it('that fails says by which error, never with its message, and may be resumed', async () => {
    const kind = new Greeting();
    const { jobs, stop } = open(kind);
    kind.onStep = () => Promise.reject(new RangeError('of a person'));
    await jobs.start(kind, 'j', FOUR, admit);
    await jobs.whenEnded('j');
    expect(jobs.get('j')).toMatchObject({ state: 'failed', error: 'RangeError' });
    kind.onStep = () => Promise.resolve();
    jobs.resume('j');
    await jobs.whenEnded('j');
    expect(jobs.get('j')).toMatchObject({ state: 'done', error: null });
    await stop();
  });

  it('that cannot be stored as running keeps no place: it is started once it can', async () => {
    const kind = new Greeting();
    const { jobs, file, stop } = open(kind);
    kind.onStep = () => Promise.reject(new RangeError('of a person'));
    await jobs.start(kind, 'j', FOUR, admit);
    await jobs.whenEnded('j');
    kind.onStep = () => Promise.resolve();
    const setRunning = jest.spyOn(file, 'setRunning').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    await expect(jobs.start(kind, 'j', FOUR, admit)).rejects.toThrow('the disk is full');
    setRunning.mockRestore();
    await jobs.start(kind, 'j', FOUR, admit);
    await jobs.whenEnded('j');
    expect(jobs.get('j')).toMatchObject({ state: 'done' });
    await stop();
  });

  it('is interrupted while it is being admitted', async () => {
    const kind = new Greeting();
    const { jobs, stop } = open(kind);
    let letGo: () => void = () => undefined;
    const started = jobs.start(kind, 'j', FOUR, () => new Promise((resolve) => (letGo = () => resolve(null))));
    const interrupted = jobs.interrupt('j');
    letGo();
    await started;
    expect(await interrupted).toMatchObject({ state: 'stopped' });
    expect(kind.greeted).toEqual([]);
    await stop();
  });
});

describe('durable jobs', () => {
  it('are bounded: so many at once, and so many that have ended', async () => {
    const kind = new Greeting();
    const { jobs, stop } = open(kind);
    for (let n = 0; n <= MAX_ENDED_JOBS; n += 1) {
      await jobs.start(kind, `ended ${n}`, { persons: ['x'] }, admit);
      await jobs.whenEnded(`ended ${n}`);
    }
    expect(jobs.all().map(({ id }) => id)).toEqual(Array.from({ length: MAX_ENDED_JOBS }, (_, n) => `ended ${n + 1}`));
    expect(jobs.refusedItems('ended 0', 0, 10)).toEqual([]);

    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    kind.onStep = () => gate;
    for (let n = 0; n < MAX_RUNNING_JOBS; n += 1)
      expect(await jobs.start(kind, `running ${n}`, FOUR, admit)).toMatchObject({ outcome: 'started' });
    expect(await jobs.start(kind, 'one more', FOUR, admit)).toEqual({ outcome: 'too-many-jobs' });
    letGo();
    for (let n = 0; n < MAX_RUNNING_JOBS; n += 1) await jobs.whenEnded(`running ${n}`);
    expect(await jobs.start(kind, 'one more', FOUR, admit)).toMatchObject({ outcome: 'started' });
    await jobs.whenEnded('one more');
    await stop();
  });
});
