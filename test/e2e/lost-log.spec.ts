/**
 * A lost log looks like that of a new register, and the read models are the last copy of its contents. So they still answer, but
 * nothing is written or deleted until an operator accepts the log as it is.
 */
import Database from '../../src/sqlite/database.js';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/command-line.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { answersOfRecordingRoutes, RECORDING_ROUTES } from '../support/recording-routes.js';
import { createListAndAct, latinName, openCase, readinessOf, WITH_SOURCES, Service } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const DAMAGED = [503, { log: 'STORE_DAMAGED', 'read-models': 'STORE_DAMAGED' }];

let folder: TemporaryFolder;
let service: Service;
let path: string;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(async () => {
  await service.remove();
  await folder.remove();
});

const readiness = () => readinessOf(service);
const untilReady = async (of = service): Promise<void> => {
  await until(async () => (await of.get('/health/ready')).status === 200);
};
const untilDamaged = async (of = service): Promise<void> => {
  await until(async () => (await of.get('/health/ready')).body['codes']?.['read-models'] === 'STORE_DAMAGED');
};

const REFUSED = Array<unknown>(RECORDING_ROUTES).fill([503, 'REGISTER.DAMAGED']);

/** A running register with some cases. */
const grow = async (on: Service, count = 3): Promise<string> => {
  await createListAndAct(on);
  let last = '';
  for (let n = 0; n < count; n += 1) last = await openCase(on);
  await untilReady(on);
  return last;
};
const at = (file: string): string => join(service.data, file);
const removeLog = (): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(at(`events.sqlite${end}`), { force: true });
};
/** The files of the folder, without those that SQLite adds to an open database. */
const files = (): readonly string[] => readdirSync(service.data).filter((file) => !/-(wal|shm)$/.test(file));

/** All rows of the log; null if it does not exist. */
const eventsIn = (): unknown => {
  if (!existsSync(at('events.sqlite')) || statSync(at('events.sqlite')).size === 0) return null;
  const db = new Database(at('events.sqlite'), { readonly: true });
  try {
    return db.prepare('SELECT * FROM events').all();
  } finally {
    db.close();
  }
};

/** Ways to lose the log of a stopped service, and the message of the command line. */
const LOSSES: readonly (readonly [string, () => Promise<void> | void, RegExp])[] = [
  ['removed', removeLog, /missing or empty/],
  [
    'cut to nothing',
    () => {
      removeLog();
      writeFileSync(at('events.sqlite'), '');
    },
    /missing or empty/,
  ],
  [
    'emptied',
    () => {
      const db = new Database(at('events.sqlite'));
      db.exec('DELETE FROM events; DELETE FROM streams');
      db.close();
    },
    /missing or empty/,
  ],
  [
    'put back to an earlier state',
    () => copyFileSync(join(folder.path, 'earlier'), at('events.sqlite')),
    /lost its end/,
  ],
  [
    "replaced by another register's",
    async () => {
      const other = await Service.start();
      await grow(other, 5);
      await other.stop();
      copyFileSync(join(other.data, 'events.sqlite'), at('events.sqlite'));
      await other.remove();
    },
    /another register's/,
  ],
  [
    'grown again from an earlier state',
    async () => {
      copyFileSync(join(folder.path, 'earlier'), at('events.sqlite'));
      renameSync(at('read-models.sqlite'), join(folder.path, 'kept'));
      await service.restart();
      for (let n = 0; n < 9; n += 1) await openCase(service);
      await service.stop();
      renameSync(join(folder.path, 'kept'), at('read-models.sqlite'));
    },
    /another event at position/,
  ],
];

