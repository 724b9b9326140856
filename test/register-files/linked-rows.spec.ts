/** Rows with `same_as`, and unknown days of conviction when a list is imported again later. */
import { RecordEvents, type RecordEventsRequest } from '../../src/commands/record-events.js';
import { parseDay } from '../../src/domain/time.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { importFiles } from '../../src/register-files/import-files.js';
import { Files } from './temporary-files.js';
import { openRealRegister, type RealRegister } from './real-register.js';
import { convicted, registerRow } from './row-builders.js';
import { NOW } from '../support/scopes.js';

const files = new Files();
let register: RealRegister;
beforeEach(async () => {
  register = await openRealRegister();
  const second = files.definitions((definitions) => {
    const [union] = definitions.lists;
    definitions.lists.push({ ...union!, id: 'second' });
  });
  await register.import([second]);
});
afterEach(() => register.close());
afterAll(() => files.remove());

type Cells = Parameters<typeof registerRow>[0];
const rows = (list: string, ...cells: readonly Cells[]) =>
  register.import([files.rows('rows.csv', ...cells.map((one) => registerRow(one)))], { list });
const problems = ({ report }: Awaited<ReturnType<typeof rows>>) =>
  report.map(({ row, column, code }) => `${row} ${column} ${code}`);
const caseOf = async (list: string, reference: string) =>
  (await register.queries.execute(new Cases(NOW, { reference: { list, reference }, filters: {}, page: { limit: 5 } })))
    .items[0]?.caseId;
const eventsOf = async (list: string, reference: string) => {
  const subject = { kind: 'case' as const, id: (await caseOf(list, reference)) ?? '' };
  const history = await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 }));
  return history!.items.map(({ event }) => event);
};

it('two rows of one list about one case change nothing at the second import, whatever one of them leaves empty', async () => {
  const bail: Cells = { released_on: '2025-03-01', release_reason: 'bail' };
  const both = [
    { ...convicted, ref: 'T-01' },
    { ...convicted, ...bail, ref: 'T-02', same_as: 'union:T-01' },
  ];
  expect((await rows('union', ...both)).imported.files[0]).toMatchObject({ added: 2, refused: 0 });
  const before = await eventsOf('union', 'T-01');
  expect((await rows('union', ...both)).imported.files[0]).toMatchObject({ unchanged: 2, refused: 0 });
  const path = files.rows('again.csv', ...both.map((one) => registerRow(one)));
  expect((await register.import([path], { correct: true })).imported.files[0]).toMatchObject({ unchanged: 2 });
  expect(await eventsOf('union', 'T-01')).toEqual(before);
});

it('rows may name one another in any order, and one that names nobody is refused', async () => {
  const chain: Cells[] = ['T-04', 'T-03', 'T-02', 'T-01'].map((ref, index, all) => ({
    ...convicted,
    ref,
    same_as: index === 3 ? '' : `union:${all[index + 1]}`,
  }));
  const lost = { ...convicted, ref: 'T-05', same_as: 'union:T-99' };
  const first = await rows('union', lost, ...chain);
  expect(first.imported.files[0]).toMatchObject({ added: 4, refused: 1, done: 5 });
  expect(problems(first)).toEqual(['2 same_as ROW.UNKNOWN_REFERENCE']);
  expect((await rows('union', lost, ...chain)).imported.files[0]).toMatchObject({ unchanged: 4, refused: 1 });
});

it('one of two rows about one case does not correct what the other one says', async () => {
  const both = [
    { ...convicted, ref: 'T-01' },
    { ...convicted, arrested_on: '2024-02-21', ref: 'T-02', same_as: 'union:T-01' },
  ];
  const path = files.rows('both.csv', ...both.map((one) => registerRow(one)));
  const { report, imported } = await register.import([path], { correct: true });
  expect(imported.files[0]).toMatchObject({ added: 1, refused: 1 });
  expect(report.map(({ row, code }) => [row, code])).toContainEqual([3, 'IMPORT.NEEDS_CORRECTION']);
});

