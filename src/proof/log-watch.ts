/**
 * Watches the log of a running service: compares its end with the last checkpoint, verifies the whole log, signs
 * checkpoints and sends them to witnesses.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreDamaged, StoreUnavailable, type EventStore } from '../event-store/port.js';
import { UNWATCHED, type JobContext } from '../jobs/job.js';
import { isAbort } from '../jobs/jobs.js';
import { LogCheckpointer } from './checkpointer.js';
import type { ProofFiles } from './proof-files.js';
import { checkTail, type VerifiedTree } from './verified-tree.js';
import { verifyLog, verifyWhenAvailable, type VerifiedLog } from './verify-log.js';
import { Witnesses, type Witness, type WitnessState } from './witnesses.js';

export interface LogWatchOptions {
  readonly store: EventStore;
  readonly files: ProofFiles;
  readonly checkpointEvents: number;
  readonly checkpointSeconds: number;
  readonly witnesses: readonly Witness[];
  readonly onDamage: (damage: StoreDamaged) => void;
  /** Logs a warning, which has fixed words, numbers and names of errors only, never personal data. */
  readonly warn: (message: string) => void;
}

/** The log is still being compared with its last checkpoint; it can be written to once that has succeeded. */
export class LogUnverified extends StoreUnavailable {
  override readonly name = 'LogUnverified';
}

/**
 * Compares the end of a log with the last checkpoint of its data folder, and returns the tree up to it; null if there is no checkpoint, or
 * no tail of it was kept. Reads some hundred events at most. Throws StoreDamaged.
 */
const checkLogEndAgainstCheckpoint = async (
  store: EventStore,
  files: Pick<ProofFiles, 'lastSigned' | 'tail'>,
): Promise<VerifiedTree | null> => {
  const last = files.lastSigned();
  return last === null ? null : checkTail(store, last.checkpoint, files.tail());
};

/**
 * Throws StoreDamaged unless the log continues the last checkpoint of its data folder, or there is none. Compares the
 * end of the log; where that is not enough, a service (`watch`) throws LogUnverified until the whole log is verified,
 * and a command verifies it here.
 */
export const ensureContinuesCheckpoint = async (
  store: EventStore,
  files: ProofFiles,
  watch: LogWatch | null,
): Promise<void> => {
  if (files.lastSigned() === null || (await checkLogEndAgainstCheckpoint(store, files)) !== null) return;
  if (watch === null) await verifyWholeLog(store, files, UNWATCHED);
  else if (!watch.isVerified) throw new LogUnverified('the log is being verified');
};

/** Verifies the whole log of a data folder, and keeps the tail with which its end can be compared later. Throws StoreDamaged. */
export const verifyWholeLog = async (store: EventStore, files: ProofFiles, job: JobContext): Promise<void> =>
  keepTail(await verifyLog(store, files.lastCheckpointAsList(), job, files), files);

/** Keeps the tail of the last checkpoint, unless another process has signed a later one meanwhile. */
const keepTail = async ({ tail }: VerifiedLog, files: ProofFiles): Promise<void> => {
  if (tail !== null && tail.checkpoint.size === files.lastSigned()?.checkpoint.size) await files.keepTail(tail);
};

/** Milliseconds before a verification that failed is tried again: twice as many after each failure, up to a bound. */
const FIRST_RETRY_WAIT_MS = 1_000;
const MAX_RETRY_WAIT_MS = 300_000;

const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');

