/**
 * Real faults that need no privileges: responses and readiness during the fault, and recovery. Faults that need a file
 * system or a user of their own are in test/faults (`npm run test:faults`).
 */
import Database from '../../src/sqlite/database.js';
import { existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_STORE, StoreDamaged, type EventStore } from '../../src/event-store/port.js';
import { BuiltService } from '../support/built-service.js';
import { runCli } from '../support/command-line.js';
import { overwrite } from '../support/damage.js';
import {
  createListAndAct,
  latinName,
  openCase,
  readinessOf,
  WITH_SOURCES,
  Service,
  type Loose,
  type HttpReply,
} from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

let service: Service;
let path: string;
beforeEach(async () => {
  service = await Service.start();
  await createListAndAct(service);
  path = await openCase(service, { references: [{ list: 'union', reference: 'AZ-1' }] });
});
afterEach(() => service.remove());

const write = (to = path): Promise<HttpReply> =>
  service.post(`${to}/events`, { type: 'mistreated', kind: 'other', occurredOn: '2024', ...WITH_SOURCES });
const ready = () => readinessOf(service);
const isReady = async (): Promise<boolean> => (await service.get('/health/ready')).status === 200;

describe('the log, locked by another program', () => {
  it('refuses writes, is read, says so, and goes on when the lock is gone', async () => {
    const token = String((await write()).body['token']);
    await until(isReady);
    const before = (await service.storedEvents()).length;
    const other = new Database(join(service.data, 'events.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const refused = await write();
    expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([
      503,
      'REGISTER.UNAVAILABLE',
      '1',
    ]);
    expect(await ready()).toEqual([503, { log: 'STORE_UNWRITABLE' }]);
    expect((await service.get(`${path}?atLeast=${token}`)).status).toBe(200);
    expect((await service.get('/v1/events')).text.split('\n')).toHaveLength(before + 1);
    other.exec('ROLLBACK');
    other.close();
    // Readiness finds it without a write.
    await until(isReady);
    expect(await service.storedEvents()).toHaveLength(before);
    expect((await write()).status).toBe(201);
  });
});

describe('the read models, locked by another program', () => {
  it('are read as far as they came, and come after when the lock is gone', async () => {
    const written = await write();
    expect((await service.getAfter(written, path)).body['revision']).toBe(1);
    const other = new Database(join(service.data, 'read-models.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const later = await write();
    expect(later.status).toBe(201);
    await until(async () => !(await isReady()));
    expect(await ready()).toEqual([503, { 'read-models': 'READ_MODELS_UNWRITABLE' }]);
    expect((await service.get(path)).body['revision']).toBe(1);
    other.exec('ROLLBACK');
    other.close();
    await until(isReady);
    expect(
      service.logs.filter((line) => line.includes('read models')).map((line) => (JSON.parse(line) as Loose)['nest']),
    ).toEqual([
      expect.stringMatching(/^the read models stopped after event \d+: READ_MODELS_UNWRITABLE, SqliteError$/),
    ]);
    expect((await service.getAfter(later, path)).body['revision']).toBe(2);
  });
});

describe('damage', () => {
  /** Fills some hundred pages of the log; returns the path of the last case. */
  const grow = async (): Promise<string> => {
    const note = 'x'.repeat(3_500);
    await Promise.all(
      Array.from({ length: 120 }, (_, i) =>
        service.post('/v1/cases', { names: [latinName(`Nümunə ${String(i)}`)], note, ...WITH_SOURCES }),
      ),
    );
    return openCase(service);
  };
  const damage = async (file: string, from: number, to: number): Promise<void> => {
    await service.stop();
    overwrite(join(service.data, file), from, to);
    await service.restart();
  };

  it('of the log stops writing, is told by a code, and leaves what the read models hold', async () => {
    const last = await grow();
    const count = async (): Promise<unknown> => (await service.get('/v1/cases?limit=1')).body['total'].yes;
    await until(async () => (await count()) === 122);
    await damage('events.sqlite', 0.3, 0.6);
    // Found by the check at opening, before any query reads that far.
    expect((await write(last)).status).toBe(503);
    // Read models still answer; only reading the log itself fails.
    expect((await service.get('/v1/events')).text.split('\n').length).toBeGreaterThan(122);
    await expect(service.storedEvents()).rejects.toThrow(StoreDamaged);
    const refused = await write(last);
    expect([refused.status, refused.body['code']]).toEqual([503, 'REGISTER.DAMAGED']);
    expect(await ready()).toEqual([503, { log: 'STORE_DAMAGED' }]);
    expect(await count()).toBe(122);
    expect((await service.get(last)).status).toBe(200);
    expect(service.logs.join('')).not.toContain('Nümunə');
  });

  it('of one row in the middle of the log is found at the opening, before anybody reads it', async () => {
    const written = await write(await openCase(service));
    expect((await service.getAfter(written, '/v1/cases?limit=1')).status).toBe(200);
    await service.stop();
    const db = new Database(join(service.data, 'events.sqlite'));
    db.exec('DELETE FROM events WHERE position = 3');
    db.close();
    await service.restart();
    expect(await ready()).toEqual([503, { log: 'STORE_DAMAGED' }]);
    expect((await write()).body['code']).toBe('REGISTER.DAMAGED');
    expect((await service.get('/v1/cases?limit=1')).body['total'].yes).toBe(2);
    expect((await service.get('/metrics')).text).toMatch(/^habeas_log_check_of \d+$/m);
    expect(service.logs.join('')).toContain('positions 1 to');
  });

  it('of the read models is put right from the log, without a restart', async () => {
    await grow();
    const all = async (): Promise<HttpReply> => service.get('/v1/history?limit=500');
    await until(async () => (await all()).body['items'].length > 120);
    const before = (await all()).text;
    await damage('read-models.sqlite', 0.2, 0.5);
    const answers: (readonly [number, unknown])[] = [];
    for (let answer = await all(); answer.status !== 200; answer = await all()) {
      answers.push([answer.status, answer.body['code']]);
    }
    for (const answer of answers) expect(answer).toEqual([503, 'READS.UNAVAILABLE']);
    expect((await all()).text).toBe(before);
    await until(isReady);
  });

  it('of the beginning of the log is told at the start', async () => {
    await service.stop();
    overwrite(join(service.data, 'events.sqlite'), 0, 0.2);
    await expect(service.restart()).rejects.toMatchObject({ name: 'StoreDamaged' });
  });
});

describe('files of the log, removed under the running service', () => {
  const remove = (...suffixes: readonly string[]): void => {
    for (const suffix of suffixes) rmSync(join(service.data, `events.sqlite${suffix}`));
  };
  /** The answer of GET /v1/events in a new register that has these lines imported. */
  const afterImport = async (file: string): Promise<string> => {
    const other = await Service.start();
    await other.stop();
    expect(await runCli(['import', file, '--data', other.data])).toMatchObject({ code: 0 });
    await other.restart();
    const head = await other.app.get<EventStore>(EVENT_STORE).head();
    const { text } = await other.get(`/v1/events?atLeast=${String(head)}`);
    await other.remove();
    return text;
  };

  it.each([[['', '-wal', '-shm']], [['']], [['-wal']]])(
    'refuse writes, and what the open ones hold is saved by GET /v1/events: %j',
    async (suffixes) => {
      const before = (await service.getAfter(await write(), '/v1/events')).text;
      remove(...suffixes);
      expect(await ready()).toEqual([503, { log: 'STORE_DAMAGED' }]);
      const refused = await write();
      expect([refused.status, refused.body['code']]).toEqual([503, 'REGISTER.DAMAGED']);
      const { text } = await service.get('/v1/events');
      expect(text).toBe(before);
      const folder = await temporaryFolder();
      const saved = join(folder.path, 'saved.ndjson');
      writeFileSync(saved, text);
      expect(await afterImport(saved)).toBe(before);
      await folder.remove();
    },
  );

  it('are whole again after a stop where only the write-ahead log was removed', async () => {
    const before = (await service.getAfter(await write(), '/v1/events')).text;
    remove('-wal');
    expect((await write()).status).toBe(503);
    await service.stop();
    await service.restart();
    await until(isReady);
    expect((await service.get('/v1/events')).text).toBe(before);
    expect((await write()).status).toBe(201);
  });
});

describe('processes', () => {
  let folder: TemporaryFolder;
  const started: BuiltService[] = [];
  const start = async (options?: { readonly stderr: number }): Promise<BuiltService> => {
    const running = await BuiltService.start(folder.path, options);
    started.push(running);
    return running;
  };
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    for (const running of started.splice(0)) await running.stop('SIGKILL');
    await folder.remove();
  });
  const list = { id: 'union', name: { en: 'Union' }, ...WITH_SOURCES };

  it('a second one on the same folder ends and changes nothing; it may have it once the first has ended, however', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(/ended with 2: another process uses the data folder/);
    expect((await first.post('/v1/lists', list)).status).toBe(201);
    await first.stop('SIGKILL');
    expect((await (await start()).post('/v1/lists', list)).status).toBe(409);
  });

  it('a log that lost its end is not taken for another: the read models keep what it had, and say so', async () => {
    const first = await start();
    await first.post('/v1/lists', list);
    const cases: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      const { body } = await first.post('/v1/cases', { names: [latinName('Nümunə')], ...WITH_SOURCES });
      cases.push(String((body['subject'] as Loose)['id']));
    }
    const last = `/v1/cases/${cases.at(-1) ?? ''}`;
    await until(async () => (await first.get(last)).status === 200);
    await first.stop('SIGKILL');
    overwrite(join(folder.path, 'events.sqlite-wal'), 0.5, 0.7);
    const second = await start();
    const codes = async (): Promise<Loose> => ((await second.get('/health/ready')).body['codes'] ?? {}) as Loose;
    await until(async () => (await codes())['read-models'] === 'STORE_DAMAGED');
    expect((await codes())['log']).toBe('STORE_DAMAGED');
    await until(() => second.log.includes('the read models stopped after event'));
    expect((await second.get(last)).status).toBe(200);
  });

  const itWhereThereIs = (device: string) => (existsSync(device) ? it : it.skip);
  itWhereThereIs('/dev/full')('a log that takes no line ends nothing', async () => {
    const mute = await start({ stderr: openSync('/dev/full', 'w') });
    expect((await mute.post('/v1/lists', list)).status).toBe(201);
    expect((await mute.get('/v1/lists/union')).status).toBeLessThan(500);
    expect(await mute.stop()).toBe(0);
  });
});
