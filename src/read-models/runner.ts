/**
 * Runs the projection: follows the log from the checkpoint, batch by batch. After errors of the store or the disk it
 * retries with exponential backoff. An event that cannot be read or projected stops it; everything before that event
 * stays readable.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreDamaged, type EventStore } from '../event-store/port.js';
import { FollowerEnded, isCorruptionError, isPermanent, isFileError, PoisonEventError } from './errors.js';
import type { ModelReader } from './model-reader.js';

/** Why the projection does not make progress. */
export interface ProjectionProblem {
  /** STORE_DAMAGED and EVENT_NOT_TAKEN_IN stop the projection until an operator acts. */
  readonly code:
    | 'STORE_UNAVAILABLE'
    | 'READ_MODELS_UNREADABLE'
    | 'READ_MODELS_UNWRITABLE'
    | 'READ_MODELS_DAMAGED'
    | 'STORE_DAMAGED'
    | 'EVENT_NOT_TAKEN_IN'
    | 'PROJECTION_ENDED';
  /** Name of the error. The message is omitted, because it may contain personal data. */
  readonly error: string;
  /** Position of the last projected event. */
  readonly after: number;
}

/** Events in one transaction; the event loop runs between batches. */
const BATCH_SIZE = 100;
const FIRST_RETRY_WAIT_MS = 50;
/** Upper bound of the backoff: low, because a failed attempt is cheap. */
const LONGEST_RETRY_WAIT_MS = 2_000;

/** What the projection needs from its owner. */
export interface ProjectionHost {
  readonly store: EventStore;
  /**
   * Makes sure that there is a usable file of this log. The returned signal aborts when it must be called again. May
   * throw errors of the store.
   */
  prepare(signal: AbortSignal): Promise<AbortSignal>;
  /** The file as it can be read; null while there is none. After `prepare` there is one. */
  file(): ModelReader | null;
  /** Writes the unchanged checkpoint, to find out whether the file can be written. */
  checkWritable(): Promise<void>;
  /** Follows the log, in batches of at most `limit` events, until the signal aborts. Throws what stops it. */
  follow(limit: number, signal: AbortSignal, onProgress: () => void): Promise<void>;
  /** Called with the current problem, null if there is none. */
  report(problem: ProjectionProblem | null): void;
}

/** Runs until the signal aborts or a permanent error occurs. Never throws. */
export const runProjection = async (host: ProjectionHost, signal: AbortSignal): Promise<void> => {
  const stopped = (): boolean => signal.aborted;
  let failures = 0;
  let limit = BATCH_SIZE;
  // Cleared only by a successful write: the next batch or, if there is none, rewriting the checkpoint.
  let isUnwritable = false;
  const onProgress = (): void => {
    failures = 0;
    isUnwritable = false;
    host.report(null);
  };
  while (!stopped()) {
    try {
      const prepared = await host.prepare(signal);
      if (isUnwritable && (await isCaughtUp(host))) {
        await host.checkWritable();
        isUnwritable = false;
      }
      if (!isUnwritable) host.report(null);
      await host.follow(limit, AbortSignal.any([signal, prepared]), onProgress);
    } catch (error) {
      if (stopped()) return;
      // An unreadable event fails its whole batch: retry once with batches of one event, to get those before it.
      if (error instanceof StoreDamaged && limit > 1) {
        limit = 1;
        continue;
      }
      const problem = projectionProblemOf(error, host.file()?.lastCheckpoint.position ?? 0);
      isUnwritable ||= problem.code === 'READ_MODELS_UNWRITABLE';
      host.report(problem);
      if (isPermanent(error)) return;
    }
    failures += 1;
    await waitOrAbort(Math.min(LONGEST_RETRY_WAIT_MS, FIRST_RETRY_WAIT_MS * 2 ** Math.min(failures, 20)), signal);
  }
};

/** Whether the whole log has been projected. */
const isCaughtUp = async (host: ProjectionHost): Promise<boolean> => {
  const head = await host.store.head();
  return host.file()?.hasReached(head, host.store) === true;
};

const projectionProblemOf = (error: unknown, after: number): ProjectionProblem => {
  const cause = error instanceof PoisonEventError || error instanceof FollowerEnded ? (error.cause ?? error) : error;
  return { code: problemCodeOf(error), error: errorNameOf(cause), after };
};

/** Reads the field, since `instanceof` fails for classes of native modules across realms (jest). */
const errorNameOf = (cause: unknown): string => {
  const { name } = (cause ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? name : typeof cause;
};

const problemCodeOf = (error: unknown): ProjectionProblem['code'] => {
  if (error instanceof StoreDamaged) return 'STORE_DAMAGED';
  if (error instanceof PoisonEventError) return 'EVENT_NOT_TAKEN_IN';
  if (error instanceof FollowerEnded) return 'PROJECTION_ENDED';
  if (isCorruptionError(error)) return 'READ_MODELS_DAMAGED';
  return isFileError(error) ? 'READ_MODELS_UNWRITABLE' : 'STORE_UNAVAILABLE';
};

const waitOrAbort = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};