describe.each(LOSSES)('a log that is %s', (_, lose, sentence) => {
  let before: { readonly events: unknown; readonly files: readonly string[] };
  beforeEach(async () => {
    service = await Service.start();
    await grow(service);
    const db = new Database(at('events.sqlite'));
    await db.backup(join(folder.path, 'earlier'));
    db.close();
    path = await openCase(service);
    await untilReady();
    await service.stop();
    await lose();
    before = { events: eventsIn(), files: files() };
  });

  it('is not served as another register: reads are answered, writes refused, and nothing is deleted or made', async () => {
    await service.restart();
    // Also before the read models have compared themselves with the log.
    expect(await answersOfRecordingRoutes(service, path)).toEqual(REFUSED);
    await untilDamaged();
    expect(await readiness()).toEqual(DAMAGED);
    expect((await service.get(path)).status).toBe(200);
    expect((await service.get('/v1/cases?limit=1')).body['total'].yes).toBe(4);
    expect(await answersOfRecordingRoutes(service, path)).toEqual(REFUSED);
    await service.stop();
    expect(files()).toEqual(before.files);
    expect(eventsIn()).toEqual(before.events);
  });

  it('is told with the same code by every command, and nothing is changed by them', async () => {
    const told = async (...words: readonly string[]): Promise<void> => {
      const { code, err, out } = await runCli([...words, '--data', service.data]);
      expect([words[0], code]).toEqual([words[0], 3]);
      expect(`${out}${err}`).toMatch(/STORE_DAMAGED: /);
      expect(`${out}${err}`).toMatch(sentence);
      expect(`${out}${err}`).not.toMatch(/\n\s+at /);
    };
    await told('rebuild');
    if (before.events !== null) await told('export', '--out', join(folder.path, 'log.ndjson'));
    await told('export', '--format', 'csv', '--list', 'union', '--out', join(folder.path, 'list.csv'));
    await told('import', join(import.meta.dirname, '../fixtures/register/definitions.json'));
    expect(files()).toEqual(before.files);
  });

  it('is gone on with when people say so; what is left of the earlier one is kept', async () => {
    const { code, out } = await runCli(['rebuild', '--accept-log', '--by', 'person:7f3a', '--data', service.data]);
    expect([code, out]).toEqual([0, expect.stringMatching(sentence)]);
    const kept = files().filter((file) => file.startsWith('read-models.lost-'));
    expect(kept).toHaveLength(1);
    const old = new Database(at(String(kept[0])));
    expect(old.prepare(`SELECT count(*) FROM streams WHERE kind = 'case'`).pluck().get()).toBe(4);
    old.close();
    await service.restart();
    await untilReady();
    expect((await service.post('/v1/cases', { names: [latinName('Yeni')], ...WITH_SOURCES })).status).toBe(201);
    await service.stop();
    expect((await runCli(['rebuild', '--data', service.data])).code).toBe(0);
    expect((await runCli(['rebuild', '--accept-log', '--by', 'person:7f3a', '--data', service.data])).out).toContain(
      'nothing to accept',
    );
  });
});

describe('what is no loss', () => {
  beforeEach(async () => {
    service = await Service.start();
  });

  it('a folder with nothing in it is a new register', async () => {
    await untilReady();
    expect((await service.post('/v1/lists', { id: 'union', name: { en: 'Union' }, ...WITH_SOURCES })).status).toBe(201);
  });

  it('a register that is begun anew, without its read models, is a new one', async () => {
    await grow(service);
    await service.stop();
    removeLog();
    for (const end of ['', '-wal', '-shm']) rmSync(at(`read-models.sqlite${end}`), { force: true });
    await service.restart();
    await untilReady();
  });
});

describe('read models that this build cannot use', () => {
  beforeEach(async () => {
    service = await Service.start();
    await grow(service);
    await service.stop();
  });

  it.each([
    ['of another build', () => void new Database(at('read-models.sqlite')).pragma('user_version = 7')],
    ['that cannot be read at all', () => truncateSync(at('read-models.sqlite'), 100)],
  ])('%s are kept beside a log that was lost', async (_, make) => {
    make();
    removeLog();
    const before = files();
    await service.restart();
    expect((await service.post('/v1/cases', { names: [latinName('Yeni')], ...WITH_SOURCES })).body['code']).toBe(
      'REGISTER.DAMAGED',
    );
    await untilDamaged();
    await service.stop();
    expect(files()).toEqual(before);
  });
});

it('a write-ahead log whose log is gone is not deleted by an opening', async () => {
  service = await Service.start();
  await grow(service);
  const db = new Database(at('events.sqlite'), { readonly: true });
  db.prepare('SELECT count(*) FROM events').get();
  copyFileSync(at('events.sqlite-wal'), join(folder.path, 'wal'));
  db.close();
  const [log, other] = [join(folder.path, 'log.ndjson'), join(folder.path, 'other')];
  await runCli(['export', '--out', log, '--data', service.data]);
  expect((await runCli(['import', log, '--data', other])).code).toBe(0);
  await service.stop();
  removeLog();
  rmSync(at('read-models.sqlite'));
  copyFileSync(join(folder.path, 'wal'), at('events.sqlite-wal'));
  await expect(service.restart()).rejects.toMatchObject({ name: 'StoreDamaged' });
  for (const words of [
    ['import', log, '--data', service.data],
    ['copy', '--from', `sqlite:${other}`, '--to', `sqlite:${service.data}`],
    ['verify', '--adopt', '--by', 'person:7f3a', '--data', service.data],
    ['backup', join(folder.path, 'backup'), '--data', service.data],
  ])
    expect([words[0], (await runCli(words)).code]).toEqual([words[0], 3]);
  expect(readFileSync(at('events.sqlite-wal'))).toEqual(readFileSync(join(folder.path, 'wal')));
  expect((await runCli(['rebuild', '--accept-log', '--by', 'person:7f3a', '--data', service.data])).code).toBe(0);
  expect(files().filter((file) => file === 'events.sqlite')).toHaveLength(1);
  expect(readdirSync(service.data).filter((file) => /^events\.lost-.*-wal$/.test(file))).toHaveLength(1);
});

