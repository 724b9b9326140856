/** Texts are compared in NFC and references folded; a name has the script of its letters. */
import { readFileSync } from 'node:fs';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import type { RegisterRow } from '../../src/register-files/row-columns.js';
import { Files } from './temporary-files.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { amnestyRow, convicted, registerRow } from './row-builders.js';
import { NOW } from '../support/scopes.js';

let register: RealRegister;
let files: Files;
beforeEach(async () => {
  files = new Files();
  register = await openRealRegister();
  await register.import([DEFINITIONS]);
});
afterEach(async () => {
  await register.close();
  files.remove();
});

const importFile = async (path: string) => {
  const { imported, report } = await register.import([path]);
  const { added, unchanged, refused } = imported.files[0]!;
  return { added, unchanged, refused, errors: report.map(({ column, code }) => `${column} ${code}`) };
};
const importRows = (...rows: readonly object[]) =>
  importFile(files.rows('rows.csv', ...(rows as Readonly<Record<string, string>>[])));
const ADDED = { added: 1, unchanged: 0, refused: 0, errors: [] };
const UNCHANGED = { added: 0, unchanged: 1, refused: 0, errors: [] };

const namesOf = async (reference: string) => {
  const ask = { reference: { list: 'union', reference }, filters: {}, page: { limit: 2 } };
  const { items } = await register.queries.execute(new Cases(NOW, ask));
  const subject = { kind: 'case' as const, id: items[0]!.caseId };
  const { items: entries } = (await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!;
  return entries.flatMap(({ event }) =>
    event.type === 'opened' ? event.names : event.type === 'named' ? [event.name] : [],
  );
};

const accented: Partial<RegisterRow> = {
  ref: 'Şuşa-1',
  court: 'Şəki Şəhər Məhkəməsi',
  facility: 'Gəncə Həbsxanası',
  source: 'Çağırış',
};

describe('the same file in another normalisation', () => {
  it.each(['NFD', 'NFKD', 'NFC'] as const)('in %s adds and corrects nothing', async (form) => {
    const path = files.rows('rows.csv', registerRow({ ...convicted, ...accented }));
    expect(await importFile(path)).toEqual(ADDED);
    const events = await register.events();
    expect(await importFile(files.text('again.csv', readFileSync(path, 'utf8').normalize(form)))).toEqual(UNCHANGED);
    expect(await register.events()).toBe(events);
  });

  it('read first in NFD, then in NFC', async () => {
    const path = files.rows('rows.csv', registerRow({ ...convicted, ...accented }));
    expect(await importFile(files.text('first.csv', readFileSync(path, 'utf8').normalize('NFD')))).toEqual(ADDED);
    expect(await importFile(path)).toEqual(UNCHANGED);
  });

  it('as definitions', async () => {
    const text = readFileSync(DEFINITIONS, 'utf8').normalize('NFD');
    const { imported } = await register.import([files.text('definitions.json', text)]);
    expect(imported.files[0]).toMatchObject({ added: 0, refused: 0 });
  });
});

describe('spaces of another kind', () => {
  const spaced: Partial<RegisterRow> = {
    ...convicted,
    facility: 'Cəzaçəkmə Müəssisəsi № 2',
    name: 'Anar Əli oğlu Sınaqov',
  };
  const wide = Object.fromEntries(
    Object.entries(spaced).map(([column, cell]) => [
      column,
      cell.replace(/ (?=\p{L})/gu, '\u00a0').replace(' ', '\u202f'),
    ]),
  );

  it('are read as plain ones, so that texts that look alike are equal', async () => {
    expect(await importRows(registerRow(wide))).toEqual(ADDED);
    expect((await namesOf(registerRow(wide).ref))[0]?.text).toBe(spaced.name);
    const { items } = await register.queries.execute(
      new Cases(NOW, { filters: { facility: spaced.facility ?? '' }, page: { limit: 2 } }),
    );
    expect(items).toHaveLength(1);
    expect(await importRows(registerRow(spaced))).toEqual(UNCHANGED);
  });

  it('change nothing of what was imported with them', async () => {
    const line = (text: string) =>
      JSON.stringify({
        type: 'opened',
        references: [{ list: 'union', reference: 'N-1' }],
        names: [{ text, script: 'Latn', language: 'az', kind: 'full' }],
        sources: [{ kind: 'press', citation: 'synthetic' }],
      });
    expect(await importFile(files.text('wide.ndjson', line('Anar\u00a0Sınaqov')))).toEqual(ADDED);
    expect(await importFile(files.text('plain.ndjson', line('Anar Sınaqov')))).toEqual(UNCHANGED);
  });
});

describe('a reference in another spelling', () => {
  it.each(['t-01', 'T–01', 'Т-01', ' T - 01 '])('%j is that of the same case', async (ref) => {
    expect(await importRows(registerRow({ ref: 'T-01' }))).toEqual(ADDED);
    expect(await importRows(registerRow({ ref: ref.trim() }))).toEqual(UNCHANGED);
  });

  it('finds the case of an amnesty', async () => {
    expect(await importRows(registerRow(convicted))).toEqual(ADDED);
    expect(await importRows(amnestyRow({ ref: 't-01' }))).toEqual(ADDED);
  });

  it('stands twice in a file, so that neither row enters', async () => {
    const answer = await importRows(registerRow({ ref: 'T-01' }), registerRow({ ref: 't–01' }));
    expect(answer).toMatchObject({ refused: 2, errors: ['ref ROW.REFERENCE_TWICE', 'ref ROW.REFERENCE_TWICE'] });
  });

  it('with characters that cannot be seen is refused at its cell', async () => {
    expect(
      await importRows(registerRow({ ...convicted, ref: 'T\u200b-01', court: 'a\u00adb', name: 'A\u202eb' })),
    ).toEqual({
      added: 0,
      unchanged: 0,
      refused: 1,
      errors: ['ref TEXT.CHARACTERS', 'name TEXT.CHARACTERS', 'court TEXT.CHARACTERS'],
    });
  });
});

describe('a name in another script than its column is for', () => {
  it.each([
    ['name', 'Гасан Сынагов', { script: 'Cyrl', language: 'und', kind: 'full' }],
    ['name', 'Һәсән Сынағов', { script: 'Cyrl', language: 'az', kind: 'full' }],
    ['name', 'გიორგი', { script: 'Geor', language: 'und', kind: 'full' }],
    ['name_en', 'Гасан', { script: 'Cyrl', language: 'und', kind: 'transliteration' }],
    ['name_ru', 'Hasan', { script: 'Latn', language: 'und', kind: 'transliteration' }],
    ['name', 'Həsən Сынагов', { script: 'Latn', language: 'az', kind: 'full' }],
  ])('%s: %s', async (column, text, expected) => {
    const row = registerRow({ [column]: text });
    expect(await importRows(row)).toEqual(ADDED);
    expect(await namesOf('T-01')).toContainEqual({ text, ...expected });
    expect(await importRows(row)).toEqual(UNCHANGED);
    expect(await importRows({ ...row, [column]: `${text} ${text}` })).toMatchObject({
      refused: 1,
      errors: [`${column} IMPORT.NEEDS_CORRECTION`],
    });
  });

  it.each(['name', 'name_en', 'name_ru'])('%s that mixes scripts inside a word is refused', async (column) => {
    expect(await importRows(registerRow({ [column]: 'Гаsан Сынагов' }))).toMatchObject({
      refused: 1,
      errors: [`${column} NAME.MIXED_SCRIPT`],
    });
  });
});
