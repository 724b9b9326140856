/** The exported list has the rows of the query, whole and at one position, as CSV and as a workbook. */
import { parse } from 'csv-parse/sync';
import { streamXlsxRows } from 'hucre/xlsx';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import type { Filters } from '../../src/read-models/list/filters.js';
import type { PersonView } from '../../src/read-models/list/person.view.js';
import type { Sort } from '../../src/read-models/list/paging.js';
import { listAsFile, type ListExportRequest, type TableFormat } from '../../src/register-files/list-export.js';
import { SEPARATORS, type Separator } from '../../src/register-files/csv-table.js';
import { PEOPLE_COLUMNS, personRow } from '../../src/register-files/list-export-row.js';
import { openDemonstration } from '../support/demonstration.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { DEFINITIONS, fixture, openRealRegister, type RealRegister } from './real-register.js';
import { NOW, scopeOf } from '../support/scopes.js';

const UNION: ListExportRequest = { scope: NOW, list: 'union', filters: {} };

const asked = async (register: RealRegister, ask: ListExportRequest, format: TableFormat) => {
  const exported = await listAsFile(register.queries, ask, format);
  if (exported === null) throw new Error('no such list');
  return exported;
};

const cellsOf = (csv: Buffer): string[][] => parse(csv, { bom: true });

const inWorkbook = async (content: Readable): Promise<unknown[][]> => {
  const rows: unknown[][] = [];
  for await (const { values } of streamXlsxRows(await buffer(content))) rows.push(values);
  return rows;
};

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

describe('the exported list', () => {
  let register: RealRegister;
  beforeAll(async () => {
    register = await openDemonstration(join(folder.path, 'demonstration'));
  });
  afterAll(() => register.close());

  const members = async (filters: Filters, asOf: string | undefined, sort: Sort): Promise<PersonView[]> => {
    const people: PersonView[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = { limit: 7, sort, ...(after !== undefined && { after }) };
      const answer = await register.queries.execute(new ListMembers(scopeOf({ asOf }), 'union', { filters, page }));
      people.push(...(answer?.items ?? []));
      after = answer?.next ?? null;
    }
    return people;
  };

  it.each<[Filters, string | undefined, Sort]>([
    [{}, undefined, 'name'],
    [{}, '2025-10-07', '-reference'],
    [
      { category: ['believers', 'journalists-and-bloggers'], stage: 'convicted', article: ['234'] },
      '2025-10-07',
      'recognised',
    ],
    [{ incident: 'nobody-knows' }, undefined, 'name'],
  ])('is the list with its filters %j, day %s and order %s, all pages of it', async (filters, asOf, sort) => {
    const rows = (await members(filters, asOf, sort)).map((person) => personRow(person, 'union'));
    const ask = { ...UNION, filters, sort, scope: scopeOf({ asOf }) };
    const exported = await asked(register, ask, 'csv');
    expect(exported).toMatchObject({ people: rows.length, fileName: `union-${asOf ?? '2026-01-05'}.csv` });
    expect(cellsOf(await buffer(exported.content))).toEqual([PEOPLE_COLUMNS, ...rows]);
    const sheet = await inWorkbook((await asked(register, ask, 'xlsx')).content);
    const text = (cell: unknown): unknown => (cell instanceof Date ? cell.toISOString().slice(0, 10) : (cell ?? ''));
    expect(sheet.slice(3).map((row) => row.map(text))).toEqual([PEOPLE_COLUMNS, ...rows]);
  });

  it('is CSV as spreadsheets and RFC 4180 want it', async () => {
    const text = (await buffer((await asked(register, UNION, 'csv')).content)).toString();
    expect(text).toMatch(/^\ufeffref,name,/);
    expect(text.split('\r\n')).toHaveLength(1 + 367 + 1);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ] as const)('is separated by a %s where asked, and has the same cells', async (separator, delimiter) => {
    const csv = await buffer((await asked(register, { ...UNION, separator }, 'csv')).content);
    expect(csv.toString()).toMatch(new RegExp(`^\ufeffref${delimiter}name${delimiter}`));
    const cells: string[][] = parse(csv, { bom: true, delimiter });
    expect(cells).toEqual(cellsOf(await buffer((await asked(register, UNION, 'csv')).content)));
  });

  it('has full days as dates in a workbook, and other ends of a sentence as text', async () => {
    const sheet = await inWorkbook((await asked(register, UNION, 'xlsx')).content);
    const column = PEOPLE_COLUMNS.indexOf('sentence_end');
    const ends = sheet.slice(4).map((row) => row[column]);
    expect(ends.filter((end) => end instanceof Date).length).toBeGreaterThan(100);
    expect(ends).toContain('life');
    expect(ends.filter((end) => typeof end === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(end))).toEqual([]);
    expect(sheet.slice(4).flatMap((row) => row.filter((cell, at) => at !== column && cell instanceof Date))).toEqual(
      [],
    );
  });

  it('says in a workbook what it is and what it leaves out', async () => {
    const ask = { ...UNION, filters: { category: ['believers'] } };
    const [what, filters, leavesOut] = await inWorkbook((await asked(register, ask, 'xlsx')).content);
    expect(what?.[0]).toMatch(
      /^The list union on 2026-01-05, as the register knew it at position \d+: 206 certainly on it, 0 perhaps\.$/,
    );
    expect(filters?.[0]).toBe('Filters: category believers.');
    expect(leavesOut?.[0]).toContain('sources');
  });

  it('has every character in a workbook, and what looks like an escape of one', async () => {
    const ask = { ...UNION, filters: { facility: '_x0041_ _x005F_x0042_ x\uffffy\ufffez_x00' } };
    const file = await buffer((await asked(register, ask, 'xlsx')).content);
    const [, filters] = await inWorkbook(Readable.from([file]));
    expect(filters?.[0]).toBe(`Filters: facility ${ask.filters.facility}.`);
    const zip = await fromBufferPromise(file);
    for await (const entry of zip.eachEntry()) {
      const xml = (await buffer(await zip.openReadStreamPromise(entry))).toString();
      expect(xml).not.toMatch(/[\ufffe\uffff]/);
    }
  });

  it('of a list that nobody defined is none', async () => {
    expect(await listAsFile(register.queries, { ...UNION, list: 'nobody' }, 'csv')).toBeNull();
  });

  it('lets go when its reader does', async () => {
    const { content } = await asked(register, UNION, 'csv');
    content.destroy();
    await new Promise((resolve) => content.once('close', resolve));
    expect(content.destroyed).toBe(true);
  });
});

