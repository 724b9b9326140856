/** `habeas find`, `habeas differences`, `habeas claims` and `habeas statistics`, on a copy of the demonstration. */
import { join } from 'node:path';
import { demoFile } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { copyDemonstration } from '../support/demonstration.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
const find = (...args: string[]) => runCli(['find', '--data', join(folder.path, 'data'), ...args]);

beforeAll(async () => {
  folder = await temporaryFolder();
  await copyDemonstration(join(folder.path, 'data'));
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

it('finds people by words of their facility, articles or summary, in any spelling, as the REST interface does', async () => {
  const { code, out } = await find('--words', 'penitentiary', 'no', '2', '--limit', '3');
  expect(code).toBe(0);
  expect(out).toMatch(/score +name +text that matched +why +references +custody/);
  expect(references(out)).toHaveLength(3);
  expect(references((await find('--words', 'PENITENTIARY No. 2', '--limit', '3')).out)).toEqual(references(out));
  expect((await find('--words', 'Bilinməyən')).out).toBe('Nobody with these words.\n');
  expect(await find('--words', '*')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^words: expected /) as string,
  });
});

it.each([
  [['a']],
  [['*']],
  [['Zarfov', '--limit', '0']],
  [['Zarfov', '--as-of', 'yesterday']],
  [['Zarfov', '--known-at', 'yesterday']],
])('refuses %j and says what it expected', async (args) => {
  const { code, err } = await find(...args);
  expect(code).toBe(2);
  expect(err).toMatch(/^(name|--limit|--as-of|--known-at): expected /);
});

it('tells what differs between two days, and two times', async () => {
  const differences = (...args: string[]) => runCli(['differences', '--data', join(folder.path, 'data'), ...args]);
  const between = await differences('--from', '2025-10-07', '--to', '2025-10-07', '--from-known', 'position:0');
  expect([between.code, between.err]).toEqual([0, '']);
  const [opening, late, reopening, , closing] = between.out.split('\n');
  expect(opening).toBe('union on 2025-10-07, as known at position:0: 0');
  expect(late).toMatch(/learned late: [1-9]\d* entered, 0 left, 0 moved/);
  expect(reopening?.split(': ')[1]).toBe(closing?.split(': ')[1]);
  expect(between.out).toMatch(/learned-late +entered +union:AZ-\d+/);
  const nothing = await differences('--from', '2025-10-07', '--to', '2025-10-07');
  expect(nothing.out).not.toMatch(/entered +union/);
});

it.each([
  [['--from', '2025-10-08', '--to', '2025-10-07'], '--to: expected a day not before from'],
  [['--from', '2025-10-07', '--to', '2025-10-07', '--to-known', '2099-01-01'], '--to-known: expected today, or'],
  [['--from', '2025-10-07', '--to', '2025-10-07', '--list', 'nowhere'], 'There is no list nowhere'],
])('refuses the differences %j', async (args, expected) => {
  const { code, err } = await runCli(['differences', '--data', join(folder.path, 'data'), ...args]);
  expect([code, err]).toEqual([2, expect.stringContaining(expected)]);
});

it('shows claims beside what the register counts, of a dry run only there', async () => {
  const data = join(folder.path, 'data');
  const claims = (...args: string[]) => runCli(['claims', '--data', data, ...args]);
  const words = ['import', '--data', data, demoFile('editions.csv')];
  expect(await runCli([...words, '--dry-run'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/editions.csv +10 +10/),
  });
  expect(await claims()).toEqual({ code: 0, out: 'Nothing is claimed.\n', err: '' });
  expect(await runCli(words)).toMatchObject({ code: 0 });
  const { out } = await claims('--list', 'union', '--about', 'count', '--on', '2026-01-05');
  expect(out).toMatch(
    /2025-10-07 +National .* on union, 2025-10-07 +392 +367 +differs by -25: since 2025-10-07 27 came, 52 left/,
  );
  expect(await claims('--about', 'mood')).toMatchObject({ code: 2, err: expect.stringContaining('--about: expected') });
});

it('prints a statistic as a table', async () => {
  const statistics = (...args: string[]) => runCli(['statistics', '--data', join(folder.path, 'data'), ...args]);
  const { code, out } = await statistics('category-by-instrument', '--as-of', '2026-01-05');
  expect(code).toBe(0);
  expect(out).toMatch(/^union, 2026-01-05\n +category +amnesty-2025 +pardon-2023-05-27\n/);
  expect(out).toMatch(/believers +52 +1\n/);
  const series = await statistics('daily', '--from', '2025-12-21', '--as-of', '2025-12-22');
  expect(series.out).toMatch(/2025-12-21 to 2025-12-22[^]*2025-12-22 +389 +amnesty-2025 inForce/);
  expect(await statistics('mood')).toMatchObject({ code: 2, err: expect.stringContaining('one of stage-by-category') });
  expect(await statistics('gravity', '--from', '2025-01-01')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--from'),
  });
});
