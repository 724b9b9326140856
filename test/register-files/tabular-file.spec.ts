/** Unambiguous headers and dialects are read; every other column is reported. */
import type { RegisterRow } from '../../src/register-files/row-columns.js';
import type { FileProblem } from '../../src/register-files/report.js';
import { openTabularFile, type TabularFile, type TableRow } from '../../src/register-files/tabular-file.js';
import { scanFile } from '../../src/register-files/scan.js';
import { Files } from './temporary-files.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { convicted, registerRow } from './row-builders.js';

let files: Files;
beforeEach(() => {
  files = new Files();
});
afterEach(() => files.remove());

const HEADER = 'ref,name,arrested_on,charged_articles,source';
const CELLS = { ref: 'T-01', name: 'Anar Sınaqov', arrested_on: '2024-02-20', charged_articles: '', source: 's' };

const rowsOf = async (text: string | Buffer): Promise<readonly TableRow[]> => {
  const table = await openTabularFile(files.text('rows', text));
  expect(table).toMatchObject({ kind: 'register' });
  const rows: TableRow[] = [];
  for await (const row of (table as TabularFile).rows()) rows.push(row as TableRow);
  return rows;
};

const problemsOf = async (text: string | Buffer) => {
  const scanned = await scanFile(files.text('rows', text));
  expect(scanned).toBeInstanceOf(Array);
  return (scanned as readonly FileProblem[]).map((problem) => ({ column: null, ...problem }));
};

describe('a table in a file', () => {
  const TEXT = `${HEADER}\nT-01,Anar Sınaqov,2024-02-20,,s\n`;
  const separated = (by: string): string => TEXT.replaceAll(',', by);
  it.each<[string, string | Buffer]>([
    ['as it is', TEXT],
    ['with semicolons', separated(';')],
    ['with tabs', separated('\t')],
    ['with a line that names the separator', `sep=;\r\n${separated(';').replaceAll('\n', '\r\n')}`],
    ['with CR alone', TEXT.replaceAll('\n', '\r')],
    ['in UTF-16 with tabs', Buffer.from(`\uFEFF${separated('\t')}`, 'utf16le')],
    ['in UTF-16 without a byte order mark', Buffer.from(separated('\t'), 'utf16le')],
    ['in UTF-16 of the other byte order without a byte order mark', Buffer.from(TEXT, 'utf16le').swap16()],
    ['in UTF-16 without a byte order mark, with quotes', Buffer.from(TEXT.replace('ref', '"ref"'), 'utf16le')],
    ['in another case', TEXT.replace(HEADER, HEADER.toUpperCase())],
    ['with white space round names and cells', separated(' ; ')],
    ['in another order', 'source,charged_articles,name,ref,arrested_on\ns,,Anar Sınaqov,T-01,2024-02-20\n'],
    ['with a separator at the end of each line', TEXT.replaceAll('\n', ',\n')],
    ['with separators at the end of the header alone', TEXT.replace(HEADER, `${HEADER},,`)],
    ['with a nameless empty column in the middle', TEXT.replace('ref,', 'ref,,').replace('T-01,', 'T-01,,')],
    ['with blank lines before', `\n,,\n${TEXT}`],
  ])('is read %s', async (_, text) => {
    const rows = await rowsOf(text);
    expect(rows).toMatchObject([{ cells: CELLS, errors: [], isMisaligned: false }]);
    expect(rows[0]!.cells).toMatchObject({ name_ru: '', released_on: '' });
  });

  it('tells articles from columns where both are separated by semicolons', async () => {
    const [row] = await rowsOf(`${HEADER.replaceAll(',', ';')}\nT-01;Anar;2024-02-20;"234.4.3;206";s\n`);
    expect(row).toMatchObject({ cells: { charged_articles: '234.4.3;206' } });
  });

  it('cannot tell the cells of a row apart that has more or fewer of them', async () => {
    const rows = await rowsOf(`${HEADER}\nT-01,Anar,2024-02-20\nT-02,Anar,2024-02-20,,s,more\nT-03,Anar,,,s\n`);
    expect(rows.map(({ line, errors }) => [line, errors[0]?.code])).toEqual([
      [2, 'ROW.CUT_SHORT'],
      [3, 'ROW.CUT_SHORT'],
      [4, undefined],
    ]);
  });

  it('is read with separators at the end of the rows alone, if the first two have as many', async () => {
    const second = 'T-02,Anar,,,s,,\n';
    expect(await rowsOf(`${TEXT.replace(',s\n', ',s,,\n')}${second}`)).toMatchObject([
      { cells: CELLS, errors: [] },
      { errors: [] },
    ]);
    for (const others of ['', 'T-02,Anar,,,s\n', 'T-02,Anar,,,s,\n']) {
      const [first] = await rowsOf(`${TEXT.replace(',s\n', ',s,,\n')}${others}`);
      expect(first?.errors).toMatchObject([{ code: 'ROW.CUT_SHORT' }]);
    }
  });

  it('does not take its header for a person where it stands again', async () => {
    const rows = await rowsOf(`${TEXT}${HEADER.toUpperCase()}\n${TEXT.split('\n')[1]?.replace('T-01', 'T-02')}\n`);
    expect(rows.map(({ line, errors }) => [line, errors[0]?.code])).toEqual([
      [2, undefined],
      [3, 'ROW.REPEATS_HEADER'],
      [4, undefined],
    ]);
  });

  it('takes separators at the end of one row for those of a text without quotes', async () => {
    const rows = await rowsOf(`${HEADER}\nT-01,Anar,2024-02-20,,s\nT-02,Anar, a poet,2024-02-20,,\n`);
    expect(rows.map(({ line, errors }) => [line, errors[0]?.code])).toEqual([
      [2, undefined],
      [3, 'ROW.CUT_SHORT'],
    ]);
  });
});