it('stands as it stood when it was asked for, over all its pages, whatever is recorded meanwhile', async () => {
  const [header, ...rows] = readFileSync(fixture('register-uncertain.csv'), 'utf8').trim().split('\n');
  const people = (from: number, to: number): string => {
    const file = join(folder.path, `${from}.csv`);
    const many = Array.from({ length: to - from }, (_, at) =>
      rows[0]?.replace(/^[^,]*/, `N-${String(from + at)}`).replace(',1980,', ',,'),
    );
    writeFileSync(file, [header, ...many, ''].join('\n'));
    return file;
  };
  const register = await openDemonstration(join(folder.path, 'growing'));
  // More than one page of 500.
  await register.import([people(0, 150)]);
  const ask = { ...UNION, sort: 'reference' } as const;
  const before = (await buffer((await asked(register, ask, 'csv')).content)).toString();
  expect(before.split('\r\n')).toHaveLength(1 + 367 + 150 + 1);
  const { content } = await asked(register, ask, 'csv');
  const chunks = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const read: Buffer[] = [];
  for (let chunk = await chunks.next(); chunk.done !== true; chunk = await chunks.next()) {
    read.push(chunk.value);
    if (read.length === 2) await register.import([people(150, 200)]);
  }
  expect(Buffer.concat(read).toString()).toBe(before);
  expect((await asked(register, ask, 'csv')).people).toBe(367 + 200);
  await register.close();
});

describe('a name that looks like a formula', () => {
  const BAD = readFileSync(fixture('register-bad.csv'), 'utf8').split('\n');
  const FORMULA = '=HYPERLINK("http://127.0.0.1/x","Sınaqov")';

  const nameOf = async (register: RealRegister): Promise<string | null | undefined> => {
    const reference = { list: 'union', reference: 'BAD-09' };
    const found = await register.queries.execute(new Cases(NOW, { reference, filters: {}, page: { limit: 1 } }));
    return found.items[0]?.name;
  };

  it('is made harmless in the file, and comes back letter for letter', async () => {
    const first = await openRealRegister();
    await first.import([DEFINITIONS, fixture('register-bad.csv')]);
    expect(await nameOf(first)).toBe(FORMULA);
    const exported = (await buffer((await asked(first, UNION, 'csv')).content)).toString();
    for (const [separator, delimiter] of Object.entries(SEPARATORS)) {
      const csv = await buffer((await asked(first, { ...UNION, separator: separator as Separator }, 'csv')).content);
      const rows: string[][] = parse(csv, { bom: true, delimiter });
      const cells = rows.flat();
      expect(cells).toContain(`'${FORMULA}`);
      expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
    }
    await first.close();
    const line = exported.split('\r\n').find((text) => text.startsWith('BAD-09,'));
    expect(line).toMatch(/^BAD-09,"'=HYPERLINK\(/);

    // The cells of the export in a row of a register file, read by an empty register.
    const [ref, name] = parse(line ?? '')[0] as unknown as string[];
    const quoted = `"${name?.replaceAll('"', '""')}"`;
    const row = BAD.find((text) => text.startsWith('BAD-09'))?.replace(
      /^BAD-09,"(?:[^"]|"")*"/,
      () => `${ref},${quoted}`,
    );
    const file = join(folder.path, 'again.csv');
    writeFileSync(file, `${BAD[0]}\n${row}\n`);
    const second = await openRealRegister();
    const { report } = await second.import([DEFINITIONS, file]);
    expect(report).toEqual([]);
    expect(await nameOf(second)).toBe(FORMULA);
    await second.close();
  });
});
