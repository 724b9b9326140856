/** Editions of a list with a category called `entered`: no two of their claims get one id. */
import { Claims } from '../../src/read-models/claims/claims.query.js';
import { NOW } from '../support/scopes.js';
import { openRealRegister, type RealRegister } from './real-register.js';
import { Files } from './temporary-files.js';

let files: Files;
let register: RealRegister;
beforeEach(async () => {
  files = new Files();
  register = await openRealRegister();
});
afterEach(async () => {
  await register.close();
  files.remove();
});

const LIST = { id: 'union', name: { en: 'Union' }, categories: [{ id: 'entered', name: { en: 'Entered' } }] };
const definitions = (claims: readonly object[] = []): string =>
  files.text('register.json', JSON.stringify({ lists: [LIST], claims }));
const row = (date: string, added: string) => ({
  ...{ date, total: '9', added, removed: '', groups_published: 'true', source: 'a newspaper', speaker: '' },
  entered: '4',
});
const editions = (): string => files.rows('editions.csv', row('2025-06-10', ''), row('2025-10-07', '5'));
const claims = async () =>
  (await register.queries.execute(new Claims(NOW, { limit: 100 }))).items.map(({ id, about, value }) => [
    id.replace(/[0-9a-f]{40}$/, '…'),
    about.metric,
    about.category ?? null,
    value,
  ]);
const imported = async (...paths: string[]) => {
  const { imported: result, report } = await register.import(paths);
  expect(report).toEqual([]);
  return result.files.at(-1);
};

it('are recorded apart, and once', async () => {
  await imported(definitions(), editions());
  const all = await claims();
  expect(all).toHaveLength(5);
  expect(all).toContainEqual(['union-2025-10-07-entered', 'entered', null, 5]);
  expect(all).toContainEqual(['edition-…', 'count', 'entered', 4]);
  expect(await imported(editions())).toMatchObject({ added: 0, unchanged: 2 });
  expect(await claims()).toEqual(all);
});

it('of which an import of before recorded one are not recorded again', async () => {
  const about = { metric: 'count', list: 'union', category: 'entered', on: '2025-10-07' };
  const source = { kind: 'register-file', citation: 'a newspaper' };
  const before = {
    id: 'union-2025-10-07-entered',
    speaker: 'Union',
    about,
    value: 4,
    saidOn: '2025-10-07',
    sources: [source],
  };
  await imported(definitions([before]), editions());
  const all = await claims();
  expect(all).toHaveLength(5);
  expect(all).toContainEqual(['union-2025-10-07-entered', 'count', 'entered', 4]);
  expect(all).toContainEqual(['edition-…', 'entered', null, 5]);
  expect(await imported(editions())).toMatchObject({ added: 0, unchanged: 2 });
  expect(await claims()).toEqual(all);
});

it('that came or left since an edition whose day is no day are refused where they stand', async () => {
  const file = files.rows('editions.csv', row('June', ''), row('2025-10-07', '5'));
  const { report } = await register.import([definitions(), file]);
  expect(report.map(({ row, column, code }) => [row, column, code])).toEqual([
    [2, 'date', 'DAY.INVALID'],
    [3, 'added', 'ROW.WRONG_CELL'],
  ]);
});

it('are not recorded of two rows of one date and speaker, also of one that would correct the other', async () => {
  await imported(definitions());
  const other = { ...row('2025-06-10', ''), speaker: 'Somebody else' };
  const path = files.rows('twice.csv', row('2025-06-10', ''), other, { ...row('2025-06-10', ''), total: '10' });
  const { imported: result, report } = await register.import([path], { correct: true });
  expect(result.files.at(-1)).toMatchObject({ added: 1, refused: 2 });
  expect(report.map(({ row: line, column, code }) => [line, column, code])).toEqual([
    [2, 'date', 'ROW.REFERENCE_TWICE'],
    [4, 'date', 'ROW.REFERENCE_TWICE'],
  ]);
});
