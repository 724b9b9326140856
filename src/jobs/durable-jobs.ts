/** Starts, resumes and interrupts durable jobs. They run as jobs of the process (jobs.ts), which has their progress. */
import type { DurableJob, DurableJobContext, JobItem, JobKind } from './durable-job.js';
import type { JobContext } from './job.js';
import type { JobFile, StoredJob } from './job-file.js';
import { isAbort, type Jobs } from './jobs.js';

/** Durable jobs that run at once. Each does its steps one after the other, so that requests are still answered quickly. */
export const MAX_RUNNING_JOBS = 4;

export type StartResult<R> =
  /** The job runs now, or a job of this id was done before. */
  | { readonly outcome: 'started'; readonly job: DurableJob }
  /** The `admit` callback of `start` refused the job. A new job is then not stored. */
  | { readonly outcome: 'not-admitted'; readonly reason: R }
  | { readonly outcome: 'too-many-jobs' };

export type ResumeResult = Extract<StartResult<never>, { readonly outcome: 'started' | 'too-many-jobs' }>;

type AnyJobKind = JobKind<object>;
type OnProgress = JobContext['onProgress'];

export class DurableJobs {
  readonly #kinds = new Map<string, AnyJobKind>();
  /** The jobs that are being started or run, by id. */
  readonly #active = new Map<string, Promise<void>>();
  readonly #interrupted = new Set<string>();
  /** Ids of jobs to be resumed once others have ended. */
  readonly #waitingForRoom: string[] = [];

  constructor(
    private readonly file: JobFile,
    private readonly jobs: Jobs,
    private readonly now: () => Date,
    /** Called with the error of a job that has failed. */
    private readonly onFailed: (id: string, error: unknown) => void = () => undefined,
  ) {}

  /** To be called for each kind before jobs are started or resumed. */
  registerKind<P extends object>(kind: JobKind<P>): void {
    this.#kinds.set(kind.name, kind);
  }

