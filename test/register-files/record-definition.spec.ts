/** `habeas import --correct` of definitions: what changed or is gone becomes a correction or a retraction. */
import { Instruments } from '../../src/read-models/definitions/instruments.query.js';
import { Lists } from '../../src/read-models/definitions/lists.query.js';
import type { CorrectionLine } from '../../src/register-files/import-files.js';
import { NOW } from '../support/scopes.js';
import { openRealRegister, type RealRegister } from './real-register.js';
import { Files, type Definitions } from './temporary-files.js';

let files: Files;
const open: RealRegister[] = [];
beforeEach(() => {
  files = new Files();
});
afterEach(async () => {
  for (const register of open.splice(0)) await register.close();
  files.remove();
});

const registerOf = async (change: (definitions: Definitions) => void = () => undefined): Promise<RealRegister> => {
  const register = await openRealRegister();
  open.push(register);
  const { report } = await register.import([files.definitions(change)]);
  expect(report).toEqual([]);
  return register;
};

const correct = async (register: RealRegister, change: (definitions: Definitions) => void, isCorrecting = true) => {
  const cells: string[][] = [];
  const onCorrection = ({ column, before, after }: CorrectionLine) => cells.push([column, before, after]);
  const { imported, report } = await register.import([files.definitions(change)], {
    correct: isCorrecting,
    onCorrection,
  });
  const { added, unchanged, refused, corrected } = imported.files[0]!;
  return { added, unchanged, refused, corrected, cells, errors: report.map(({ column, code }) => `${column} ${code}`) };
};

/** What is shown of lists and instruments, without revisions and positions. */
const shown = async ({ queries }: RealRegister): Promise<object> => {
  const { items: lists } = await queries.execute(new Lists(NOW));
  const { items: instruments } = await queries.execute(new Instruments(NOW));
  return [lists, instruments].map((items) => items.map(({ revision: _, ...item }) => item));
};

const union = ({ lists }: Definitions) => lists.find(({ id }) => id === 'union')!;

it.each<[string, (definitions: Definitions) => void, number]>([
  ['the name of a list', (d) => void (union(d)['name'] = { en: 'Another list' }), 1],
  ['the name of a category', (d) => void (union(d).categories[0]!.name = { en: 'Another category' }), 1],
  ['a policy', (d) => void (union(d).policy[0]!.custody = ['imprisoned']), 1],
  ['the day of a policy', (d) => void (union(d).policy[0]!.from = '2001-01-01'), 1],
  ['a field of an instrument', (d) => void (d.instruments[0]!['title'] = 'Another title'), 1],
  ['a category that is gone', (d) => void union(d).categories.pop(), 1],
])('%s: the register then says what the changed file says', async (_, change) => {
  const [register, fresh] = [await registerOf(), await registerOf(change)];
  const before = await register.events();
  const done = await correct(register, change);
  expect(done).toMatchObject({ added: 1, refused: 0, errors: [] });
  expect(done.corrected).toBe(done.cells.length);
  expect(done.cells.length).toBeGreaterThan(0);
  expect(await shown(register)).toEqual(await shown(fresh));
  const after = await register.events();
  expect(after).toBeGreaterThan(before);

  const again = await correct(register, change);
  expect(again).toMatchObject({ added: 0, refused: 0, cells: [] });
  expect(await register.events()).toBe(after);

  const back = await correct(register, () => undefined);
  expect(back).toMatchObject({ added: 1, refused: 0 });
  expect(await shown(register)).toEqual(await shown(await registerOf()));
});

it('shows each place with what stood there before', async () => {
  const register = await registerOf((d) => void (union(d)['name'] = { en: 'A list' }));
  const done = await correct(register, (d) => void (union(d)['name'] = { en: 'Another list' }));
  expect(done.cells).toEqual([['/lists/0/name', '{"en":"A list"}', '{"en":"Another list"}']]);
});

it('is refused without --correct', async () => {
  const register = await registerOf();
  const change = (d: Definitions) => void (union(d)['name'] = { en: 'Another list' });
  expect(await correct(register, change, false)).toMatchObject({
    refused: 1,
    errors: ['/lists/0/name IMPORT.NEEDS_CORRECTION'],
  });
});

it.each<[string, (definitions: Definitions) => void, string]>([
  [
    'a category',
    ({ lists }) => lists[0]!.categories.push({ ...lists[0]!.categories[0]!, name: { en: 'Otherwise' } }),
    '/lists/0/categories/',
  ],
  [
    'a day of the policy',
    ({ lists }) =>
      ((lists[0] as { policy?: unknown }).policy = [1, 2].map(() => ({ from: '2024-01-01', custody: ['remand'] }))),
    '/lists/0/policy/1',
  ],
])('a definition that has %s twice is refused at once', async (_, change, place) => {
  const register = await openRealRegister();
  open.push(register);
  const { report } = await register.import([files.definitions(change)]);
  expect(report[0]).toMatchObject({ column: expect.stringContaining(place), code: 'ROW.REFERENCE_TWICE' });
});
