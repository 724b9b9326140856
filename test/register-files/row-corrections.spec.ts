/** `habeas import --correct`: changed and emptied cells of a row become corrections and retractions, attributed to the file. */
import { RecordEvents, type RecordEventsRequest } from '../../src/commands/record-events.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import type { CorrectionLine } from '../../src/register-files/import-files.js';
import type { RegisterRow } from '../../src/register-files/row-columns.js';
import { NOW } from '../support/scopes.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { convicted, registerRow } from './row-builders.js';
import { Files } from './temporary-files.js';

let files: Files;
const open: RealRegister[] = [];
beforeEach(() => {
  files = new Files();
});
afterEach(async () => {
  for (const register of open.splice(0)) await register.close();
  files.remove();
});

const newRegister = async (): Promise<RealRegister> => {
  const register = await openRealRegister();
  open.push(register);
  await register.import([DEFINITIONS]);
  return register;
};

const importRow = async (register: RealRegister, row: RegisterRow, correct = false) => {
  const corrections: CorrectionLine[] = [];
  const options = { correct, onCorrection: (line: CorrectionLine) => corrections.push(line) };
  const { imported, report } = await register.import([files.rows('rows.csv', row)], options);
  const { added, unchanged, refused, corrected } = imported.files[0]!;
  return {
    counts: { added, unchanged, refused },
    corrected,
    cells: corrections.map(({ column, before, after }) => [column, before, after]),
    errors: report.map(({ column, code }) => `${column} ${code}`),
  };
};

