/**
 * Signs checkpoints while a service runs: after a number of events, or some time after the first that is not covered yet. It signs only
 * what was read back from the log, which is durable, so that a checkpoint is never ahead of the log.
 */
import { StoreDamaged, type EventStore } from '../event-store/port.js';
import type { SigningKey } from './checkpoint.js';
import type { ProofFiles } from './proof-files.js';
import { extendTree, type VerifiedTree } from './verified-tree.js';

export interface LogCheckpointerOptions {
  readonly store: EventStore;
  readonly files: ProofFiles;
  readonly key: SigningKey;
  /** A checkpoint is signed once so many events are not covered yet. */
  readonly maxUnsignedEvents: number;
  /** A checkpoint is signed at the latest so many seconds after the first event that is not covered yet. */
  readonly maxUnsignedSeconds: number;
  readonly onSigned: (note: string) => void;
  readonly onDamage: (damage: StoreDamaged) => void;
  /** Called with the first of consecutive errors: the store is not available, or the disk is full. */
  readonly onError: (error: unknown) => void;
}

export class LogCheckpointer {
  readonly #options: LogCheckpointerOptions;
  /** Null until the log is verified up to its last checkpoint. */
  #tree: VerifiedTree | null = null;
  #signed = 0;
  /** Events that the log is known to hold. */
  #known = 0;
  #timer: NodeJS.Timeout | null = null;
  #signing: Promise<void> | null = null;
  #isFailing = false;
  readonly #stopping = new AbortController();

  constructor(options: LogCheckpointerOptions) {
    this.#options = options;
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** The number of events that the last checkpoint covers; 0 if there is none, and before `begin`. */
  get checkpointSize(): number {
    return this.#signed;
  }

  /** Whether the last attempt to sign failed. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Starts signing. `tree`: that of the verified events, which later ones are added to. Later calls change nothing. */
  begin(tree: VerifiedTree): void {
    if (this.#tree !== null) return;
    this.#tree = tree;
    this.#signed = this.#options.files.lastSigned()?.checkpoint.size ?? 0;
    this.onLogReached(tree.size);
  }

  /** To be called when the log is known to reach a position. */
  onLogReached(position: number): void {
    this.#known = Math.max(this.#known, position);
    if (this.#tree === null || this.#isStopped() || this.#known <= this.#signed) return;
    if (this.#known - this.#signed >= this.#options.maxUnsignedEvents && !this.#isFailing) void this.sign();
    else this.#timer ??= setTimeout(() => void this.sign(), this.#options.maxUnsignedSeconds * 1_000).unref();
  }

  /** Signs what the log holds, or joins a signature that is being made, which may miss the newest events. Never throws. */
  sign(): Promise<void> {
    return (this.#signing ??= this.#sign().finally(() => {
      this.#signing = null;
      this.onLogReached(0);
    }));
  }

  /** Signs what the log holds at the time of the call or later, even if an earlier signature is still being made. Never throws. */
  async signNow(): Promise<void> {
    await this.#signing;
    await this.sign();
  }

  async #sign(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { store, files, key, onSigned, onDamage, onError } = this.#options;
    const tree = this.#tree;
    if (tree === null || this.#isStopped()) return;
    const known = this.#known;
    try {
      await extendTree(store, tree);
      // The size that was read replaces positions reported before, even if they are beyond the end: else signing would never stop.
      this.#known = this.#known === known ? tree.size : Math.max(this.#known, tree.size);
      if (tree.size > this.#signed) onSigned(await files.sign(tree, key));
      this.#signed = tree.size;
      this.#isFailing = false;
    } catch (error) {
      if (this.#isStopped()) return;
      if (error instanceof StoreDamaged) {
        this.#stopping.abort();
        onDamage(error);
      } else if (!this.#isFailing) onError(error);
      this.#isFailing = true;
    }
  }

  /** Ends, after the signature that is being made. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#signing;
  }
}
