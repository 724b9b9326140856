/** The end of a log is compared with a checkpoint by its tail, in either store, and without reading the rest. */
import Database from '../../src/sqlite/database.js';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import type { EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { checkTail, formatTail, parseTail, extendTree, VerifiedTree } from '../../src/proof/verified-tree.js';
import { startDouble } from '../support/esdb-double/double.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let store: EventStore;
const append = (count: number, to = store) => to.append(newStreamName(), 'no-stream', newEvents(count));
const treeOf = async (of: EventStore): Promise<VerifiedTree> => {
  const tree = new VerifiedTree();
  await extendTree(of, tree);
  return tree;
};
/** A checkpoint of a log as it is now, with its tail as a file. */
const signed = async (of = store) => {
  const tree = await treeOf(of);
  return { checkpoint: { origin: 'test', size: tree.size, root: tree.root() }, tail: formatTail(tree.tail()) };
};
const onFile = (sql: string): void => {
  const db = new Database(join(folder.path, 'events.sqlite'));
  db.exec(sql);
  db.close();
};
beforeEach(async () => {
  folder = await temporaryFolder();
  store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

it.each([0, 1, 127, 128, 129, 256, 700])(
  'a log of %i events has the tree of its tail, also when it has grown',
  async (size) => {
    if (size > 0) await append(size);
    const { checkpoint, tail } = await signed();
    if (size < 700) await append(5);
    const tree = await checkTail(store, checkpoint, parseTail(tail));
    expect(tree?.root()).toEqual(checkpoint.root);
    await extendTree(store, tree as VerifiedTree);
    expect(tree?.root()).toEqual((await treeOf(store)).root());
  },
);

it('reads at most 256 events', async () => {
  await append(900);
  const { checkpoint, tail } = await signed();
  let read = 0;
  const counting = Object.create(store, {
    head: { value: () => store.head() },
    compare: { value: (a: string, b: string) => store.compare(a, b) },
    readStored: {
      value: async (...args: Parameters<EventStore['readStored']>) => {
        const events = await store.readStored(...args);
        read += events.length;
        return events;
      },
    },
  }) as EventStore;
  await checkTail(counting, checkpoint, parseTail(tail));
  expect(read).toBeLessThanOrEqual(256);
  expect(read).toBeGreaterThan(0);
});

it.each([
  ['the last event gone', 'DELETE FROM events WHERE position = 300', /^position 300: missing/],
  ['most of them gone', 'DELETE FROM events WHERE position > 10', /missing; a checkpoint says that there were 300/],
  ['an event of the tail changed', 'UPDATE events SET recorded_at = 5 WHERE position = 299', /^position 299: /],
  [
    'an event of the tail exchanged with its leaf hash',
    `UPDATE events SET revision = 9299 WHERE position = 299; UPDATE events SET leaf = zeroblob(32) WHERE position = 299`,
    /^position 299: /,
  ],
])('%s is found', async (_, sql, says) => {
  await append(300);
  const { checkpoint, tail } = await signed();
  onFile(sql);
  await expect(checkTail(store, checkpoint, parseTail(tail))).rejects.toThrow(says);
});

it('another log of the same length is found', async () => {
  await append(300);
  const { checkpoint, tail } = await signed();
  const other = createSqliteStore({ file: ':memory:' });
  await append(300, other);
  await expect(checkTail(other, checkpoint, parseTail(tail))).rejects.toThrow('positions 1 to 300: they are not those');
  await other.close();
});

it('a tail that is damaged, or of another checkpoint, says nothing of the log', async () => {
  await append(300);
  const { checkpoint, tail } = await signed();
  for (let run = 0; run < 50; run++) {
    const at = randomInt(tail.length - 1);
    const changed = `${tail.slice(0, at)}${tail[at] === 'x' ? 'y' : 'x'}${tail.slice(at + 1)}`;
    expect([at, parseTail(changed)]).toEqual([at, null]);
  }
  await append(1);
  expect(await checkTail(store, (await signed()).checkpoint, parseTail(tail))).toBeNull();
  expect(await checkTail(store, checkpoint, null)).toBeNull();
});

it('two instances on a server sign the same tree, and compare its end with the checkpoint of the other', async () => {
  const double = await startDouble();
  const instances = [
    await openEsdbStore({ url: double.url, register: 'habeas' }),
    await openEsdbStore({ url: double.url, register: 'habeas' }),
  ] as const;
  try {
    await append(150, instances[0]);
    await append(150, instances[1]);
    const [one, other] = await Promise.all(instances.map((instance) => signed(instance)));
    expect(one).toEqual(other);
    await append(3, instances[1]);
    const tree = await checkTail(instances[1], one!.checkpoint, parseTail(one!.tail));
    expect(tree?.root()).toEqual(other?.checkpoint.root);
  } finally {
    await Promise.all(instances.map((instance) => instance.close()));
    await double.stop();
  }
});
