import { readdirSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import Database from '../../src/sqlite/database.js';
import { toErrorResponse } from '../../src/http/faults.js';
import { StoreDamaged, StoreUnavailable, type EventStore, type LogEvent } from '../../src/event-store/port.js';
import { InvalidCursor, BeyondLog, NotCaughtUp } from '../../src/read-models/query-errors.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { overwrite } from '../support/damage.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { clock, WHOLE_PAGE, handlersOf, Log, opened } from './support.js';
import { NOW, scopeOf } from '../support/scopes.js';
import { until } from '../support/until.js';
import { projected } from '../support/projected.js';

let folder: TemporaryFolder;
let path: string;
let log: Log;
const running: ReadModels[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'read-models.sqlite');
  log = new Log();
});
afterEach(async () => {
  for (const models of running.splice(0)) await models.stop();
  await log.store.close();
  await folder.remove();
});

const open = (store: EventStore = log.store, at = path): ReadModels => {
  const models = ReadModels.open(at, store, clock);
  running.push(models);
  return models;
};
const started = async (store: EventStore = log.store, at = path): Promise<ReadModels> => {
  const models = open(store, at);
  await models.start();
  return models;
};
const countCases = async (models: ReadModels): Promise<number> =>
  (await handlersOf(models).cases.execute(new Cases(NOW, WHOLE_PAGE))).total.yes;

/** The store of the log with some methods replaced. */
const storeWith = (changes: Partial<EventStore>): EventStore =>
  new Proxy(log.store, {
    get: (store, key: keyof EventStore) => {
      const found = changes[key] ?? store[key];
      return typeof found === 'function' ? (found as (...args: unknown[]) => unknown).bind(store) : found;
    },
  });

describe('following the log', () => {
  it('projects existing and new events', async () => {
    await log.append('case', 'a', opened('Bir'));
    const models = await started();
    expect(await countCases(models)).toBe(1);
    await projected(models, await log.append('case', 'b', opened('İki')));
    expect(await countCases(models)).toBe(2);
    expect(await models.readiness()).toEqual({
      caughtUp: true,
      position: 2,
      lag: 0,
      problem: null,
      canAnswerQueries: true,
    });
  });

  it('continues from its checkpoint after a restart', async () => {
    const models = await started();
    await projected(models, await log.append('case', 'a', opened('Bir')));
    await models.stop();
    await log.append('case', 'b', opened('İki'));
    const read: (string | null)[] = [];
    const store = storeWith({
      follow: (after, signal, limit) => (read.push(after), log.store.follow(after, signal, limit)),
    });
    const again = open(store);
    expect(await countCases(again)).toBe(1);
    await again.start();
    await projected(again, log.token);
    expect(await countCases(again)).toBe(2);
    expect(read).toEqual(['1']);
  });

  it('notifies listeners once a batch or a rebuild can be queried', async () => {
    const models = await started();
    const positions: (number | undefined)[] = [];
    const stop = models.onProjected(() => positions.push(models.currentContext()?.position));
    await projected(
      models,
      await log.append('case', 'a', opened('Bir'), { type: 'arrested', occurredOn: '2024-01-01' }),
    );
    expect(positions).toEqual([2]);
    await models.rebuild();
    expect(positions).toEqual([2, 2]);
    stop();
    await projected(models, await log.append('case', 'b', opened('İki')));
    expect(positions).toEqual([2, 2]);
  });

  it('reports its lag', async () => {
    await log.append('case', 'a', opened('Bir'));
    const models = open();
    const { caughtUp, position, lag, problem } = await models.readiness();
    expect({ caughtUp, position, problem }).toEqual({ caughtUp: false, position: 0, problem: null });
    expect(lag).toBe(Date.parse('2026-01-05T08:00:00.000Z') - Date.parse('2025-12-22T10:20:30.456Z'));
  });
});

