/**
 * A list in the shape of a real one enters by files alone: second episodes, deaths, a deportation, appeals, transfers, old
 * codes, attempts, days and terms that nobody knows, two lists over the same people. Every cell is looked for in the answers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { articleText } from '../../src/domain/case/rules.js';
import type { Article, Sentence } from '../../src/domain/case/events.js';
import type { AnyEvent } from '../../src/domain/events.js';
import { formatDay, parseEdtf } from '../../src/domain/time.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import type { StandingView } from '../../src/read-models/list/person.view.js';
import { lineOf } from './event-line-writer.js';
import { openRealRegister, type RealRegister } from './real-register.js';
import { NOW, scopeOf } from '../support/scopes.js';

const file = (name: string): string => join(import.meta.dirname, '../fixtures/real-list', name);
type Row = Readonly<Record<string, string>>;
const rowsOf = (name: string, delimiter: string): readonly Row[] =>
  parse<Row>(readFileSync(file(name)), { columns: true, delimiter, trim: true });

const PEOPLE = rowsOf('people.csv', ';');
const EVENTS = rowsOf('events.csv', ',');
const SECOND = rowsOf('second-list.csv', ',');
const DEFINITIONS = JSON.parse(readFileSync(file('definitions.json'), 'utf8')) as {
  lists: { id: string; categories: { id: string; name: Row }[] }[];
};

let register: RealRegister;
const importAll = async () => {
  const first = await register.import([file('definitions.json'), file('people.csv'), file('events.csv')], {
    list: 'defenders',
  });
  const second = await register.import([file('second-list.csv')], { list: 'monitor' });
  return { files: [...first.imported.files, ...second.imported.files], report: [...first.report, ...second.report] };
};

beforeAll(async () => {
  register = await openRealRegister();
}, 60_000);
afterAll(() => register.close());

const caseOf = async (list: string, reference: string): Promise<string> => {
  const page = { limit: 5 };
  const { items } = await register.queries.execute(
    new Cases(NOW, { reference: { list, reference }, filters: {}, page }),
  );
  expect(items).toHaveLength(1);
  return items[0]!.caseId;
};

type Event = AnyEvent & Readonly<Record<string, unknown>>;
const eventsOf = async (list: string, reference: string): Promise<readonly Event[]> => {
  const subject = { kind: 'case' as const, id: await caseOf(list, reference) };
  const history = await register.queries.execute(new History(NOW, { subject, after: 0, limit: 500 }));
  return history!.items.map(({ event }) => event as Event);
};

const standingsOf = async (reference: string, asOf = '2026-01-05'): Promise<readonly StandingView[]> =>
  (await register.queries.execute(new OneCase(scopeOf({ asOf }), await caseOf('defenders', reference))))!.standings;

const categoryId = (list: string, cell: string): string | undefined =>
  DEFINITIONS.lists
    .find(({ id }) => id === list)
    ?.categories.find(({ id, name }) => id === cell || Object.values(name).includes(cell))?.id;

const articles = (value: unknown): readonly string[] =>
  (value as readonly Article[] | undefined)?.map((one) => articleText(one).replace(':', ' ')) ?? [];
const articlesIn = (cell: string): readonly string[] => cell.split(/\s*[;,]\s*/);
const sentence = ({ kind, term, life }: Sentence): string => {
  if (life === true) return 'life';
  return kind === 'imprisonment' && term !== undefined && term !== 'unknown' ? term : [kind, term].join(' ').trim();
};

/** How each column of the rows is found again: what the events say, and what the cell does. */
type Look = (find: (type: string, list?: string) => Event, cell: string, row: Row) => readonly [unknown, unknown];
const field =
  (type: string, name: string): Look =>
  (find, cell) => [find(type)[name], cell];
