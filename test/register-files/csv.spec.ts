import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_ROW_BYTES, NOT_UTF8, readCsvRows } from '../../src/register-files/csv.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'habeas-csv-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const rowsOf = async (bytes: string | Buffer): Promise<unknown[]> => {
  const path = join(folder, 'file.csv');
  writeFileSync(path, bytes);
  const rows: unknown[] = [];
  for await (const row of readCsvRows(path)) rows.push(row);
  return rows;
};

/** Half the bytes that a row may have, and two more for each letter that is `over`. */
const cyrillic = (over: number): string => 'ж'.repeat(MAX_ROW_BYTES / 4 + over);

describe('rows of a CSV file', () => {
  it.each([
    ['LF', 'a,b\n1,2\n'],
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['both', 'a,b\r\n1,2\n'],
    ['no end of line at the end', 'a,b\n1,2'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n'],
    ['CR', 'a,b\r1,2\r'],
    ['semicolons', 'a;b\n1;2\n'],
    ['tabs and white space round them', ' a \t b\n1\t 2 \n'],
    ['white space round quotes', '"a" , "b"\n "1" ,"2"\n'],
    ['UTF-16 as spreadsheets write it', Buffer.from('\uFEFFa\tb\r\n1\t2\r\n', 'utf16le')],
    ['UTF-16 of the other byte order', Buffer.from('\uFEFFa\tb\n1\t2\n', 'utf16le').swap16()],
  ])('reads %s', async (_, text) => {
    expect(await rowsOf(text)).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2'] },
    ]);
  });

  it.each([
    ['a semicolon', 'sep=;\r\na;b,c\r\n1;2\r\n'],
    ['a tab', 'sep=\t\na\tb,c\n1\t2\n'],
    ['a character of its own, in another case', '\uFEFFSEP=^\na^b,c\n1^2\n'],
  ])('reads by a first line that names %s', async (_, text) => {
    expect(await rowsOf(text)).toEqual([
      { line: 2, cells: ['a', 'b,c'] },
      { line: 3, cells: ['1', '2'] },
    ]);
  });

  it('knows the line in a file of CR alone, with cells of several lines', async () => {
    expect(await rowsOf('a,b\r\r"1\r1",2\r3,4')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 3, cells: ['1\r1', '2'] },
      { line: 5, cells: ['3', '4'] },
    ]);
  });

  it('reads letters whose last byte would be white space elsewhere', async () => {
    expect(await rowsOf('Р,à\n')).toEqual([{ line: 1, cells: ['Р', 'à'] }]);
  });

  it('knows the line on which a row begins, behind blank lines and cells of several lines', async () => {
    expect(await rowsOf('a,b\n\n"1\r\n1","2\n"\n,\n3,"say ""4"""\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 3, cells: ['1\r\n1', '2\n'] },
      { line: 7, cells: ['3', 'say "4"'] },
    ]);
  });

  it('leaves short and long rows as they are', async () => {
    expect(await rowsOf('a,b\n1\n1,2,3\n')).toMatchObject([{}, { cells: ['1'] }, { cells: ['1', '2', '3'] }]);
  });

  it('marks the cell that is not UTF-8, and reads the rest', async () => {
    const bytes = Buffer.concat([Buffer.from('a,ə\nб,'), Buffer.from([0xc3, 0x28]), Buffer.from('\n')]);
    expect(await rowsOf(bytes)).toEqual([
      { line: 1, cells: ['a', 'ə'] },
      { line: 2, cells: ['б', NOT_UTF8] },
    ]);
  });

  it.each([
    ['a quote within a cell', 'a,b\n1,2"3\n4,5\n', 'FILE.NOT_CSV', 2],
    ['text behind a quote', 'a,b\n"1"1,2\n', 'FILE.NOT_CSV', 2],
    ['a quote that is not closed', 'a,b\n1,2\n"3,4\n', 'FILE.NOT_CSV', 3],
    ['a row that is too long', `a,b\n1,${'x'.repeat(MAX_ROW_BYTES + 1)}\n`, 'FILE.ROW_TOO_LONG', 2],
    ['a row of too many bytes in fewer letters', `a,b\n${cyrillic(1)},${cyrillic(0)}\n`, 'FILE.ROW_TOO_LONG', 2],
  ])('ends with the reason: %s', async (_, bytes, code, line) => {
    expect((await rowsOf(bytes)).at(-1)).toMatchObject({ code, line });
  });

  it('reads a row of as many bytes as a row may have', async () => {
    expect(await rowsOf(`a,b\n${cyrillic(0)},${cyrillic(0)}\n`)).toMatchObject([{ line: 1 }, { line: 2 }]);
  });

  it('says that a file cannot be read', async () => {
    for (const path of [join(folder, 'none.csv'), folder]) {
      const rows: unknown[] = [];
      for await (const row of readCsvRows(path)) rows.push(row);
      expect(rows).toMatchObject([{ code: 'FILE.NOT_READABLE', line: null }]);
    }
  });
});
