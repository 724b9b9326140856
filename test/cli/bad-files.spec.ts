/** Every command with every kind of bad file: a documented exit code and a message, never a stack. */
import Database from '../../src/sqlite/database.js';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoFile } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'habeas-bad-'));
  expect(await runCli(['import', '--data', at('good'), demoFile('register.json')])).toMatchObject({ code: 0 });
  expect(await runCli(['backup', at('backup'), '--data', at('good')])).toMatchObject({ code: 0 });
  expect(await runCli(['export', '--out', at('log.ndjson'), '--data', at('good')])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ways to damage a file. */
const BAD: Readonly<Record<string, (path: string) => void>> = {
  truncated: (path) => truncateSync(path, Math.ceil(readFileSync(path).length / 3)),
  empty: (path) => writeFileSync(path, ''),
  random: (path) => writeFileSync(path, randomBytes(20_000)),
  text: (path) => writeFileSync(path, 'a letter to somebody\n'.repeat(100)),
  folder: (path) => {
    rmSync(path, { force: true });
    mkdirSync(path);
  },
  foreign: (path) => {
    rmSync(path, { force: true });
    const db = new Database(path);
    db.exec('CREATE TABLE notes (text)');
    db.close();
  },
};

const DATA: Readonly<Record<string, (data: string) => readonly string[]>> = {
  serve: (data) => ['serve', '--port', '0', '--data', data],
  import: (data) => ['import', demoFile('register.json'), '--data', data],
  'import --dry-run': (data) => ['import', '--dry-run', demoFile('register.json'), '--data', data],
  export: (data) => ['export', '--data', data],
  'export csv': (data) => ['export', '--format', 'csv', '--data', data],
  backup: (data) => ['backup', `${data}-backup`, '--data', data],
  restore: (data) => ['restore', at('backup'), '--data', data],
  copy: (data) => ['copy', '--from', `sqlite:${data}`, '--to', `sqlite:${data}-copy`],
  'copy into': (data) => ['copy', '--from', `sqlite:${at('good')}`, '--to', `sqlite:${data}`],
  rebuild: (data) => ['rebuild', '--data', data],
  demo: (data) => ['demo', '--once', '--data', data],
};
const INPUTS: Readonly<Record<string, (file: string, data: string) => readonly string[]>> = {
  import: (file, data) => ['import', file, '--data', data],
  restore: (file, data) => ['restore', file, '--data', data],
  'backup --previous': (file, data) => ['backup', `${data}-backup`, '--previous', file, '--data', at('good')],
};

/**
 * Checks exit code and message, and that the output has no stack and no paths of the program. What serves is stopped, and so is a
 * demonstration that imports people: nothing was wrong with its files then.
 */
const check = async (words: readonly string[]): Promise<void> => {
  const { code, out, err } = await runCli(
    words,
    (output) => output.out.includes('/v1/docs') || output.err.includes('register-2025'),
  );
  expect([0, 1, 2, 3]).toContain(code);
  expect(out + err).not.toMatch(/^\s+at /m);
  expect(out + err).not.toMatch(/A fault of Habeas/);
  expect(err).not.toMatch(/node_modules|\/src\//);
  if (code > 1) expect(out + err).not.toBe('');
};

describe.each(Object.keys(DATA))('%s', (command) => {
  it.each(
    ['events.sqlite', 'read-models.sqlite', 'lock'].flatMap((file) =>
      Object.keys(BAD).map((kind) => [file, kind] as const),
    ),
  )('where %s is %s', async (file, kind) => {
    const data = at(`data-${command.replaceAll(' ', '-')}-${file}-${kind}`);
    cpSync(at('good'), data, { recursive: true });
    if (command === 'demo') writeFileSync(join(data, 'DEMONSTRATION'), '');
    BAD[kind]?.(join(data, file));
    await check((DATA[command] as (data: string) => readonly string[])(data));
    rmSync(data, { recursive: true, force: true });
  });
});

describe.each(Object.keys(INPUTS))('%s', (command) => {
  it.each(['backup', 'log.ndjson'].flatMap((file) => Object.keys(BAD).map((kind) => [file, kind] as const)))(
    'of %s that is %s',
    async (file, kind) => {
      const input = at(`input-${file}-${kind}`);
      cpSync(at(file), input);
      BAD[kind]?.(input);
      await check((INPUTS[command] as (file: string, data: string) => readonly string[])(input, `${input}-data`));
      for (const path of [input, `${input}-data`]) rmSync(path, { recursive: true, force: true });
    },
  );
});