describe('waiting for a token', () => {
  it('refuses a token that is not a cursor of the store', async () => {
    const models = await started();
    await expect(models.waitFor('nonsense')).rejects.toEqual(new InvalidCursor('atLeast'));
    await expect(countWith(models, 'nonsense')).rejects.toBeInstanceOf(InvalidCursor);
  });

  it('times out', async () => {
    const models = await started();
    await projected(models, await log.append('case', 'a', opened('Bir')));
    await expect(models.waitFor('99', 5)).rejects.toBeInstanceOf(NotCaughtUp);
  });

  it('is rejected when the read models stop', async () => {
    const models = await started();
    const waiting = expect(models.waitFor('99')).rejects.toBeInstanceOf(NotCaughtUp);
    await models.stop();
    await waiting;
  });

  it('lets a query see the write', async () => {
    const models = await started();
    for (let count = 1; count <= 20; count += 1) {
      const token = await log.append('case', `c${String(count)}`, opened('Ad'));
      expect(await countWith(models, token)).toBe(count);
    }
  });

  const countWith = async (models: ReadModels, atLeast: string): Promise<number> =>
    (await handlersOf(models).cases.execute(new Cases(scopeOf({ atLeast }), { ...WHOLE_PAGE }))).total.yes;
});

describe('waiting for a position', () => {
  it('is refused beyond the end of the log', async () => {
    const models = await started();
    await projected(models, await log.append('case', 'a', opened('Bir')));
    expect((await models.contextAt({ position: 1 })).position).toBe(1);
    await expect(models.contextAt({ position: 2 })).rejects.toBeInstanceOf(BeyondLog);
  });

  it('waits for a position that is in the log but not yet projected', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const store = storeWith({
      async *follow(after, signal, limit) {
        await held;
        yield* log.store.follow(after, signal, limit);
      },
    });
    const models = await started(store);
    await log.append('case', 'a', opened('Bir'), { type: 'arrested', occurredOn: '2024-01-01' });
    const reading = models.contextAt({ position: 2 });
    const settled = jest.fn();
    reading.then(settled, settled);
    await log.store.read(null, 1);
    await log.store.read(null, 1);
    expect(settled).not.toHaveBeenCalled();
    release();
    expect((await reading).position).toBe(2);
  });

  it('is not refused as beyond a log that does not answer or is another one', async () => {
    let failure: Error | null = null;
    const store = storeWith({
      read: async (after, limit) => {
        if (failure !== null) throw failure;
        return log.store.read(after, limit);
      },
    });
    const models = await started(store);
    await projected(models, await log.append('case', 'a', opened('Bir')));
    for (failure of [new StoreUnavailable('for a test'), new RangeError('for a test')])
      await expect(models.contextAt({ position: 9 })).rejects.toBeInstanceOf(NotCaughtUp);
  });
});

