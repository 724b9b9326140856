/** The proof files of a data folder: the signing key, the public keys of it and of all earlier ones, the last checkpoint, and the tiles. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreDamaged, StoreUnavailable } from '../event-store/port.js';
import { createPrivateFile } from '../event-store/private-file.js';
import {
  InvalidNote,
  newKey,
  openCheckpoint,
  parseSigningKey,
  signCheckpoint,
  type Checkpoint,
  type SigningKey,
} from './checkpoint.js';
import { formatTail, parseTail, type TreeBeforeCheckpoint, type VerifiedTree } from './verified-tree.js';

/** A checkpoint, and the signed note from which it was parsed. */
export interface SignedCheckpoint {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** A file that was being written: `log-checkpoint.1234.part`. */
const UNFINISHED_PROOF_FILE_PATTERN = /^log-[a-z.-]+\.\d+\.part$/;
/** Milliseconds after which a part file counts as abandoned: writing one takes only a few. */
const PART_FILE_ABANDONED_AFTER_MS = 60_000;

export class ProofFiles {
  readonly #folder: string;
  readonly #key: string;
  readonly #verifiers: string;
  /** The path of the last checkpoint. */
  readonly checkpointPath: string;
  readonly #tail: string;
  /** The path of the SQLite file that holds the tiles. */
  readonly tilesPath: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#key = join(folder, 'log-key');
    this.#verifiers = join(folder, 'log-keys.txt');
    this.checkpointPath = join(folder, 'log-checkpoint');
    this.#tail = join(folder, 'log-checkpoint-tail');
    this.tilesPath = join(folder, 'log-tiles.sqlite');
  }

  /** Removes part files that killed writers left. Recent ones stay: a command that runs may still be writing them. */
  removeAbandonedPartFiles(): void {
    for (const name of readdirSync(this.#folder).filter((file) => UNFINISHED_PROOF_FILE_PATTERN.test(file))) {
      const path = join(this.#folder, name);
      const { mtimeMs = Infinity } = statSync(path, { throwIfNoEntry: false }) ?? {};
      if (Date.now() - mtimeMs > PART_FILE_ABANDONED_AFTER_MS) rmSync(path, { force: true });
    }
  }

  hasKey(): boolean {
    return existsSync(this.#key);
  }

  /**
   * The key that signs; null if there is none. Throws InvalidNote for a key that cannot be used or is not of this log, and file-system
   * errors.
   */
  key(): SigningKey | null {
    if (!this.hasKey()) return null;
    const key = parseSigningKey(readFileSync(this.#key, 'utf8'));
    const known = this.#knownVerifiers();
    if (known.length > 0 && !known.includes(key.publicKey))
      throw new InvalidNote('the key in log-key is none of those in log-keys.txt');
    return key;
  }

  /** The name of the log, which is that of its keys; null before the first. */
  logName(): string | null {
    return this.#knownVerifiers().at(-1)?.split('+', 1)[0] ?? null;
  }

  /** Makes a key; an earlier one is lost, and its public half stays. Throws InvalidNote for an invalid name. */
  async makeKey(name: string): Promise<void> {
    const key = newKey(name);
    await replaceFile(this.#key, `${key}\n`);
    await appendFile(this.#verifiers, `${parseSigningKey(key).publicKey}\n`, { mode: 0o600 });
  }

  /** The public keys of the keys that were made here or came with a copy, the one in use last. Throws as `key` does. */
  publicKeys(): readonly string[] {
    const known = this.#knownVerifiers();
    if (known.length > 0) return known;
    const key = this.key();
    return key === null ? [] : [key.publicKey];
  }

  /** Adds public keys, such as those of a backup. */
  async addPublicKeys(verifiers: readonly string[]): Promise<void> {
    const known = this.#knownVerifiers();
    const unknown = verifiers.filter((verifier) => !known.includes(verifier));
    // The keys of the past come first: the last is the one in use.
    if (unknown.length > 0) await replaceFile(this.#verifiers, [...unknown, ...known, ''].join('\n'));
  }

  #knownVerifiers(): readonly string[] {
    if (!existsSync(this.#verifiers)) return [];
    return readFileSync(this.#verifiers, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** The last checkpoint as a list of one; empty if there is none. Throws as `lastSigned` does. */
  lastCheckpointAsList(): readonly Checkpoint[] {
    const last = this.lastSigned();
    return last === null ? [] : [last.checkpoint];
  }

  /**
   * The last checkpoint with its note; null if there is none. Throws StoreDamaged if none of the register's keys has signed it,
   * StoreUnavailable if it cannot be read.
   */
  lastSigned(): SignedCheckpoint | null {
    if (!existsSync(this.checkpointPath)) return null;
    const note = readCheckpointFile(this.checkpointPath);
    try {
      return { note, checkpoint: openCheckpoint(note, this.publicKeys()) };
    } catch (error) {
      if (error instanceof InvalidNote) throw new StoreDamaged(`log-checkpoint: ${error.message}`);
      throw error;
    }
  }

  /** The tail, with which the end of the log is compared; null if it was not kept, is damaged or cannot be read. */
  tail(): TreeBeforeCheckpoint | null {
    try {
      return parseTail(readFileSync(this.#tail, 'utf8'));
    } catch {
      return null;
    }
  }

  /**
   * Signs a checkpoint, and keeps it with its tail: later ones must continue it. Another process may have signed a later one meanwhile,
   * which is kept instead.
   */
  async sign(tree: VerifiedTree, key: SigningKey): Promise<string> {
    const note = signCheckpoint(tree.size, tree.root(), key);
    if ((this.lastSigned()?.checkpoint.size ?? 0) <= tree.size) await this.keepCheckpoint(note, tree.tail());
    return note;
  }

  async keepTail(tail: TreeBeforeCheckpoint): Promise<void> {
    await replaceFile(this.#tail, formatTail(tail));
  }

  /**
   * Keeps a checkpoint that was verified. Its tail is written first: where the process ends in between, a tail that does not belong to
   * the checkpoint is ignored.
   */
  async keepCheckpoint(note: string, tail: TreeBeforeCheckpoint): Promise<void> {
    await this.keepTail(tail);
    await replaceFile(this.checkpointPath, note);
  }
}

const readCheckpointFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StoreUnavailable('log-checkpoint cannot be read', { cause: error });
  }
};

/**
 * Writes a private file whole and durably, so that a crash leaves the old or the new one. The service and a command may do so at the same
 * time.
 */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const part = `${path}.${process.pid}.part`;
  createPrivateFile(part);
  try {
    await writeFile(part, text, { flush: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};
