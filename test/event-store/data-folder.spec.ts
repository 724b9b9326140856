import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DataFolderInUse, openDataFolder } from '../../src/event-store/data-folder.js';
import { habeas } from '../support/command-line.js';
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
    expect([...held.narrowed].sort()).toEqual(['.', 'events.sqlite', 'events.sqlite-wal', 'read-models.sqlite']);
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

  it('holds files for their owner alone, whatever the umask, as do backups and exports', async () => {
    const before = process.umask(0);
    try {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      expect(await habeas(['import', demoFile('register.json'), '--data', path])).toMatchObject({ code: 0 });
      mkdirSync(join(path, 'out'));
      expect(await habeas(['backup', join(path, 'out/b'), '--data', path])).toMatchObject({ code: 0 });
      expect(await habeas(['export', '--out', join(path, 'out/e'), '--data', path])).toMatchObject({ code: 0 });
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
    const driver = JSON.stringify(createRequire(join(process.cwd(), 'package.json')).resolve('better-sqlite3'));
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