const COLUMNS: Readonly<Record<string, Look>> = {
  ref: (find, cell) => [find('opened')['references'], [{ list: 'defenders', reference: cell }]],
  ...Object.fromEntries(
    ['name', 'name_en', 'name_ru'].map((column): [string, Look] => [
      column,
      (find, cell) => [(find('opened')['names'] as { text: string }[]).some(({ text }) => text === cell), true],
    ]),
  ),
  ...Object.fromEntries(
    ['sex', 'born', 'occupation', 'affiliation', 'region', 'summary'].map((name) => [name, field('opened', name)]),
  ),
  category: (find, cell) => [find('recognised')['category'], categoryId('defenders', cell)],
  category_changes: (find, cell) => [
    `${find('recategorised').occurredOn} = ${String(find('recategorised')['category'])}`,
    cell,
  ],
  incident: field('arrested', 'incident'),
  arrested_on: field('arrested', 'occurredOn'),
  measure: (find) => [find('remanded')['measure'], 'detention'],
  charged_articles: (find, cell) => [articles(find('charged')['articles']), articlesIn(cell)],
  convicted_on: field('convicted', 'occurredOn'),
  convicted_articles: (find, cell) => [articles(find('convicted')['articles']), articlesIn(cell)],
  court: field('convicted', 'court'),
  sentence: (find, cell) => [sentence(find('convicted')['sentence'] as Sentence), cell],
  facility: (find, cell, row) => [find(row['sentence'] === '' ? 'remanded' : 'convicted')['facility'], cell],
  recognised_on: field('recognised', 'occurredOn'),
  delisted_on: (find, cell, row) => [
    find(row['delisted_reason'] === 'released' ? 'released' : 'delisted').occurredOn,
    cell,
  ],
  delisted_reason: (find, cell) => (cell === 'released' ? [true, true] : [find('delisted')['reason'], cell]),
  released_on: field('released', 'occurredOn'),
  release_reason: (find, cell) => {
    if (cell === 'pardon') expect(find('pardoned')['decree']).toBe('pardon-2025-05-26');
    if (cell === 'parole') expect(find('paroled').type).toBe('paroled');
    return [find('released')['reason'], cell];
  },
  source: (find, cell) => [
    find('opened')
      .sources.map(({ citation }) => citation)
      .join(' | '),
    cell,
  ],
  house_arrest_on: (find, cell) => [find('remanded', 'house-arrest').occurredOn, cell],
  deported_on: field('deported', 'occurredOn'),
  died_on: field('died', 'occurredOn'),
  reported_on: (find, cell, row) => {
    if (row['convicted_on'] !== '' || row['sentence'] === '') return [true, true];
    const from = parseEdtf(row['arrested_on'] ?? '')!.earliest;
    return [find('convicted').occurredOn, `${formatDay(from)}/${formatDay(parseEdtf(cell)!.latest)}`];
  },
};

it('it enters, all of it, and the same files again change nothing', async () => {
  const { files, report } = await importAll();
  expect(report).toEqual([]);
  expect(files.map(({ file: name, added, refused }) => [name, added, refused])).toEqual([
    ['definitions.json', 3, 0],
    ['people.csv', 88, 0],
    ['events.csv', EVENTS.length, 0],
    ['second-list.csv', SECOND.length, 0],
  ]);
  const events = await register.events();
  const again = await importAll();
  expect(again.report).toEqual([]);
  expect(again.files.map(({ added, unchanged, total }) => [added, unchanged - total])).toEqual(files.map(() => [0, 0]));
  expect(await register.events()).toBe(events);
}, 120_000);

it('every cell of its rows can be read back', async () => {
  expect(PEOPLE).toHaveLength(88);
  let cells = 0;
  for (const row of PEOPLE) {
    const events = await eventsOf('defenders', row['ref'] ?? '');
    for (const [column, cell] of Object.entries(row)) {
      if (cell === '') continue;
      const find = (type: string, measure?: string): Event => {
        const found = events.find((e) => e.type === type && (measure === undefined || e['measure'] === measure));
        if (found === undefined) throw new Error(`${row['ref'] ?? ''}: no ${type} for ${column}`);
        return found;
      };
      const [said, expected] = COLUMNS[column]!(find, cell, row);
      expect([row['ref'], column, said]).toEqual([row['ref'], column, expected]);
      cells += 1;
    }
  }
  expect(cells).toBeGreaterThan(1_300);
}, 60_000);

const NOT_OF_THE_EVENT = ['ref', 'key', 'after'];

it('every cell of its lines can be read back', async () => {
  for (const line of EVENTS) {
    const said = Object.entries(line).filter(([column, cell]) => cell !== '' && !NOT_OF_THE_EVENT.includes(column));
    const expected = Object.fromEntries(said);
    if (expected['category'] !== undefined) expected['category'] = categoryId('defenders', expected['category']) ?? '';
    const events = await eventsOf('defenders', line['ref'] ?? '');
    expect(events.map(lineOf)).toContainEqual(expect.objectContaining(expected));
    if (line['after'] !== '')
      expect(events.some(({ type, after }) => type === line['type'] && after !== undefined)).toBe(true);
  }
}, 60_000);

it('the second list is over the same people', async () => {
  for (const row of SECOND) {
    const [, reference = ''] = (row['same_as'] ?? '').split(':');
    expect(await caseOf('monitor', row['ref'] ?? '')).toBe(await caseOf('defenders', reference));
    const events = await eventsOf('monitor', row['ref'] ?? '');
    const names = events.flatMap((event) =>
      event.type === 'opened' ? event.names : event.type === 'named' ? [event.name] : [],
    );
    expect(names.map(({ text }) => text)).toContain(row['name']);
    expect(events.filter(({ type }) => type === 'recognised')).toContainEqual(
      expect.objectContaining({
        list: 'monitor',
        occurredOn: row['recognised_on'],
        category: categoryId('monitor', row['category'] ?? ''),
        sources: [{ kind: 'register-file', citation: row['source'] }],
      }),
    );
    expect(events.filter(({ type }) => type === 'opened')).toHaveLength(1);
  }
}, 60_000);

