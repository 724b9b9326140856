/** Workbooks as another program writes them (test/fixtures/spreadsheet, by exceljs 4.4.0), and workbooks that mean harm. */
import { join } from 'node:path';
import { readFileSync, rmSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { writeXlsx, type WriteSheet } from 'hucre/xlsx';
import { scanFile } from '../../src/register-files/scan.js';
import { openTabularFile, type TabularFile, type TableRow } from '../../src/register-files/tabular-file.js';
import { MAX_UNPACKED_BYTES } from '../../src/register-files/xlsx.js';
import { Files } from './temporary-files.js';
import { DEFINITIONS, openRealRegister } from './real-register.js';
import { registerRow } from './row-builders.js';

let files: Files;
beforeEach(() => {
  files = new Files();
});
afterEach(() => files.remove());

const workbook = (name: string): string => join(__dirname, '../fixtures/spreadsheet', name);
const rowsOf = async (path: string): Promise<readonly TableRow[]> => {
  const rows: TableRow[] = [];
  for await (const row of ((await openTabularFile(path)) as TabularFile).rows()) rows.push(row as TableRow);
  return rows;
};
const workbookOf = async (...sheets: WriteSheet[]): Promise<string> =>
  files.text('book', Buffer.from(await writeXlsx({ sheets })));
const reported = async (path: string) => await scanFile(path);

/** An archive with these parts; `says` is the size that its directory gives for each. */
const archive = (parts: readonly { name: string; content: Buffer; says: number }[], comment = ''): Buffer => {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, says } of parts) {
    const packed = deflateRawSync(content);
    const sizes = Buffer.alloc(26);
    sizes.writeUInt16LE(20, 0);
    sizes.writeUInt16LE(8, 4);
    sizes.writeUInt32LE(packed.length, 14);
    sizes.writeUInt32LE(says, 18);
    sizes.writeUInt16LE(name.length, 22);
    local.push(Buffer.from('PK\x03\x04'), sizes, Buffer.from(name), packed);
    const offset = Buffer.alloc(16);
    offset.writeUInt32LE(at, 12);
    directory.push(Buffer.from('PK\x01\x02\x14\0'), sizes, offset.subarray(2), Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const length = directory.reduce((sum, { length: l }) => sum + l, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(length, 8);
  end.writeUInt32LE(at, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...local, ...directory, Buffer.from('PK\x05\x06'), end, Buffer.from(comment)]);
};

/** A workbook with cells as they stand in the XML of its first sheet, in its second row. */
const workbookOfCells = async (row: string, formats: readonly string[] = []): Promise<string> => {
  const header = ['ref', 'name', 'born', 'arrested_on', 'source'];
  const cells = new Map(
    formats.map((numFmt, index) => [`1,${index}`, { value: 1, type: 'number', style: { numFmt } }] as const),
  );
  const plain = Buffer.from(await writeXlsx({ sheets: [{ name: 'A', rows: [header, ['x']], cells }] }));
  return workbookWithSheet(plain, (xml) => xml.replace(/<row r="2".*<\/row>/s, `<row r="2">${row}</row>`));
};

/** A workbook whose first sheet has another XML. */
const workbookWithSheet = (plain: Buffer, change: (xml: string) => string): Promise<string> =>
  workbookWithPart(plain, 'xl/worksheets/sheet1.xml', change);

/** A copy of a workbook whose part is changed; without it, if the change gives null. */
const workbookWithPart = async (
  plain: Buffer,
  name: string,
  change: (xml: string) => string | null,
): Promise<string> => {
  const parts: { name: string; content: Buffer; says: number }[] = [];
  const zip = await fromBufferPromise(plain, { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    const whole = await buffer(await zip.openReadStreamPromise(entry));
    const changed = entry.fileName === name ? change(String(whole)) : whole;
    if (changed === null) continue;
    const content = Buffer.from(changed);
    parts.push({ name: entry.fileName, content, says: content.length });
  }
  return files.text('book', archive(parts));
};

describe('a workbook', () => {
  it.each(['register-1900.xlsx', 'register-1904.xlsx'])('is read as it is shown: %s', async (name) => {
    const rows = await rowsOf(workbook(name));
    expect(rows.map(({ line }) => line)).toEqual([3, 4, 5, 7]);
    expect(rows[0]).toMatchObject({
      cells: {
        ref: '0137',
        name: 'Anar Sınaqov',
        born: '1980',
        arrested_on: '2024-02-20',
        convicted_on: '2025-12',
        charged_articles: '234.4',
        recognised_on: '2024-02-21',
      },
      errors: [],
    });
    expect(rows[1]).toMatchObject({ cells: { born: '1981', arrested_on: '2024-02', incident: 'true' }, errors: [] });
    expect(rows[3]).toMatchObject({ cells: { arrested_on: '2024-02-20' }, errors: [] });
  });

  it.each([
    ['General', 234.4, '234.4'],
    ['General" il"', 1980, '1980 il'],
    ['"General "General', 234.4, 'General 234.4'],
    ['General_)', 137, '137'],
    ['[Red]General;-General', -5.25, '-5.25'],
    ['"AZ-"0000', 137, 'AZ-0137'],
  ])('shows a number in the format %s', async (numFmt, number, shown) => {
    const path = await workbookOf({
      name: 'A',
      columns: [{ numFmt }],
      rows: [
        ['ref', 'name', 'source'],
        [number, 'A', 'B'],
      ],
    });
    expect((await rowsOf(path))[0]?.cells['ref']).toBe(shown);
  });

  it('refuses a cell with an error, and a formula without a result, by its address', async () => {
    const [, , row] = await rowsOf(workbook('register-1900.xlsx'));
    expect(row!.errors).toEqual([
      { column: 'name', code: 'ROW.WRONG_CELL', expected: expect.stringContaining('B5') },
      { column: 'arrested_on', code: 'ROW.WRONG_CELL', expected: expect.stringContaining('D5') },
    ]);
  });

  it.each([
    ['1980', '1980'],
    ['1980.0000000001', '1980'],
    ['1979.9999999999', '1980'],
    ['0.30000000000000004', '0.3'],
    ['234.39999999999998', '234.4'],
    ['123456789012345', '123456789012345'],
    ['12345678901.5', '12345678901.5'],
  ])('has the number %s without the noise that a spreadsheet does not show: %s', async (stored, text) => {
    const [row] = await rowsOf(await workbookOfCells(`<c r="C2"><v>${stored}</v></c>`));
    expect(row).toMatchObject({ cells: { born: text }, errors: [] });
  });

  it.each([
    ['yyyy-mm-dd', '2024-02-20T00:00:00', '2024-02-20'],
    ['yyyy-mm-dd', '2024-02-20', '2024-02-20'],
    ['dd.mm.yyyy hh:mm', '2024-02-20T08:30:00.000Z', '2024-02-20'],
    ['mm.yyyy', '2024-02-20T00:00:00Z', '2024-02'],
    ['yyyy', '1850-02-20T00:00', '1850'],
    ['yyyy hh:mm', '2024-02-20T08:30', '2024'],
    ['yyyy mm:ss', '2024-02-20T08:30', '2024'],
    ['hh:mm mm.yyyy', '2024-02-20T08:30', '2024-02'],
    ['yyyy-mm-dd', '2024-02-30T00:00:00', '2024-02-30T00:00:00'],
    ['yyyy-mm-dd', '2024-02-20T00:00:00+04:00', '2024-02-20T00:00:00+04:00'],
    ['General', '2024-02-20T00:00:00', '2024-02-20T00:00:00'],
  ])('has a date in ISO 8601 as the format %s shows it: %s', async (format, stored, text) => {
    const path = await workbookOfCells(`<c r="D2" s="1" t="d"><v>${stored}</v></c>`, [format]);
    const [row] = await rowsOf(path);
    expect(row).toMatchObject({ cells: { arrested_on: text }, errors: [] });
  });

  it.each(['d-mmm', 'dd.mm', 'mmmm d', '[$-42C]d mmmm', 'h:mm'])(
    'has no date that shows no year: %s',
    async (format) => {
      const [row] = await rowsOf(await workbookOfCells('<c r="D2" s="1"><v>45996</v></c>', [format]));
      expect(row?.errors).toMatchObject([{ column: 'arrested_on', code: 'ROW.WRONG_CELL' }]);
      expect(row?.errors[0]?.expected).toContain('D2 shows no year');
    },
  );

  it.each(['superscript', 'subscript'])(
    'has no text with a %s digit, which would be a digit like the others',
    async (place) => {
      const runs = `<r><t>AZ-OCC 70</t></r><r><rPr><vertAlign val="${place}"/></rPr><t>2</t></r>`;
      const [row] = await rowsOf(await workbookOfCells(`<c r="B2" t="inlineStr"><is>${runs}</is></c>`));
      expect(row?.errors).toMatchObject([{ column: 'name', code: 'ROW.WRONG_CELL' }]);
    },
  );

  it('tells of hidden rows and columns, which are read, and of addresses and comments behind texts, which are not', async () => {
    const row = registerRow();
    const path = await workbookOf({
      name: 'A',
      rows: [Object.keys(row), Object.values(row)],
      rowDefs: new Map([[1, { hidden: true }]]),
      columns: Object.keys(row).map((_, index) => ({ hidden: index === 3 })),
      cells: new Map([
        ['1,1', { value: row.name, type: 'string', hyperlink: { target: 'https://example.org/a' } }],
        ['1,2', { value: 1, type: 'number', hyperlink: { target: 'https://example.org/1' } }],
        [
          '1,4',
          {
            value: null,
            type: 'formula',
            formula: 'HYPERLINK("https://example.org/2","press")',
            formulaResult: 'press',
          },
        ],
        ['1,6', { value: null, type: 'formula', formula: 'HYPERLINK(A1,"press")', formulaResult: 'press' }],
        ['1,5', { value: 'x', type: 'string', comment: { text: 'Died in 2024.', author: 'x' } }],
      ]),
    });
    const table = (await openTabularFile(path)) as TabularFile;
    expect(table.notices).toMatchObject([
      { code: 'FILE.HIDDEN_CELLS', expected: expect.stringContaining('1 hidden rows (2) and 1 hidden columns') },
      { code: 'FILE.LINKS_NOT_READ', expected: expect.stringContaining('4 cells') },
      { code: 'FILE.COMMENTS_NOT_READ', expected: expect.stringContaining('1 cells') },
    ]);
    expect(await rowsOf(path)).toHaveLength(1);
  });

  it('has a text in a cell of dates as it is', async () => {
    const path = await workbookOfCells(`<c r="D2" s="1" t="inlineStr"><is><t>2024-02-20</t></is></c>`, ['mm.yyyy']);
    expect(await rowsOf(path)).toMatchObject([{ cells: { arrested_on: '2024-02-20' } }]);
  });

  it('enters like the same rows in CSV, by its content and not its name, and tells of the sheets that are not read', async () => {
    const row = registerRow();
    const path = await workbookOf(
      { name: 'A', rows: [Object.keys(row), Object.values(row)] },
      { name: 'B', rows: [['x']] },
    );
    const register = await openRealRegister();
    try {
      await register.import([DEFINITIONS]);
      const first = await register.import([path]);
      expect(first.imported.files).toMatchObject([{ added: 1, refused: 0 }]);
      expect(first.report).toEqual([
        {
          file: 'book',
          row: null,
          column: null,
          code: 'FILE.OTHER_SHEETS',
          expected: expect.stringContaining('1 more'),
        },
      ]);
      expect((await register.import([files.rows('rows.csv', row)])).imported.files).toMatchObject([{ unchanged: 1 }]);
    } finally {
      await register.close();
    }
  });

  it('is parsed once for all passes over its rows, and again after they were released', async () => {
    const rows = [Object.keys(registerRow()), Object.values(registerRow())];
    const path = await workbookOf({ name: 'A', rows });
    const table = (await openTabularFile(path)) as TabularFile;
    rmSync(path);
    const read = async (): Promise<unknown[]> => {
      const result: unknown[] = [];
      for await (const row of table.rows()) result.push(row);
      return result;
    };
    expect(await read()).toHaveLength(1);
    expect(await read()).toHaveLength(1);
    table.release();
    expect(await read()).toMatchObject([{ code: 'FILE.NOT_READABLE' }]);
  });

  it('is refused where merged cells hide what belongs to a row', async () => {
    const rows = [Object.keys(registerRow()), Object.values(registerRow()), Object.values(registerRow())];
    const path = await workbookOf({ name: 'A', rows, merges: [{ startRow: 1, startCol: 1, endRow: 2, endCol: 1 }] });
    expect(await reported(path)).toEqual([
      { code: 'FILE.MERGED_CELLS', line: 2, expected: expect.stringContaining('B2:B3') },
    ]);
  });

  it('names a wrong header like that of a text file', async () => {
    expect(await reported(await workbookOf({ name: 'A', rows: [['ref', 'name', 'citty', 'source']] }))).toMatchObject([
      { code: 'FILE.UNKNOWN_COLUMN', column: 'citty', line: 1, expected: expect.stringContaining('workbook') },
    ]);
  });
});

it('says that the sheet of a workbook is empty', async () => {
  expect(await reported(await workbookOf({ name: 'A', rows: [] }))).toMatchObject([{ code: 'FILE.EMPTY' }]);
});

describe('a workbook that cannot be read safely', () => {
  const real = readFileSync(workbook('register-1900.xlsx'));

  const part = (size: number, says = size) => ({ name: 'xl/workbook.xml', content: Buffer.alloc(size), says });

  it.each<[string, Buffer, string, RegExp?]>([
    ['it unpacks to too much', archive([part(MAX_UNPACKED_BYTES + 1)]), 'FILE.TOO_LONG'],
    ['it says that it unpacks to nothing', archive([part(1_000_000, 0)]), 'FILE.NOT_XLSX', /with its size/],
    ['it unpacks to more than it says', archive([part(1_000_000, 1_000)]), 'FILE.NOT_XLSX'],
    ['it names a part twice', archive([part(10), part(10)]), 'FILE.NOT_XLSX', /each part once/],
    ['it has room for a second directory', archive([part(10)], 'comment'), 'FILE.NOT_XLSX', /comment/],
    ['it is cut short', real.subarray(0, real.length / 2), 'FILE.NOT_XLSX'],
    ['a byte of it is damaged', damaged(real), 'FILE.NOT_XLSX'],
    ['it is another archive', archive([{ ...part(10), name: 'content.xml' }]), 'FILE.NOT_XLSX'],
    ['it is encrypted or old', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'FILE.NOT_XLSX'],
  ])('is refused: %s', async (_, bytes, code, expected = /./) => {
    expect(await reported(files.text('book.xlsx', bytes))).toMatchObject([
      { code, expected: expect.stringMatching(expected) },
    ]);
  });

  it.each([
    ['between two rows', (xml: string) => xml.slice(0, xml.indexOf('<row r="3"'))],
    ['after the last row', (xml: string) => xml.slice(0, xml.indexOf('</sheetData>'))],
    ['within a row', (xml: string) => xml.slice(0, xml.lastIndexOf('<c r="B3"'))],
  ])('is refused where its sheet breaks off %s, though the archive is whole', async (_, cut) => {
    const rows = [Object.keys(registerRow()), Object.values(registerRow()), Object.values(registerRow())];
    const plain = Buffer.from(await writeXlsx({ sheets: [{ name: 'A', rows }] }));
    expect(await reported(await workbookWithSheet(plain, cut))).toMatchObject([
      { code: 'FILE.NOT_XLSX', expected: expect.stringContaining('breaks off') },
    ]);
    expect(await rowsOf(await workbookWithSheet(plain, (xml) => xml))).toHaveLength(2);
  });

  it.each([
    ['break off', (xml: string) => xml.slice(0, xml.lastIndexOf('<si>')), 'breaks off'],
    ['are missing', () => null, 'the texts of this one are missing'],
  ])('is refused where the texts of its cells %s, which would be read as empty', async (_, change, expected) => {
    const rows = [Object.keys(registerRow()), Object.values(registerRow())];
    const plain = Buffer.from(await writeXlsx({ sheets: [{ name: 'A', rows }] }));
    expect(await reported(await workbookWithPart(plain, 'xl/sharedStrings.xml', change))).toMatchObject([
      { code: 'FILE.NOT_XLSX', expected: expect.stringContaining(expected) },
    ]);
    expect(await rowsOf(await workbookWithPart(plain, 'xl/sharedStrings.xml', (xml) => xml))).toHaveLength(1);
  });

  it('is refused where the first visible sheet is no table of cells', async () => {
    const plain = Buffer.from(await writeXlsx({ sheets: [{ name: 'A', rows: [['ref'], ['x']] }] }));
    expect(await reported(await workbookWithPart(plain, 'xl/worksheets/sheet1.xml', () => null))).toMatchObject([
      { code: 'FILE.NOT_XLSX', expected: expect.stringContaining('that of this one is a chart, or missing') },
    ]);
  });

  it('is told from one that is damaged where a cell lies far off', async () => {
    const rows = Array.from({ length: 1_300 }, () => ['x']);
    rows[0] = [...Array<string>(16_383).fill(''), 'x'];
    expect(await reported(await workbookOf({ name: 'A', rows }))).toMatchObject([
      { code: 'FILE.TOO_LONG', expected: expect.stringContaining('cells') },
    ]);
  });
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf('xl/worksheets/sheet2.xml') + 60;
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}
