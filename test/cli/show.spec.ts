/** `habeas show`, in a register of synthetic people. */
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { DEFINITIONS, REGISTER_FILES } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
const show = (...args: string[]) => runCli(['show', '--data', join(folder.path, 'data'), ...args]);
const importing = (...args: string[]) => runCli(['import', '--data', join(folder.path, 'data'), ...args]);
let changed: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const [register = ''] = REGISTER_FILES;
  const lines = readFileSync(register, 'utf8').split('\n').slice(0, 3);
  const [before, after] = ['before.csv', 'after.csv'].map((name) => join(folder.path, name)) as [string, string];
  writeFileSync(before, lines.join('\n'));
  writeFileSync(after, lines.join('\n').replace('2022-07-25,remand', '2022-07-20,remand'));
  changed = after;
  expect((await importing(DEFINITIONS, before)).code).toBe(0);
});
afterAll(() => folder.remove());

it('a case by its id, in either case of the letters', async () => {
  const { out } = await runCli(['export', '--data', join(folder.path, 'data'), '--format', 'csv']);
  const [id = ''] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(out) ?? [];
  const shown = await show(id);
  expect([shown.code, (await show(id.toUpperCase())).out]).toEqual([0, shown.out]);
});

it('a dry run shows each cell with what it said before; then the case is corrected, and known as it was', async () => {
  const dry = await importing('--correct', '--dry-run', changed);
  expect(dry.out).toMatch(/after\.csv +2 +arrested_on +2022-07-25 +2022-07-20/);
  expect((await show('union:AZ-0001')).out).toMatch(/2022-07-25 +\S+ +detained|2022-07-25/);
  const { out } = await importing('--correct', changed);
  expect(out).toMatch(/cells corrected/);
  const now = await show('union:AZ-0001');
  expect(now.code).toBe(0);
  expect(now.out).toMatch(/names +Gülşən Səməd qızı Zərfova/);
  expect(now.out).toContain('2022-07-20');
  expect(now.out).toMatch(/union +yes +recognised \(journalists-and-bloggers\) +detained, remand, /);
  const [, corrected = ''] = /(\d+) +\S+ +import:register:union +\S+ +corrected +\S+: occurredOn/.exec(now.out) ?? [];
  const then = await show('union:AZ-0001', '--known-at', `position:${Number(corrected) - 1}`, '--as-of', '2023-01-01');
  expect(then.out).toMatch(/on 2023-01-01 +remand/);
  expect(then.out).not.toContain('2022-07-20');
});

it.each([
  [['union:AZ-9999'], /There is no case union:AZ-9999/],
  [['no-such-case'], /There is no case no-such-case/],
  [['union:AZ-0001', '--known-at', 'yesterday'], /--known-at: expected /],
  [['union:AZ-0001', '--as-of', '2025-02-30'], /--as-of: expected /],
])('refuses %j and says why', async (args, message) => {
  const { code, err } = await show(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});
