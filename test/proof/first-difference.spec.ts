/** Where a log was changed and renumbered, the first position is found that is not that of a checkpoint, if the tiles tell. */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { firstDifferenceFromCheckpoint } from '../../src/proof/first-difference.js';
import { LogTree } from '../../src/proof/log-tree.js';
import { rootOfLeaves } from '../../src/proof/merkle.js';
import Database from '../../src/sqlite/database.js';
import { effort } from '../support/effort.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const EVENTS = 600;
let folder: TemporaryFolder;
let leaves: readonly string[];
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  const store = createSqliteStore({ file: at('log') });
  await Promise.all(Array.from({ length: EVENTS }, () => store.append(newStreamName(), 'no-stream', newEvents(1))));
  leaves = (await store.readStored(null, EVENTS)).map(({ leaf }) => String(leaf));
  const tree = new LogTree(at('tiles'), store);
  await tree.catchUp();
  await tree.close();
  await store.close();
});
afterAll(() => folder.remove());

/** The log with the events of these positions, in this order. */
const forge = (positions: readonly number[]): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(at(`forged${suffix}`), { force: true });
  copyFileSync(at('log'), at('forged'));
  const db = new Database(at('forged'));
  db.exec('CREATE TEMP TABLE before AS SELECT * FROM events; DELETE FROM events');
  const insert = db.prepare(`INSERT INTO events
    SELECT ?, ?, 0, type, recorded_at, id, payload, leaf FROM before WHERE position = ?`);
  db.transaction(() => positions.forEach((position, index) => insert.run(index + 1, index + 1, position)))();
  db.close();
};

const position = fc.integer({ min: 1, max: EVENTS });
const edits = fc.oneof(
  position.map((removed) => (rows: number[]) => rows.splice(removed - 1, 1)),
  fc.tuple(position, position).map(
    ([from, to]) =>
      (rows: number[]) =>
        rows.splice(to - 1, 0, ...rows.splice(from - 1, 1)),
  ),
  position.map((end) => (rows: number[]) => rows.splice(end)),
  position.map((twice) => (rows: number[]) => rows.splice(twice, 0, rows[twice - 1] ?? 1)),
);

it('is the first of all leaves that differs', () =>
  fc.assert(
    fc.asyncProperty(fc.array(edits, { maxLength: 3 }), position, async (changes, size) => {
      const rows = Array.from({ length: EVENTS }, (_, index) => index + 1);
      for (const change of changes) change(rows);
      forge(rows);
      const store = createSqliteStore({ file: at('forged'), readonly: true });
      const root = rootOfLeaves(leaves.slice(0, size).map((leaf) => Buffer.from(leaf, 'base64')));
      const known = { origin: 'test', size, root };
      const found = await firstDifferenceFromCheckpoint(store, [known, { ...known, size: size + 1 }], at('tiles'));
      const index = rows.slice(0, size).findIndex((row, i) => row !== i + 1);
      expect(found?.position ?? null).toBe(index < 0 ? null : index + 1);
      expect(
        await firstDifferenceFromCheckpoint(store, [{ ...known, root: Buffer.alloc(32) }], at('tiles')),
      ).toBeNull();
      expect(await firstDifferenceFromCheckpoint(store, [known], at('no-tiles'))).toBeNull();
      await store.close();
    }),
    { numRuns: effort(15, 300) },
  ));
