/** What is true of the embedded store alone: its file, its durability, and how appends share a commit. */
import Database from '../../../src/sqlite/database.js';
import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWithoutLeaf } from '../../../src/event-store/codec.js';
import { StoreDamaged, StoreUnavailable, type EventStore, type NewEvent } from '../../../src/event-store/port.js';
import { openLogFile } from '../../../src/event-store/sqlite/file.js';
import { SqliteLog } from '../../../src/event-store/sqlite/log.js';
import { MAX_QUEUED_APPENDS } from '../../../src/event-store/request-checks.js';
import { createSqliteStore } from '../../../src/event-store/sqlite/store.js';
import { newEvent, newEvents, newStreamName } from '../../support/new-events.js';
import { overwrite } from '../../support/damage.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
let file: string;
const open: EventStore[] = [];
const openStore = (): EventStore => {
  const store = createSqliteStore({ file });
  open.push(store);
  return store;
};

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'events.sqlite');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  await folder.remove();
});

/** Changes the file behind the store's back. */
const tamper = (sql: string): void => {
  const db = new Database(file);
  db.exec(sql);
  db.close();
};

/** Transactions in the write-ahead log: a frame that ends one holds the size of the database, others 0 (sqlite.org/fileformat2.html, 4.1). */
const commits = (): number => {
  const wal = readFileSync(`${file}-wal`);
  const frame = 24 + wal.readUInt32BE(8);
  const [salt, current] = [wal.subarray(16, 24), (at: number): Buffer => wal.subarray(at + 8, at + 16)];
  let count = 0;
  for (let at = 32; at + frame <= wal.length && current(at).equals(salt); at += frame)
    if (wal.readUInt32BE(at + 4) !== 0) count++;
  return count;
};

describe('the file of the embedded log', () => {
  it.each(['at first', 'when opened anew'])('is written ahead and flushed at every commit, %s', async (when) => {
    if (when === 'when opened anew') {
      const store = openStore();
      await store.append(newStreamName(), 'no-stream', [newEvent()]);
      await store.close();
    }
    const db = openLogFile(file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    db.close();
  });

  it('keeps names once and ids in 16 bytes', async () => {
    const store = openStore();
    const [stream, event] = [newStreamName(), newEvent()];
    await store.append(stream, 'no-stream', [event, newEvent()]);
    const db = new Database(file, { readonly: true });
    expect(db.prepare('SELECT name FROM streams').pluck().all()).toEqual([stream]);
    expect(db.prepare('SELECT name FROM types').pluck().all()).toEqual(['named']);
    expect(db.prepare('SELECT hex(id) FROM events LIMIT 1').pluck().get()).toBe(
      event.id.replaceAll('-', '').toUpperCase(),
    );
    db.close();
  });

  it('can be empty: it is then made a log', async () => {
    writeFileSync(file, '');
    expect(await openStore().head()).toBeNull();
  });

  it('of another program is refused and left as it is', () => {
    tamper('CREATE TABLE notes (text)');
    const before = readFileSync(file);
    expect(() => createSqliteStore({ file })).toThrow(StoreDamaged);
    expect(readFileSync(file)).toEqual(before);
  });

  it('that is no database is refused and left as it is', () => {
    writeFileSync(file, 'a letter to somebody '.repeat(100));
    const before = readFileSync(file);
    expect(() => createSqliteStore({ file })).toThrow(StoreDamaged);
    expect(readFileSync(file)).toEqual(before);
  });

  it('of a later version is refused', async () => {
    await openStore().close();
    tamper('PRAGMA user_version = 3');
    expect(() => createSqliteStore({ file })).toThrow(new StoreDamaged('the event log is of version 3, not 2'));
  });

  it('of version 1, without leaf hashes, is read, and altered once it is opened for writing', async () => {
    const [first, second] = newEvents(2) as [NewEvent, NewEvent];
    const stream = newStreamName();
    const store = openStore();
    await store.appendStored(stream, 'no-stream', [encodeWithoutLeaf(first)]);
    await store.close();
    tamper('ALTER TABLE events DROP COLUMN leaf; PRAGMA user_version = 1');
    const reader = createSqliteStore({ file, readonly: true });
    expect((await reader.readStored(null, 10)).map(({ id, leaf }) => ({ id, leaf }))).toEqual([
      { id: first.id, leaf: null },
    ]);
    await reader.close();
    await openStore().append(stream, 0, [second]);
    expect((await openStore().readStored(null, 10)).map(({ leaf }) => leaf === null)).toEqual([true, false]);
    await createSqliteStore({ file }).close();
  });

  it('locked by another writer: StoreUnavailable, and on with it afterwards', async () => {
    const store = openStore();
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreUnavailable);
    other.exec('ROLLBACK');
    other.close();
    expect(await store.append(newStreamName(), 'no-stream', [newEvent()])).toMatchObject({
      outcome: 'appended',
      cursor: '1',
    });
  });

  it('that cannot be written says so when asked, and not for longer than it lasts', async () => {
    const store = openStore();
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.checkWritable()).rejects.toThrow(StoreUnavailable);
    expect(await store.read(null, 10)).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    await store.append(newStreamName(), 'no-stream', [newEvent()]);
    await store.checkWritable();
  });

  it('with damaged pages is not written to any more, and read where it is whole', async () => {
    const [early, late] = [newStreamName(), newStreamName()];
    let store = openStore();
    for (let i = 0; i < 50; i += 1) await store.append(early, i === 0 ? 'no-stream' : i * 10 - 1, newEvents(10));
    await store.append(late, 'no-stream', [newEvent()]);
    await store.close();
    overwrite(file, 0.3, 0.6);
    store = openStore();
    expect(await store.readStream(late, -1, 10)).toHaveLength(1);
    await expect(store.readStream(early, -1, 1_000)).rejects.toThrow(StoreDamaged);
    await expect(store.append(late, 0, [newEvent()])).rejects.toThrow(StoreDamaged);
    await expect(store.checkWritable()).rejects.toThrow(StoreDamaged);
    expect(await store.readStream(late, -1, 10)).toHaveLength(1);
  });

  it('may be read by others while it is written', async () => {
    const store = openStore();
    const other = new Database(file, { readonly: true });
    other.exec('BEGIN');
    expect(other.prepare('SELECT count(*) FROM events').pluck().get()).toBe(0);
    await store.append(newStreamName(), 'no-stream', [newEvent()]);
    expect(await store.read(null, 10)).toHaveLength(1);
    other.close();
  });

  it('holds what was acknowledged, not only its write-ahead log: a copy made after closing is complete', async () => {
    const store = openStore();
    await store.append(newStreamName(), 'no-stream', newEvents(5));
    await store.close();
    copyFileSync(file, `${file}.copy`);
    file = `${file}.copy`;
    expect(await openStore().read(null, 10)).toHaveLength(5);
  });
});

