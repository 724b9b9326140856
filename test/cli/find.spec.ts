/** `habeas find`, in a register of synthetic people. */
import { join } from 'node:path';
import { DEFINITIONS, REGISTER_FILES } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
const find = (...args: string[]) => runCli(['find', '--data', join(folder.path, 'data'), ...args]);

beforeAll(async () => {
  folder = await temporaryFolder();
  const [register = ''] = REGISTER_FILES;
  const { code } = await runCli(['import', '--data', join(folder.path, 'data'), DEFINITIONS, register]);
  expect(code).toBe(0);
});
afterAll(() => folder.remove());

const references = (out: string): readonly string[] => out.match(/AZ-\d+/g) ?? [];

/** Tips of shared fixtures: a name as a caller says it, and the case that it concerns. */
it.each([
  ['Ziya Parviz oghlu Daftarzada', 'AZ-0327'],
  ['Дашгын Рамиз оглы Гондармазада', 'AZ-0260'],
  ['Ulvi Rashad oglu Sahifayev', 'AZ-0324'],
  ['Fərid Nümunəyev', 'AZ-0356'],
  ['УЛВИ ЯШАР ОГЛЫ НАГЫЛЛЫ', 'AZ-0148'],
  ['Tural Dzhavid oghlu Sozzada', 'AZ-0248'],
])('finds %s first', async (name, reference) => {
  const { code, out } = await find(...name.split(' '));
  expect(code).toBe(0);
  expect(references(out)[0]).toBe(reference);
});

it('shows score, spelling, reason, references and custody, and says when there are more', async () => {
  const { out } = await find('Zarfov', '--limit', '1', '--as-of', '2023-03-01');
  expect(out).toMatch(/score +name +spelling that matched +why +references +custody/);
  expect(out).toMatch(/1 of \d+; --limit shows more/);
  expect((await find('Bilinməyən')).out).toBe('Nobody of such a name.\n');
});

it.each([[['a']], [['*']], [['Zarfov', '--limit', '0']], [['Zarfov', '--as-of', 'yesterday']]])(
  'refuses %j and says what it expected',
  async (args) => {
    const { code, err } = await find(...args);
    expect(code).toBe(2);
    expect(err).toMatch(/^(name|limit|asOf): expected /);
  },
);
