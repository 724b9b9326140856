/** Imports files with one event a line: recorded by case, and unchanged when imported again. */
import { writeXlsx } from 'hucre/xlsx';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import { Files } from './temporary-files.js';
import { linesFile } from './event-line-writer.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { NOW, scopeOf } from '../support/scopes.js';

const files = new Files();
let register: RealRegister;
beforeEach(async () => {
  register = await openRealRegister();
  await register.import([DEFINITIONS]);
});
afterEach(() => register.close());
afterAll(() => files.remove());

type Line = Readonly<Record<string, string>>;
const line = (type: string, occurred_on: string, more: Line = {}): Line => ({
  ref: 'E-1',
  type,
  occurred_on,
  source: 'synthetic',
  ...more,
});
const opened = line('opened', '', { name: 'Anar Sınaqov | Анар Сынагов' });
const arrested = line('arrested', '2024-02-20', { kind: 'criminal' });
const convicted = line('convicted', '2024-08-10', { articles: '28/220.1', sentence: 'imprisonment unknown' });

const importLines = (...lines: readonly Line[]) => register.import([files.text('events.csv', linesFile(...lines))]);
const counts = ({ imported }: Awaited<ReturnType<typeof importLines>>) => {
  const { added, unchanged, refused } = imported.files[0]!;
  return { added, unchanged, refused };
};
const problems = ({ report }: Awaited<ReturnType<typeof importLines>>) =>
  report.map(({ row, column, code }) => `${row} ${column} ${code}`);
const caseOf = async (reference: string, list = 'union') =>
  (await register.queries.execute(new Cases(NOW, { reference: { list, reference }, filters: {}, page: { limit: 5 } })))
    .items;
