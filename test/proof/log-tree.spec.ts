/** The tree follows the log in tiles; its file may be deleted, damaged or of another log. */
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from '../../src/sqlite/database.js';
import fc from 'fast-check';
import { encodeWithoutLeaf } from '../../src/event-store/codec.js';
import { StoreDamaged, type EventStore, type StoredEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { LogTree } from '../../src/proof/log-tree.js';
import { consistencyProof, inclusionProof, rootAt, rootOfLeaves, subtreeHasherOf } from '../../src/proof/merkle.js';
import { TILE_WIDTH, TileFile } from '../../src/proof/tile-file.js';
import { effort } from '../support/effort.js';
import { newEvent, newEvents, newStreamName } from '../support/new-events.js';
import { assertProperty } from '../support/property.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let path: string;
let store: EventStore;
const trees: LogTree[] = [];
const openTree = (of = store): LogTree => {
  const tree = new LogTree(path, of);
  trees.push(tree);
  return tree;
};

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'log-tiles.sqlite');
  store = createSqliteStore({ file: ':memory:' });
});
afterEach(async () => {
  await Promise.all(trees.splice(0).map((tree) => tree.close()));
  await store.close();
  await folder.remove();
});

const leafAt = (index: number): Buffer => createHash('sha256').update(String(index)).digest();
const leavesOf = async (of: EventStore): Promise<readonly Buffer[]> =>
  (await of.readStored(null, 5_000)).map(({ leaf }) => Buffer.from(String(leaf), 'base64'));
const rootOf = (tree: LogTree, size: number): Promise<Buffer> =>
  tree.read(size, ({ subtree }) => rootAt(size, subtree));
const append = (count: number, to = store) => to.append(newStreamName(), 'no-stream', newEvents(count));

it('has the roots and proofs of the list of its leaves, however they were added', () => {
  const leaves = Array.from({ length: 3 * TILE_WIDTH + 10 }, (_, index) => leafAt(index));
  const slow = subtreeHasherOf(leaves);
  assertProperty(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.nat(),
      (batches, a, b) => {
        const file = TileFile.create(path);
        for (const batch of batches) {
          const { size } = file.covered;
          file.append(leaves.slice(size, size + batch).map((hash, i) => ({ hash, cursor: String(size + i + 1) })));
        }
        const { size } = file.covered;
        expect(file.covered).toEqual({
          size: Math.min(
            leaves.length,
            batches.reduce((sum, batch) => sum + batch, 0),
          ),
          cursor: size === 0 ? null : String(size),
          before: size < 2 ? null : String(size - 1),
        });
        expect(rootAt(size, file.subtree)).toEqual(rootOfLeaves(leaves.slice(0, size)));
        if (size > 0) {
          const [to, index] = [1 + (a % size), b % (1 + (a % size))];
          expect(inclusionProof(index, to, file.subtree)).toEqual(inclusionProof(index, to, slow));
          expect(consistencyProof(index + 1, to, file.subtree)).toEqual(consistencyProof(index + 1, to, slow));
        }
        file.close();
        const again = TileFile.open(path);
        expect(rootAt(size, again.subtree)).toEqual(rootOfLeaves(leaves.slice(0, size)));
        again.close();
      },
    ),
    effort(15, 200),
  );
});

it('has the tiles of C2SP tlog-tiles, whole and in part', () => {
  // 256 tiles fill one of level 1.
  const leaves = Array.from({ length: TILE_WIDTH ** 2 + 3 }, (_, index) => leafAt(index));
  const file = TileFile.create(path);
  file.append(leaves.map((hash, index) => ({ hash, cursor: String(index + 1) })));
  const tiles = Array.from({ length: TILE_WIDTH }, (_, i) => leaves.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH));
  expect(file.tile(0, 7, 256)).toEqual(Buffer.concat(tiles[7] ?? []));
  expect(file.tile(0, 7, 5)).toEqual(Buffer.concat((tiles[7] ?? []).slice(0, 5)));
  expect(file.tile(0, 256, 3)).toEqual(Buffer.concat(leaves.slice(-3)));
  expect(file.tile(1, 0, 256)).toEqual(Buffer.concat(tiles.map(rootOfLeaves)));
  expect(file.tile(2, 0, 1)).toEqual(rootOfLeaves(leaves.slice(0, TILE_WIDTH ** 2)));
  for (const [level, number, width] of [
    [0, 256, 4],
    [0, 257, 1],
    [1, 1, 1],
    [2, 0, 2],
    [3, 0, 1],
    [63, 0, 1],
  ] as const)
    expect(file.tile(level, number, width)).toBeNull();
  file.close();
});