describe('files of the log that are no longer at their paths', () => {
  let store: EventStore;
  beforeEach(async () => {
    store = openStore();
    await store.append(newStreamName(), 'no-stream', newEvents(3));
  });
  const remove = (suffix: string) => (): void => rmSync(`${file}${suffix}`);
  const replace = (suffix: string) => (): void => {
    copyFileSync(`${file}${suffix}`, `${file}.other`);
    renameSync(`${file}.other`, `${file}${suffix}`);
  };
  const taken: readonly (readonly [string, () => void])[] = [
    ['the log, removed', remove('')],
    ['the log, replaced', replace('')],
    ['the write-ahead log, removed', remove('-wal')],
    ['the write-ahead log, replaced', replace('-wal')],
    ['the shared memory, removed', remove('-shm')],
  ];

  it.each(taken)('take no more appends, and are read on: %s', async (_, spoil) => {
    spoil();
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
    await expect(store.checkWritable()).rejects.toThrow(StoreDamaged);
    expect(await store.read(null, 10)).toHaveLength(3);
  });

  it.each(taken)('are noticed by who only asks: %s', async (_, spoil) => {
    await store.checkWritable();
    spoil();
    await expect(store.checkWritable()).rejects.toThrow(/^events\.sqlite\S* was (removed|replaced)/);
  });

  it.each(taken)('acknowledge no append that was committed a moment before: %s', async (_, spoil) => {
    const real = Object.getOwnPropertyDescriptor(SqliteLog.prototype, 'commit')?.value as SqliteLog['commit'];
    const commit = jest.spyOn(SqliteLog.prototype, 'commit').mockImplementationOnce(function (
      this: SqliteLog,
      appends,
    ) {
      const answers = real.call(this, appends);
      spoil();
      return answers;
    });
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
    expect(commit).toHaveBeenCalledTimes(1);
    commit.mockRestore();
  });

  it('stay lost when something else stands there', async () => {
    remove('')();
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
    await createSqliteStore({ file: `${file}.other` }).close();
    renameSync(`${file}.other`, file);
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
  });

  it('are not made anew beside a write-ahead log, which SQLite would delete', async () => {
    remove('')();
    const wal = readFileSync(`${file}-wal`);
    expect(() => createSqliteStore({ file })).toThrow(StoreDamaged);
    expect(readFileSync(`${file}-wal`)).toEqual(wal);
  });
});

