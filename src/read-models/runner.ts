/**
 * Follows the log from the checkpoint and takes it in, batch by batch. Errors of the store or the disk end nothing: it
 * goes on from the checkpoint, after a wait that grows up to a bound. An event that cannot be read or taken in ends the
 * following; what was taken in before it stays readable.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { StoreDamaged, type EventStore, type LogEvent } from '../event-store/port.js';
import { causeOf, isDamage, isLasting, isOfFile, PoisonEventError } from './errors.js';
import type { ModelFile } from './model-file.js';

/** Why the read models do not follow the log. */
export interface ProjectionProblem {
  /** The last two end the following until somebody acts. */
  readonly code:
    'STORE_UNAVAILABLE' | 'READ_MODELS_UNWRITABLE' | 'READ_MODELS_DAMAGED' | 'STORE_DAMAGED' | 'EVENT_NOT_TAKEN_IN';
  /** The name of the error; its words may be personal and stay out. */
  readonly error: string;
  /** The last event that was taken in. */
  readonly after: number;
}

/** Events taken in at once; between batches others have their turn. */
const BATCH = 100;
const FIRST_WAIT_MS = 50;
/** A store that is away says so at once, so that asking often costs little; and who is back is followed soon. */
const LONGEST_WAIT_MS = 2_000;

/** What the runner works for. */
export interface ProjectionHost {
  readonly store: EventStore;
  /**
   * Sees to it that there is a file of this log that can be worked with; what it gives aborts when that has to be seen
   * to again. May throw what the store throws.
   */
  prepare(signal: AbortSignal): Promise<AbortSignal>;
  /** The file to take events into; null before it is prepared. */
  file(): ModelFile | null;
  /** After each batch. */
  onBatchApplied(): void;
  /** Tells of a problem, and with null that it is over. */
  report(problem: ProjectionProblem | null): void;
}

/** Follows until the signal aborts or nothing more can be done. Never throws. */
export const runProjection = async (host: ProjectionHost, signal: AbortSignal): Promise<void> => {
  const stopped = (): boolean => signal.aborted;
  let failures = 0;
  let limit = BATCH;
  // A file that could not be written is known to be written again only when it is: with the next events, or where there are none.
  let unwritten = false;
  const progress = (): void => {
    failures = 0;
    unwritten = false;
    host.report(null);
  };
  while (!stopped()) {
    try {
      const prepared = await host.prepare(signal);
      if (unwritten && (await isCaughtUp(host))) {
        host.file()?.rewrite();
        unwritten = false;
      }
      if (!unwritten) host.report(null);
      await follow(host, limit, AbortSignal.any([signal, prepared]), progress);
    } catch (error) {
      if (stopped()) return;
      // One event that cannot be read hides those before it in its batch: these are fetched one by one, once.
      if (error instanceof StoreDamaged && limit > 1) {
        limit = 1;
        continue;
      }
      const problem = problemOf(error, host.file()?.checkpoint.position ?? 0);
      unwritten = problem.code === 'READ_MODELS_UNWRITABLE';
      host.report(problem);
      if (isLasting(error)) return;
    }
    failures += 1;
    await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 20)), signal);
  }
};

/** Whether nothing waits to be taken in. */
const isCaughtUp = async (host: ProjectionHost): Promise<boolean> => {
  const head = await host.store.head();
  return host.file()?.hasReached(head, host.store) === true;
};

const follow = async (
  host: ProjectionHost,
  limit: number,
  signal: AbortSignal,
  progress: () => void,
): Promise<void> => {
  for await (const batch of host.store.follow(host.file()?.checkpoint.cursor ?? null, signal, limit)) {
    const file = host.file();
    if (signal.aborted || file === null) return;
    applyBatch(file, batch);
    progress();
    host.onBatchApplied();
    await turn();
  }
};

/** One that cannot be taken in is found by taking them in one by one. */
const applyBatch = (file: ModelFile, batch: readonly LogEvent[]): void => {
  try {
    file.applyBatch(batch);
  } catch (error) {
    if (!(causeOf(error) instanceof PoisonEventError)) throw error;
    for (const event of batch) applyOne(file, event);
  }
};

const applyOne = (file: ModelFile, event: LogEvent): void => {
  try {
    file.applyBatch([event]);
  } catch (error) {
    throw causeOf(error);
  }
};

const problemOf = (error: unknown, after: number): ProjectionProblem => {
  const cause = error instanceof PoisonEventError ? error.cause : error;
  return { code: codeOf(error), error: nameOf(cause), after };
};

/** By its field: classes of a native module are not the same in every realm. */
const nameOf = (cause: unknown): string => {
  const { name } = (cause ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? name : typeof cause;
};

const codeOf = (error: unknown): ProjectionProblem['code'] => {
  if (error instanceof StoreDamaged) return 'STORE_DAMAGED';
  if (error instanceof PoisonEventError) return 'EVENT_NOT_TAKEN_IN';
  if (isDamage(error)) return 'READ_MODELS_DAMAGED';
  return isOfFile(error) ? 'READ_MODELS_UNWRITABLE' : 'STORE_UNAVAILABLE';
};

const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};
