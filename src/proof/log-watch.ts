/**
 * What a service does for its log beside appending to it: it compares the end with the last checkpoint, verifies the whole, signs
 * checkpoints and sends them to witnesses.
 */
import type { EventStore, StoreDamaged } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { Checkpointer } from './checkpointer.js';
import type { ProofFiles } from './proof-files.js';
import { checkTail, type VerifiedTree } from './verified-tree.js';
import { findDamage } from './verify-log.js';
import { Witnesses, type Witness, type WitnessState } from './witnesses.js';

export interface LogWatchOptions {
  readonly store: EventStore;
  readonly files: ProofFiles;
  readonly checkpointEvents: number;
  readonly checkpointSeconds: number;
  readonly witnesses: readonly Witness[];
  readonly onDamage: (damage: StoreDamaged) => void;
  /** Called with codes and numbers only. */
  readonly warn: (sentence: string) => void;
}

/**
 * Compares the end of a log with the last checkpoint of its data folder, and returns the tree up to it; null if there is none, or not
 * what it is compared by. Reads some hundred events at most. Throws StoreDamaged.
 */
export const verifyTail = async (
  store: EventStore,
  files: Pick<ProofFiles, 'lastSigned' | 'tail'>,
): Promise<VerifiedTree | null> => {
  const last = files.lastSigned();
  return last === null ? null : checkTail(store, last.checkpoint, files.tail());
};

export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #witnesses: Witnesses;
  /** Null without a key. */
  readonly #checkpointer: Checkpointer | null;

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
        : new Checkpointer({
            ...{ store, files, key, onDamage },
            events: checkpointEvents,
            seconds: checkpointSeconds,
            onSigned: (note) => this.#witnesses.send(note),
            onError: (error) =>
              warn(`no checkpoint could be signed: ${error instanceof Error ? error.name : 'unknown error'}`),
          });
  }

  /**
   * Verifies the end of the log, from which checkpoints go on, and then the whole. Returns the damage, null if there is none or the job
   * was stopped first.
   */
  async verify(job: JobContext): Promise<StoreDamaged | null> {
    const { store, files, warn } = this.#options;
    // The verification of the whole reports why this failed, and waits for a store that is not available.
    const tail = await verifyTail(store, files).catch(() => null);
    if (tail !== null) this.#checkpointer?.begin(tail);
    return findDamage(
      store,
      () => files.lastCheckpoint(),
      job,
      ({ tree }) => {
        if (tree !== null) this.#checkpointer?.begin(tree);
        else if (this.#checkpointer !== null) warn('no checkpoints are signed: see habeas verify --adopt');
      },
    );
  }

  /** To be called when the log is known to reach a position. */
  notice(position: number): void {
    this.#checkpointer?.notice(position);
  }

  /** Signs what the log holds now; nothing without a key, and until the log is verified. Never throws. */
  async sign(): Promise<void> {
    await this.#checkpointer?.signNow();
  }

  /** For metrics and readiness; `signed` is null without a key. */
  state(): {
    readonly signed: number | null;
    readonly isCheckpointFailing: boolean;
    readonly witnesses: readonly WitnessState[];
  } {
    return {
      signed: this.#checkpointer?.signed ?? null,
      isCheckpointFailing: this.#checkpointer?.isFailing ?? false,
      witnesses: this.#witnesses.states(),
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#checkpointer?.stop(), this.#witnesses.stop()]);
  }
}
