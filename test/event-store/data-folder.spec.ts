import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import BetterSqlite3 from 'better-sqlite3';
import { DataFolderInUse, permissionNotices, openDataFolder } from '../../src/event-store/data-folder.js';
import { NotPrivate } from '../../src/event-store/private-file.js';
import Database from '../../src/sqlite/database.js';
import { runCli } from '../support/command-line.js';
import { demoFile } from '../register-files/real-register.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'deep', 'data');
});
afterEach(() => folder.remove());

describe('a data folder', () => {
  it('is made for its owner alone', () => {
    const held = openDataFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    held.release();
  });

  it('that others could read is narrowed with its files, and told', () => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o755);
    for (const name of ['events.sqlite', 'events.sqlite-wal', 'read-models.sqlite', 'notes'])
      writeFileSync(join(path, name), '', { mode: 0o644 });
    const held = openDataFolder(path);
    expect([...held.restricted].sort()).toEqual(['.', 'events.sqlite', 'events.sqlite-wal', 'read-models.sqlite']);
    const modes = ['', ...readdirSync(path)].map((name) => [name, statSync(join(path, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({
      '': 0o700,
      'events.sqlite': 0o600,
      'events.sqlite-wal': 0o600,
      'read-models.sqlite': 0o600,
      lock: 0o600,
      'lock-journal': 0o600,
      notes: 0o644,
    });
    held.release();
  });

  it('that was narrowed is told by commands on the standard error, once', async () => {
    for (const words of [
      ['rebuild', '--accept-log', '--by', 'person:7f3a'],
      ['import', demoFile('register.json')],
    ]) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, 0o755);
      const { code, err } = await runCli([...words, '--data', path]);
      expect([code, err.match(/narrowed to its owner: \.$/gm)]).toEqual([0, ['narrowed to its owner: .']]);
    }
  });

  /** Runs as an account that owns nothing and is in the group 65534; skipped, and said, where that is not allowed. */
  const asNobody = <R>(work: () => R): R => {
    process.setegid?.(65534);
    process.seteuid?.(65534);
    try {
      return work();
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
  };
  const ofRoot = (modeOfFolder: number, modeOfFile: number): void => {
    mkdirSync(path, { recursive: true });
    for (const above of [folder.path, join(path, '..')]) chmodSync(above, 0o755);
    writeFileSync(join(path, 'events.sqlite'), '');
    for (const [name, mode] of [
      ['events.sqlite', modeOfFile],
      ['', modeOfFolder],
    ] as const) {
      chownSync(join(path, name), 0, 65534);
      chmodSync(join(path, name), mode);
    }
  };
  const whereRoot = process.geteuid?.() === 0 ? it : it.skip;

  whereRoot('of another account that lets a group have it is opened, left as it is, and told', () => {
    ofRoot(0o2770, 0o660);
    const held = asNobody(() => openDataFolder(path));
    expect(held).toMatchObject({ restricted: [], groupReadable: ['.', 'events.sqlite'] });
    expect(permissionNotices(held)).toEqual([expect.stringContaining('left as it is: ., events.sqlite')]);
    expect([statSync(path).mode & 0o777, statSync(join(path, 'events.sqlite')).mode & 0o777]).toEqual([0o770, 0o660]);
    held.release();
  });

  whereRoot.each([
    ['is a folder', 0o2775, 0o660],
    ['is a file', 0o2770, 0o664],
  ])('of another account is refused where what everybody can reach %s, and nothing is made there', (_, dir, file) => {
    ofRoot(dir, file);
    expect(() => asNobody(() => openDataFolder(path))).toThrow(NotPrivate);
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it('holds files for their owner alone, whatever the umask, as do backups and exports', async () => {
    const before = process.umask(0);
    try {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      expect(await runCli(['import', demoFile('register.json'), '--data', path])).toMatchObject({ code: 0 });
      mkdirSync(join(path, 'out'));
      expect(await runCli(['backup', join(path, 'out/b'), '--data', path])).toMatchObject({ code: 0 });
      expect(await runCli(['export', '--out', join(path, 'out/e'), '--data', path])).toMatchObject({ code: 0 });
      const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      expect(files.length).toBeGreaterThan(5);
      for (const { parentPath, name } of files)
        expect([name, statSync(join(parentPath, name)).mode & 0o777]).toEqual([name, 0o600]);
    } finally {
      process.umask(before);
    }
  });

  it('names its files, and makes none of them', () => {
    const held = openDataFolder(path);
    expect(held).toMatchObject({ events: join(path, 'events.sqlite'), readModels: join(path, 'read-models.sqlite') });
    expect(existsSync(held.events) || existsSync(held.readModels)).toBe(false);
    held.release();
  });

  it('is held by one at a time', () => {
    const held = openDataFolder(path);
    expect(() => openDataFolder(path)).toThrow(DataFolderInUse);
    held.release();
    openDataFolder(path).release();
  });

  it('in use is named in the refusal, and stays held', () => {
    const held = openDataFolder(path);
    expect(() => openDataFolder(path)).toThrow(path);
    expect(() => openDataFolder(path)).toThrow(DataFolderInUse);
    held.release();
  });

  it('stays held when nobody keeps what opening it gave', () => {
    openDataFolder(path);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    expect(() => openDataFolder(path)).toThrow(DataFolderInUse);
  });

  it('stands beside others', () => {
    const one = openDataFolder(path);
    const two = openDataFolder(join(folder.path, 'other'));
    one.release();
    two.release();
  });

  it('held by another process is refused, and free when that process is killed', async () => {
    openDataFolder(path).release();
    const version = Database === BetterSqlite3 ? 'better-sqlite3' : 'better-sqlite3-12';
    const driver = JSON.stringify(createRequire(join(process.cwd(), 'package.json')).resolve(version));
    const holding = `const db = new (require(${driver}))(process.argv[1]); db.exec('BEGIN EXCLUSIVE');
      console.log('held'); setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['-e', holding, join(path, 'lock')]);
    await once(child.stdout, 'data');
    expect(() => openDataFolder(path)).toThrow(DataFolderInUse);
    child.kill('SIGKILL');
    await once(child, 'exit');
    openDataFolder(path).release();
  });

  it('that cannot be made is an error of the file system', () => {
    expect(() => openDataFolder('/dev/null/data')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });
});
