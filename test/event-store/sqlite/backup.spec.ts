/** A backup of the embedded log: consistent, checked, put back, and never over something else. */
import Database from '../../../src/sqlite/database.js';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyCopy, readStoredLog } from '../../../src/event-store/copy.js';
import { StoreDamaged, type EventStore } from '../../../src/event-store/port.js';
import { UNWATCHED, type JobProgress } from '../../../src/jobs/job.js';
import { backUp, BackupRefused, checkLog, copyDatabase, restore } from '../../../src/event-store/sqlite/backup.js';
import { createSqliteStore } from '../../../src/event-store/sqlite/store.js';
import { newEvent, newEvents, newStreamName } from '../../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
let store: EventStore;
const at = (name: string): string => join(folder.path, name);
beforeEach(async () => {
  folder = await temporaryFolder();
  store = createSqliteStore({ file: at('events.sqlite') });
  for (let i = 0; i < 20; i++) await store.append(newStreamName(), 'no-stream', newEvents(3));
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The files in the folder that are not those of the log: what a backup could leave behind. */
const left = (): string[] => readdirSync(folder.path).filter((name) => !name.startsWith('events.sqlite'));

describe('a backup', () => {
  it('is one file with everything in it, its digest beside it, for its owner alone', async () => {
    const last = newEvent();
    await store.append(newStreamName(), 'no-stream', [last]);
    const made = await backUp(at('events.sqlite'), at('backup'));
    expect(made).toEqual({ events: 61, last: last.id, sha256: digest(at('backup')), lacks: [] });
    expect(readFileSync(at('backup.sha256'), 'utf8')).toBe(`${made.sha256}  backup\n`);
    expect(left()).toEqual(['backup', 'backup.json', 'backup.sha256']);
    expect(JSON.parse(readFileSync(at('backup.json'), 'utf8'))).toMatchObject({ events: 61, last: last.id, lacks: [] });
    for (const name of left()) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect(await checkLog(at('backup'))).toEqual({ events: 61, last: last.id, lack: null });
    expect(left()).toEqual(['backup', 'backup.json', 'backup.sha256']);
  });

  it('of an empty log is an empty log', async () => {
    await createSqliteStore({ file: at('none.sqlite') }).close();
    expect(await backUp(at('none.sqlite'), at('backup'))).toMatchObject({ events: 0, last: null });
  });

  it('is of one moment, and comes to an end, however much is written meanwhile', async () => {
    const wide = createSqliteStore({ file: at('wide.sqlite') });
    const large = () => Array.from({ length: 200 }, () => newEvent({ causationId: 'x'.repeat(4_000) }));
    for (let i = 0; i < 10; i++) await wide.append(newStreamName(), 'no-stream', large());
    let writes = 0;
    const writer = new Database(at('wide.sqlite'));
    const onProgress = ({ stage }: JobProgress): void => {
      if (stage !== 'pages copied') return;
      writes += 1;
      writer.exec("UPDATE types SET name = 'later' WHERE 0; INSERT INTO streams (name) VALUES (hex(randomblob(16)))");
    };
    const { events: count } = await backUp(at('wide.sqlite'), at('backup'), {}, { ...UNWATCHED, onProgress });
    writer.close();
    expect(count).toBe(2_000);
    expect(writes).toBeGreaterThan(2);
    const copy = new Database(at('backup'), { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM streams').pluck().get()).toBe(10);
    copy.close();
    await wide.close();
  });

  it('overwrites nothing', async () => {
    writeFileSync(at('backup'), 'mine');
    await expect(backUp(at('events.sqlite'), at('backup'))).rejects.toThrow(BackupRefused);
    expect(readFileSync(at('backup'), 'utf8')).toBe('mine');
    expect(left()).toEqual(['backup']);
  });

  it.each(['pages copied', 'events checked'])('stopped at the stage of %s leaves nothing', async (stage) => {
    const stop = new AbortController();
    const watch = { signal: stop.signal, onProgress: (at: JobProgress) => at.stage === stage && stop.abort() };
    await expect(backUp(at('events.sqlite'), at('backup'), {}, watch)).rejects.toThrow('aborted');
    expect(left()).toEqual([]);
  });

  it.each([
    ['an event that cannot be read', "UPDATE events SET payload = '{}' WHERE position = 7"],
    ['an event that is missing', 'DELETE FROM events WHERE position = 7'],
    ['a revision that is missing', 'UPDATE events SET revision = 7 WHERE position = 6'],
  ])('of a log with %s is none', async (_, sql) => {
    const db = new Database(at('events.sqlite'));
    db.exec(sql);
    db.close();
    await expect(backUp(at('events.sqlite'), at('backup'))).rejects.toThrow(StoreDamaged);
    expect(left()).toEqual([]);
  });

  it('leaves a file of a similar name as it is', async () => {
    writeFileSync(at('backup.part'), 'mine');
    expect(await backUp(at('events.sqlite'), at('backup'))).toMatchObject({ events: 60 });
    expect(readFileSync(at('backup.part'), 'utf8')).toBe('mine');
  });
});

describe('a restore', () => {
  beforeEach(async () => {
    await backUp(at('events.sqlite'), at('backup'));
  });

  it('gives back the log, event by event, and leaves the backup as it is', async () => {
    const before = digest(at('backup'));
    expect(await restore(at('backup'), at('restored'))).toMatchObject({ events: 60, sha256: before });
    const restored = createSqliteStore({ file: at('restored') });
    expect(await verifyCopy(readStoredLog(store), restored)).toBe(60);
    expect(await restored.append(newStreamName(), 'no-stream', newEvents(1))).toMatchObject({ cursor: '61' });
    await restored.close();
    expect(digest(at('backup'))).toBe(before);
    expect(left()).toEqual(['backup', 'backup.json', 'backup.sha256', 'restored']);
    expect(statSync(at('restored')).mode & 0o777).toBe(0o600);
  });

  it('works from where nothing can be written, and without the digest', async () => {
    copyFileSync(at('backup'), at('alone'));
    chmodSync(at('alone'), 0o400);
    expect(await restore(at('alone'), at('restored'))).toMatchObject({ events: 60 });
  });

  it('is verified before it is in place, and leaves nothing where that fails', async () => {
    const seen: unknown[] = [];
    const verify = async (copy: EventStore): Promise<void> => {
      seen.push(await copy.head(), left().includes('restored'));
      throw new StoreDamaged('it is another log');
    };
    await expect(restore(at('backup'), at('restored'), UNWATCHED, verify)).rejects.toThrow('it is another log');
    expect(seen).toEqual(['60', false]);
    expect(left()).toEqual(['backup', 'backup.json', 'backup.sha256']);
  });

  it('leaves nothing where the folder cannot be made durable, as a backup does', async () => {
    const handle = await open(folder.path);
    const methods = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const { sync } = methods;
    jest.spyOn(methods, 'sync').mockImplementation(async function (this: FileHandle) {
      if ((await this.stat()).isDirectory()) throw new Error('EIO');
      await sync.call(this);
    });
    await expect(restore(at('backup'), at('restored'))).rejects.toThrow('EIO');
    await expect(backUp(at('events.sqlite'), at('another'))).rejects.toThrow('EIO');
    jest.restoreAllMocks();
    expect(left()).toEqual(['backup', 'backup.json', 'backup.sha256']);
  });

  it('overwrites no log', async () => {
    const before = digest(at('events.sqlite'));
    await expect(restore(at('backup'), at('events.sqlite'))).rejects.toThrow('overwrites nothing');
    expect(digest(at('events.sqlite'))).toBe(before);
  });

  it.each([
    [
      'was changed',
      () => writeFileSync(at('backup'), Buffer.concat([readFileSync(at('backup')), Buffer.alloc(1)])),
      BackupRefused,
    ],
    ['was cut short', () => truncateSync(at('backup'), 50_000), BackupRefused],
    [
      'is not what its manifest says',
      () => {
        rmSync(at('backup.sha256'));
        truncateSync(at('backup'), 50_000);
      },
      BackupRefused,
    ],
    ['is a log in use', () => writeFileSync(at('backup-wal'), ''), BackupRefused],
    [
      'is no log, though its digest is right',
      () => {
        writeFileSync(at('backup'), 'a letter');
        rmSync(at('backup.json'));
        writeFileSync(at('backup.sha256'), `${digest(at('backup'))}  backup\n`);
      },
      StoreDamaged,
    ],
    [
      'is empty',
      () => {
        writeFileSync(at('backup'), '');
        rmSync(at('backup.json'));
        writeFileSync(at('backup.sha256'), `${digest(at('backup'))}  backup\n`);
      },
      StoreDamaged,
    ],
  ])('of a file that %s is refused, and leaves nothing', async (_, spoil, error) => {
    spoil();
    await expect(restore(at('backup'), at('restored'))).rejects.toThrow(error);
    expect(left().filter((name) => name.startsWith('restored'))).toEqual([]);
  });

  it('stopped leaves nothing', async () => {
    const stop = new AbortController();
    const watch = { signal: stop.signal, onProgress: () => stop.abort() };
    await expect(restore(at('backup'), at('restored'), watch)).rejects.toThrow('aborted');
    expect(left()).toEqual(['backup', 'backup.json', 'backup.sha256']);
  });
});

it('a copied database says how far it is', async () => {
  const seen: (number | null)[][] = [];
  await copyDatabase(at('events.sqlite'), at('copy'), {
    ...UNWATCHED,
    onProgress: ({ done, total }) => seen.push([done, total]),
  });
  const [done, total] = seen.at(-1) ?? [];
  expect(done).toBe(total);
  expect(total).toBeGreaterThan(0);
});
