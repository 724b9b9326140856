/**
 * The proof that travels with a copy of a log: beside a backup or an export, the checkpoint (`.checkpoint`) and the public keys
 * (`.keys`); between data folders, the same files as there. A copy is verified against it before it is kept.
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
  readonly signed: SignedCheckpoint;
  readonly verifiers: readonly string[];
}

const checkpointPath = (copy: string): string => `${copy}.checkpoint`;
const keysPath = (copy: string): string => `${copy}.keys`;

/** Throws CannotRun where the proof of another copy stands already. */
export const refuseCarriedProof = (copy: string): void => {
  for (const file of [checkpointPath(copy), keysPath(copy)])
    if (existsSync(file)) throw new CannotRun(`${file} is there already; nothing is overwritten`);
};

/** Signs a log that was verified and writes its proof beside a copy of it, whole or not at all; nothing where there is no key. */
export const writeCarriedProof = async (copy: string, files: ProofFiles, tree: VerifiedTree): Promise<void> => {
  const key = files.key();
  if (key === null) return;
  const note = await files.sign(tree, key);
  try {
    // The checkpoint last: without the keys beside it, it would be refused.
    await writeFile(keysPath(copy), `${files.verifiers().join('\n')}\n`, { mode: 0o600, flush: true });
    await replaceFile(checkpointPath(copy), note);
  } catch (error) {
    await rm(keysPath(copy), { force: true });
    throw error;
  }
};

/**
 * The proof beside a copy; null if there is none. A register that has keys trusts only these. Throws InvalidNote for a checkpoint that
 * none of the keys has signed.
 */
export const readCarriedProof = (copy: string, files: ProofFiles): CarriedProof | null => {
  if (!existsSync(checkpointPath(copy))) return null;
  const note = readFileSync(checkpointPath(copy), 'utf8');
  const beside = existsSync(keysPath(copy)) ? readFileSync(keysPath(copy), 'utf8').split('\n') : [];
  const own = files.verifiers();
  const verifiers = own.length > 0 ? own : beside.filter((line) => line !== '');
  return { signed: { note, checkpoint: openCheckpoint(note, verifiers) }, verifiers };
};

/** The proof of a register; null if it was never signed. */
export const proofOfRegister = (files: ProofFiles): CarriedProof | null => {
  const signed = files.lastSigned();
  return signed === null ? null : { signed, verifiers: files.verifiers() };
};

/**
 * Verifies a copy against its proof, and keeps the proof beside it unless a later checkpoint is there. Throws StoreDamaged if the copy
 * does not continue the checkpoint.
 */
export const keepCarriedProof = async (
  copy: EventStore,
  { signed, verifiers }: CarriedProof,
  files: ProofFiles | null,
  job: JobContext,
): Promise<void> => {
  const { tree, tail } = await verifyLog(copy, [signed.checkpoint], job);
  if (files === null || tree === null || tail === null) return;
  await files.addVerifiers(verifiers);
  if ((files.lastSigned()?.checkpoint.size ?? -1) < signed.checkpoint.size)
    await files.keepCheckpoint(signed.note, tail);
};
