/** The jobs of a process: at most one at a time under an id, each with its progress. */
import type { JobContext, JobProgress } from './job.js';

export type JobState = 'running' | 'done' | 'stopped' | 'failed';

export interface Job {
  readonly id: string;
  readonly state: JobState;
  /** Null before the job first reports any. */
  readonly progress: JobProgress | null;
}

type OnProgress = JobContext['onProgress'];

interface RunningJob {
  readonly result: Promise<unknown>;
  readonly listeners: Set<OnProgress>;
  readonly interruption: AbortController;
}

export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, RunningJob>();
  readonly #stopping = new AbortController();

  /**
   * Runs work under an id. While a job of this id is running, callers share its result; after it has ended, the work runs
   * again. Rejects with the error of the work, as a rule an AbortError after `stop` or `interrupt`.
   */
  run<R>(id: string, work: (context: JobContext) => Promise<R>, onProgress: OnProgress = () => undefined): Promise<R> {
    const running = this.#running.get(id);
    if (running !== undefined) {
      running.listeners.add(onProgress);
      return running.result as Promise<R>;
    }
    const listeners = new Set([onProgress]);
    const report = (progress: JobProgress): void => {
      this.#jobs.set(id, { id, state: 'running', progress });
      for (const listener of listeners) listener(progress);
    };
    const interruption = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, interruption.signal]);
    const result = this.#run(id, work, { signal, onProgress: report }).finally(() => this.#running.delete(id));
    this.#running.set(id, { result, listeners, interruption });
    return result;
  }

  /** Whether `stop` was called. */
  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Stops a job after its current step; nothing where none of this id is running. */
  interrupt(id: string): void {
    this.#running.get(id)?.interruption.abort();
  }

  /** A job that is running or has ended; null for an id that was never run. */
  get(id: string): Job | null {
    return this.#jobs.get(id) ?? null;
  }

  /** Removes an ended job, which `get` and `all` no longer return. */
  forget(id: string): void {
    if (!this.#running.has(id)) this.#jobs.delete(id);
  }

  /** All jobs since the process started that were not forgotten, in the order of their first runs. */
  all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** Resolves when no job of this id is running, however it ended. */
  async whenEnded(id: string): Promise<void> {
    await this.#running.get(id)?.result.catch(() => undefined);
  }

  /** Stops all jobs, also those that are started later, and waits for the running ones to end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.keys()].map((id) => this.whenEnded(id)));
  }

  async #run<R>(id: string, work: (context: JobContext) => Promise<R>, context: JobContext): Promise<R> {
    this.#jobs.set(id, { id, state: 'running', progress: null });
    let state: JobState = 'failed';
    try {
      context.signal.throwIfAborted();
      const result = await work(context);
      state = 'done';
      return result;
    } catch (error) {
      if (isAbort(error)) state = 'stopped';
      throw error;
    } finally {
      this.#jobs.set(id, { id, state, progress: this.#jobs.get(id)?.progress ?? null });
    }
  }
}

/** Reads the name, since `instanceof Error` fails for errors of the platform across realms (jest). */
export const isAbort = (error: unknown): boolean =>
  (error as { readonly name?: unknown } | null)?.name === 'AbortError';
