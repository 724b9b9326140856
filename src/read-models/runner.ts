/**
 * Runs the projection: follows the log from the checkpoint, batch by batch. After errors of the store or the disk it
 * retries with exponential backoff. An event that cannot be read or projected stops it; everything before that event
 * stays readable.
 */
import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';
import { StoreDamaged, type EventStore, type LogEvent } from '../event-store/port.js';
import { causeOf, isDamage, isPermanent, isFileError, PoisonEventError } from './errors.js';
import type { ModelFile } from './model-file.js';

/** Why the projection does not make progress. */
export interface ProjectionProblem {
  /** STORE_DAMAGED and EVENT_NOT_TAKEN_IN stop the projection until an operator acts. */
  readonly code:
    'STORE_UNAVAILABLE' | 'READ_MODELS_UNWRITABLE' | 'READ_MODELS_DAMAGED' | 'STORE_DAMAGED' | 'EVENT_NOT_TAKEN_IN';
  /** Name of the error. The message is omitted, because it may contain personal data. */
  readonly error: string;
  /** Position of the last projected event. */
  readonly after: number;
}

/** Events in one transaction; the event loop runs between batches. */
const BATCH_SIZE = 100;
const FIRST_WAIT_MS = 50;
/** Upper bound of the backoff: low, because a failed attempt is cheap. */
const LONGEST_WAIT_MS = 2_000;

/** What the projection needs from its owner. */
export interface ProjectionHost {
  readonly store: EventStore;
  /**
   * Makes sure that there is a usable file of this log. The returned signal aborts when it must be called again. May
   * throw errors of the store.
   */
  prepare(signal: AbortSignal): Promise<AbortSignal>;
  /** The file to project into; null before `prepare`. */
  file(): ModelFile | null;
  /** The first position that must not be projected, because the log is known to be wrong there; null for none. */
  damagedFrom(): number | null;
  /** Called after each batch. */
  onBatchApplied(): void;
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
        host.file()?.rewriteCheckpoint();
        isUnwritable = false;
      }
      if (!isUnwritable) host.report(null);
      await follow(host, limit, AbortSignal.any([signal, prepared]), onProgress);
    } catch (error) {
      if (stopped()) return;
      // An unreadable event fails its whole batch: retry once with batches of one event, to get those before it.
      if (error instanceof StoreDamaged && limit > 1) {
        limit = 1;
        continue;
      }
      const problem = problemOf(error, host.file()?.checkpoint.position ?? 0);
      isUnwritable = problem.code === 'READ_MODELS_UNWRITABLE';
      host.report(problem);
      if (isPermanent(error)) return;
    }
    failures += 1;
    await waitOrAbort(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 20)), signal);
  }
};

/** Whether the whole log has been projected. */
const isCaughtUp = async (host: ProjectionHost): Promise<boolean> => {
  const head = await host.store.head();
  return host.file()?.hasReached(head, host.store) === true;
};

const follow = async (
  host: ProjectionHost,
  limit: number,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> => {
  for await (const batch of host.store.follow(host.file()?.checkpoint.cursor ?? null, signal, limit)) {
    const sound = batch.filter(({ position }) => position < (host.damagedFrom() ?? Infinity));
    if (sound.length > 0) {
      if (!(await applyBatch(host, sound, signal))) return;
      onProgress();
      host.onBatchApplied();
    }
    if (sound.length < batch.length) throw new StoreDamaged('the log is not what it was from here on');
    await yieldToOthers();
  }
};

/**
 * Applies a batch to the file in use. If it contains a poison event, applies event by event up to that. Resolves to false if the
 * signal aborted or there is no file.
 */
const applyBatch = async (host: ProjectionHost, batch: readonly LogEvent[], signal: AbortSignal): Promise<boolean> => {
  try {
    return await applySteps(host, batch, signal);
  } catch (error) {
    if (!(causeOf(error) instanceof PoisonEventError)) throw error;
  }
  for (const event of batch)
    try {
      if (!(await applySteps(host, [event], signal))) return false;
    } catch (error) {
      throw causeOf(error);
    }
  return true;
};

/** Lets other work run between steps, which may replace the file; the new one then takes the batch from its own checkpoint on. */
const applySteps = async (host: ProjectionHost, batch: readonly LogEvent[], signal: AbortSignal): Promise<boolean> => {
  const isInUse = (file: ModelFile): boolean => !signal.aborted && host.file() === file;
  for (;;) {
    const file = host.file();
    if (file === null || !isInUse(file)) return false;
    let steps = 0;
    for (const step of file.applySteps(batch)) {
      if (steps > 0) await yieldToOthers();
      if (!isInUse(file)) break;
      step();
      steps += 1;
    }
    if (isInUse(file)) return true;
  }
};

const problemOf = (error: unknown, after: number): ProjectionProblem => {
  const cause = error instanceof PoisonEventError ? error.cause : error;
  return { code: codeOf(error), error: nameOf(cause), after };
};

/** Reads the field, since `instanceof` fails for classes of native modules across realms (jest). */
const nameOf = (cause: unknown): string => {
  const { name } = (cause ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? name : typeof cause;
};

const codeOf = (error: unknown): ProjectionProblem['code'] => {
  if (error instanceof StoreDamaged) return 'STORE_DAMAGED';
  if (error instanceof PoisonEventError) return 'EVENT_NOT_TAKEN_IN';
  if (isDamage(error)) return 'READ_MODELS_DAMAGED';
  return isFileError(error) ? 'READ_MODELS_UNWRITABLE' : 'STORE_UNAVAILABLE';
};

const waitOrAbort = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};
