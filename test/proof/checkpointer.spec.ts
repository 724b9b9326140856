/** Checkpoints are signed after a number of events or some time, only of what is stored, and stop where the log is damaged. */
import Database from '../../src/sqlite/database.js';
import { join } from 'node:path';
import { StoreUnavailable, type EventStore, type StoreDamaged } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { openCheckpoint } from '../../src/proof/checkpoint.js';
import { LogCheckpointer } from '../../src/proof/checkpointer.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { extendTree, VerifiedTree } from '../../src/proof/verified-tree.js';
import { verifyLog } from '../../src/proof/verify-log.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

let folder: TemporaryFolder;
let store: EventStore;
let files: ProofFiles;
let checkpointer: LogCheckpointer;
let notes: string[];
let damages: StoreDamaged[];
let errors: unknown[];

const append = (count: number) => store.append(newStreamName(), 'no-stream', newEvents(count));
const open = async (options: { readonly events?: number; readonly seconds?: number; readonly of?: EventStore }) => {
  checkpointer = new LogCheckpointer({
    store: options.of ?? store,
    files,
    key: files.key()!,
    maxUnsignedEvents: options.events ?? 1_000,
    maxUnsignedSeconds: options.seconds ?? 86_400,
    onSigned: (note) => notes.push(note),
    onDamage: (damage) => damages.push(damage),
    onError: (error) => errors.push(error),
  });
  const tree = new VerifiedTree();
  await extendTree(store, tree);
  checkpointer.begin(tree);
};
const sizes = () => notes.map((note) => openCheckpoint(note, files.publicKeys()).size);

beforeEach(async () => {
  [notes, damages, errors] = [[], [], []];
  folder = await temporaryFolder();
  store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
  files = new ProofFiles(folder.path);
  await files.makeKey('test');
});
afterEach(async () => {
  await checkpointer.stop();
  await store.close();
  await folder.remove();
});

it('signs after a number of events, and only then', async () => {
  await open({ events: 5 });
  await append(4);
  checkpointer.onLogReached(4);
  expect(checkpointer.checkpointSize).toBe(0);
  await append(3);
  checkpointer.onLogReached(7);
  await until(() => checkpointer.checkpointSize === 7);
  checkpointer.onLogReached(8);
  expect(sizes()).toEqual([7]);
  await verifyLog(store, files.lastCheckpointAsList(), UNWATCHED);
});

it('signs after some time, what the log holds then', async () => {
  await append(2);
  await open({ seconds: 0.01 });
  await until(() => checkpointer.checkpointSize === 2);
  await append(1);
  checkpointer.onLogReached(3);
  await until(() => checkpointer.checkpointSize === 3);
  expect(sizes()).toEqual([2, 3]);
});

it('never signs more than was read, whatever position it is told', async () => {
  await append(2);
  await open({ events: 5 });
  checkpointer.onLogReached(50);
  await until(() => checkpointer.checkpointSize === 2);
  expect(sizes()).toEqual([2]);
  await append(4);
  checkpointer.onLogReached(6);
  expect(checkpointer.checkpointSize).toBe(2);
  await append(1);
  checkpointer.onLogReached(7);
  await until(() => checkpointer.checkpointSize === 7);
  expect(sizes()).toEqual([2, 7]);
});

it('goes on from the last checkpoint of an earlier process', async () => {
  await append(300);
  await open({});
  await checkpointer.sign();
  await checkpointer.stop();
  await append(1);
  await open({});
  expect(checkpointer.checkpointSize).toBe(300);
  await checkpointer.sign();
  expect(sizes()).toEqual([300, 301]);
  await verifyLog(store, files.lastCheckpointAsList(), UNWATCHED);
});

it('does not replace a later checkpoint, which a command has signed meanwhile', async () => {
  await append(2);
  await open({});
  const tree = new VerifiedTree();
  await extendTree(store, tree);
  await append(1);
  await checkpointer.sign();
  await files.sign(tree, files.key()!);
  expect(files.lastSigned()?.checkpoint.size).toBe(3);
});

it('signs nothing of an event that is not what it was, and names it', async () => {
  await append(2);
  await open({});
  await append(2);
  const db = new Database(join(folder.path, 'events.sqlite'));
  db.exec('UPDATE events SET recorded_at = 5 WHERE position = 4');
  db.close();
  await checkpointer.sign();
  await checkpointer.sign();
  expect([notes, damages.map(({ position }) => position)]).toEqual([[], [4]]);
});

it('waits for a store that is not available, and says so once', async () => {
  await append(1);
  const state = { isAway: true };
  const away = Object.create(store, {
    head: { value: () => store.head() },
    compare: { value: (a: string, b: string) => store.compare(a, b) },
    readStored: {
      value: (...args: Parameters<EventStore['readStored']>) =>
        state.isAway ? Promise.reject(new StoreUnavailable('away')) : store.readStored(...args),
    },
  }) as EventStore;
  await open({ of: away });
  await append(1);
  await checkpointer.sign();
  await checkpointer.sign();
  expect([errors.length, checkpointer.isFailing, notes]).toEqual([1, true, []]);
  state.isAway = false;
  await checkpointer.sign();
  expect([checkpointer.isFailing, sizes()]).toEqual([false, [2]]);
});

it('signs under writers that never pause', async () => {
  await open({ events: 5 });
  let written = 0;
  const growing = Object.create(store, {
    head: { value: () => store.head() },
    compare: { value: (a: string, b: string) => store.compare(a, b) },
    readStored: {
      value: async (...args: Parameters<EventStore['readStored']>) => {
        await append(3);
        written += 3;
        return store.readStored(...args);
      },
    },
  }) as EventStore;
  await checkpointer.stop();
  await append(6);
  await open({ of: growing });
  await append(1);
  await checkpointer.sign();
  expect(checkpointer.checkpointSize).toBeGreaterThanOrEqual(7);
  expect(written).toBeLessThan(20);
});
