/** A log is compared with its last checkpoint before it is written to: by its end, or by the whole where that cannot tell. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore, StoreDamaged } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { Jobs } from '../../src/jobs/jobs.js';
import { ensureContinuesCheckpoint, LogWatch } from '../../src/proof/log-watch.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { extendTree, VerifiedTree } from '../../src/proof/verified-tree.js';
import Database from '../../src/sqlite/database.js';
import { warningsOf } from '../../src/watching/readiness.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

let folder: TemporaryFolder;
let store: EventStore;
let files: ProofFiles;
const tail = (): string => join(folder.path, 'log-checkpoint-tail');
const append = (count: number) => store.append(newStreamName(), 'no-stream', newEvents(count));
const warnings: string[] = [];
const damages: StoreDamaged[] = [];
const openWatch = (): LogWatch =>
  new LogWatch({
    ...{ store, files, witnesses: [], checkpointEvents: 1_000, checkpointSeconds: 86_400 },
    ...{ onDamage: (damage) => void damages.push(damage), warn: (sentence) => void warnings.push(sentence) },
  });
/** Changes the log as another program does. */
const onFile = (sql: string): void => void new Database(join(folder.path, 'events.sqlite')).exec(sql).close();
/** Verifies the log as the service does. */
const verifyUntilDone = (watch: LogWatch, jobs: Jobs): Promise<void> =>
  watch.verifyUntilDone(async () => {
    const damage = await jobs.run('verify', (job) => watch.verify(job));
    if (damage !== null) throw damage;
  });

beforeEach(async () => {
  warnings.length = damages.length = 0;
  folder = await temporaryFolder();
  store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
  files = new ProofFiles(folder.path);
  await append(300);
  await files.makeKey('test');
  const tree = new VerifiedTree();
  await extendTree(store, tree);
  await files.sign(tree, files.key()!);
  await append(3);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

it('by its end, at once', async () => {
  await ensureContinuesCheckpoint(store, files, openWatch());
  await ensureContinuesCheckpoint(store, files, null);
});

it('by the whole where the tail is missing: a service takes nothing until it is verified, and keeps the tail', async () => {
  rmSync(tail());
  const watch = openWatch();
  await expect(ensureContinuesCheckpoint(store, files, watch)).rejects.toMatchObject({ name: 'LogUnverified' });
  expect(await watch.verify(UNWATCHED)).toBeNull();
  await ensureContinuesCheckpoint(store, files, watch);
  await watch.stop();
  // The next start has it again.
  await ensureContinuesCheckpoint(store, files, openWatch());
});

it('by the whole where the tail is missing: a command verifies it first', async () => {
  rmSync(tail());
  await ensureContinuesCheckpoint(store, files, null);
  expect(existsSync(tail())).toBe(true);
  rmSync(tail());
  onFile('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 4');
  await expect(ensureContinuesCheckpoint(store, files, null)).rejects.toThrow('position 4: ');
  expect(existsSync(tail())).toBe(false);
});

it('a log that was never signed, with nothing', async () => {
  rmSync(files.checkpointPath);
  await ensureContinuesCheckpoint(store, files, openWatch());
});

it('a tail that cannot be read is one that is missing', async () => {
  rmSync(tail());
  mkdirSync(tail());
  const watch = openWatch();
  await expect(ensureContinuesCheckpoint(store, files, watch)).rejects.toMatchObject({ name: 'LogUnverified' });
  expect(await watch.verify(UNWATCHED)).toBeNull();
  await ensureContinuesCheckpoint(store, files, watch);
});

it('a checkpoint that cannot be read keeps a log from being written, and no longer than that', async () => {
  const aside = `${files.checkpointPath}.aside`;
  renameSync(files.checkpointPath, aside);
  mkdirSync(files.checkpointPath);
  await expect(ensureContinuesCheckpoint(store, files, openWatch())).rejects.toMatchObject({
    name: 'StoreUnavailable',
  });
  rmSync(files.checkpointPath, { recursive: true });
  renameSync(aside, files.checkpointPath);
  await ensureContinuesCheckpoint(store, files, openWatch());
});

describe('after an error that was not foreseen, it is verified again', () => {
  it('until the error goes away: then the log takes events, and what was wrong is no longer told', async () => {
    rmSync(tail());
    const watch = openWatch();
    onFile('ALTER TABLE events RENAME TO elsewhere');
    const verifying = verifyUntilDone(watch, new Jobs());
    await until(() => watch.state().isVerificationFailing);
    expect(warnings).toEqual([expect.stringMatching(/^the log could not be verified, and will be again in 1 s: /)]);
    expect(warningsOf(watch.state())).toEqual(['VERIFICATION_FAILING']);
    await expect(ensureContinuesCheckpoint(store, files, watch)).rejects.toThrow();
    onFile('ALTER TABLE elsewhere RENAME TO events');
    await verifying;
    expect([watch.isVerified, warningsOf(watch.state()), damages]).toEqual([true, [], []]);
    await ensureContinuesCheckpoint(store, files, watch);
  });

  it('until the service stops', async () => {
    const [watch, jobs] = [openWatch(), new Jobs()];
    onFile('ALTER TABLE events RENAME TO elsewhere');
    const verifying = verifyUntilDone(watch, jobs);
    await until(() => watch.state().isVerificationFailing);
    await Promise.all([jobs.stop(), watch.stop()]);
    await verifying;
    expect(watch.isVerified).toBe(false);
  });

  it('and a damage ends it', async () => {
    onFile('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 4');
    const watch = openWatch();
    await verifyUntilDone(watch, new Jobs());
    expect(damages).toMatchObject([{ position: 4 }]);
    expect([watch.isVerified, watch.state().isVerificationFailing]).toEqual([false, false]);
  });
});