describe('faults', () => {
  it('continues from the checkpoint after errors of the store', async () => {
    let failures = 3;
    const store = storeWith({
      async *follow(after, signal) {
        for await (const batch of log.store.follow(after, signal, 1)) {
          yield batch;
          if ((failures -= 1) >= 0) throw new StoreUnavailable('for a test');
        }
      },
    });
    const models = await started(store);
    await log.append('case', 'a', opened('Bir'));
    await log.append('case', 'b', opened('İki'));
    await log.append('case', 'c', opened('Üç'));
    await log.append('case', 'd', opened('Dörd'));
    await projected(models, log.token);
    expect(await countCases(models)).toBe(4);
    await until(async () => (await models.readiness()).caughtUp);
  });

  it('reports that the store is unavailable, and still answers queries', async () => {
    let down = false;
    const store = storeWith({
      read: (after, limit) => {
        if (down) throw new StoreUnavailable('for a test');
        return log.store.read(after, limit);
      },
    });
    const models = await started(store);
    await projected(models, await log.append('case', 'a', opened('Bir')));
    down = true;
    expect(await models.readiness()).toEqual({
      caughtUp: false,
      position: 1,
      lag: null,
      problem: { code: 'STORE_UNAVAILABLE', error: 'StoreUnavailable', after: 1 },
      canAnswerQueries: true,
    });
    expect(await countCases(models)).toBe(1);
  });

  it('skips projected events, and resubscribes when an event is missing', async () => {
    let skip = true;
    const store = storeWith({
      async *follow(after, signal, limit) {
        const all = await log.store.read(null, 10);
        yield all.slice(0, 1);
        if (skip) {
          skip = false;
          yield all.slice(2);
        }
        yield* log.store.follow(after, signal, limit);
      },
    });
    const models = await started(store);
    for (const id of ['a', 'b', 'c']) await log.append('case', id, opened('Ad'));
    await projected(models, log.token);
    expect(await countCases(models)).toBe(3);
  });

  /** Replaces the second event by one that cannot be projected. */
  const withPoisonEvent = (events: readonly LogEvent[]): readonly LogEvent[] =>
    events.map((event) => (event.position === 2 ? { ...event, stream: 'case-b', event: null as never } : event));
  const poisonedStore = (): EventStore =>
    storeWith({
      read: async (after, limit) => withPoisonEvent(await log.store.read(after, limit)),
      async *follow(after, signal, limit) {
        for await (const batch of log.store.follow(after, signal, limit)) yield withPoisonEvent(batch);
      },
    });

  it('stops before an event that cannot be projected, and still answers queries', async () => {
    const models = await started(poisonedStore());
    await log.append('case', 'a', opened('Bir'));
    await log.append('case', 'b', opened('İki'));
    await log.append('case', 'c', opened('Üç'));
    await until(async () => (await models.readiness()).problem !== null);
    const { caughtUp, position, problem } = await models.readiness();
    expect({ caughtUp, position, problem }).toEqual({
      caughtUp: false,
      position: 1,
      problem: { code: 'EVENT_NOT_TAKEN_IN', error: 'TypeError', after: 1 },
    });
    expect(await countCases(models)).toBe(1);
    await expect(models.rebuild()).rejects.toThrow();
    expect(await countCases(models)).toBe(1);
  });

  it('projects everything before an event that cannot be read, even in a new file', async () => {
    for (const id of ['a', 'b', 'c']) await log.append('case', id, opened('Ad'));
    const check = (after: string | null, limit: number): void => {
      if (Number(after ?? 0) + limit >= 3) throw new StoreDamaged('for a test');
    };
    const store = storeWith({
      read: async (after, limit) => (check(after, limit), log.store.read(after, limit)),
      async *follow(after, signal, limit) {
        let cursor = after;
        for await (const batch of log.store.follow(after, signal, limit)) {
          check(cursor, limit);
          yield batch;
          cursor = batch.at(-1)?.cursor ?? null;
        }
      },
    });
    const models = await started(store);
    await until(async () => (await models.readiness()).problem?.code === 'STORE_DAMAGED');
    expect(await countCases(models)).toBe(2);
  });

  it('projects an event atomically', async () => {
    const models = await started(log.store, ':memory:');
    await log.append('case', 'a', opened('Bir'));
    await projected(models, log.token);
    const { db } = await models.contextAt({});
    db.exec(`CREATE TRIGGER full BEFORE INSERT ON case_references BEGIN SELECT raise(ABORT, 'full'); END`);
    await log.append('case', 'b', opened('İki', 'AZ-1'));
    await until(async () => (await models.readiness()).problem?.code === 'READ_MODELS_UNWRITABLE');
    expect(await countCases(models)).toBe(1);
    expect((await handlersOf(models).history.execute(new History(NOW, { after: 0, limit: 9 })))?.items).toHaveLength(1);
    db.exec('DROP TRIGGER full');
    await projected(models, log.token);
    expect(await countCases(models)).toBe(2);
    expect((await models.readiness()).problem).toBeNull();
  });
});