describe('a header that is not unambiguous', () => {
  it('names every column that is wrong, with the separator found and what was expected', async () => {
    const problems = await problemsOf('Name;name_ru;Names_en;citty;arested_on;name;source\n;;;;;;\n');
    expect(problems.map(({ column, code }) => [column, code])).toEqual([
      ['name', 'FILE.COLUMN_TWICE'],
      ['names_en', 'FILE.UNKNOWN_COLUMN'],
      ['citty', 'FILE.UNKNOWN_COLUMN'],
      ['arested_on', 'FILE.UNKNOWN_COLUMN'],
      ['ref', 'FILE.MISSING_COLUMN'],
    ]);
    expect(problems.map(({ expected }) => expected)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/each column once .*semicolon/),
        expect.stringMatching(/the column name_en, .*semicolon/),
        expect.stringMatching(/one of the columns ref, .*semicolon/),
        expect.stringMatching(/the column arrested_on, .*semicolon/),
        expect.stringMatching(/a column ref .*semicolon/),
      ]),
    );
  });

  it.each([
    ['names', 'ref,arrested_on,source\n', 'name', /name or name_en or name_ru/],
    ['an amnesty without its act', 'ref,amnestied_on,effect,clause,source\n', 'instrument', /instrument/],
  ])('names a missing column: %s', async (_, text, column, expected) => {
    expect(await problemsOf(text)).toEqual([
      { column, code: 'FILE.MISSING_COLUMN', line: 1, expected: expect.stringMatching(expected) },
    ]);
  });

  it('names a column without a name that is filled, once', async () => {
    const text = `${HEADER},\nT-01,Anar,,,s,\nT-02,Anar,,,s,x\nT-03,Anar,,,s,y\n`;
    expect(await problemsOf(text)).toEqual([
      { column: null, code: 'FILE.NAMELESS_COLUMN', line: 3, expected: expect.stringContaining('column 6') },
    ]);
  });

  it('shows nothing of a file without a header, in which people may stand', async () => {
    const problems = await problemsOf('T-01;Anar Nümunə;2024-02-20;;s\n');
    expect(problems).toMatchObject([{ code: 'FILE.UNKNOWN_KIND', line: 1, column: null }]);
    expect(JSON.stringify(problems)).toContain('semicolon');
    expect(JSON.stringify(problems)).not.toContain('Anar');
  });
});

describe('a file without text', () => {
  it.each<[string, string | Buffer]>([
    ['no bytes', ''],
    ['a byte order mark', '\uFEFF'],
    ['a byte order mark of UTF-16', Buffer.from('\uFEFF', 'utf16le')],
    ['blank lines', ' \r\n\n'],
    ['separators', ';;\n;;\n'],
    ['a line that names the separator', 'sep=;\r\n'],
  ])('is empty, whatever else there is: %s', async (_, text) => {
    expect(await problemsOf(text)).toEqual([
      { column: null, code: 'FILE.EMPTY', line: null, expected: expect.stringContaining('this file is empty') },
    ]);
  });
});

