/** `habeas keys`, `checkpoint`, `verify` and `prove`: what an outsider needs to check the log, and the same check from within. */
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leafTextOf } from '../event-store/codec.js';
import { StoreDamaged } from '../event-store/port.js';
import { createPrivateFile } from '../event-store/private-file.js';
import {
  newKey,
  openCheckpoint,
  parseKey,
  signCheckpoint,
  type Checkpoint,
  type SigningKey,
} from '../proof/checkpoint.js';
import { inclusionProof } from '../proof/merkle.js';
import { verifyLog, type VerifiedLog } from '../proof/verify-log.js';
import { readSettings, type Settings } from '../settings.js';
import type { DataOption } from './backup.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { openFolder } from './folder.js';
import { withLogToRead } from './log.js';
import { withProgress } from './job-progress.js';

export interface KeysOptions extends DataOption {
  readonly replace?: true;
}
export interface VerifyOptions extends DataOption {
  readonly against?: string;
  readonly publicKey?: string;
}

/** The files of proof in a data folder. */
const proofFiles = ({ data }: Pick<Settings, 'data'>) => ({
  /** The key that signs. */
  key: join(data, 'log-key'),
  /** The public half of every key that ever signed, one a line, the newest last. */
  verifiers: join(data, 'log-keys.txt'),
  /** The last checkpoint that was signed. */
  checkpoint: join(data, 'log-checkpoint'),
});

const settingsOf = (options: DataOption, { environment }: Context): Settings =>
  readSettings({ ...environment, ...(options.data && { HABEAS_DATA: options.data }) });

/** Shows the public keys; with a name, makes a key first. */
export const keysCommand = async (
  name: string | undefined,
  options: KeysOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  const files = proofFiles(settings);
  if (name !== undefined) {
    const folder = openFolder(settings.data, context);
    try {
      if (existsSync(files.key) && options.replace !== true)
        throw new CannotRun(
          `There is a key already: ${files.key}. --replace makes a new one; what the old one signed stays valid.`,
        );
      const key = newKey(name);
      await replaceFile(files.key, `${key}\n`);
      await appendFile(files.verifiers, `${parseKey(key).verifier}\n`);
    } finally {
      folder.release();
    }
  }
  const verifiers = readVerifiers(settings);
  if (verifiers.length === 0) throw new CannotRun('There is no key yet; `habeas keys <name>` makes one.');
  context.out.write(`${verifiers.join('\n')}\n`);
  return EXIT.ok;
};

/** Verifies the log, and signs its size and root. Never signs a log that does not continue the one signed before. */
export const checkpointCommand = async (options: DataOption, context: Context): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  const key = readKey(settings);
  const { events, root, uncovered } = await verify(settings, lastCheckpoint(settings), context);
  context.out.write(await sign(settings, events, requireRoot(root, uncovered), key));
  return EXIT.ok;
};

export const verifyCommand = async (options: VerifyOptions, context: Context): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  const { against, publicKey } = options;
  if (against !== undefined && !existsSync(against)) throw new CannotRun(`There is no checkpoint ${against}`);
  const verifiers = publicKey === undefined ? readVerifiers(settings) : [publicKey];
  const given = against === undefined ? [] : [openCheckpoint(readFileSync(against, 'utf8'), verifiers)];
  const checkpoints = [...lastCheckpoint(settings), ...given];
  const verified = await verify(settings, checkpoints, context);
  context.out.write(sentencesOf(verified, checkpoints).join(''));
  return EXIT.ok;
};

/** Prints an event without its personal data, and the proof that it is in the log as of a checkpoint made now. */
export const proveCommand = async (id: string, options: DataOption, context: Context): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  const key = readKey(settings);
  const leaves: Buffer[] = [];
  const found: { readonly index: number; readonly text: string }[] = [];
  const { root, uncovered } = await verify(settings, lastCheckpoint(settings), context, (leaf, event) => {
    const text = event.id === id ? leafTextOf(event, event) : null;
    if (text !== null) found.push({ index: leaves.length, text });
    leaves.push(leaf);
  });
  const signedRoot = requireRoot(root, uncovered);
  const [event] = found;
  if (event === undefined) throw new CannotRun('The log has no event with that id.');
  const { index, text } = event;
  const checkpoint = await sign(settings, leaves.length, signedRoot, key);
  const hashes = inclusionProof(leaves, index).map((hash) => hash.toString('base64'));
  context.out.write(`${JSON.stringify({ event: JSON.parse(text) as unknown, index, hashes, checkpoint }, null, 2)}\n`);
  return EXIT.ok;
};

const verify = (
  settings: Settings,
  checkpoints: readonly Checkpoint[],
  context: Context,
  onLeaf?: Parameters<typeof verifyLog>[3],
): Promise<VerifiedLog> =>
  withLogToRead(settings, (log) => withProgress(context, (job) => verifyLog(log, checkpoints, job, onLeaf)));

/** Signs a checkpoint, and keeps it: later ones must continue it. */
const sign = async (settings: Settings, size: number, root: Buffer, key: SigningKey): Promise<string> => {
  const note = signCheckpoint(size, root, key);
  await replaceFile(proofFiles(settings).checkpoint, note);
  return note;
};

const requireRoot = (root: Buffer | null, uncovered: number): Buffer => {
  if (root === null)
    throw new CannotRun(
      `${uncovered} events were recorded before there were leaf hashes: a log with them cannot be signed.`,
    );
  return root;
};

const sentencesOf = (
  { events, uncovered, erased, root }: VerifiedLog,
  checkpoints: readonly Checkpoint[],
): readonly string[] => [
  `${events} events, ${uncovered === 0 ? 'each as it was recorded' : `${uncovered} of them without a leaf hash, the others as they were recorded`}.\n`,
  ...(erased === 0 ? [] : [`Of ${erased} the personal part was erased.\n`]),
  ...(root === null ? [] : [`Root ${root.toString('base64')}\n`]),
  ...checkpoints.map(({ size }) => `The first ${size} are those of the checkpoint of ${size} events.\n`),
];

const readVerifiers = (settings: Settings): readonly string[] => {
  const { verifiers } = proofFiles(settings);
  return existsSync(verifiers)
    ? readFileSync(verifiers, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
};

const readKey = (settings: Settings): SigningKey => {
  const { key } = proofFiles(settings);
  if (!existsSync(key)) throw new CannotRun('There is no key to sign with; `habeas keys <name>` makes one.');
  return parseKey(readFileSync(key, 'utf8'));
};

/** None where nothing was signed yet. Throws StoreDamaged if the kept checkpoint is not one of this register. */
const lastCheckpoint = (settings: Settings): readonly Checkpoint[] => {
  const { checkpoint } = proofFiles(settings);
  if (!existsSync(checkpoint)) return [];
  try {
    return [openCheckpoint(readFileSync(checkpoint, 'utf8'), readVerifiers(settings))];
  } catch (error) {
    throw new StoreDamaged(`log-checkpoint: ${(error as Error).message}`);
  }
};

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
