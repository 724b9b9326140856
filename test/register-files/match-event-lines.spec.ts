/** `habeas import --correct` of lines of events: a changed line becomes a correction of the event that an earlier import recorded. */
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import { NOW } from '../support/scopes.js';
import { linesFile } from './event-line-writer.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { Files } from './temporary-files.js';

const files = new Files();
const open: RealRegister[] = [];
let register: RealRegister;
const newRegister = async (): Promise<RealRegister> => {
  const opened = await openRealRegister();
  open.push(opened);
  await opened.import([DEFINITIONS]);
  return opened;
};
beforeEach(async () => {
  register = await newRegister();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => files.remove());

type Line = Readonly<Record<string, string>>;
const line = (type: string, occurred_on: string, more: Line = {}): Line => ({
  ref: 'E-1',
  type,
  occurred_on,
  source: 'synthetic',
  ...more,
});
const opened = line('opened', '', { name: 'Anar Sınaqov', born: '1980' });
const arrested = line('arrested', '2024-02-20', { kind: 'criminal', place: 'Bakı' });
const convicted = line('convicted', '2024-08-10', { articles: '28/220.1', sentence: 'imprisonment P3Y' });
const named = line('named', '', { name: 'Anar Sinagov [en-Latn full]' });
const released = line('released', '2024-12-01', { reason: 'bail' });

const importLines = async (to: RealRegister, lines: readonly Line[], correct = true) => {
  const cells: unknown[][] = [];
  const path = files.text('events.csv', linesFile(...lines));
  const { imported, report } = await to.import([path], {
    correct,
    onCorrection: ({ row, column, before, after }) => cells.push([row, column, before, after]),
  });
  const { added, unchanged, refused } = imported.files[0]!;
  return {
    counts: { added, unchanged, refused },
    cells,
    errors: report.map(({ row, column, code }) => `${String(row)} ${String(column)} ${code}`),
  };
};

const caseId = async ({ queries }: RealRegister): Promise<string> => {
  const ask = { reference: { list: 'union', reference: 'E-1' }, filters: {}, page: { limit: 1 } };
  return (await queries.execute(new Cases(NOW, ask))).items[0]!.caseId;
};
const typesOf = async (of: RealRegister) => {
  const subject = { kind: 'case' as const, id: await caseId(of) };
  const { items } = (await of.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!;
  return items.map(({ event }) => event.type);
};
/** What is shown of the case, without ids, revisions and positions. */
const shown = async (of: RealRegister) => {
  const view = (await of.queries.execute(new OneCase(NOW, await caseId(of))))!;
  const { id: _, revision: __, knownAt: ___, position: ____, findings, ...rest } = view;
  return { ...rest, findings: findings.map(({ code }) => code) };
};

const all = [opened, arrested, convicted, named, released];

it.each<[string, number, Line, unknown[][]]>([
  ['a place', 1, { place: 'Gəncə' }, [[3, 'place', 'Bakı', 'Gəncə']]],
  ['a place emptied', 1, { place: '' }, [[3, 'place', 'Bakı', '']]],
  ['a year of birth', 0, { born: '1981' }, [[2, 'born', '1980', '1981']]],
  [
    'a sentence',
    2,
    { sentence: 'imprisonment P4Y' },
    [[4, 'sentence', '{"kind":"imprisonment","term":"P3Y"}', '{"kind":"imprisonment","term":"P4Y"}']],
  ],
  [
    'a name, in a file that repeats the other lines',
    3,
    { name: 'Anar Synagov [en-Latn full]' },
    [[5, 'name', expect.any(String), expect.any(String)]],
  ],
  [
    'a day, in a file that repeats the other lines',
    4,
    { occurred_on: '2024-12-03' },
    [[6, 'occurred_on', '2024-12-01', '2024-12-03']],
  ],
])('%s: the register then says what the changed file says', async (_, at, then, cells) => {
  const changed = all.with(at, { ...all[at], ...then });
  await importLines(register, all);
  expect(await importLines(register, changed)).toEqual({
    counts: { added: 1, unchanged: 4, refused: 0 },
    cells,
    errors: [],
  });
  expect(await typesOf(register)).toEqual(['opened', 'arrested', 'convicted', 'named', 'released', 'corrected']);
  const fresh = await newRegister();
  await importLines(fresh, changed);
  expect(await shown(register)).toEqual(await shown(fresh));

  const events = await register.events();
  expect((await importLines(register, changed)).counts).toEqual({ added: 0, unchanged: 5, refused: 0 });
  // Neither version is taken for a new event by an import that does not correct.
  expect((await importLines(register, changed, false)).counts).toEqual({ added: 0, unchanged: 5, refused: 0 });
  expect((await importLines(register, all, false)).counts).toEqual({ added: 0, unchanged: 5, refused: 0 });
  expect(await register.events()).toBe(events);

  expect((await importLines(register, all)).counts).toEqual({ added: 1, unchanged: 4, refused: 0 });
  const original = await newRegister();
  await importLines(original, all);
  expect(await shown(register)).toEqual(await shown(original));
});

it('corrects and adds in one file', async () => {
  await importLines(register, [opened, arrested]);
  const later = [opened, { ...arrested, place: 'Gəncə' }, { ...convicted, after: 'a' }].map((one, at) =>
    at === 1 ? { ...one, key: 'a' } : one,
  );
  expect((await importLines(register, later)).counts).toEqual({ added: 2, unchanged: 1, refused: 0 });
  expect((await typesOf(register)).sort()).toEqual(['arrested', 'convicted', 'corrected', 'opened']);
  expect((await importLines(register, later)).counts).toEqual({ added: 0, unchanged: 3, refused: 0 });
});

it('keeps what a line follows, though that line is corrected', async () => {
  const following = (first: Line) => [opened, { ...first, key: 'a' }, { ...convicted, after: 'a' }];
  for (const first of [
    arrested,
    { ...arrested, place: 'Gəncə' },
    { ...arrested, place: 'Gəncə', occurred_on: '2024-02-21' },
  ]) {
    const { errors, cells } = await importLines(register, following(first));
    expect([errors, cells.length]).toEqual([[], first === arrested ? 0 : 1]);
  }
  expect(await typesOf(register)).toEqual(['opened', 'arrested', 'convicted', 'corrected', 'corrected']);
  const fresh = await newRegister();
  await importLines(fresh, following({ ...arrested, place: 'Gəncə', occurred_on: '2024-02-21' }));
  expect(await shown(register)).toEqual(await shown(fresh));
});

it('takes nothing of a shorter file for a correction of what is not in it', async () => {
  await importLines(register, all);
  const events = await register.events();
  const other = await importLines(register, [opened, line('named', '', { name: 'Anar [az-Latn alias]' })]);
  expect(other.errors).toEqual(['2 null ROW.NOT_ALONE', '3 name IMPORT.NEEDS_CORRECTION']);
  const rearrested = await importLines(register, [
    opened,
    line('arrested', '2025-02-20', { kind: 'criminal', place: 'Bakı' }),
  ]);
  expect(rearrested).toMatchObject({ counts: { added: 1, unchanged: 1, refused: 0 }, cells: [] });
  expect(await register.events()).toBe(events + 1);
});

it('refuses a correction that makes the case impossible, at its cell', async () => {
  await importLines(register, all);
  const died = line('died', '2024-11-01');
  const impossible = await importLines(register, [
    opened,
    arrested,
    convicted,
    named,
    { ...released, occurred_on: '2024-02-01' },
  ]);
  expect(impossible.errors).toEqual(expect.arrayContaining([expect.stringMatching(/^6 occurred_on CASE\./)]));
  expect((await importLines(register, [...all, died])).errors).toContainEqual(expect.stringMatching(/CASE\.DECEASED/));
});
