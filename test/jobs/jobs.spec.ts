import type { JobContext, JobProgress } from '../../src/jobs/job.js';
import { Jobs } from '../../src/jobs/jobs.js';

const step = (done: number): JobProgress => ({ stage: 'cases', done, total: 3 });

/** Counts to three, a step each time `next` is called, and skips what was done before. */
const counting = () => {
  const done = new Set<number>();
  let runs = 0;
  let release: () => void = () => undefined;
  const work = async ({ signal, onProgress }: JobContext): Promise<number> => {
    runs += 1;
    for (const n of [1, 2, 3]) {
      if (done.has(n)) continue;
      await new Promise<void>((resolve) => {
        release = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
      done.add(n);
      onProgress(step(n));
    }
    return done.size;
  };
  const next = async (): Promise<void> => {
    release();
    await new Promise(setImmediate);
  };
  return { work, next, done, runs: () => runs };
};

describe('a job', () => {
  it('tells how far it is while it runs, and how it ended', async () => {
    const jobs = new Jobs();
    const { work, next } = counting();
    expect(jobs.get('count')).toBeNull();
    const result = jobs.run('count', work);
    expect(jobs.get('count')).toEqual({ id: 'count', state: 'running', progress: null });
    await next();
    expect(jobs.all()).toEqual([{ id: 'count', state: 'running', progress: step(1) }]);
    await next();
    await next();
    expect(await result).toBe(3);
    expect(jobs.get('count')).toEqual({ id: 'count', state: 'done', progress: step(3) });
  });

  it('runs once for all who start it meanwhile, and tells each of them', async () => {
    const jobs = new Jobs();
    const { work, next, runs } = counting();
    const seen: [string, number][] = [];
    const first = jobs.run('count', work, ({ done }) => seen.push(['first', done]));
    await next();
    const second = jobs.run('count', work, ({ done }) => seen.push(['second', done]));
    await next();
    await next();
    expect(await Promise.all([first, second])).toEqual([3, 3]);
    expect(runs()).toBe(1);
    expect(seen).toEqual([
      ['first', 1],
      ['first', 2],
      ['second', 2],
      ['first', 3],
      ['second', 3],
    ]);
  });

  it('that fails rejects, says so, and may be run again', async () => {
    const jobs = new Jobs();
    await expect(jobs.run('count', () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
    expect(jobs.get('count')?.state).toBe('failed');
    expect(await jobs.run('count', () => Promise.resolve(1))).toBe(1);
    expect(jobs.get('count')?.state).toBe('done');
  });

  it('that is stopped ends after its step, and resumes under the same id', async () => {
    const counted = counting();
    const before = new Jobs();
    const stopped = before.run('count', counted.work);
    await counted.next();
    await Promise.all([before.stop(), expect(stopped).rejects.toThrow()]);
    expect(before.get('count')).toEqual({ id: 'count', state: 'stopped', progress: step(1) });
    await expect(before.run('count', counted.work)).rejects.toThrow();
    expect([...counted.done]).toEqual([1]);

    const steps: number[] = [];
    const resumed = new Jobs().run('count', counted.work, ({ done }) => steps.push(done));
    await counted.next();
    await counted.next();
    expect(await resumed).toBe(3);
    expect(steps).toEqual([2, 3]);
  });
});
