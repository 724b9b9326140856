/**
 * The proof that travels with a copy of a log: a checkpoint and public keys. A backup or an export has them beside it, in files that end
 * in `.checkpoint` and `.keys`; a data folder has them in its proof files. A proof is kept only once the copy was verified against it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { EventStore } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { openCheckpoint } from '../proof/checkpoint.js';
import { replaceFile, type ProofFiles, type SignedCheckpoint } from '../proof/proof-files.js';
import type { VerifiedTree } from '../proof/verified-tree.js';
import { verifyLog } from '../proof/verify-log.js';
import { CannotRun } from './exit.js';

export interface CarriedProof {
  readonly signedCheckpoint: SignedCheckpoint;
  readonly publicKeys: readonly string[];
}

const checkpointPath = (copy: string): string => `${copy}.checkpoint`;
const keysPath = (copy: string): string => `${copy}.keys`;

/** Throws CannotRun if there are proof files beside this path already: they are those of another copy. */
export const refuseExistingProofFiles = (copy: string): void => {
  for (const file of [checkpointPath(copy), keysPath(copy)])
    if (existsSync(file)) throw new CannotRun(`${file} is there already; nothing is overwritten`);
};

/** Removes the proof beside a copy, or beside none. */
export const removeCarriedProof = async (copy: string): Promise<void> => {
  await rm(checkpointPath(copy), { force: true });
  await rm(keysPath(copy), { force: true });
};

/** Signs a log that was verified and writes its proof beside a copy of it, whole or not at all; nothing where there is no key. */
export const writeCarriedProof = async (copy: string, files: ProofFiles, tree: VerifiedTree): Promise<void> => {
  const key = files.key();
  if (key === null) return;
  const note = await files.sign(tree, key);
  try {
    // The checkpoint last: without the keys beside it, it would be refused.
    await writeFile(keysPath(copy), `${files.publicKeys().join('\n')}\n`, { mode: 0o600, flush: true });
    await replaceFile(checkpointPath(copy), note);
  } catch (error) {
    await rm(keysPath(copy), { force: true });
    throw error;
  }
};

/**
 * The proof beside a copy; null if there is none. A register that has keys trusts no others. Throws InvalidNote for a checkpoint that
 * none of the keys has signed.
 */
export const readCarriedProof = (copy: string, files: ProofFiles): CarriedProof | null => {
  if (!existsSync(checkpointPath(copy))) return null;
  const note = readFileSync(checkpointPath(copy), 'utf8');
  const beside = existsSync(keysPath(copy)) ? readFileSync(keysPath(copy), 'utf8').split('\n') : [];
  const own = files.publicKeys();
  const publicKeys = own.length > 0 ? own : beside.filter((line) => line !== '');
  return { signedCheckpoint: { note, checkpoint: openCheckpoint(note, publicKeys) }, publicKeys };
};

/** The proof of a register; null if it was never signed. */
export const proofOfRegister = (files: ProofFiles): CarriedProof | null => {
  const signedCheckpoint = files.lastSigned();
  return signedCheckpoint === null ? null : { signedCheckpoint, publicKeys: files.publicKeys() };
};

/**
 * Verifies a copy against its proof, and keeps the proof in `files` unless those have a later checkpoint. Throws StoreDamaged if the
 * copy does not continue the checkpoint.
 */
export const verifyCopyAndKeepProof = async (
  copy: EventStore,
  { signedCheckpoint, publicKeys }: CarriedProof,
  files: ProofFiles | null,
  job: JobContext,
): Promise<void> => {
  const { tree, tail } = await verifyLog(copy, [signedCheckpoint.checkpoint], job);
  if (files === null || tree === null || tail === null) return;
  await files.addPublicKeys(publicKeys);
  if ((files.lastSigned()?.checkpoint.size ?? -1) < signedCheckpoint.checkpoint.size)
    await files.keepCheckpoint(signedCheckpoint.note, tail);
};