describe('a log with a gap', () => {
  /** A log of so many events in streams of three, written without the store, which would take its time. */
  const grow = async (count: number): Promise<void> => {
    await openStore().close();
    tamper(`INSERT INTO types (name) VALUES ('named');
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
      INSERT INTO events SELECT i + 1, i / 3 + 1, i % 3, 1, 1767600000000, randomblob(16), '{}', NULL FROM n;
      INSERT INTO streams SELECT DISTINCT stream, 's-' || stream FROM events`);
  };
  const gaps: readonly (readonly [string, (position: number) => string])[] = [
    ['a row', (p) => `DELETE FROM events WHERE position = ${p}`],
    ['a revision', (p) => `UPDATE events SET revision = 9 WHERE position = ${p}`],
    [
      'the event before the last of a stream, the later ones renumbered',
      (p) => `DELETE FROM events WHERE position = ${p};
        UPDATE events SET position = -position WHERE position > ${p};
        UPDATE events SET position = -position - 1 WHERE position < 0`,
    ],
  ];

  describe.each([
    ['a small log', 3_000, [1, 1_500, 2_900]],
    ['the beginning of a large log', 30_000, [2]],
    ['the end of a large log', 30_000, [29_990]],
  ])('in %s', (_, count, places) => {
    it.each(gaps)('takes no append from the opening on: %s', async (__, gap) => {
      for (const place of places) {
        await grow(count);
        // The second event of a stream.
        tamper(gap(place - (place % 3) + 2));
        const store = openStore();
        expect(await store.logCheck?.result).toBeInstanceOf(StoreDamaged);
        await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(/^positions? /);
        await expect(store.checkWritable()).rejects.toThrow(StoreDamaged);
        await store.close();
        rmSync(file);
      }
    });
  });

  it.each(gaps)(
    'in the middle of a large one is found while it is used, and takes no append then: %s',
    async (_, gap) => {
      await grow(30_000);
      tamper(gap(15_002));
      const store = openStore();
      expect(store.logCheck).toMatchObject({
        checked: 10_000,
        total: gap(1).includes('position - 1') ? 29_999 : 30_000,
      });
      expect(await store.append(newStreamName(), 'no-stream', [newEvent()])).toMatchObject({ outcome: 'appended' });
      expect((await store.logCheck?.result)?.message).toMatch(/^positions 15001 to 15500: [12] events /);
      await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
      await expect(store.checkWritable()).rejects.toThrow(StoreDamaged);
    },
  );

  it('is told from a whole one, which is checked to its end', async () => {
    await grow(30_000);
    const store = openStore();
    expect(await store.logCheck?.result).toBeNull();
    expect(store.logCheck).toMatchObject({ checked: 30_000, total: 30_000 });
    await store.checkWritable();
  });

  it('is looked for no longer than the store is open', async () => {
    await grow(30_000);
    const store = openStore();
    await store.close();
    expect(await store.logCheck?.result).toBeNull();
    expect(store.logCheck?.checked).toBeLessThan(30_000);
  });
});

describe('a damaged event', () => {
  let store: EventStore;
  let stream: string;
  beforeEach(async () => {
    store = openStore();
    stream = newStreamName();
    await store.append(stream, 'no-stream', newEvents(3));
    await store.append(newStreamName(), 'no-stream', newEvents(1));
  });

  it.each([
    ['no JSON', `UPDATE events SET payload = '{"data":' WHERE position = 2`],
    ['another payload', `UPDATE events SET payload = '{}' WHERE position = 2`],
    ['an unknown type', `UPDATE types SET name = 'beatified'`],
    ['a type without name', `UPDATE events SET type = 99 WHERE position = 2`],
    ['a half id', `UPDATE events SET id = x'0102' WHERE position = 2`],
    ['no instant', `UPDATE events SET recorded_at = ${Number.MAX_SAFE_INTEGER} WHERE position = 2`],
    ['a later version', `UPDATE events SET payload = json_set(payload, '$.meta.schemaVersion', 2) WHERE position = 2`],
    ['a missing one', `DELETE FROM events WHERE position = 2`],
  ])('(%s) is StoreDamaged, and says where', async (_, sql) => {
    tamper(sql);
    await expect(store.readStream(stream, -1, 10)).rejects.toThrow(StoreDamaged);
    await expect(store.readStream(stream, -1, 10)).rejects.toThrow(new RegExp(`^${stream}, revision [01]: `));
    await expect(store.read(null, 10)).rejects.toThrow(StoreDamaged);
  });

  it('leaves the others readable', async () => {
    tamper(`UPDATE events SET payload = '' WHERE position = 2`);
    expect(await store.readStream(stream, 1, 10)).toHaveLength(1);
    expect(await store.read('2', 10)).toHaveLength(2);
    expect(await store.append(stream, 2, [newEvent()])).toMatchObject({ outcome: 'appended' });
  });

  it('is never shown in the error', async () => {
    tamper(`UPDATE events SET payload = json_set(payload, '$.data.name', 'Elçin') WHERE position = 2`);
    const error: unknown = await store.readStream(stream, -1, 10).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new StoreDamaged(`${stream}, revision 1: a personal field is not apart`));
  });
});

