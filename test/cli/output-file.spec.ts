/** What a command writes never replaces the register, or what the command reads; and a copy is another register. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from '../../src/sqlite/database.js';
import { demoFile, fixture } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let data: string;
const at = (name: string): string => join(folder.path, name);
const habeas = (...args: readonly string[]) => runCli([...args, '--data', data]);

beforeEach(async () => {
  folder = await temporaryFolder();
  data = at('data');
  const files = [demoFile('register.json'), fixture('register-uncertain.csv')];
  expect((await habeas('import', ...files)).code).toBe(0);
  expect((await habeas('keys', 'register.example/log')).code).toBe(0);
});
afterEach(() => folder.remove());

const PLACES: readonly (readonly [string, (file: string) => string, RegExp])[] = [
  ['the log', () => join(data, 'events.sqlite'), /a file of the register/],
  ['a file that the register may make', () => join(data, 'events.sqlite-wal'), /a file of the register/],
  ['the key', () => join(data, 'log-key'), /a file of the register/],
  ['the log by a symbolic link', () => linked(symlinkSync), /a file of the register/],
  ['the log by a hard link', () => linked(linkSync), /would replace .*events\.sqlite/],
  ['no name', () => '', /expected a value/],
  ['a folder', () => folder.path, /is a folder/],
  ['a folder that is missing', () => at('missing/file.csv'), /there is no folder/],
];
const linked = (link: (from: string, to: string) => void): string => {
  link(join(data, 'events.sqlite'), at('link'));
  return at('link');
};

it.each(PLACES)('an export to %s is refused, before anything is done', async (_, place, says) => {
  const before = readdirSync(data).sort();
  const log = readFileSync(join(data, 'events.sqlite'));
  const out = place('csv');
  for (const format of ['ndjson', 'csv']) {
    const { code, err } = await habeas('export', '--format', format, '--out', out);
    expect([code, err]).toEqual([2, expect.stringMatching(says)]);
  }
  expect(readFileSync(join(data, 'events.sqlite')).equals(log)).toBe(true);
  expect(readdirSync(data).sort()).toEqual(before);
});

it('a backup is no file of the register', async () => {
  for (const name of ['read-models.sqlite', 'events.sqlite-wal'])
    expect(await habeas('backup', join(data, name))).toMatchObject({
      code: 2,
      err: expect.stringContaining('a file of the register') as string,
    });
});

it('an export replaces another file, and leaves those beside it alone', async () => {
  for (const name of ['list.csv', 'list.csv.part']) writeFileSync(at(name), 'mine');
  expect((await habeas('export', '--format', 'csv', '--out', at('list.csv'))).code).toBe(0);
  expect(readFileSync(at('list.csv'), 'utf8')).not.toBe('mine');
  expect(readFileSync(at('list.csv.part'), 'utf8')).toBe('mine');
  expect(readdirSync(folder.path).sort()).toEqual(['data', 'list.csv', 'list.csv.part']);
});

it('a report does not replace the file that is imported, nor the register', async () => {
  const rows = readFileSync(fixture('register-uncertain.csv'), 'utf8');
  writeFileSync(at('rows.csv'), rows);
  symlinkSync(at('rows.csv'), at('same.csv'));
  for (const report of [at('rows.csv'), at('same.csv')])
    expect(await habeas('import', at('rows.csv'), '--report', report)).toMatchObject({
      code: 2,
      err: expect.stringContaining('would replace') as string,
    });
  expect(readFileSync(at('rows.csv'), 'utf8')).toBe(rows);
});

it('an export that is not signed keeps no earlier proof beside it', async () => {
  expect((await habeas('export', '--out', at('log.ndjson'))).code).toBe(0);
  expect(existsSync(at('log.ndjson.checkpoint'))).toBe(true);
  const db = new Database(join(data, 'events.sqlite'));
  db.exec('UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 2');
  db.close();
  expect((await habeas('export', '--out', at('log.ndjson'))).code).toBe(3);
  expect(readdirSync(folder.path).sort()).toEqual(['data', 'log.ndjson']);
});

it('a log that lost its end, as the read models tell, is neither signed nor called whole', async () => {
  const id = JSON.parse((await habeas('export')).out.split('\n')[0] ?? '') as { readonly id: string };
  const db = new Database(join(data, 'events.sqlite'));
  db.exec('DELETE FROM events WHERE position = (SELECT max(position) FROM events)');
  db.close();
  for (const command of [['checkpoint'], ['verify'], ['prove', id.id]] as const)
    expect(await habeas(...command)).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('the log has lost its end') as string,
    });
  expect((await habeas('export', '--out', at('log.ndjson'))).code).toBe(3);
  expect(existsSync(at('log.ndjson.checkpoint'))).toBe(false);
  expect(existsSync(join(data, 'log-checkpoint'))).toBe(false);
});

it('a key is replaced by name only', async () => {
  const before = readFileSync(join(data, 'log-key'), 'utf8');
  expect(await habeas('keys', '--replace')).toMatchObject({ code: 2, out: '' });
  expect(readFileSync(join(data, 'log-key'), 'utf8')).toBe(before);
});

it('a register is not copied to itself, by whatever path', async () => {
  mkdirSync(at('other'));
  symlinkSync(data, at('other/link'));
  for (const to of [data, `${data}/.`, at('other/link')])
    expect(await runCli(['copy', '--from', `sqlite:${data}`, '--to', `sqlite:${to}`])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the same register') as string,
    });
  rmSync(at('other'), { recursive: true });
});