it('a row of a second list adds its reference and its judgment to the case of the first, and repeats nothing', async () => {
  await rows('union', { ...convicted, incident: 'sample-affair' });
  const before = (await eventsOf('union', 'T-01')).length;
  // The second list knows the arrest and the sentence, and less of both.
  const again: Cells = {
    ref: 'S-1',
    same_as: 'union:T-01',
    ...convicted,
    court: '',
    recognised_on: '2024-07-01',
    source: 'another',
  };
  const answer = await rows('second', again);
  expect(answer.report).toEqual([]);
  expect(await caseOf('second', 'S-1')).toBe(await caseOf('union', 'T-01'));
  expect(
    (await eventsOf('second', 'S-1')).slice(before).map((event) => [event.type, 'list' in event && event.list]),
  ).toEqual([
    ['recognised', 'second'],
    ['referenced', 'second'],
  ]);
  expect((await rows('second', again)).imported.files[0]).toMatchObject({ added: 0, unchanged: 1, refused: 0 });
});

it('an unchanged row does not undo that somebody retracted its reference', async () => {
  await rows('union', { ref: 'T-01' });
  const linked = { ref: 'S-1', same_as: 'union :T-01' };
  await rows('second', linked);
  const caseId = await caseOf('union', 'T-01');
  const subject = { kind: 'case' as const, id: caseId ?? '' };
  const history = await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 }));
  const added = history?.items.find(({ event }) => event.type === 'referenced');
  const request = {
    subject,
    isNewSubject: false,
    events: [
      {
        ...{ type: 'retracted', event: added?.id, reason: 'another man' },
        ...{ sources: [{ kind: 'family', citation: 'synthetic' }], reliability: 'verified' },
      },
    ],
    actor: { kind: 'person', id: 'p-1', asserted: true },
    acknowledge: [],
    correlationId: 'c-1',
  } as unknown as RecordEventsRequest;
  expect(await register.commands.execute(new RecordEvents(request))).toMatchObject({ outcome: 'recorded' });
  expect((await rows('second', linked)).imported.files[0]).toMatchObject({ added: 0, unchanged: 1 });
  expect(await caseOf('second', 'S-1')).toBeUndefined();
});

it('the case of another row of the same file is found, wherever that row stands', async () => {
  const linked = { ref: 'T-02', same_as: 'union:T-01', recognised_on: '', category: '' };
  const answer = await rows('union', linked, { ref: 'T-01' });
  expect(answer.report).toEqual([]);
  expect(await caseOf('union', 'T-02')).toBe(await caseOf('union', 'T-01'));
});

it('a row that is the same as nobody is refused, and one whose reference another case has', async () => {
  await rows('union', { ref: 'T-01' }, { ref: 'T-02', born: '1981' });
  expect(problems(await rows('second', { ref: 'S-1', same_as: 'union:T-9' }))).toEqual([
    '2 same_as ROW.UNKNOWN_REFERENCE',
  ]);
  expect(problems(await rows('union', { ref: 'T-02', same_as: 'union:T-01' }))).toEqual(['2 ref ROW.REFERENCE_TAKEN']);
});

it('a conviction whose day nobody knows keeps its days when the list comes again later', async () => {
  const unknown = files.rows('unknown.csv', registerRow({ ...convicted, convicted_on: '' }));
  const on = (today: string) =>
    importFiles({ commands: register.commands, queries: register.queries, today: parseDay(today)! }, [unknown], {
      list: 'union',
    });
  expect((await on('2025-10-07')).files[0]).toMatchObject({ added: 1 });
  expect((await on('2025-12-01')).files[0]).toMatchObject({ unchanged: 1 });
  const known = files.rows('known.csv', registerRow({ ...convicted, convicted_on: '', reported_on: '2025-11-01' }));
  expect((await register.import([known])).imported.files[0]).toMatchObject({ unchanged: 1 });
  expect((await eventsOf('union', 'T-01')).find(({ type }) => type === 'convicted')?.occurredOn).toBe(
    '2024-02-20/2025-10-07',
  );
  expect(problems(await rows('union', convicted))).toEqual(['2 convicted_on IMPORT.NEEDS_CORRECTION']);
});

it('what a list says of a person later is added', async () => {
  await rows('union', {});
  const later: Cells = { occupation: 'teacher', region: 'Sheki', died_on: '2025-03-01', house_arrest_on: '2025-01-01' };
  const answer = await rows('union', later);
  expect(answer.report).toEqual([]);
  expect((await eventsOf('union', 'T-01')).slice(-3)).toMatchObject([
    { type: 'described', occupation: 'teacher', region: 'Sheki' },
    { type: 'remanded', measure: 'house-arrest' },
    { type: 'died' },
  ]);
  expect(problems(await rows('union', { ...later, house_arrest_on: '2025-01-02', region: '' }))).toEqual([
    '2 region IMPORT.NEEDS_CORRECTION',
    '2 house_arrest_on IMPORT.NEEDS_CORRECTION',
  ]);
});
