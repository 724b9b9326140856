import { readEditionRow, type EditionContext } from '../../src/register-files/edition-row.js';
import { EDITION_COLUMNS, type EditionRow } from '../../src/register-files/row-columns.js';
import { day } from '../support/events.js';

const context: EditionContext = {
  today: day('2026-01-05'),
  list: 'union',
  publisher: 'The Union',
  categories: [
    { id: 'believers', name: { en: 'Believers' } },
    { id: 'journalists', name: { en: 'Journalists' } },
  ],
  columns: [...EDITION_COLUMNS, 'believers', 'journalists'],
  previousDate: '2025-06-10',
};
const row = (cells: object = {}): EditionRow =>
  ({
    ...Object.fromEntries(EDITION_COLUMNS.map((column) => [column, ''])),
    ...{ date: '2025-10-07', total: '392', groups_published: 'true', source: 'a newspaper' },
    ...{ believers: '249', journalists: '' },
    ...cells,
  }) as unknown as EditionRow;
const read = (cells: object = {}, changed: Partial<EditionContext> = {}) =>
  readEditionRow(row(cells), { ...context, ...changed });

const said = {
  type: 'claimed',
  speaker: 'The Union',
  saidOn: '2025-10-07',
  sources: [{ kind: 'register-file', citation: 'a newspaper' }],
};

it('claims the total, each group that was published, and who came and left since the row before', () => {
  const { claims, errors } = read({ added: '40', removed: '23' });
  expect(errors).toEqual([]);
  const on = '2025-10-07';
  const since = { list: 'union', from: '2025-06-10', to: on };
  expect(claims.map(({ kind, id, drafts }) => [kind, id, ...drafts.map(({ data }) => data)])).toEqual([
    ['claim', 'union-2025-10-07', { ...said, about: { metric: 'count', list: 'union', on }, value: 392 }],
    ['claim', 'union-2025-10-07-entered', { ...said, about: { metric: 'entered', ...since }, value: 40 }],
    ['claim', 'union-2025-10-07-left', { ...said, about: { metric: 'left', ...since }, value: 23 }],
    [
      'claim',
      'union-2025-10-07-believers',
      { ...said, about: { metric: 'count', list: 'union', category: 'believers', on }, value: 249 },
    ],
  ]);
});

it('claims no group that was not published, and names another speaker where the row does', () => {
  const { claims } = read({ groups_published: 'false', speaker: 'A coordinator' });
  expect(claims.map(({ id }) => id)).toEqual(['union-2025-10-07']);
  expect(claims[0]?.drafts[0]?.data).toMatchObject({ speaker: 'A coordinator' });
});

it('takes true and false in capitals, as spreadsheets write them', () => {
  const idsOf = (published: string) => read({ groups_published: published }).claims.map(({ id }) => id);
  expect([idsOf('TRUE'), idsOf('FALSE')]).toEqual([idsOf('true'), idsOf('false')]);
});

it('makes an id of bounded length', () => {
  const [, group] = read(
    {},
    { list: 'l'.repeat(60), categories: [{ id: 'believers', name: {} }], columns: ['believers'] },
  ).claims;
  expect(group?.id).toMatch(/^edition-[0-9a-f]{40}$/);
});

it.each<[string, object, Partial<EditionContext>, string[]]>([
  ['no date', { date: '' }, {}, ['date FIELD.MISSING']],
  ['a month for a day', { date: '2025-10' }, {}, ['date DAY.INVALID']],
  ['a day to come', { date: '2026-01-06' }, {}, ['date DATE.FUTURE']],
  ['no total', { total: '' }, {}, ['total FIELD.MISSING']],
  ['a total in words', { total: 'many' }, {}, ['total FIELD.WRONG_KIND']],
  ['a total below zero', { total: '-1' }, {}, ['total FIELD.WRONG_KIND']],
  ['a group in words', { believers: 'x' }, {}, ['believers FIELD.WRONG_KIND']],
  ['neither true nor false', { groups_published: 'perhaps' }, {}, ['groups_published ROW.WRONG_CELL']],
  [
    'groups of which is not said whether they were published',
    { groups_published: '' },
    {},
    ['groups_published ROW.WRONG_CELL'],
  ],
  ['a group of another list', {}, { columns: [...context.columns, 'poets'] }, ['poets CATEGORY.UNKNOWN']],
  ['added since nothing', { added: '3' }, { previousDate: null }, ['added ROW.WRONG_CELL']],
  ['removed since a later edition', { removed: '3' }, { previousDate: '2025-12-01' }, ['removed ROW.WRONG_CELL']],
  ['no source', { source: '' }, {}, ['source FIELD.MISSING']],
])('%s is refused', (_, cells, changed, expected) => {
  const { claims, errors } = read(cells, changed);
  expect(claims).toEqual([]);
  expect(errors.map(({ column, code }) => `${column} ${code}`)).toEqual(expected);
});

describe('ids', () => {
  const claimsOf = (list: string, date: string, categories: readonly string[]) => {
    const cells = Object.fromEntries(categories.map((category) => [category, '1']));
    return read(
      { date, added: '2', removed: '3', believers: '', ...cells },
      {
        ...{ list, previousDate: '1999-01-01', categories: categories.map((id) => ({ id, name: {} })) },
        columns: [...EDITION_COLUMNS, ...categories],
      },
    ).claims;
  };

  it('stay those of imports of before, but where these were those of two claims', () => {
    const claims = claimsOf('union', '2025-10-07', ['entered', 'left', '2025-10-08', 'poets']);
    expect(
      claims.map(({ id, alternativeIds: otherIds = [] }) => [id.replace(/[0-9a-f]{40}$/, '…'), otherIds.length]),
    ).toEqual([
      ['union-2025-10-07', 0],
      ['union-2025-10-07-entered', 1],
      ['union-2025-10-07-left', 1],
      ['edition-…', 1],
      ['edition-…', 1],
      ['edition-…', 1],
      ['union-2025-10-07-poets', 0],
    ]);
    expect(claims[3]?.alternativeIds).toEqual(['union-2025-10-07-entered']);
  });

  it('differ for every list, day and category', () => {
    const words = [
      'entered',
      'left',
      'a',
      '2025-10-07',
      '2025-10-08',
      'a-2025-10-08',
      '2025-10-08-left',
      'x'.repeat(60),
    ];
    const ids = ['a', 'a-2025-10-07', 'a-2025-10-07-a', 'entered'].flatMap((list) =>
      ['2025-10-07', '2025-10-08'].flatMap((date) => claimsOf(list, date, words).map(({ id }) => id)),
    );
    expect(ids).toHaveLength(4 * 2 * (3 + words.length));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