describe('a damaged file', () => {
  /** Projects many cases, stops, and overwrites a part of the file. */
  const damaged = async (from: number, to: number): Promise<void> => {
    for (let count = 0; count < 300; count += 1) await log.append('case', `c${String(count)}`, opened('Ad'));
    const models = await started();
    await projected(models, log.token);
    await models.stop();
    overwrite(path, from, to);
  };
  /** Writes as another program does; what is asked in the turn after it sees that. */
  const elsewhere = async (sql: string): Promise<void> => {
    new Database(path).exec(sql).close();
    await turn();
  };
  const isMissingTable = (error: Error): boolean => error.message.includes('no such table');
  const isSound = async (models: ReadModels): Promise<boolean> => {
    const { caughtUp, problem } = await models.readiness();
    return caughtUp && problem === null;
  };

  it('is rebuilt when the projection hits the damage', async () => {
    await damaged(0.2, 0.99);
    const models = open();
    await models.start();
    await log.append('case', 'c7', { type: 'arrested', occurredOn: '2024-01-01' });
    await until(() => isSound(models));
    expect(await countCases(models)).toBe(300);
  });

  it('is rebuilt when a query hits the damage, and reports it until then', async () => {
    await damaged(0.3, 0.4);
    const models = await started();
    const asked = async (): Promise<unknown> =>
      handlersOf(models).history.execute(new History(NOW, { after: 0, limit: 300 }));
    const error: unknown = await asked().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expect.stringMatching(/^SQLITE_CORRUPT/) });
    models.onQueryError(error);
    expect((await models.readiness()).problem).toMatchObject({ code: 'READ_MODELS_DAMAGED', after: 300 });
    await until(() => isSound(models));
    expect(await asked()).toMatchObject({ items: { length: 300 } });
    expect(await countCases(models)).toBe(300);
  });

  it('is rebuilt when a command hits the damage', async () => {
    await log.append('case', 'c', opened('Ad'));
    const models = await started();
    await projected(models, log.token);
    await elsewhere('DELETE FROM checkpoint');
    const person = { names: ['Ad'], born: null, sex: null, circumstances: { arrests: [], places: [] } };
    expect(() => models.possibleDuplicates(person)).toThrow();
    expect((await models.readiness()).problem).toMatchObject({ code: 'READ_MODELS_DAMAGED' });
    await until(() => isSound(models));
    expect(models.possibleDuplicates(person)).not.toHaveLength(0);
  });

  it('without a checkpoint answers nothing until it is rebuilt, and is not taken for one at the beginning', async () => {
    await log.append('case', 'c', opened('Ad'));
    const models = await started();
    await projected(models, log.token);
    await elsewhere('DELETE FROM checkpoint');
    const error: unknown = await models.contextAt({}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SQLITE_CORRUPT' });
    expect(toErrorResponse(error).response).toMatchObject({ status: 503, body: { code: 'READS.UNAVAILABLE' } });
    await expect(models.contextAt({ atLeast: log.token })).rejects.toMatchObject({ code: 'SQLITE_CORRUPT' });
    expect([await models.readiness(), models.position]).toMatchObject([
      { position: 1, caughtUp: false, problem: { code: 'READ_MODELS_DAMAGED', after: 1 } },
      1,
    ]);
    await until(() => isSound(models));
    expect(await countCases(models)).toBe(1);
  });

  it('that cannot be read for another reason is told, and goes on when it can be', async () => {
    await log.append('case', 'c', opened('Ad'));
    const models = await started();
    await projected(models, log.token);
    await elsewhere('ALTER TABLE checkpoint RENAME TO apart');
    await until(() => countCases(models).then(() => false, isMissingTable));
    expect(await models.readiness()).toMatchObject({
      ...{ position: 1, caughtUp: false, problem: { code: 'READ_MODELS_UNREADABLE', after: 1 } },
    });
    await elsewhere('ALTER TABLE apart RENAME TO checkpoint');
    expect(await isSound(models)).toBe(true);
    expect(await countCases(models)).toBe(1);
  });

  it('is not rebuilt after other errors', async () => {
    const models = await started();
    models.onQueryError(new StoreUnavailable('for a test'));
    expect((await models.readiness()).problem).toBeNull();
  });
});

