/** Rows of two lists about one person: recognition by one list is independent of the other. */
import { RecordEvents, type RecordEventsRequest } from '../../src/commands/record-events.js';
import { History } from '../../src/read-models/history/history.query.js';
import type { RegisterRow } from '../../src/register-files/row-columns.js';
import { Files } from './temporary-files.js';
import { openRealRegister, type RealRegister } from './real-register.js';
import { amnestyRow, convicted, registerRow } from './row-builders.js';
import { NOW } from '../support/scopes.js';

let register: RealRegister;
let files: Files;
beforeEach(async () => {
  files = new Files();
  register = await openRealRegister();
  const definitions = files.definitions(({ lists }) => {
    lists.push({ ...lists[0]!, id: 'observers' });
  });
  expect((await register.import([definitions])).report).toEqual([]);
  await openInBoth();
});
afterEach(async () => {
  await register.close();
  files.remove();
});

const CASE = 'opened-by-a-person';
const openInBoth = async (): Promise<void> => {
  const { name: text, sex, born } = registerRow();
  const opened = {
    type: 'opened',
    references: ['union', 'observers'].map((list) => ({ list, reference: 'T-01' })),
    names: [{ text, script: 'Latn', language: 'az', kind: 'full' }],
    sex,
    born,
    sources: [{ kind: 'family', citation: 'synthetic' }],
    reliability: 'verified',
  };
  const request = {
    subject: { kind: 'case', id: CASE },
    isNewSubject: true,
    events: [opened],
    actor: { kind: 'person', id: 'p-1', asserted: true },
    acknowledge: [],
    correlationId: 'c-1',
  } as unknown as RecordEventsRequest;
  expect(await register.commands.execute(new RecordEvents(request))).toMatchObject({ outcome: 'recorded' });
};

const importInto = async (list: string, row: Readonly<Record<string, string>>) => {
  const { imported, report } = await register.import([files.rows('rows.csv', row)], { list });
  return [imported.files[0], report.map(({ column, code }) => `${column} ${code}`)];
};
const outcome = (one: 'added' | 'unchanged') => [expect.objectContaining({ [one]: 1 }), []];

const judgements = async (): Promise<readonly string[]> => {
  const subject = { kind: 'case' as const, id: CASE };
  const { items } = (await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!;
  return items.flatMap(({ event }) => ('list' in event ? [`${event.type} ${event.list}`] : [])).sort();
};

describe('two lists over one case', () => {
  it.each<[string, Partial<RegisterRow>, string[]]>([
    ['recognition', {}, ['recognised']],
    ['a change of category', { category_changes: '2024-09-23=national-minorities' }, ['recategorised', 'recognised']],
    ['leaving the list', { delisted_on: '2025-02-01', delisted_reason: 'other' }, ['delisted', 'recognised']],
  ])('keep what each judges on the same day in the same words: %s', async (_, cells, types) => {
    const row = registerRow(cells);
    expect(await importInto('union', row)).toEqual(outcome('added'));
    expect(await importInto('observers', row)).toEqual(outcome('added'));
    expect(await judgements()).toEqual(types.flatMap((type) => [`${type} observers`, `${type} union`]));
    for (const list of ['union', 'observers']) expect(await importInto(list, row)).toEqual(outcome('unchanged'));
  });

  it('differ without correcting each other', async () => {
    expect(await importInto('union', registerRow())).toEqual(outcome('added'));
    const other = registerRow({ recognised_on: '2024-07-01', category: 'national-minorities' });
    expect(await importInto('observers', other)).toEqual(outcome('added'));
    expect(await judgements()).toEqual(['recognised observers', 'recognised union']);
    for (const [list, row] of [
      ['union', registerRow()],
      ['observers', other],
    ] as const)
      expect(await importInto(list, row)).toEqual(outcome('unchanged'));
  });

  it('say once what is no judgement of a list', async () => {
    expect(await importInto('union', registerRow(convicted))).toEqual(outcome('added'));
    expect(await importInto('observers', registerRow(convicted))).toEqual(outcome('added'));
    expect(await importInto('union', amnestyRow())).toEqual(outcome('added'));
    const before = await register.events();
    expect(await importInto('observers', amnestyRow())).toEqual(outcome('unchanged'));
    expect(await register.events()).toBe(before);
    expect(await judgements()).toEqual(['recognised observers', 'recognised union']);
  });
});
