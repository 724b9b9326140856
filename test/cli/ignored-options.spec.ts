/** An option or a value that would be ignored is refused: whoever gives it believes that it has an effect. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoFile } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  expect(await runCli(['import', '--data', at('data'), demoFile('register.json')])).toMatchObject({ code: 0 });
  expect(await runCli(['export', '--data', at('data'), '--out', at('log.ndjson')])).toMatchObject({ code: 0 });
});
afterAll(() => folder.remove());

it.each([
  ['verify --public-key x', /^--public-key: expected with --against/],
  ['verify --by person:x', /^--by: expected with --adopt/],
  ['rebuild --by person:x', /^--by: expected with --accept-log/],
  ['rebuild --check --by person:x', /^--by: expected with --accept-log/],
  ['import LOG --report FOLDER/wrong.csv', /^--report: expected without an exported log/],
  ['import LOG --correct', /^--correct: expected without an exported log/],
  ['apply amnesty-2025 --resume x', /^--resume: expected alone, not with amnesty-2025/],
  ['apply --eligible --resume x', /^--resume: expected alone, not with --eligible/],
  [
    'statistics stage-by-category --category believers nobodies',
    /^--category: the list union has no category nobodies;/,
  ],
  [
    'differences --from 2025-01-01 --to 2025-10-07 --category nobodies',
    /^--category: the list union has no category nobodies;/,
  ],
])('%s', async (words, message) => {
  const args = words.replace('LOG', at('log.ndjson')).replace('FOLDER', folder.path).split(' ');
  const { code, out, err } = await runCli([...args, '--data', at('data')]);
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringMatching(message) });
  expect(existsSync(at('wrong.csv'))).toBe(false);
});

it.each([
  'serve --port 0',
  'demo --once',
  'import FILE',
  'apply x',
  'find x',
  'show x',
  'export',
  'edition list',
  'differences --from 2025-01-01 --to 2025-10-07',
  'claims',
  'statistics x',
  'replay',
  'backup FOLDER/backup',
  'restore FOLDER/backup',
  'rebuild',
  'keys x',
  'checkpoint',
  'verify',
  'prove x',
])('%s refuses a folder without a name', async (words) => {
  writeFileSync(at('file'), '');
  const before = readdirSync(folder.path);
  const args = words.replace('FILE', at('file')).replace('FOLDER', folder.path).split(' ');
  expect(await runCli([...args, '--data', ''])).toEqual({
    code: 2,
    out: '',
    err: '--data <folder>: expected a value\n',
  });
  expect(readdirSync(folder.path)).toEqual(before);
});