it('follows the log, and goes on where it ended', async () => {
  await append(300);
  const tree = openTree();
  expect(await rootOf(tree, 300)).toEqual(rootOfLeaves(await leavesOf(store)));
  await append(1);
  expect(await rootOf(tree, 301)).toEqual(rootOfLeaves(await leavesOf(store)));
  await tree.close();
  await append(2);
  const read: (string | null)[] = [];
  const watched: EventStore = {
    ...bound(store),
    readStored: (after, limit) => (read.push(after), store.readStored(after, limit)),
  };
  expect(await rootOf(openTree(watched), 303)).toEqual(rootOfLeaves(await leavesOf(store)));
  expect(read.filter((after) => after === null)).toEqual([]);
  await expect(rootOf(tree, 304)).rejects.toMatchObject({ name: 'TreeBehind' });
  await expect(rootOf(openTree(), 304)).rejects.toMatchObject({ name: 'SizeBeyondLog' });
});

const bound = (of: EventStore): EventStore => ({
  kind: of.kind,
  append: (...args) => of.append(...args),
  readStream: (...args) => of.readStream(...args),
  read: (...args) => of.read(...args),
  readStored: (...args) => of.readStored(...args),
  appendStored: (...args) => of.appendStored(...args),
  adopt: (...args) => of.adopt(...args),
  follow: (...args) => of.follow(...args),
  head: () => of.head(),
  lastRecordedAt: () => of.lastRecordedAt(),
  compare: (a, b) => of.compare(a, b),
  checkWritable: () => of.checkWritable(),
  close: () => of.close(),
});

const WRONG_FILES: readonly (readonly [string, () => void])[] = [
  ['deleted', () => undefined],
  ['no database', () => writeFileSync(path, 'no database')],
  ['empty', () => writeFileSync(path, '')],
  ['of another form', () => void new Database(path).exec('PRAGMA user_version = 7').close()],
];
it.each(WRONG_FILES)('a file that is %s is made anew', async (_, spoil) => {
  await append(260);
  const tree = openTree();
  await tree.catchUp();
  await tree.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  spoil();
  expect(await rootOf(openTree(), 260)).toEqual(rootOfLeaves(await leavesOf(store)));
  expect(existsSync(path)).toBe(true);
});

it('a file that lacks a tile is made anew, and says so meanwhile', async () => {
  await append(600);
  const first = openTree();
  await first.catchUp();
  await first.close();
  new Database(path).exec('DELETE FROM tiles WHERE level = 0 AND number = 1').close();
  const tree = openTree();
  await expect(tree.read(600, (tiles) => tiles.tile(0, 1, 256))).rejects.toMatchObject({ name: 'TreeBehind' });
  expect(await rootOf(tree, 600)).toEqual(rootOfLeaves(await leavesOf(store)));
});

it('the tree of another log, or of one that was put back, is made anew', async () => {
  await append(40);
  const first = openTree();
  await first.catchUp();
  await first.close();
  for (const count of [40, 41, 39, 3, 0]) {
    const other = createSqliteStore({ file: ':memory:' });
    if (count > 0) await append(count, other);
    const tree = openTree(other);
    expect(await rootOf(tree, count)).toEqual(rootOfLeaves(await leavesOf(other)));
    await tree.close();
    await other.close();
  }
});

it('the tree of more than the log has is kept where the log is not what was signed: it tells where they differ', async () => {
  await append(300);
  const first = openTree();
  await first.catchUp();
  await first.close();
  const shorter = createSqliteStore({ file: ':memory:' });
  await append(20, shorter);
  const tree = new LogTree(path, shorter, () => Promise.reject(new StoreDamaged('shorter than its checkpoint')));
  trees.push(tree);
  for (const ask of [() => tree.catchUp(), () => rootOf(tree, 20)])
    await expect(ask()).rejects.toMatchObject({ name: 'StoreDamaged' });
  expect([...(TileFile.openReadonly(path)?.leaves(400) ?? [])]).toEqual(await leavesOf(store));
  await shorter.close();
});

it('a log with an event without a leaf hash has no tree', async () => {
  await store.appendStored(newStreamName(), 'no-stream', [encodeWithoutLeaf(newEvent())]);
  await append(1);
  await expect(rootOf(openTree(), 1)).rejects.toMatchObject({ name: 'NoTree' });
});

it('is not waited for while it is built, and reaches the end', async () => {
  await append(2);
  let release = (_: readonly StoredEvent[]): void => undefined;
  const held = new Promise<readonly StoredEvent[]>((resolve) => (release = resolve));
  const slow: EventStore = {
    ...bound(store),
    readStored: (after, limit) => (after === null ? held : store.readStored(after, limit)),
  };
  const tree = openTree(slow);
  await expect(rootOf(tree, 2)).rejects.toMatchObject({ name: 'TreeBehind' });
  release(await store.readStored(null, 1));
  expect(await rootOf(tree, 2)).toEqual(rootOfLeaves(await leavesOf(store)));
});

it('follows until it is closed, and tells of the first error only', async () => {
  const errors: unknown[] = [];
  const failing: EventStore = { ...bound(store), readStored: () => Promise.reject(new Error('no disk')) };
  const tree = openTree(failing);
  const following = tree.follow((error) => errors.push(error));
  await tree.catchUp().catch(() => undefined);
  await tree.close();
  await following;
  expect(errors.length).toBeLessThanOrEqual(1);
});
