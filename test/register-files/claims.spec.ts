/** Editions and claims of files: attributed, recorded once, and held against what the register counts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Claims } from '../../src/read-models/claims/claims.query.js';
import type { RegisteredClaim } from '../../src/read-models/claims/claim.view.js';
import { openDemonstration } from '../support/demonstration.js';
import { NOW } from '../support/scopes.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { fixture, type RealRegister } from './real-register.js';
import { writeFile } from 'node:fs/promises';

const EDITIONS = fixture('editions.csv');
const CLAIMS = join(import.meta.dirname, '../../demo/claims.json');

let folder: TemporaryFolder;
let register: RealRegister;
beforeAll(async () => {
  folder = await temporaryFolder();
  register = await openDemonstration(join(folder.path, 'data'));
});
afterAll(async () => {
  await register.close();
  await folder.remove();
});

const claims = async (): Promise<readonly RegisteredClaim[]> =>
  (await register.queries.execute(new Claims(NOW, { limit: 100 }))).items;
const summary = ({ id, speaker, register: counted, agreement }: RegisteredClaim) => [
  id,
  speaker,
  counted?.yes,
  agreement,
];

test('every edition enters as claims of its publisher, and the register agrees with all of them', async () => {
  const { imported, report } = await register.import([EDITIONS]);
  expect(report).toEqual([]);
  expect(imported.files).toEqual([{ file: 'editions.csv', total: 10, done: 10, added: 10, unchanged: 0, refused: 0 }]);
  const found = await claims();
  const { editions } = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as {
    editions: Record<string, { total: number }>;
  };
  const totals = Object.entries(editions).map(([date, { total }]) => [
    `union-${date}`,
    'National list of political prisoners',
    total,
    'agrees',
  ]);
  expect(found.filter(({ id }) => /^union-[-\d]+$/.test(id)).map(summary)).toEqual(totals);
  // A claim of the total for each edition; twelve more for each of the four that published their groups, two for each of the two
  // that published how many came and how many left.
  expect(found).toHaveLength(10 + 4 * 12 + 2 * 2);
  expect(found.filter(({ agreement }) => agreement !== 'agrees').map(summary)).toEqual([]);
});

test('the same files again change nothing, and a changed cell is reported, or corrected on request', async () => {
  const events = await register.events();
  expect((await register.import([EDITIONS])).imported.files).toMatchObject([{ unchanged: 10 }]);
  expect(await register.events()).toBe(events);
  const changed = join(folder.path, 'editions.csv');
  await writeFile(changed, readFileSync(EDITIONS, 'utf8').replace('2025-10-07,392', '2025-10-07,393'));
  const { report } = await register.import([changed]);
  expect(report).toEqual([expect.objectContaining({ row: 11, column: 'total', code: 'IMPORT.NEEDS_CORRECTION' })]);
  await register.import([changed], { correct: true });
  expect((await claims()).find(({ id }) => id === 'union-2025-10-07')).toMatchObject({
    value: 393,
    agreement: 'differs',
    difference: -1,
  });
  await register.import([EDITIONS], { correct: true });
});

test('claims stand in a file of definitions, each with its own speaker and source', async () => {
  const { imported, report } = await register.import([CLAIMS]);
  expect(report).toEqual([]);
  expect(imported.files).toMatchObject([{ total: 10, added: 10 }]);
  const found = (await claims()).filter(({ id }) => !id.startsWith('union-'));
  expect(found.map(({ id, agreement, difference }) => [id, agreement, difference]).sort()).toEqual([
    ['act-forecast', 'differs', 52 - 20_000],
    ['amnesty-2021-none', 'agrees', 0],
    ['authorities-none', 'differs', 367],
    ['coordinator-amnestied', 'agrees', 0],
    ['coordinator-next', 'agrees', 0],
    ['coordinator-remaining', 'agrees', 0],
    ['headline-pardoned', 'differs', -51],
    ['nearly-400', 'differs', 367 - 380],
    ['over-300', 'agrees', 0],
  ]);
  expect(found.find(({ id }) => id === 'authorities-none')?.conflicts).toEqual(['nearly-400']);
  expect((await register.import([CLAIMS])).imported.files).toMatchObject([{ unchanged: 10 }]);
});

test.each<[string, object, string]>([
  ['no speaker', { speaker: undefined }, '/claims/0/speaker FIELD.MISSING'],
  ['a count without a day', { about: { metric: 'count', list: 'union' } }, '/claims/0/about CLAIM.PARAMETERS'],
  [
    'an unknown list',
    { about: { metric: 'count', list: 'none', on: '2025-10-07' } },
    '/claims/0/about/list LIST.UNKNOWN',
  ],
  ['no id', { id: undefined }, '/claims/0/id TEXT.FORM'],
])('a claim with %s is refused at its place', async (_, fields, expected) => {
  const file = join(folder.path, 'bad.json');
  const claim = {
    id: 'bad',
    speaker: 'A. B.',
    about: { metric: 'count', list: 'union', on: '2025-10-07' },
    value: 1,
    saidOn: '2025-10-08',
    ...fields,
  };
  await writeFile(file, JSON.stringify({ claims: [claim] }));
  const { report } = await register.import([file]);
  expect(report.map(({ column, code }) => `${column} ${code}`)).toEqual([expected]);
});
