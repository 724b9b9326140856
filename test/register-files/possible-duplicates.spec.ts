/** Rows of people who may have a case already. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { RecordEvents } from '../../src/commands/record-events.js';
import { NO_CIRCUMSTANCES } from '../../src/domain/names/likeness.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { Files } from './temporary-files.js';
import { openDemonstration } from '../support/demonstration.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { registerRow } from './row-builders.js';

const files = new Files();
let register: RealRegister;
beforeEach(async () => {
  register = await openRealRegister(createSqliteStore({ file: ':memory:' }), { findsDuplicates: true });
  await register.import([DEFINITIONS]);
});
afterEach(() => register.close());
afterAll(() => files.remove());

type Cells = Parameters<typeof registerRow>[0];
const rows = async (...cells: readonly Cells[]) => {
  const { imported, report } = await register.import([files.rows('rows.csv', ...cells.map((one) => registerRow(one)))]);
  return { ...imported.files[0], report };
};

const ELSHAN: Cells = { ref: 'T-1', name: 'Elşən Ramiz oğlu Nümunəyev', name_en: '', name_ru: '', born: '1980' };

it('are refused with the cases that they may be, and the others go on', async () => {
  expect(await rows(ELSHAN)).toMatchObject({ added: 1, refused: 0 });
  const again = await rows(
    { ...ELSHAN, ref: 'T-2', name: 'Elşən Nümunəyev' },
    { ...ELSHAN, ref: 'T-3', name: 'Elşən Nümunəyev', born: '1975' },
  );
  expect(again).toMatchObject({ added: 1, refused: 1 });
  expect(again.report).toMatchObject([{ row: 2, column: 'name', code: 'CASE.POSSIBLE_DUPLICATE' }]);
  expect(again.report[0]?.expected).toContain('It may be union:T-1: name it in same_as');
});

it('enter as other people where the row acknowledges it, and as the same where it names the case', async () => {
  await rows(ELSHAN);
  const other: Cells = { ...ELSHAN, ref: 'T-2', acknowledge: 'CASE.POSSIBLE_DUPLICATE' };
  expect(await rows(other)).toMatchObject({ added: 1, refused: 0 });
  expect(await rows(other)).toMatchObject({ added: 0, unchanged: 1, refused: 0 });
  expect(await rows({ ...ELSHAN, ref: 'T-3', acknowledge: 'CASE.ALREADY_HELD' })).toMatchObject({ refused: 1 });
});

it('are compared with earlier rows of the file too', async () => {
  const same: Cells = { ...ELSHAN, ref: 'T-2', name: 'Нумунаев Эльшан' };
  const found = await rows(
    ELSHAN,
    same,
    { ...ELSHAN, ref: 'T-3', born: '1975' },
    { ...same, ref: 'T-4', acknowledge: 'CASE.POSSIBLE_DUPLICATE' },
  );
  expect(found).toMatchObject({ added: 3, refused: 1 });
  expect(found.report).toMatchObject([{ row: 3, column: 'name', code: 'CASE.POSSIBLE_DUPLICATE' }]);
  expect(found.report[0]?.expected).toContain('It may be union:T-1: name it in same_as');
  expect(await rows(ELSHAN, same)).toMatchObject({ unchanged: 1, refused: 1 });
});

describe('that has the reference of the row', () => {
  it('is the case of the row, whose reference is only spelt otherwise', async () => {
    await rows(ELSHAN);
    expect(await rows({ ...ELSHAN, ref: 't–1' })).toMatchObject({ unchanged: 1, refused: 0 });
    expect(await rows({ ...ELSHAN, ref: 't–1', region: 'Gəncə' })).toMatchObject({ added: 1, refused: 0 });
  });

  it('is the case of the row, though somebody else opened it', async () => {
    const opened = await register.commands.execute(
      new RecordEvents({
        subject: { kind: 'case', id: 'opened-by-a-person' },
        isNewSubject: true,
        events: [
          {
            type: 'opened',
            names: [{ text: ELSHAN.name ?? '', script: 'Latn', language: 'az', kind: 'full' }],
            born: '1980',
            references: [{ list: 'union', reference: 'T-1' }],
            reliability: 'reported',
            sources: [{ kind: 'lawyer', citation: 'call' }],
          },
        ],
        actor: { kind: 'person', id: '7f3a', asserted: true },
        key: 'first',
        acknowledge: [],
        correlationId: 'test',
      }),
    );
    expect(opened).toMatchObject({ outcome: 'recorded' });
    const other = { ...ELSHAN, name: 'Tamam Başqaadam', born: '' };
    expect(await rows(other)).toMatchObject({ added: 0, refused: 1 });
    expect(await rows(ELSHAN)).toMatchObject({ added: 1, refused: 0 });
    expect(await rows(ELSHAN)).toMatchObject({ unchanged: 1, refused: 0 });
    expect(await rows({ ...ELSHAN, name_en: 'Somebody Else' })).toMatchObject({ added: 1, refused: 0 });
  });

  it('is no case of a person of another name, unless the row says so', async () => {
    const fileOf = (cells: Readonly<Record<string, string>>) =>
      register.import([files.rows('rows.csv', { ref: 'T-1', source: 'a list', ...cells })]);
    await fileOf({ name: 'Elşən Ramiz oğlu Nümunəyev' });
    const refused = await fileOf({ name_en: 'Tamam Bashgaadam' });
    expect(refused.report.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'name_en', 'ROW.OTHER_PERSON'],
    ]);
    const linked = await fileOf({ name_en: 'Tamam Bashgaadam', same_as: 'union:T-1' });
    expect(linked.imported.files).toMatchObject([{ added: 1, refused: 0 }]);
    const alike = await fileOf({ name_ru: 'Эльшан Нумунаев' });
    expect(alike.imported.files).toMatchObject([{ added: 1, refused: 0 }]);
  });

  it('does not become the case of another person where the list was numbered anew and may correct', async () => {
    const fileOf = (...names: readonly string[]) =>
      register.import(
        [files.rows('rows.csv', ...names.map((name, index) => ({ ref: `T-${index}`, name, source: 'a' })))],
        {
          correct: true,
        },
      );
    await fileOf('Elşən Ramiz oğlu Nümunəyev', 'Tamam Başqaadam', 'Sevinc Sınaqova');
    const { report, imported } = await fileOf('Tamam Başqaadam', 'Sevinc Sınaqova', 'Sevinj Sınaqova');
    expect(report.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'name', 'ROW.OTHER_PERSON'],
      [3, 'name', 'ROW.OTHER_PERSON'],
    ]);
    expect(imported.files).toMatchObject([{ corrected: 1, refused: 2 }]);
  });

  it('does not become the case of a neighbour of nearly the same name', async () => {
    const fileOf = (...names: readonly string[]) =>
      register.import(
        [files.rows('rows.csv', ...names.map((name, index) => ({ ref: `T-${index}`, name, source: 'a' })))],
        { correct: true },
      );
    await fileOf('Nümunəyev Rauf', 'Nümunəzadə Rauf', 'Sınaqov Elçin Məmməd oğlu', 'Sınaqov Kamil Məmməd oğlu');
    const { report } = await fileOf('Nümunəzadə Rauf', 'Nümunəzada Rauf', 'Sınaqov Kamil Məmməd oğlu', 'Sınaqov Kamil');
    expect(report.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'name', 'ROW.OTHER_PERSON'],
      [4, 'name', 'ROW.OTHER_PERSON'],
    ]);
  });
});

type Tip = Readonly<Record<'tip' | 'name' | 'born' | 'near_ref' | 'truth', string>>;
const TIPS = parse<Tip>(readFileSync(join(__dirname, '../fixtures/names/tips.csv'), 'utf8'), { columns: true });

it('are suggested for the tips: the same people first and held up, homonyms below and opened', async () => {
  const folder = await temporaryFolder();
  const demonstration = await openDemonstration(join(folder.path, 'data'), { findsDuplicates: true });
  const scores = TIPS.map(({ name, born, near_ref, truth }) => {
    const candidates = demonstration.duplicatesOf({ names: [name], born, sex: null, circumstances: NO_CIRCUMSTANCES });
    const [first] = candidates;
    const near = candidates.find(({ references }) => references.some(({ reference }) => reference === near_ref));
    if (truth === 'same') {
      expect([near_ref, first?.references[0]?.reference, first?.isProbable]).toEqual([near_ref, near_ref, true]);
    } else {
      expect(near?.why).toContain('birth-differs');
      expect(candidates.some(({ isProbable }) => isProbable)).toBe(false);
    }
    return { truth, score: near?.score ?? 0 };
  });
  const of = (truth: string) => scores.filter((tip) => tip.truth === truth).map(({ score }) => score);
  expect(of('same')).toHaveLength(6);
  expect(of('other')).toHaveLength(4);
  expect(Math.max(...of('other'))).toBeLessThan(Math.min(...of('same')));
  const tips = TIPS.map(({ tip, name, born }) => registerRow({ ref: tip, name, name_en: '', name_ru: '', born }));
  const { imported, report } = await demonstration.import([files.rows('tips.csv', ...tips)]);
  expect(imported.files[0]).toMatchObject({ added: 4, refused: 6 });
  expect(report.map(({ row, code }) => [row, code])).toEqual(
    [2, 3, 4, 5, 6, 7].map((row) => [row, 'CASE.POSSIBLE_DUPLICATE']),
  );
  await demonstration.close();
  await folder.remove();
});