const eventsOf = async (reference: string) => {
  const [found] = await caseOf(reference);
  const subject = { kind: 'case' as const, id: found!.caseId };
  return (await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!.items;
};

it('two episodes of one person enter, in file order, whichever lines stand between', async () => {
  const other = { ref: 'E-2' };
  const answer = await importLines(
    opened,
    { ...opened, ...other },
    arrested,
    { ...arrested, ...other },
    convicted,
    line('released', '2024-12-01', { reason: 'other' }),
    line('arrested', '2025-05-01'),
  );
  expect(answer.report).toEqual([]);
  expect(counts(answer)).toEqual({ added: 7, unchanged: 0, refused: 0 });
  expect((await eventsOf('E-1')).map(({ event }) => event.type)).toEqual([
    'opened',
    'arrested',
    'convicted',
    'released',
    'arrested',
  ]);
  const [found] = await caseOf('E-1');
  const seen = await register.queries.execute(new OneCase(scopeOf({ asOf: '2026-01-05' }), found!.caseId));
  expect(seen?.standings).toMatchObject([{ custody: 'detained', sentence: 'none' }]);
});

it('the same file again changes nothing, a longer one adds what it adds, a changed line needs a correction', async () => {
  await importLines(opened, arrested);
  const events = await register.events();
  expect(counts(await importLines(opened, arrested))).toEqual({ added: 0, unchanged: 2, refused: 0 });
  expect(counts(await importLines(arrested))).toEqual({ added: 0, unchanged: 1, refused: 0 });
  expect(await register.events()).toBe(events);
  expect(counts(await importLines(opened, arrested, convicted))).toEqual({ added: 1, unchanged: 2, refused: 0 });
  const changed = await importLines(opened, { ...arrested, place: 'Sheki' }, convicted);
  expect(problems(changed)).toEqual([
    '2 null ROW.NOT_ALONE',
    '3 place IMPORT.NEEDS_CORRECTION',
    '4 null ROW.NOT_ALONE',
  ]);
  expect(await register.events()).toBe(events + 1);
});

it('one wrong line keeps out those of its case, and no other', async () => {
  const other = { ref: 'E-2' };
  const answer = await importLines(
    opened,
    { ...arrested, occurred_on: '2024-02-30' },
    { ...opened, ...other },
    { ...arrested, ...other, court: 'A court' },
    { ...opened, ref: 'E-3' },
    { ...arrested, ref: 'E-3' },
  );
  expect(counts(answer)).toEqual({ added: 2, unchanged: 0, refused: 4 });
  expect(problems(answer)).toEqual([
    '2 null ROW.NOT_ALONE',
    '3 occurred_on DATE.INVALID',
    '4 null ROW.NOT_ALONE',
    '5 court FIELD.UNKNOWN',
  ]);
  expect(await caseOf('E-1')).toEqual([]);
});

it('what a person could acknowledge is refused unless the line names it', async () => {
  const again = { ...arrested, occurred_on: '2024-03-01' };
  expect(problems(await importLines(opened, arrested, again))).toEqual([
    '2 null ROW.NOT_ALONE',
    '3 null ROW.NOT_ALONE',
    '4 occurred_on CASE.ALREADY_HELD',
  ]);
  const answer = await importLines(opened, arrested, { ...again, acknowledge: 'CASE.ALREADY_HELD' });
  expect(answer.report).toEqual([]);
  expect((await eventsOf('E-1')).at(-1)?.acknowledged).toEqual(['CASE.ALREADY_HELD']);
});

it('a line follows another one by its key, the second time too', async () => {
  const lines = [
    opened,
    { ...arrested, key: 'first', occurred_on: '2024-02' },
    line('charged', '2024-02', { articles: '234', after: 'first' }),
  ];
  expect((await importLines(...lines)).report).toEqual([]);
  const events = await eventsOf('E-1');
  expect(events[2]?.event.after).toBe(events[1]?.id);
  expect(counts(await importLines(...lines))).toEqual({ added: 0, unchanged: 3, refused: 0 });
});

it('a second list adds its reference to the case of the first, once', async () => {
  const second = files.definitions((definitions) => {
    const [union] = definitions.lists;
    definitions.lists.push({ ...union!, id: 'second' });
  });
  await register.import([second]);
  await importLines(opened, arrested);
  const path = files.text(
    'second.csv',
    linesFile({
      ...line('recognised', '2024-06-01', { category: 'Believers', same_as: 'union:E-1' }),
      ref: 'S-9',
    }),
  );
  for (const added of [1, 0]) {
    const answer = await register.import([path], { list: 'second' });
    expect(answer.report).toEqual([]);
    expect(answer.imported.files[0]?.added).toBe(added);
  }
  expect((await caseOf('S-9', 'second')).map(({ caseId }) => caseId)).toEqual(
    (await caseOf('E-1')).map(({ caseId }) => caseId),
  );
  const stranger = files.text(
    's.csv',
    linesFile({ ...line('tried', '2024-06-01', { same_as: 'union:E-7' }), ref: 'S-8' }),
  );
  expect(problems(await register.import([stranger], { list: 'second' }))).toEqual(['2 same_as ROW.UNKNOWN_REFERENCE']);
});

it('a line of a case that nobody opened, and one that opens a case that is there, are refused', async () => {
  expect(problems(await importLines(arrested))).toEqual(['2 ref ROW.UNKNOWN_REFERENCE']);
  await importLines(opened);
  expect(problems(await importLines({ ...opened, ref: 'E-1 ', name: 'Somebody Else' }))).toEqual([
    '2 name IMPORT.NEEDS_CORRECTION',
  ]);
});

it('a category that the list does not have is told with those that it has', async () => {
  const answer = await importLines(opened, line('recognised', '2024-06-01', { category: 'poets' }));
  expect(answer.report[1]).toMatchObject({ row: 3, column: 'category', code: 'CATEGORY.UNKNOWN' });
  expect(answer.report[1]?.expected).toContain('believers (');
});

it('lines of JSON say it as the rows of a batch do', async () => {
  const sources = [{ kind: 'press', citation: 'synthetic' }];
  const named = { case: { list: 'union', reference: 'J-1' } };
  const name = { text: 'Anar Sınaqov', script: 'Latn', language: 'az', kind: 'full' };
  const lines = [
    { type: 'opened', names: [name], references: [{ list: 'union', reference: 'J-1' }], sources },
    { ...named, type: 'arrested', occurredOn: '2024-02-20', sources },
    { ...named, type: 'arrested', occurredOn: '2024-03-20', sources, acknowledge: ['CASE.ALREADY_HELD'] },
  ];
  const path = files.text('events.ndjson', `\uFEFF${lines.map((one) => JSON.stringify(one)).join('\r\n\r\n')}\r\n`);
  const answer = await register.import([path]);
  expect(answer.report).toEqual([]);
  expect(counts(answer)).toEqual({ added: 3, unchanged: 0, refused: 0 });
  expect(counts(await register.import([path]))).toEqual({ added: 0, unchanged: 3, refused: 0 });
  const broken = files.text(
    'broken.ndjson',
    `${JSON.stringify(lines[0])}\n{"type":\n${JSON.stringify({ type: 'tried' })}`,
  );
  expect(problems(await register.import([broken]))).toEqual([
    '2 null FILE.NOT_JSON',
    '3 /case FIELD.MISSING',
    '3 /sources FIELD.MISSING',
    '3 /occurredOn FIELD.MISSING',
  ]);
});

it('a key that stands twice in a line of JSON is refused, not lost', async () => {
  const line = '{"type":"tried","case":{"list":"union","reference":"E-1"},"occurredOn":"2024","occurredOn":"2025"}';
  const path = files.text('twice.ndjson', `${line}\n${line}\n`);
  const { report } = await register.import([path]);
  expect(report).toMatchObject(
    [1, 2].map((row) => ({ row, code: 'FILE.KEY_TWICE', expected: expect.stringContaining('/occurredOn') })),
  );
});

it('the same file in NFD, and with another dash in its reference, changes nothing', async () => {
  const lines = [
    { ...opened, ref: 'E-1' },
    { ...arrested, place: 'Gəncə şəhəri, Şıxlı' },
  ];
  await importLines(...lines);
  const path = files.text(
    'nfd.csv',
    linesFile(...lines)
      .normalize('NFD')
      .replaceAll('E-1', 'E\u20131'),
  );
  const answer = await register.import([path]);
  expect(answer.report).toEqual([]);
  expect(counts(answer)).toEqual({ added: 0, unchanged: 2, refused: 0 });
});

it('a workbook says it as a CSV file does', async () => {
  const rows = [
    ['ref', 'type', 'occurred_on', 'name', 'articles', 'sentence', 'in_absentia', 'source'],
    ['X-1', 'opened', '', 'Anar Sınaqov', '', '', '', 'synthetic'],
    ['X-1', 'arrested', '2024-02', '', '', '', '', 'synthetic'],
    ['X-1', 'convicted', '2024-08-10', '', 'AZ-OCC 70-2', 'life', false, 'synthetic'],
  ];
  const path = files.text('events.xlsx', Buffer.from(await writeXlsx({ sheets: [{ name: 'Events', rows }] })));
  const answer = await register.import([path]);
  expect(answer.report).toEqual([]);
  expect(counts(answer)).toEqual({ added: 3, unchanged: 0, refused: 0 });
  expect((await eventsOf('X-1')).at(-1)?.event).toMatchObject({
    type: 'convicted',
    articles: [{ code: 'AZ-OCC', article: '70-2' }],
    sentence: { kind: 'imprisonment', life: true },
    inAbsentia: false,
  });
  expect(counts(await register.import([path]))).toEqual({ added: 0, unchanged: 3, refused: 0 });
});

it('lines may correct and retract, and change nothing when they come again', async () => {
  await importLines(opened, arrested);
  const [, arrest] = await eventsOf('E-1');
  const ids = { event: arrest!.id };
  const amending = [
    line('corrected', '', { ...ids, data: '{"occurredOn":"2024-02-21"}' }),
    line('retracted', '', { ...ids, reason: 'another man' }),
  ];
  const first = await importLines(opened, arrested, ...amending);
  expect([counts(first), problems(first)]).toEqual([{ added: 2, unchanged: 2, refused: 0 }, []]);
  expect((await eventsOf('E-1')).slice(2)).toMatchObject([
    { event: { type: 'corrected', correctedType: 'arrested', data: { occurredOn: '2024-02-21' } } },
    { event: { type: 'retracted' } },
  ]);
  expect(counts(await importLines(opened, arrested, ...amending))).toEqual({ added: 0, unchanged: 4, refused: 0 });
  const wrong = await importLines(
    opened,
    arrested,
    line('corrected', '', { ...ids, data: '{"occurredOn":"2024-02-30"}' }),
  );
  expect(problems(wrong)).toEqual(expect.arrayContaining(['4 data DATE.INVALID']));
});

it('a line that may correct puts no name in place of one that is like none of it', async () => {
  await importLines(opened, arrested);
  const change = async (name: string) => {
    const path = files.text('events.csv', linesFile({ ...opened, name }, arrested));
    return await register.import([path], { correct: true });
  };
  const other = await change('Tamam Başqaadam');
  expect(problems(other)).toEqual(['2 name ROW.OTHER_PERSON', '3 null ROW.NOT_ALONE']);
  const spelling = await change('Anar Sinaqov | Анар Сынагов');
  expect(spelling.imported.files[0]).toMatchObject({ corrected: 1, refused: 0 });
});