const caseId = async ({ queries }: RealRegister): Promise<string> => {
  const ask = { reference: { list: 'union', reference: 'T-01' }, filters: {}, page: { limit: 1 } };
  return (await queries.execute(new Cases(NOW, ask))).items[0]!.caseId;
};
const eventsOf = async (register: RealRegister) => {
  const subject = { kind: 'case' as const, id: await caseId(register) };
  return (await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!.items;
};
/** What is shown of the case, without ids, revisions and positions. */
const shown = async (register: RealRegister) => {
  const view = (await register.queries.execute(new OneCase(NOW, await caseId(register))))!;
  const { id: _, revision: __, knownAt: ___, position: ____, findings, names, ...rest } = view;
  return { ...rest, names: names.map(({ text }) => text).sort(), findings: findings.map(({ code }) => code) };
};

const released = { released_on: '2025-03-01', release_reason: 'bail' };

it.each<[string, Partial<RegisterRow>, Partial<RegisterRow>, string[][]]>([
  ['a name', {}, { name: 'Anar Sınaqov' }, [['name', 'Anar Nümunə oğlu Sınaqov', 'Anar Sınaqov']]],
  ['a spelling emptied', {}, { name_en: '' }, [['name_en', 'Anar Numuna oghlu Sinagov', '']]],
  ['a year of birth', {}, { born: '1981' }, [['born', '1980', '1981']]],
  ['a sex emptied', {}, { sex: '' }, [['sex', 'm', '']]],
  ['a category', {}, { category: 'social-activists' }, [['category', 'believers', 'social-activists']]],
  ['an edition', {}, { recognised_on: '2024-06-15' }, [['recognised_on', '2024-06-14', '2024-06-15']]],
  ['an incident filled in', {}, { incident: 'b' }, [['incident', '', 'b']]],
  [
    'the day of arrest, charge and remand',
    {},
    { arrested_on: '2024-02-21' },
    [['arrested_on', '2024-02-20', '2024-02-21']],
  ],
  ['a court emptied', convicted, { court: '' }, [['court', 'Sumgait City Court', '']]],
  [
    'a sentence',
    convicted,
    { sentence: 'P3Y' },
    [['sentence', '{"kind":"imprisonment","term":"P3Y10M"}', '{"kind":"imprisonment","term":"P3Y"}']],
  ],
  ['a source', {}, { source: 'another' }, [['source', 'a synthetic source', 'another']]],
  [
    'a release emptied',
    released,
    { released_on: '', release_reason: '' },
    [
      ['released_on', '2025-03-01', ''],
      ['release_reason', 'bail', ''],
    ],
  ],
  ['a release of another day', released, { released_on: '2025-03-02' }, [['released_on', '2025-03-01', '2025-03-02']]],
  [
    'a change of category',
    { category_changes: '2024-09-23=national-minorities' },
    { category_changes: '2024-09-24=national-minorities' },
    [['category_changes', '2024-09-23', '']],
  ],
  ['with a newly filled cell beside it', {}, { ...released, born: '1981' }, [['born', '1980', '1981']]],
])('%s: the register then says what the changed file says', async (_, first, then, cells) => {
  const [register, fresh] = [await newRegister(), await newRegister()];
  await importRow(register, registerRow(first));
  const before = await register.events();
  const changed = registerRow({ ...first, ...then });
  expect(await importRow(register, changed, true)).toEqual({
    counts: { added: 1, unchanged: 0, refused: 0 },
    corrected: cells.length,
    cells,
    errors: [],
  });
  await importRow(fresh, changed);
  expect(await shown(register)).toEqual(await shown(fresh));
  for (const { event } of (await eventsOf(register)).slice(before))
    if (event.type === 'corrected' || event.type === 'retracted')
      expect(event.sources).toEqual([{ kind: 'register-file', citation: 'rows.csv' }]);
  expect(await importRow(register, changed)).toMatchObject({ counts: { unchanged: 1 }, errors: [] });
  expect(await importRow(register, changed, true)).toMatchObject({ counts: { unchanged: 1 }, corrected: 0 });
});

it('a cell may go back and forth', async () => {
  const register = await newRegister();
  await importRow(register, registerRow(released));
  for (const released_on of ['2025-03-02', '2025-03-01', '2025-03-02', '', '2025-03-02', '', '2025-03-01']) {
    const row = registerRow({ released_on, release_reason: released_on && 'bail' });
    expect(await importRow(register, row, true)).toMatchObject({ counts: { added: 1 }, errors: [] });
    const { periods } = await shown(register);
    const free = periods.filter(({ standing }) => standing?.custody === 'free').map(({ from }) => from);
    expect(free).toEqual(released_on === '' ? [] : [released_on]);
  }
});

it('without --correct the row is refused as before', async () => {
  const register = await newRegister();
  await importRow(register, registerRow());
  expect(await importRow(register, registerRow({ born: '1981' }))).toMatchObject({
    counts: { refused: 1 },
    errors: ['born IMPORT.NEEDS_CORRECTION'],
  });
});

describe('beside what people recorded', () => {
  const byStaff = async (register: RealRegister, event: object): Promise<void> => {
    const request = {
      subject: { kind: 'case', id: await caseId(register) },
      isNewSubject: false,
      events: [{ sources: [{ kind: 'family', citation: 'synthetic' }], reliability: 'verified', ...event }],
      actor: { kind: 'person', id: 'p-1', asserted: true },
      acknowledge: [],
      correlationId: 'c-1',
    } as unknown as RecordEventsRequest;
    expect(await register.commands.execute(new RecordEvents(request))).toMatchObject({ outcome: 'recorded' });
    await register.import([DEFINITIONS]);
  };
  const idOf = async (register: RealRegister, type: string): Promise<string> =>
    (await eventsOf(register)).find(({ event }) => event.type === type)!.id;

  it('an unchanged cell does not undo what a person corrected', async () => {
    const register = await newRegister();
    await importRow(register, registerRow());
    const event = await idOf(register, 'arrested');
    await byStaff(register, { type: 'corrected', event, data: { occurredOn: '2024-02-18' } });
    expect(await importRow(register, registerRow(), true)).toMatchObject({ counts: { unchanged: 1 }, corrected: 0 });
    expect((await shown(register)).periods.some(({ from }) => from === '2024-02-18')).toBe(true);
  });

  it('a cell that comes to say what a person corrected changes nothing', async () => {
    const register = await newRegister();
    await importRow(register, registerRow());
    const event = await idOf(register, 'recognised');
    await byStaff(register, { type: 'corrected', event, data: { occurredOn: '2024-06-15' } });
    const row = registerRow({ recognised_on: '2024-06-15' });
    expect(await importRow(register, row, true)).toMatchObject({ counts: { unchanged: 1 }, errors: [] });
  });

  it('a changed cell of an event that a person retracted refuses the row', async () => {
    const register = await newRegister();
    await importRow(register, registerRow(released));
    await byStaff(register, { type: 'retracted', event: await idOf(register, 'released'), reason: 'another man' });
    expect(await importRow(register, registerRow({ ...released, released_on: '2025-03-02' }), true)).toMatchObject({
      errors: ['released_on CORRECTION.EVENT_RETRACTED'],
    });
  });
});

it('a correction that makes the timeline odd refuses the row at its cell', async () => {
  const register = await newRegister();
  await importRow(register, registerRow({ ...convicted, died_on: '2025-05-01' }));
  expect(await importRow(register, registerRow({ ...convicted, died_on: '2024-05-01' }), true)).toMatchObject({
    counts: { refused: 1 },
    errors: [expect.stringMatching(/^died_on /)],
  });
});
