/** A log is compared with its last checkpoint before it is written to: by its end, or by the whole where that cannot tell. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { ensureContinued, LogWatch } from '../../src/proof/log-watch.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { readOn, VerifiedTree } from '../../src/proof/verified-tree.js';
import Database from '../../src/sqlite/database.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let store: EventStore;
let files: ProofFiles;
const tail = (): string => join(folder.path, 'log-checkpoint-tail');
const append = (count: number) => store.append(newStreamName(), 'no-stream', newEvents(count));
const openWatch = (): LogWatch =>
  new LogWatch({
    ...{ store, files, witnesses: [], checkpointEvents: 1_000, checkpointSeconds: 86_400 },
    ...{ onDamage: () => undefined, warn: () => undefined },
  });

beforeEach(async () => {
  folder = await temporaryFolder();
  store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
  files = new ProofFiles(folder.path);
  await append(300);
  await files.makeKey('test');
  const tree = new VerifiedTree();
  await readOn(store, tree);
  await files.sign(tree, files.key()!);
  await append(3);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

it('by its end, at once', async () => {
  await ensureContinued(store, files, openWatch());
  await ensureContinued(store, files, null);
});

it('by the whole where the tail is missing: a service takes nothing until it is verified, and keeps the tail', async () => {
  rmSync(tail());
  const watch = openWatch();
  await expect(ensureContinued(store, files, watch)).rejects.toMatchObject({ name: 'LogUnverified' });
  expect(await watch.verify(UNWATCHED)).toBeNull();
  await ensureContinued(store, files, watch);
  await watch.stop();
  // The next start has it again.
  await ensureContinued(store, files, openWatch());
});

it('by the whole where the tail is missing: a command verifies it first', async () => {
  rmSync(tail());
  await ensureContinued(store, files, null);
  expect(existsSync(tail())).toBe(true);
  rmSync(tail());
  new Database(join(folder.path, 'events.sqlite'))
    .exec('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 4')
    .close();
  await expect(ensureContinued(store, files, null)).rejects.toThrow('position 4: ');
  expect(existsSync(tail())).toBe(false);
});

it('a log that was never signed, with nothing', async () => {
  rmSync(files.checkpoint);
  await ensureContinued(store, files, openWatch());
});