export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #witnesses: Witnesses;
  /** Null without a key. */
  readonly #checkpointer: LogCheckpointer | null;
  #isVerified = false;
  #isVerificationFailing = false;
  readonly #stopping = new AbortController();

  /** Throws InvalidNote for a key that cannot be used. */
  constructor(options: LogWatchOptions) {
    this.#options = options;
    const { store, files, checkpointEvents, checkpointSeconds, witnesses, onDamage, warn } = options;
    const key = files.key();
    this.#witnesses = new Witnesses(witnesses, (number, isFailing) =>
      warn(isFailing ? `witness ${number} does not take checkpoints` : `witness ${number} takes checkpoints again`),
    );
    this.#checkpointer =
      key === null
        ? null
        : new LogCheckpointer({
            ...{ store, files, key, onDamage },
            maxUnsignedEvents: checkpointEvents,
            maxUnsignedSeconds: checkpointSeconds,
            onSigned: (note) => this.#witnesses.send(note),
            onError: (error) => warn(`no checkpoint could be signed: ${errorName(error)}`),
          });
  }

  /** Whether the whole log was found to be as it was recorded. */
  get isVerified(): boolean {
    return this.#isVerified;
  }

  /**
   * Verifies the end of the log, from which checkpoints go on, and then the whole. Returns the damage; null if there is none, or
   * if the job was stopped before that was known.
   */
  async verify(job: JobContext): Promise<StoreDamaged | null> {
    const { store, files, warn } = this.#options;
    // An error is ignored: verifying the whole log, below, reports damage, and waits for a store that is not available.
    const upToCheckpoint = await checkLogEndAgainstCheckpoint(store, files).catch(() => null);
    if (upToCheckpoint !== null) this.#checkpointer?.begin(upToCheckpoint);
    const log = await verifyWhenAvailable(store, () => files.lastCheckpointAsList(), files.tilesPath, job);
    if (log === null || log instanceof StoreDamaged) return log;
    this.#isVerified = true;
    // Without a tail, writes after the next start would have to wait until the whole log is verified.
    if (upToCheckpoint === null)
      await keepTail(log, files).catch(() => warn('what the end of the log is compared with could not be kept'));
    if (log.tree !== null) this.#checkpointer?.begin(log.tree);
    else if (this.#checkpointer !== null) warn('no checkpoints are signed: see habeas verify --adopt');
    return null;
  }

  /**
   * Calls `attempt`, which runs `verify` as a job, until the log is verified or found to be damaged, and waits longer after each attempt
   * that failed for another reason: writes may be refused until then. Ends with `stop`. Never throws.
   */
  async verifyUntilDone(attempt: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    for (let waitMs = FIRST_RETRY_WAIT_MS; !signal.aborted; waitMs = Math.min(MAX_RETRY_WAIT_MS, waitMs * 2)) {
      try {
        // A rebuild may have verified the log meanwhile.
        if (!this.#isVerified) await attempt();
        this.#isVerificationFailing = false;
        return;
      } catch (error) {
        if (isAbort(error)) return;
        this.#isVerificationFailing = !(error instanceof StoreDamaged);
        if (error instanceof StoreDamaged) {
          this.#options.onDamage(error);
          return;
        }
        this.#options.warn(
          `the log could not be verified, and will be again in ${waitMs / 1_000} s: ${errorName(error)}`,
        );
      }
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** To be called when the log is known to reach a position. */
  onLogReached(position: number): void {
    this.#checkpointer?.onLogReached(position);
  }

  /** Signs what the log holds now; nothing without a key, and until the log is verified. Never throws. */
  async sign(): Promise<void> {
    await this.#checkpointer?.signNow();
  }

  /** For metrics and readiness. `checkpointSize`: events that the last checkpoint covers; null without a key. */
  state(): {
    readonly checkpointSize: number | null;
    readonly isCheckpointFailing: boolean;
    readonly isVerificationFailing: boolean;
    readonly witnesses: readonly WitnessState[];
  } {
    return {
      checkpointSize: this.#checkpointer?.checkpointSize ?? null,
      isCheckpointFailing: this.#checkpointer?.isFailing ?? false,
      isVerificationFailing: this.#isVerificationFailing,
      witnesses: this.#witnesses.states(),
    };
  }

  /** Ends, after the signature that is being made and what is being sent to witnesses. Verification is a job, which `Jobs` stops. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#checkpointer?.stop(), this.#witnesses.stop()]);
  }
}
