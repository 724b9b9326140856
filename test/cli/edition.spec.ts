/** `habeas edition`, against the demonstration. */
import { copyDemonstration } from '../support/demonstration.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
const habeas = (...args: readonly string[]) => runCli([...args, '--data', `${folder.path}/data`]);

beforeAll(async () => {
  folder = await temporaryFolder();
  await copyDemonstration(`${folder.path}/data`);
});
afterAll(() => folder.remove());

it('publishes, signs a checkpoint where there is a key, lists, shows and compares', async () => {
  const first = await habeas('edition', 'publish', 'june', '--as-of', '2025-06-10');
  expect(first).toMatchObject({ code: 0 });
  expect(first.out).toMatch(/union, edition june: the list of 2025-06-10, as known at position:\d+\n/);
  expect(first.out).toMatch(/all +375\nhash /);
  await habeas('keys', 'demo.example/log');
  const second = await habeas('edition', 'publish', 'october', '--as-of', '2025-10-07');
  expect(second.out).toMatch(
    /all +375 +0 +19 +1 appeal, 1 sentence-served +0 +392\nhash \S+\ndemo\.example\/log\n\d+\n/,
  );
  const [hash = ''] = /(?<=hash )\S+/.exec(second.out) ?? [];
  expect((await habeas('edition', 'list')).out).toMatch(/june +2025-06-10 +375 .*\n +october +2025-10-07 +392 /);
  const { out } = await habeas('edition', 'show', 'october');
  expect(out).toContain(`hash ${hash}\n`);
  expect(out.match(/AZ-\d{4} .* as-published$/gm)).toHaveLength(392);
  const compared = await habeas('differences', '--from', 'edition:june', '--to', 'edition:october');
  expect(compared.out).toMatch(/union on 2025-10-07, as known at position:\d+: 392/);
});

it.each([
  [['publish', 'june', '--as-of', '2025-06-10'], /EDITION.ID_TAKEN: /],
  [['publish', 'July', '--as-of', '2025-06-10'], /id: expected lower-case/],
  [['publish', 'july', '--as-of', '2025-06'], /--as-of: expected a day/],
  [['publish', 'july', '--as-of', '2026-07-01'], /DATE.FUTURE: /],
  [['publish', 'july', '--as-of', '2025-07-01', '--list', 'none'], /There is no list none/],
  [['list', '--list', 'none'], /There is no list none/],
  [['show', 'july'], /The list union has no edition july/],
])('refuses %j and says why', async (args, message) => {
  const { code, err } = await habeas('edition', ...args);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});