it.each<[string, string, readonly object[]]>([
  [
    'a conviction with its day and term',
    'D-014',
    [{ custody: 'imprisoned', proceedings: 'convicted', sentence: 'active' }],
  ],
  [
    'a conviction whose day nobody knows',
    'D-031',
    [{ custody: 'imprisoned', proceedings: 'convicted', sentence: 'active' }],
  ],
  [
    'an unknown term',
    'D-039',
    [
      { custody: 'imprisoned', sentence: 'active', sentenceEnd: { latest: null } },
      { custody: 'imprisoned', sentence: 'completed', sentenceEnd: { latest: null } },
    ],
  ],
  [
    'an unknown kind of sentence',
    'D-045',
    [
      { custody: 'remand', proceedings: 'convicted', sentence: 'active' },
      { custody: 'remand', proceedings: 'convicted', sentence: 'completed' },
    ],
  ],
  [
    'life without its day, under an old code',
    'D-049',
    [
      {
        custody: 'imprisoned',
        sentence: 'active',
        life: true,
        articles: ['AZ-OCC:15/94', 'AZ-OCC:70-2'],
        facility: 'Gobustan Prison',
      },
    ],
  ],
  ['an attempt', 'D-057', [{ custody: 'imprisoned', articles: ['28/220.1'] }]],
  ['house arrest of today', 'D-063', [{ custody: 'house-arrest', facility: null, incident: 'sample-affair-2025' }]],
  ['a death', 'D-067', [{ custody: 'deceased', sentence: 'active' }]],
  ['a deportation', 'D-071', [{ custody: 'abroad' }]],
  ['remand', 'D-073', [{ custody: 'remand', proceedings: 'charged', facility: 'Baku Pre-trial Detention Facility' }]],
  ['charges dropped, and a release', 'D-075', [{ custody: 'free', proceedings: 'terminated' }]],
  ['an escape', 'D-076', [{ custody: 'fugitive' }]],
  ['a sentence served', 'D-079', [{ custody: 'free', sentence: 'completed' }]],
  ['a pardon', 'D-080', [{ custody: 'free', sentence: 'extinguished' }]],
  ['parole', 'D-081', [{ custody: 'conditional-liberty', sentence: 'suspended' }]],
  [
    'a second episode, not convicted',
    'D-083',
    [
      {
        custody: 'remand',
        proceedings: 'charged',
        sentence: 'none',
        articles: ['234.4.3', '28/220.1'],
        incident: 'sample-affair-2024',
      },
    ],
  ],
  [
    'a second episode, convicted',
    'D-087',
    [{ custody: 'imprisoned', proceedings: 'convicted', articles: ['28/220.1'] }],
  ],
  [
    'a transfer to a hospital after an appeal',
    'D-001',
    [{ custody: 'medical-custody', proceedings: 'final', facility: 'Medical Facility No. 1' }],
  ],
])('%s stands as it should on 5 January 2026 (%s)', async (_, reference, expected) => {
  const standings = await standingsOf(reference);
  expect(standings).toHaveLength(expected.length);
  expected.forEach((one, at) => expect(standings[at]).toMatchObject(one));
});

it('both lists count their own, without a case twice', async () => {
  const on = async (list: string) => {
    const filters = {};
    const scope = scopeOf({ asOf: '2026-01-05' });
    const counts = await register.queries.execute(new MemberCounts(scope, list, { by: 'category', filters }));
    const members = await register.queries.execute(new ListMembers(scope, list, { filters, page: { limit: 200 } }));
    expect(new Set(members!.items.map(({ caseId }) => caseId)).size).toBe(members!.items.length);
    expect(members!.items).toHaveLength(counts!.total.yes + counts!.total.uncertain);
    return counts!.total;
  };
  // 88, less 4 dead, 2 deported, 4 released or taken off, 1 released in November, 1 escaped.
  expect(await on('defenders')).toEqual({ yes: 76, uncertain: 0 });
  expect(await on('monitor')).toEqual({ yes: SECOND.length, uncertain: 0 });
});

it('attempts and old codes are found by their article', async () => {
  const page = { limit: 200, sort: 'reference' as const };
  const found = async (article: string) =>
    (await register.queries.execute(
      new ListMembers(scopeOf({ asOf: '2026-01-05' }), 'defenders', { filters: { article: [article] }, page }),
    ))!.total.yes;
  expect(await found('220')).toBe(12);
  expect(await found('28/220.1')).toBe(12);
  expect(await found('AZ-OCC 70-2')).toBe(8);
  expect(await found('70-2')).toBe(0);
});
