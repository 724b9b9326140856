/** Jobs that outlive their process: stored with their parameters and how far they are, and resumed under the same id. */
import type { JobContext, JobProgress } from './job.js';
import type { Job } from './jobs.js';

export interface DurableJob extends Job {
  readonly kind: string;
  /** A JSON value. It holds no personal data: the file of the jobs is not sealed. */
  readonly parameters: object;
  /** What the job is about: the ids of its subjects, each by the name of what it identifies, such as `instrument`. */
  readonly about: Readonly<Record<string, string>>;
  /** UTC instants, ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The name of the error that it failed with. Never the message, which may hold personal data. */
  readonly error: string | null;
}

/** The result of one step of a job. */
export interface JobItem {
  /** Counts from 1, in the order of the steps. */
  readonly no: number;
  /** The requested subject of the step, such as a reference. No personal data. */
  readonly subject: string;
  /** The id of the case that the subject was resolved to; null if there is none. */
  readonly caseId: string | null;
  /** The codes of findings and problems for which the step was refused; empty if it was not. */
  readonly codes: readonly string[];
}

export interface DurableJobContext extends JobContext {
  /** The items of earlier runs of the job, in order: it goes on after the last. */
  readonly earlierItems: readonly JobItem[];
  /** The progress that an earlier run stored last; null in the first run. */
  readonly earlierProgress: JobProgress | null;
  /** Reports and stores how far the job is. Steps since the last call are done again after a kill. Throws errors of the file. */
  readonly save: (progress: JobProgress, items: readonly JobItem[]) => void;
}

/** A kind of durable job. `P`: its parameters, which JSON can store without loss. */
export interface JobKind<P extends object> {
  readonly name: string;
  /** Describes a job with these parameters to people: the ids of its subjects, by name. */
  describe(parameters: P): Readonly<Record<string, string>>;
  /**
   * Runs a job, or goes on with it: its steps may be repeated, so they are idempotent. Also called for a stored job whose
   * process ended before `admit` of `DurableJobs.start` had accepted it: a kind that uses `admit` rejects then. Rejects with an AbortError
   * once the signal has aborted.
   */
  run(id: string, parameters: P, context: DurableJobContext): Promise<void>;
}