describe('a file in another encoding', () => {
  /** A text in windows-1251: one byte a letter, of which those from U+0410 on begin at 0xC0. */
  const cyrillic = (text: string): Buffer =>
    Buffer.from([...text].map((c) => (c >= 'А' ? c.charCodeAt(0) - 0x410 + 0xc0 : c.charCodeAt(0))));
  const turkish = (text: string): Buffer =>
    Buffer.from([...text].map((c) => ({ ı: 0xfd, ş: 0xfe, ğ: 0xf0, İ: 0xdd })[c] ?? c.charCodeAt(0)));

  it.each([
    ['windows-1251', cyrillic('ref;name_ru;court;source\nT-1;Анар Сынагов;Сумгаитский городской суд;газета\n')],
    [
      'windows-1254',
      turkish(
        'ref;name;court;source\nT-1;Anar Sınaqoğlu;İstanbul ağır ceza mahkemesi;gazete\nT-2;Tural;çok ağır bir suç için şüpheli;gazete\n',
      ),
    ],
  ])('is refused as a whole, naming what it looks like: %s', async (encoding, bytes) => {
    expect(await problemsOf(bytes)).toEqual([
      expect.objectContaining({
        code: 'FILE.NOT_UTF8',
        line: 2,
        expected: expect.stringContaining(encoding) as string,
      }),
    ]);
  });
});

describe('a file in an encoding that is not read', () => {
  const utf32 = (text: string): Buffer => {
    const bytes = Buffer.alloc(4 * text.length);
    [...text].forEach((c, index) => bytes.writeUInt32LE(c.codePointAt(0)!, 4 * index));
    return bytes;
  };
  const DEFINITIONS_TEXT = '{"lists": []}';
  const EVENT_LINE = '{"type": "arrested"}\n';
  it.each<[string, Buffer, string]>([
    ['rows', utf32('ref,name,source\n'), 'UTF-32'],
    ['rows behind a byte order mark', utf32('\uFEFFref,name,source\n'), 'UTF-32'],
    ['rows of the other byte order', utf32('ref,name,source\n').swap32(), 'UTF-32'],
    ['definitions', Buffer.from(DEFINITIONS_TEXT, 'utf16le'), 'UTF-16'],
    ['definitions behind a byte order mark', Buffer.from(`\uFEFF${DEFINITIONS_TEXT}`, 'utf16le').swap16(), 'UTF-16'],
    ['events', Buffer.from(EVENT_LINE, 'utf16le').swap16(), 'UTF-16'],
    ['events behind a byte order mark', Buffer.from(`\uFEFF${EVENT_LINE}`, 'utf16le'), 'UTF-16'],
  ])('is refused with how to save it: %s', async (_, bytes, encoding) => {
    const expected = expect.stringMatching(new RegExp(`UTF-8 .*save.*${encoding}`)) as string;
    expect(await problemsOf(bytes)).toEqual([{ column: null, code: 'FILE.NOT_UTF8', line: null, expected }]);
  });
});

describe('a column that a file does not have', () => {
  let register: RealRegister;
  beforeEach(async () => {
    register = await openRealRegister();
    await register.import([DEFINITIONS]);
  });
  afterEach(() => register.close());

  const without = (row: RegisterRow, ...columns: readonly (keyof RegisterRow)[]) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column as never)));
  const imports = async (row: Readonly<Record<string, string>>) => {
    const { imported, report } = await register.import([files.rows('rows.csv', row)]);
    const { added, unchanged, refused } = imported.files[0]!;
    return [{ added, unchanged, refused }, report.map(({ column, code }) => `${column} ${code}`)];
  };
  const ADDED = [{ added: 1, unchanged: 0, refused: 0 }, []];
  const UNCHANGED = [{ added: 0, unchanged: 1, refused: 0 }, []];

  it('is unknown in every row', async () => {
    expect(await imports(without(registerRow(), 'name_ru', 'born', 'release_reason'))).toEqual(ADDED);
    expect(await imports(registerRow())).toEqual(ADDED);
    expect(await imports(registerRow())).toEqual(UNCHANGED);
  });

  it.each<[string, (keyof RegisterRow)[]]>([
    ['a spelling', ['name_ru']],
    ['a description', ['sex', 'born']],
    ['a field of an event', ['court', 'incident']],
    ['an event', ['recognised_on', 'category']],
    ['a part of an event that the others alone do not make', ['measure', 'facility']],
  ])('says nothing of what it said before: %s', async (_, columns) => {
    const row = registerRow({ ...convicted, incident: 'a' });
    expect(await imports(row)).toEqual(ADDED);
    expect(await imports(without(row, ...columns))).toEqual(UNCHANGED);
  });

  it('leaves an emptied cell beside it to be corrected', async () => {
    const row = registerRow(convicted);
    expect(await imports(row)).toEqual(ADDED);
    const emptied = without(
      { ...row, convicted_on: '', convicted_articles: '', sentence: '', facility: '' },
      'court',
      'measure',
    );
    expect(await imports(emptied)).toEqual([
      { added: 0, unchanged: 0, refused: 1 },
      ['convicted_on', 'convicted_articles', 'sentence', 'facility'].map((c) => `${c} IMPORT.NEEDS_CORRECTION`),
    ]);
  });
});