describe('a file', () => {
  /** A store whose log a test can replace and whose subscription it can end. */
  let current: EventStore;
  let dropped: AbortController;
  let moving: EventStore;
  beforeEach(() => {
    current = log.store;
    dropped = new AbortController();
    moving = storeWith({
      read: (after, limit) => current.read(after, limit),
      head: () => current.head(),
      follow: (after, signal, limit) => current.follow(after, AbortSignal.any([signal, dropped.signal]), limit),
    });
  });

  it('locked by another process does not block queries, and is written once unlocked', async () => {
    const models = await started();
    await projected(models, await log.append('case', 'a', opened('Bir')));
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await log.append('case', 'b', opened('İki'));
    await until(async () => (await models.readiness()).problem?.code === 'READ_MODELS_UNWRITABLE');
    expect(await countCases(models)).toBe(1);
    other.exec('ROLLBACK');
    other.close();
    await projected(models, log.token);
    expect(await countCases(models)).toBe(2);
  });

  it('of another log is kept and readable, and nothing is projected', async () => {
    const other = new Log();
    await other.append('case', 'x', opened('Başqa'));
    await other.append('case', 'y', opened('Başqa'));
    const models = await started(other.store);
    await projected(models, other.token);
    await models.stop();
    await other.store.close();
    for (const id of [null, 'a', 'b', 'c']) {
      if (id !== null) await log.append('case', id, opened('Ad'));
      const again = await started();
      expect(await again.readiness()).toMatchObject({
        caughtUp: false,
        position: 2,
        problem: { code: 'STORE_DAMAGED' },
      });
      expect(await countCases(again)).toBe(2);
      await expect(again.checkLog()).rejects.toBeInstanceOf(StoreDamaged);
      await again.stop();
    }
  });

  it('is kept if the log is replaced while running', async () => {
    const models = await started(moving);
    await log.append('case', 'a', opened('Bir'));
    await projected(models, await log.append('case', 'b', opened('İki')));
    const other = new Log();
    await other.append('case', 'x', opened('Başqa'));
    current = other.store;
    dropped.abort();
    await until(async () => (await models.readiness()).problem?.code === 'STORE_DAMAGED');
    for (const id of ['y', 'z']) await other.append('case', id, opened('Başqa'));
    expect(await countCases(models)).toBe(2);
    await models.stop();
    await other.store.close();
  });

  it('that is corrupt is not rebuilt from a log that lost events', async () => {
    const models = await started(moving);
    await log.append('case', 'a', opened('Bir'));
    await projected(models, log.token);
    current = new Log().store;
    models.onQueryError(Object.assign(new Error('for a test'), { code: 'SQLITE_CORRUPT' }));
    dropped.abort();
    await until(async () => (await models.readiness()).problem?.code === 'STORE_DAMAGED');
    expect(await countCases(models)).toBe(1);
  });

  it('of another schema is set aside if the log cannot be read to its end', async () => {
    for (const id of ['a', 'b', 'c']) await log.append('case', id, opened('Ad'));
    const models = await started();
    await projected(models, log.token);
    await models.stop();
    const db = new Database(path);
    db.pragma('user_version = 7');
    db.close();
    const store = storeWith({
      head: () => Promise.reject(new StoreDamaged('for a test')),
      follow: () => {
        throw new StoreDamaged('for a test');
      },
    });
    const again = await started(store);
    await until(async () => (await again.readiness()).problem?.code === 'STORE_DAMAGED');
    expect(await countCases(again)).toBe(0);
    expect(readdirSync(folder.path).filter((file) => /^read-models\.lost-.*\.sqlite$/.test(file))).toHaveLength(1);
  });

  it.each([
    [
      'of another schema',
      async () => {
        const db = new Database(path);
        db.pragma('user_version = 7');
        db.exec('CREATE TABLE events (wrong TEXT)');
        db.close();
      },
    ],
    ['that is no database', () => writeFile(path, 'not a database, and long enough to be looked at '.repeat(100))],
    ['with leftovers beside it', () => writeFile(`${path}.building`, 'half a file')],
    ['with the log of another file beside it', () => writeFile(`${path}-wal`, 'of another time'.repeat(100))],
  ])('%s is rebuilt', async (_, make) => {
    await log.append('case', 'a', opened('Bir'));
    await make();
    const models = await started();
    expect(await countCases(models)).toBe(1);
    await models.stop();
    expect((await readFile(path)).subarray(0, 15).toString()).toBe('SQLite format 3');
    await expect(stat(`${path}.building`)).rejects.toThrow();
  });

  it('makes queries wait until it exists', async () => {
    await log.append('case', 'a', opened('Bir'));
    const models = open();
    const asked = countCases(models);
    await models.start();
    expect(await asked).toBe(1);
  });
});

