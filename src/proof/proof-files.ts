/** The files of proof in a data folder: the key that signs, the public keys of all that ever did, and the last checkpoint. */
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreDamaged } from '../event-store/port.js';
import { createPrivateFile } from '../event-store/private-file.js';
import {
  InvalidNote,
  newKey,
  openCheckpoint,
  parseKey,
  signCheckpoint,
  type Checkpoint,
  type SigningKey,
} from './checkpoint.js';

/** A checkpoint and the signed note that says it. */
export interface SignedCheckpoint {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

export class ProofFiles {
  readonly #key: string;
  readonly #verifiers: string;
  /** The path of the last checkpoint. */
  readonly checkpoint: string;

  constructor(folder: string) {
    this.#key = join(folder, 'log-key');
    this.#verifiers = join(folder, 'log-keys.txt');
    this.checkpoint = join(folder, 'log-checkpoint');
  }

  hasKey(): boolean {
    return existsSync(this.#key);
  }

  /** Null if there is none. Throws InvalidNote for a key that cannot be used, and file-system errors. */
  key(): SigningKey | null {
    return this.hasKey() ? parseKey(readFileSync(this.#key, 'utf8')) : null;
  }

  /** Makes a key; an earlier one is lost, and its public half stays. Throws InvalidNote for an invalid name. */
  async makeKey(name: string): Promise<void> {
    const key = newKey(name);
    await replaceFile(this.#key, `${key}\n`);
    await appendFile(this.#verifiers, `${parseKey(key).verifier}\n`, { mode: 0o600 });
  }

  /** The public keys, one for each key that was made here, the newest last. */
  verifiers(): readonly string[] {
    if (!existsSync(this.#verifiers)) return [];
    return readFileSync(this.#verifiers, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** The last checkpoint, or none. Throws StoreDamaged if none of the register's keys has signed it. */
  lastCheckpoint(): readonly Checkpoint[] {
    const last = this.lastSigned();
    return last === null ? [] : [last.checkpoint];
  }

  /** The last checkpoint with its note; null if there is none. Throws StoreDamaged if none of the register's keys has signed it. */
  lastSigned(): SignedCheckpoint | null {
    if (!existsSync(this.checkpoint)) return null;
    const note = readFileSync(this.checkpoint, 'utf8');
    try {
      return { note, checkpoint: openCheckpoint(note, this.verifiers()) };
    } catch (error) {
      if (error instanceof InvalidNote) throw new StoreDamaged(`log-checkpoint: ${error.message}`);
      throw error;
    }
  }

  /** Signs a checkpoint, and keeps it: later ones must continue it. */
  async sign(size: number, root: Buffer, key: SigningKey): Promise<string> {
    const note = signCheckpoint(size, root, key);
    await replaceFile(this.checkpoint, note);
    return note;
  }
}

/** Writes a private file whole and durably, so that a crash leaves the old or the new one. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  const part = `${path}.part`;
  createPrivateFile(part);
  await writeFile(part, text);
  const handle = await open(part, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, path);
};
