/** `habeas copy`: copies a whole log into another store and compares every event. */
import { existsSync, realpathSync } from 'node:fs';
import { copyAdoptedLeaves, copyEvents, verifyCopy, readStoredLog } from '../event-store/copy.js';
import { dataFilePaths } from '../event-store/data-folder.js';
import { EXPECTED_URL_FORMAT, isEsdbUrl } from '../event-store/eventstoredb/url.js';
import type { EventStore } from '../event-store/port.js';
import { ProofFiles } from '../proof/proof-files.js';
import { readSettings, type Settings } from '../settings.js';
import { verifyCopyAndKeepProof, proofOfRegister, type CarriedProof } from './carried-proof.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { withProgress } from './job-progress.js';
import { withLogToRead, withLogToWrite, withServerLog } from './log.js';
import { refuseOtherRegister } from './lost-log.js';

export interface CopyCommandOptions {
  readonly from: string;
  readonly to: string;
}

export const copyCommand = async ({ from, to }: CopyCommandOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings(context.environment);
  const target = settingsWithStore(to, settings, '--to');
  const source = settingsWithStore(from, settings, '--from');
  if (source.store === 'sqlite' && !existsSync(dataFilePaths(source.data).events))
    throw new CannotRun(`--from: there is no register in ${source.data}`);
  if (isSameRegister(source, target)) throw new CannotRun('--from and --to are the same register');
  const proof = proofOfRegister(new ProofFiles(source.data));
  return withLogToRead(source, async (sourceLog) => {
    if (target.store === 'esdb')
      return withServerLog(target, (targetLog) => copyLog(sourceLog, targetLog, { proof, targetFiles: null }, context));
    const [first] = await sourceLog.read(null, 1);
    // Checked before the target log is opened, since opening creates it.
    refuseOtherRegister(dataFilePaths(target.data).readModels, first?.id);
    return withLogToWrite(target, context, (targetLog) =>
      copyLog(sourceLog, targetLog, { proof, targetFiles: new ProofFiles(target.data) }, context),
    );
  });
};

const isSameRegister = (one: Settings, other: Settings): boolean => {
  if (one.store !== other.store) return false;
  if (one.store === 'esdb') return one.esdbUrl === other.esdbUrl;
  return existsSync(other.data) && realpathSync(one.data) === realpathSync(other.data);
};

/** The settings with the store that an option names: `sqlite:<folder>`, `esdb://…`, or `esdb` for the address in ESDB_URL. */
const settingsWithStore = (text: string, settings: Settings, option: string): Settings => {
  const data = /^sqlite:(.+)$/.exec(text)?.[1];
  if (data !== undefined) return { ...settings, store: 'sqlite', data };
  const esdbUrl = text === 'esdb' ? settings.esdbUrl : text;
  if (esdbUrl === null || !isEsdbUrl(esdbUrl))
    throw new CannotRun(
      `${option}: expected sqlite:<folder>, ${EXPECTED_URL_FORMAT}, or esdb, which stands for ESDB_URL`,
    );
  return { ...settings, store: 'esdb', esdbUrl };
};

/** The proof of the source log, and the proof files of the target's data folder; null where there are none. */
interface ProofToCarry {
  readonly proof: CarriedProof | null;
  readonly targetFiles: ProofFiles | null;
}

const copyLog = async (
  source: EventStore,
  target: EventStore,
  { proof, targetFiles }: ProofToCarry,
  context: Context,
): Promise<ExitCode> => {
  const { out, err } = context;
  const { outcome, existing, added } = await withProgress(context, (job) =>
    copyEvents(readStoredLog(source), target, job),
  );
  if (outcome === 'stopped') {
    out.write(`Stopped after ${existing + added} events. The same command goes on where this one ended.\n`);
    return EXIT.stopped;
  }
  await copyAdoptedLeaves(readStoredLog(source), target);
  err.write('  comparing every event\n');
  const compared = await verifyCopy(readStoredLog(source), target);
  if (proof !== null) await withProgress(context, (job) => verifyCopyAndKeepProof(target, proof, targetFiles, job));
  out.write(`${added} events copied, ${existing} were there already; all ${compared} are the same in both.\n`);
  return EXIT.ok;
};