describe('a rebuild', () => {
  it('reports progress, allows queries and writes, and swaps files', async () => {
    for (let count = 0; count < 120; count += 1) await log.append('case', `c${String(count)}`, opened('Ad'));
    const models = await started();
    await projected(models, log.token);
    const seen: string[] = [];
    let during = 0;
    const appended: Promise<unknown>[] = [];
    await models.rebuild(({ stage, done, total }) => {
      seen.push(`${stage} ${String(done)}/${String(total)}`);
      appended.push(
        log.append('case', `late${String(seen.length)}`, opened('Gec')).then(async (token) => {
          during = await handlersOf(models)
            .cases.execute(new Cases(scopeOf({ atLeast: token }), { ...WHOLE_PAGE }))
            .then(({ total }) => total.yes);
        }),
      );
    });
    await Promise.all(appended);
    expect(seen[0]).toBe('events read 120/null');
    expect(seen.at(-1)).toMatch(/^cases projected (\d+)\/\1$/);
    expect(during).toBeGreaterThan(120);
    await projected(models, log.token);
    expect(await countCases(models)).toBe(120 + seen.length);
    const position = (await models.readiness()).position;
    expect(position).toBe(120 + seen.length);
  });

  it('is shared by concurrent calls', async () => {
    await log.append('case', 'a', opened('Bir'));
    const models = await started();
    const stages: string[] = [];
    const [one, two] = [models.rebuild(({ stage }) => stages.push(stage)), models.rebuild()];
    expect(one).toBe(two);
    await one;
    expect(stages).toEqual(['events read', 'cases projected']);
  });

  it('leaves the old file if interrupted', async () => {
    await log.append('case', 'a', opened('Bir'));
    const models = await started();
    await projected(models, log.token);
    let stopped: Promise<void> | undefined;
    await expect(models.rebuild(() => void (stopped ??= models.stop()))).rejects.toThrow();
    await stopped;
    await expect(stat(`${path}.building`)).rejects.toThrow();
    expect(await countCases(open())).toBe(1);
  });

  it('leaves the old file if it fails', async () => {
    let down = false;
    const store = storeWith({
      read: async (after, limit) => {
        if (down) throw new StoreUnavailable('for a test');
        return log.store.read(after, limit);
      },
    });
    await log.append('case', 'a', opened('Bir'));
    const models = await started(store);
    down = true;
    await expect(models.rebuild()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await countCases(models)).toBe(1);
    down = false;
    await models.rebuild();
    expect(await countCases(models)).toBe(1);
  });
});