describe('beside the read models of a register whose log was lost', () => {
  let backup: string;
  let log: string;
  beforeEach(async () => {
    service = await Service.start();
    await grow(service);
    await service.stop();
    [backup, log] = [join(folder.path, 'backup.sqlite'), join(folder.path, 'log.ndjson')];
  });

  it("another register's backup, log or copy is refused", async () => {
    const other = await Service.start();
    await grow(other);
    await other.stop();
    await runCli(['backup', backup, '--data', other.data]);
    await runCli(['export', '--out', log, '--data', other.data]);
    removeLog();
    for (const words of [
      ['restore', backup, '--data', service.data],
      ['import', log, '--data', service.data],
      ['copy', '--from', `sqlite:${other.data}`, '--to', `sqlite:${service.data}`],
    ]) {
      const { code, err } = await runCli(words);
      expect([words[0], code, err]).toEqual([
        words[0],
        2,
        expect.stringMatching(/read-models.sqlite .*another register/),
      ]);
      expect(files().filter((file) => /^events/.test(file))).toEqual([]);
    }
    await other.remove();
  });

  it('an earlier backup of it is restored, and said to be earlier, until that is accepted', async () => {
    await runCli(['backup', backup, '--data', service.data]);
    await runCli(['export', '--out', log, '--data', service.data]);
    await service.restart();
    path = await openCase(service);
    await untilReady();
    await service.stop();
    removeLog();
    const restored = await runCli(['restore', backup, '--data', service.data]);
    expect([restored.code, restored.out]).toEqual([
      3,
      expect.stringMatching(/STORE_DAMAGED: the log has lost its end/),
    ]);
    removeLog();
    const imported = await runCli(['import', log, '--data', service.data]);
    expect([imported.code, imported.out]).toEqual([
      3,
      expect.stringMatching(/STORE_DAMAGED: the log has lost its end/),
    ]);
    await service.restart();
    await untilDamaged();
    expect((await service.get(path)).status).toBe(200);
    await service.stop();
    expect((await runCli(['rebuild', '--accept-log', '--by', 'person:7f3a', '--data', service.data])).code).toBe(0);
    await service.restart();
    await untilReady();
    expect((await service.get(path)).status).toBe(404);
  });

  it('its last backup is served again without further ado', async () => {
    await runCli(['backup', backup, '--data', service.data]);
    removeLog();
    const restored = await runCli(['restore', backup, '--data', service.data]);
    expect(restored.out).not.toContain('STORE_DAMAGED');
    await service.restart();
    await untilReady();
  });
});

describe('on a server', () => {
  let double: EsdbDouble;
  beforeEach(async () => (double = await startDouble()));
  afterEach(() => double.stop());
  const environment = (register = 'habeas', url = double.url) => ({
    EVENT_STORE: 'esdb',
    ESDB_URL: `${url}&defaultDeadline=1000`,
    ESDB_REGISTER: register,
    HABEAS_LOG_LEVEL: 'silent',
  });

  it('another name of the register, or an emptied server, is no new register', async () => {
    service = await Service.start(environment());
    path = await grow(service);
    await service.stop();
    const empty = await startDouble();
    for (const wrong of [environment('habaes'), environment('habeas', empty.url)]) {
      await service.restart(wrong);
      expect(await answersOfRecordingRoutes(service, path)).toEqual(REFUSED);
      await untilDamaged();
      expect(await readiness()).toEqual(DAMAGED);
      expect((await service.get(path)).status).toBe(200);
      await service.stop();
    }
    await service.restart();
    await untilReady();
    await service.stop();
    const accepted = await runCli(
      ['rebuild', '--accept-log', '--by', 'person:7f3a', '--data', service.data],
      undefined,
      undefined,
      {
        ...environment('habeas', empty.url),
      },
    );
    expect([accepted.code, accepted.out]).toEqual([0, expect.stringMatching(/Accepted: the log is missing or empty/)]);
    await service.restart(environment('habeas', empty.url));
    await untilReady();
    expect(empty.log.map(({ stream }) => stream).filter((stream) => stream.startsWith('habeas.'))).toEqual([
      'habeas.log-register',
    ]);
    await service.stop();
    await empty.stop();
  });
});