  /**
   * Starts a job under an id; resolves once it is stored and admitted. `admit` returns null, or the reason to refuse the job:
   * it may not run, or its id is that of another job. `admit` is idempotent: it is called for a known id too, unless the outcome is
   * `too-many-jobs`. A job of a known id keeps its stored parameters: once admitted, it is resumed if it was interrupted or has
   * failed, and left alone if it is running or done. Throws what `admit` throws.
   */
  async start<P extends object, R>(
    kind: JobKind<P>,
    id: string,
    parameters: P,
    admit: () => Promise<R | null>,
    onProgress?: OnProgress,
  ): Promise<StartResult<R>> {
    const known = this.file.get(id);
    if (known !== null && (known.state === 'done' || this.#active.has(id))) {
      const reason = await admit();
      return reason === null
        ? { outcome: 'started', job: this.get(id) ?? this.#toDurableJob(known) }
        : { outcome: 'not-admitted', reason };
    }
    if (this.#active.size >= MAX_RUNNING_JOBS) return TOO_MANY_JOBS;
    if (known === null) this.file.add({ id, kind: kind.name, parameters, startedAt: this.now().toISOString() });
    const finish = this.#activate(id);
    let isStarted = false;
    try {
      const reason = await admit();
      if (reason !== null) return { outcome: 'not-admitted', reason };
      if (known !== null) this.file.setRunning(id);
      isStarted = true;
    } finally {
      if (!isStarted) {
        if (known === null) this.file.remove(id);
        finish();
      }
    }
    void this.#run(kind, id, known?.parameters ?? parameters, onProgress).finally(finish);
    return { outcome: 'started', job: this.#storedJob(id) };
  }

  /** Runs a job again that was interrupted, has failed, or whose process ended; it goes on where it was. Null for an unknown id. */
  resume(id: string, onProgress?: OnProgress): ResumeResult | null {
    const job = this.file.get(id);
    return job === null ? null : this.#resume(job, onProgress);
  }

  /** Resumes what was running when the last process ended; those for which there is no room yet once others have ended. */
  resumeRunning(): void {
    for (const { id, state } of this.file.all()) if (state === 'running') this.#waitingForRoom.push(id);
    this.#resumeWaiting();
  }

  #resumeWaiting(): void {
    while (this.#active.size < MAX_RUNNING_JOBS) {
      const id = this.#waitingForRoom.shift();
      if (id === undefined) return;
      const job = this.file.get(id);
      if (job?.state === 'running') this.#resume(job);
    }
  }

  /** Interrupts a job after its current step; what it has done stays. Null for an unknown id. */
  async interrupt(id: string): Promise<DurableJob | null> {
    const active = this.#active.get(id);
    if (active !== undefined) {
      this.#interrupted.add(id);
      this.jobs.interrupt(id);
      await active;
      this.#interrupted.delete(id);
    } else if (this.file.get(id)?.state === 'running') this.#end(id, 'stopped');
    return this.get(id);
  }

  get(id: string): DurableJob | null {
    const job = this.file.get(id);
    return job && this.#toDurableJob(job);
  }

  /** All jobs, in the order in which they were first started. */
  all(): readonly DurableJob[] {
    return this.file.all().map((job) => this.#toDurableJob(job));
  }

  /** The results of the steps after number `after`, at most `limit`. */
  items(id: string, after: number, limit: number): readonly JobItem[] {
    return this.file.itemsAfter(id, after, limit);
  }

  /** The refused items of a job whose number is above `after`, at most `limit`. */
  refusedItems(id: string, after: number, limit: number): readonly JobItem[] {
    return this.file.refusedItems(id, after, limit);
  }

  /** Resolves once no job of this id is running, however it ended. */
  async whenEnded(id: string): Promise<void> {
    await this.#active.get(id);
  }

  /** Closes the file. To be called once the jobs of the process have stopped; the next process resumes those that were running. */
  async close(): Promise<void> {
    await Promise.all(this.#active.values());
    this.file.close();
  }

  #resume(job: StoredJob, onProgress?: OnProgress): ResumeResult {
    const kind = this.#kinds.get(job.kind);
    if (kind === undefined || job.state === 'done' || this.#active.has(job.id))
      return { outcome: 'started', job: this.#toDurableJob(job) };
    if (this.#active.size >= MAX_RUNNING_JOBS) return TOO_MANY_JOBS;
    this.file.setRunning(job.id);
    void this.#run(kind, job.id, job.parameters, onProgress).finally(this.#activate(job.id));
    return { outcome: 'started', job: this.#storedJob(job.id) };
  }

  /** Counts a job as active until the function that it returns is called. */
  #activate(id: string): () => void {
    let settle: () => void = () => undefined;
    this.#active.set(id, new Promise<void>((resolve) => (settle = resolve)));
    return () => {
      this.#active.delete(id);
      this.jobs.forget(id);
      settle();
      if (!this.jobs.isStopping) unlessFileFails(() => this.#resumeWaiting());
    };
  }

  /** Never rejects. */
  async #run(kind: AnyJobKind, id: string, parameters: object, onProgress: OnProgress | undefined): Promise<void> {
    const work = (context: JobContext): Promise<void> => {
      const save: DurableJobContext['save'] = (progress, items) => {
        context.onProgress(progress);
        this.file.save(id, progress, items);
      };
      const earlierProgress = this.file.get(id)?.progress ?? null;
      return kind.run(id, parameters, { ...context, earlierItems: this.file.items(id), earlierProgress, save });
    };
    try {
      // The job may have been interrupted while it was being admitted.
      if (this.#interrupted.has(id)) throw new DOMException('interrupted', 'AbortError');
      await this.jobs.run(id, work, onProgress);
      this.#end(id, 'done');
    } catch (error) {
      // A job that is stopped with its process stays `running` in the file, and the next process resumes it.
      if (isAbort(error)) {
        if (this.#interrupted.has(id)) this.#end(id, 'stopped');
        return;
      }
      this.#end(id, 'failed', error instanceof Error ? error.name : 'unknown error');
      this.onFailed(id, error);
    }
  }

  /** Where the file cannot be written, the job stays as it is stored there, and the next process resumes it. */
  #end(id: string, state: 'done' | 'stopped' | 'failed', error: string | null = null): void {
    unlessFileFails(() => this.file.end(id, state, error, this.now().toISOString()));
  }

  /** The job of an id that is certainly stored. */
  #storedJob(id: string): DurableJob {
    return this.get(id) as DurableJob;
  }

  #toDurableJob(job: StoredJob): DurableJob {
    return {
      ...job,
      progress: this.jobs.get(job.id)?.progress ?? job.progress,
      about: this.#kinds.get(job.kind)?.describe(job.parameters) ?? {},
    };
  }
}

/** Runs work on the job file, and gives it up at an error of SQLite. */
const unlessFileFails = (work: () => void): void => {
  try {
    work();
  } catch (failure) {
    if (!/^SQLITE_/.test(String((failure as { readonly code?: unknown } | null)?.code))) throw failure;
  }
};

const TOO_MANY_JOBS = { outcome: 'too-many-jobs' } as const;
