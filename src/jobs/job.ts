/** The interface of long work, such as a rebuild, an import or a backup: it can be stopped and reports its progress. */

export interface JobProgress {
  /** The present activity, which also names the unit of `done` and `total`: `events read`. */
  readonly stage: string;
  readonly done: number;
  /** Null while the total is unknown. */
  readonly total: number | null;
  /** Numbers of steps by their result, such as `added` and `refused`. */
  readonly results?: Readonly<Record<string, number>>;
}

/**
 * What long work is called with. The work stops after the current step when `signal` aborts, and calls `onProgress` after each. It may be
 * started again at any time: durable jobs then resume where they were stopped, other work begins anew.
 */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** For callers that neither stop the work nor watch it. */
export const UNWATCHED: JobContext = { signal: new AbortController().signal, onProgress: () => undefined };
