/** `habeas keys`, `checkpoint`, `verify` and `prove`: what an outsider needs to check the log, and the same check from within. */
import { existsSync, readFileSync } from 'node:fs';
import { leafTextOf } from '../event-store/codec.js';
import type { StoredEvent } from '../event-store/port.js';
import { adoptLog } from '../proof/adoption.js';
import { openKeptCheckpoints, type Checkpoint, type SigningKey } from '../proof/checkpoint.js';
import { inclusionProof, subtreeHasherOf } from '../proof/merkle.js';
import { ProofFiles } from '../proof/proof-files.js';
import type { VerifiedTree } from '../proof/verified-tree.js';
import { verifyLog, type VerifiedLog, type VerificationOptions } from '../proof/verify-log.js';
import { LogDiffers } from '../read-models/log-fingerprint.js';
import { canonicalId } from '../schema/register-id.js';
import { readSettings, type Settings } from '../settings.js';
import type { DataOption } from './backup.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { openFolder } from './folder.js';
import { requireLogFile, withLogToRead, withLogToWrite } from './log.js';
import { decisionBy, withNonDecreasingTimes } from './log-decision.js';
import { createLogVsReadModelsComparer } from './lost-log.js';
import { withProgress } from './job-progress.js';

export interface KeysOptions extends DataOption {
  readonly replace?: true;
}
export interface VerifyOptions extends DataOption {
  readonly against?: string;
  readonly publicKey?: string;
  readonly adopt?: true;
  readonly by?: string;
}

const settingsOf = (options: DataOption, { environment }: Context): Settings =>
  readSettings({ ...environment, ...(options.data && { HABEAS_DATA: options.data }) });

/** Shows the public keys; with a name, makes a key first. */
export const keysCommand = async (
  name: string | undefined,
  options: KeysOptions,
  context: Context,
): Promise<ExitCode> => {
  const { data } = settingsOf(options, context);
  const files = new ProofFiles(data);
  if (name === undefined && options.replace === true)
    throw new CannotRun('--replace makes a new key: name it by the name of the log, `habeas keys <name> --replace`');
  if (name !== undefined) {
    const folder = openFolder(data, context);
    try {
      if (files.hasKey() && options.replace !== true)
        throw new CannotRun('There is a key already. --replace makes a new one; what the old one signed stays valid.');
      const known = files.logName();
      if (known !== null && known !== name)
        throw new CannotRun(`The log is called ${known}: checkpoints of another name would be those of another log.`);
      await files.makeKey(name);
    } finally {
      folder.release();
    }
  }
  const verifiers = files.publicKeys();
  if (verifiers.length === 0) throw new CannotRun('There is no key yet; `habeas keys <name>` makes one.');
  context.out.write(`${verifiers.join('\n')}\n`);
  return EXIT.ok;
};

/** Verifies the log, and signs its size and root. Never signs a log that does not continue the one signed before. */
export const checkpointCommand = async (options: DataOption, context: Context): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  const files = new ProofFiles(settings.data);
  const key = requireKey(files);
  const verified = await verifyLogWithProgress(settings, files.lastCheckpointAsList(), context);
  context.out.write(await files.sign(requireTree(verified), key));
  return EXIT.ok;
};

export const verifyCommand = async (options: VerifyOptions, context: Context): Promise<ExitCode> => {
  const settings = settingsOf(options, context);
  const files = new ProofFiles(settings.data);
  const { against, publicKey } = options;
  if (against !== undefined && !existsSync(against)) throw new CannotRun(`There is no checkpoint ${against}`);
  if (publicKey !== undefined && against === undefined)
    throw new CannotRun('--public-key: expected with --against, whose checkpoint it signed');
  if (options.by !== undefined && options.adopt !== true) throw new CannotRun('--by: expected with --adopt only');
  if (options.adopt === true) context.out.write(await adoptEvents(settings, options, context));
  const verifiers = publicKey === undefined ? files.publicKeys() : [publicKey];
  const given = against === undefined ? [] : openKeptCheckpoints(readFileSync(against, 'utf8'), verifiers);
  const checkpoints = [...files.lastCheckpointAsList(), ...given];
  const verified = await verifyLogWithProgress(settings, checkpoints, context);
  context.out.write(verificationReport(verified, checkpoints).join(''));
  return EXIT.ok;
};

