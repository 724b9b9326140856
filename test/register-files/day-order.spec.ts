/** The order of the days of a row, checked by the row or by the domain over the whole case. */
import type { AmnestyRow, RegisterRow } from '../../src/register-files/row-columns.js';
import { Files } from './temporary-files.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { amnestyRow, convicted, registerRow } from './row-builders.js';

let register: RealRegister;
let files: Files;
beforeAll(async () => {
  files = new Files();
  register = await openRealRegister();
  await register.import([DEFINITIONS]);
  expect(await importRow(registerRow({ ...convicted, ref: 'AM-01' }))).toEqual([]);
});
afterAll(async () => {
  await register.close();
  files.remove();
});

const importRow = async (row: RegisterRow | AmnestyRow) => {
  const { imported, report } = await register.import([files.rows('rows.csv', row)]);
  expect(imported.files[0]!.added + imported.files[0]!.refused).toBe(1);
  return report.map(({ column, code }) => `${column} ${code}`);
};

describe('a row of the register', () => {
  it.each<[string, Partial<RegisterRow>, string]>([
    ['convicted before arrested', { ...convicted, convicted_on: '2024-01-10' }, 'convicted_on CASE.NOT_ARRESTED'],
    ['convicted in a month before', { ...convicted, convicted_on: '2024-01' }, 'convicted_on CASE.NOT_ARRESTED'],
    ['released before arrested', { released_on: '2024-01-01', release_reason: 'bail' }, 'released_on CASE.NOT_HELD'],
    ['released in a year before', { released_on: '2023', release_reason: 'bail' }, 'released_on CASE.NOT_HELD'],
    [
      'paroled before convicted',
      { ...convicted, released_on: '2024-07', release_reason: 'parole' },
      'released_on CASE.NOT_CONVICTED',
    ],
    [
      'delisted before recognised',
      { delisted_on: '2024-05', delisted_reason: 'other' },
      'delisted_on CASE.NOT_RECOGNISED',
    ],
    [
      'recategorised before recognised',
      { category_changes: '2024-05=national-minorities' },
      'category_changes CASE.NOT_RECOGNISED',
    ],
    [
      'recategorised after delisted',
      {
        category_changes: '2025-05=national-minorities',
        delisted_on: '2025-04',
        delisted_reason: 'other',
      },
      'category_changes CASE.NOT_RECOGNISED',
    ],
    [
      'moved home before arrested',
      { measure: 'house-arrest', delisted_on: '2024-01', delisted_reason: 'house-arrest' },
      'delisted_on CASE.NOT_HELD',
    ],
    ['born after arrested', { born: '2025' }, 'born ROW.CONTRADICTS_ITSELF'],
    [
      'born after recognised, where no arrest is known',
      { born: '2024-07', arrested_on: '', measure: '', charged_articles: '', facility: '' },
      'born ROW.CONTRADICTS_ITSELF',
    ],
  ])('is refused: %s', async (_, cells, errors) => {
    expect(await importRow(registerRow({ ref: 'DO-01', ...cells }))).toContain(errors);
  });

  it('enters where one reading of its days is in order', async () => {
    const days = { born: '1980', arrested_on: '2024-02', released_on: '2024', release_reason: 'bail' };
    expect(await importRow(registerRow({ ref: 'DO-02', ...days, recognised_on: '2024-06~' }))).toEqual([]);
  });
});

describe('a row of an amnesty', () => {
  it.each<[string, Partial<AmnestyRow>]>([
    ['three weeks before', { released_on: '2025-12-01' }],
    ['the day before', { released_on: '2025-12-21' }],
    ['in a month before', { released_on: '2025-11' }],
    ['before any day of the amnesty', { amnestied_on: '2025-12-25/2025-12-28', released_on: '2025-12-24' }],
  ])('is refused where the release lies before the amnesty: %s', async (_, cells) => {
    expect(await importRow(amnestyRow({ ref: 'AM-01', ...cells }))).toEqual(['released_on ROW.CONTRADICTS_ITSELF']);
  });

  it('enters where one reading of its days is in order', async () => {
    expect(await importRow(amnestyRow({ ref: 'AM-01', amnestied_on: '2025-12', released_on: '2025-12' }))).toEqual([]);
  });
});