describe('a cursor past the end', () => {
  it('is of another log: RangeError, so that its reader skips nothing', async () => {
    const store = openStore();
    await store.append(newStreamName(), 'no-stream', newEvents(2));
    await expect(store.read('3', 10)).rejects.toThrow(RangeError);
    const following = store.follow('3', new AbortController().signal, 10)[Symbol.asyncIterator]();
    await expect(following.next()).rejects.toThrow(RangeError);
  });
});

describe('group commit', () => {
  let store: EventStore;
  let before: number;
  beforeEach(async () => {
    store = openStore();
    await store.append(newStreamName(), 'no-stream', [newEvent()]);
    before = commits();
  });

  it('writes 64 concurrent appends with one commit', async () => {
    await Promise.all(Array.from({ length: 64 }, () => store.append(newStreamName(), 'no-stream', [newEvent()])));
    expect(commits() - before).toBe(1);
  });

  it('commits each of appends that are waited for one by one', async () => {
    for (let i = 0; i < 16; i++) await store.append(newStreamName(), 'no-stream', [newEvent()]);
    expect(commits() - before).toBe(16);
  });

  it('does not let a transaction grow without bound', async () => {
    await Promise.all(Array.from({ length: 8 }, () => store.append(newStreamName(), 'no-stream', newEvents(500))));
    expect(commits() - before).toBe(4);
  });

  it('with a conflict among them writes the others, with one commit', async () => {
    const taken = newStreamName();
    await store.append(taken, 'no-stream', [newEvent()]);
    before = commits();
    const streams = [newStreamName(), taken, newStreamName()];
    const answers = await Promise.all(streams.map((stream) => store.append(stream, 'no-stream', [newEvent()])));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['appended', 'conflict', 'appended']);
    expect(commits() - before).toBe(1);
  });

  it('that fails has written none of its appends, and the next goes on', async () => {
    tamper(`CREATE TRIGGER full BEFORE INSERT ON events WHEN (SELECT count(*) FROM events) > 2
      BEGIN SELECT raise(ABORT, 'no'); END`);
    const [one, two, three] = [newStreamName(), newStreamName(), newStreamName()] as const;
    const answers = await Promise.allSettled([one, two, three].map((s) => store.append(s, 'no-stream', [newEvent()])));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await store.head()).toBe('1');
    tamper('DROP TRIGGER full');
    expect(await store.append(three, 'no-stream', [newEvent()])).toMatchObject({ outcome: 'appended', cursor: '2' });
  });

  it('remembers no type that was undone', async () => {
    tamper(`CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no'); END`);
    const tried = newEvent({ event: { type: 'tried', occurredOn: '2025', sources: [], reliability: 'reported' } });
    const wanted = newEvent({ event: { type: 'wanted', occurredOn: '2025', sources: [], reliability: 'reported' } });
    await expect(store.append(newStreamName(), 'no-stream', [tried])).rejects.toMatchObject({
      code: expect.any(String),
    });
    tamper('DROP TRIGGER full');
    await store.append(newStreamName(), 'no-stream', [wanted]);
    await store.append(newStreamName(), 'no-stream', [tried]);
    expect((await store.read('1', 10)).map(({ event }) => event.type)).toEqual(['wanted', 'tried']);
  });

  it(`refuses more than ${MAX_QUEUED_APPENDS} waiting appends, and answers those it took`, async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: MAX_QUEUED_APPENDS + 2 }, () => store.append(newStreamName(), 'no-stream', [newEvent()])),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as Error).name)).toEqual(['StoreBusy', 'StoreBusy']);
    expect(await store.head()).toBe(String(1 + MAX_QUEUED_APPENDS));
  });

  it('refuses more bytes than it may keep waiting', async () => {
    const large = () => newEvent({ correlationId: randomUUID(), causationId: 'x'.repeat(1_000_000) });
    const answers = await Promise.allSettled(
      Array.from({ length: 70 }, () => store.append(newStreamName(), 'no-stream', [large()])),
    );
    const taken = answers.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBe(67);
    expect(await store.head()).toBe(String(1 + taken));
    expect((await store.append(newStreamName(), 'no-stream', [large()])).outcome).toBe('appended');
  });

  it('is on the disk before it is acknowledged', async () => {
    const sizes: number[] = [];
    for (let i = 0; i < 5; i++) {
      await store.append(newStreamName(), 'no-stream', [newEvent()]);
      sizes.push(statSync(`${file}-wal`).size);
    }
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
  });
});