/** Gives leaf hashes to the events that have none, and records that. Returns what to print. */
const adoptEvents = async (settings: Settings, { by }: VerifyOptions, context: Context): Promise<string> => {
  const decision = decisionBy(by);
  if (settings.store === 'sqlite') requireLogFile(settings);
  return withLogToWrite(settings, context, async (log) => {
    const difference = await createLogVsReadModelsComparer(settings)(log);
    if (difference !== null) throw new LogDiffers(difference);
    const store = withNonDecreasingTimes(log, settings);
    const { events, isRepeated } = await withProgress(context, (job) => adoptLog(store, decision, job));
    if (events === 0) return 'Every event has a leaf hash of its own: there is nothing to adopt.\n';
    return isRepeated
      ? `The first ${events} events were adopted before.\n`
      : `The first ${events} events are adopted as they stand now, and the log says so.\n`;
  });
};

/** Prints an event without its personal data, and the proof that it is in the log as of a checkpoint made now. */
export const proveCommand = async (event: string, options: DataOption, context: Context): Promise<ExitCode> => {
  const id = canonicalId(event);
  const settings = settingsOf(options, context);
  const files = new ProofFiles(settings.data);
  const key = requireKey(files);
  const leaves: Buffer[] = [];
  const found: { readonly leafIndex: number; readonly leafText: string }[] = [];
  const onLeaf = (leaf: Buffer, event: StoredEvent): void => {
    const leafText = event.id === id ? leafTextOf(event, event) : null;
    if (leafText !== null) found.push({ leafIndex: leaves.length, leafText });
    leaves.push(leaf);
  };
  const verified = await verifyLogWithProgress(settings, files.lastCheckpointAsList(), context, onLeaf);
  const tree = requireTree(verified);
  const [place] = found;
  if (place === undefined) throw new CannotRun('The log has no event with that id.');
  const { leafIndex, leafText } = place;
  const checkpoint = await files.sign(tree, key);
  const hashes = inclusionProof(leafIndex, leaves.length, subtreeHasherOf(leaves)).map((hash) =>
    hash.toString('base64'),
  );
  context.out.write(
    `${JSON.stringify({ event: JSON.parse(leafText) as unknown, index: leafIndex, size: leaves.length, hashes, checkpoint }, null, 2)}\n`,
  );
  return EXIT.ok;
};

/** Throws LogDiffers, too, for a log that lacks or contradicts events that the read models have seen. */
const verifyLogWithProgress = (
  settings: Settings,
  checkpoints: readonly Checkpoint[],
  context: Context,
  onLeaf?: VerificationOptions['onLeaf'],
): Promise<VerifiedLog> => {
  const { tilesPath } = new ProofFiles(settings.data);
  const compareWithReadModels = createLogVsReadModelsComparer(settings);
  return withLogToRead(settings, async (log) => {
    const verified = await withProgress(context, (job) =>
      verifyLog(log, checkpoints, job, { tilesPath, ...(onLeaf && { onLeaf }) }),
    );
    const difference = await compareWithReadModels(log);
    if (difference !== null) throw new LogDiffers(difference);
    return verified;
  });
};

const requireTree = ({ tree, uncovered }: VerifiedLog): VerifiedTree => {
  if (tree === null)
    throw new CannotRun(
      `${uncovered} events were recorded before there were leaf hashes: a log with them cannot be signed. ` +
        '`habeas verify --adopt` gives them theirs.',
    );
  return tree;
};

const verificationReport = (
  { events, uncovered, adopted, erased, tree }: VerifiedLog,
  checkpoints: readonly Checkpoint[],
): readonly string[] => [
  `${events} events, ${uncovered === 0 ? 'each as it was recorded' : `${uncovered} of them without a leaf hash, the others as they were recorded`}.\n`,
  ...(adopted === 0 ? [] : [`The first ${adopted} are as they were when they were adopted.\n`]),
  ...(erased === 0 ? [] : [`Of ${erased} the personal part was erased.\n`]),
  ...(tree === null ? [] : [`Root ${tree.root().toString('base64')}\n`]),
  ...checkpoints.map(({ size }) => `The first ${size} are those of the checkpoint of ${size} events.\n`),
];

const requireKey = (files: ProofFiles): SigningKey => {
  const key = files.key();
  if (key === null) throw new CannotRun('There is no key to sign with; `habeas keys <name>` makes one.');
  return key;
};
