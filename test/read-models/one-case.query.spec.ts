import { OneCase } from '../../src/read-models/one-case.query.js';
import { ARTICLE } from '../support/events.js';
import { NAME, opened, register, uuid } from './support.js';
import { scopeOf } from '../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
  await fixture.list();
});
afterEach(() => fixture.close());

const readCase = async (asOf?: string, id = 'a') =>
  fixture.handlers.one.execute(new OneCase(scopeOf({ asOf, atLeast: fixture.token }), id));
const convicted = {
  type: 'convicted',
  occurredOn: '2024-02-01',
  articles: [ARTICLE],
  sentence: { kind: 'imprisonment', term: 'P1Y' },
};

it('shows the whole case on a day', async () => {
  await fixture.append(
    'case',
    'a',
    { ...opened('Ad', 'AZ-1'), born: '1980' },
    { type: 'arrested', occurredOn: '2024-01-10', id: uuid(1) },
  );
  await fixture.append('case', 'a', {
    type: 'recognised',
    occurredOn: '2024-01-20',
    list: 'union',
    category: 'nonesuch',
    id: uuid(2),
  });
  const standing = {
    custody: 'detained',
    proceedings: 'none',
    sentence: 'none',
    sentenceEnd: null,
    life: false,
    articles: [],
    facility: null,
    incident: null,
    lists: [],
  };
  const recognised = { ...standing, lists: [{ list: 'union', recognition: 'recognised', category: 'nonesuch' }] };
  expect(await readCase('2024-01-15')).toEqual({
    id: 'a',
    revision: 2,
    asOf: '2024-01-15',
    knownAt: 'position:8',
    position: 8,
    references: [{ list: 'union', reference: 'AZ-1' }],
    names: [{ ...NAME, text: 'Ad' }],
    description: { born: '1980' },
    standings: [standing],
    lists: [
      {
        list: 'union',
        onList: 'no',
        policy: {
          from: '2020-01-01',
          custody: ['detained', 'remand', 'imprisoned', 'medical-custody'],
          paceRequired: false,
        },
        judgments: [{ recognition: 'none', category: null, event: null, criteria: [] }],
      },
    ],
    findings: [expect.objectContaining({ code: 'CATEGORY.UNKNOWN', grade: 'refuse', events: [uuid(2)] })],
    periods: [
      { from: null, to: '2024-01-10', standing: { ...standing, custody: 'unknown' } },
      { from: '2024-01-10', to: '2024-01-20', standing },
      { from: '2024-01-20', to: null, standing: recognised },
    ],
    heldPastEnd: false,
  });
  expect(await readCase()).toMatchObject({ asOf: '2026-01-05', standings: [recognised] });
});

it('tells what each list makes of the person, by its own policy, categories and criteria', async () => {
  await fixture.list('other', ['house-arrest']);
  await fixture.list('third');
  const criteria = [{ letter: 'b', rationale: 'for what was said' }];
  const judged = (list: string, category: string, id: number, more = {}) => ({
    ...{ type: 'recognised', occurredOn: '2024-02-01', list, category, id: uuid(id) },
    ...more,
  });
  await fixture.append(
    'case',
    'a',
    opened('Ad'),
    { type: 'arrested', occurredOn: '2024-01-10' },
    judged('union', 'believers', 1, { criteria }),
    { type: 'recategorised', occurredOn: '2024-02-10', list: 'union', category: 'others' },
    judged('other', 'journalists', 2),
    { type: 'remanded', occurredOn: '2024-03', measure: 'house-arrest' },
  );
  const listsOn = async (asOf: string) =>
    (await readCase(asOf))?.lists.map(({ list, onList, policy, judgments }) => [
      list,
      onList,
      policy.custody.length,
      judgments.map((judgment) => [judgment.recognition, judgment.category, judgment.event, judgment.criteria]),
    ]);
  const union = ['recognised', 'others', uuid(1), criteria];
  const other = ['recognised', 'journalists', uuid(2), []];
  expect(await listsOn('2024-02-20')).toEqual([
    ['other', 'no', 1, [other]],
    ['union', 'yes', 4, [union]],
  ]);
  expect(await listsOn('2024-03-15')).toEqual([
    ['other', 'uncertain', 1, [other]],
    ['union', 'uncertain', 4, [union]],
  ]);
  expect(await listsOn('2024-04-01')).toEqual([
    ['other', 'yes', 1, [other]],
    ['union', 'no', 4, [union]],
  ]);
  // The case as it was known before the other list had judged it.
  const before = await fixture.handlers.one.execute(
    new OneCase(scopeOf({ asOf: '2024-04-01', knownAt: 'position:18' }), 'a'),
  );
  expect(before?.lists.map(({ list }) => list)).toEqual(['union']);
});

it('checks findings against the lists and instruments that the events refer to', async () => {
  await fixture.append('instrument', 'act', {
    type: 'instrument-registered',
    kind: 'amnesty-act',
    inForce: '2024-01-01',
  });
  const amnestied = { type: 'amnestied', occurredOn: '2024-03-01', act: 'act', effect: 'released-from-imprisonment' };
  await fixture.append('case', 'a', { type: 'arrested', occurredOn: '2024-01-10' }, convicted, amnestied);
  expect((await readCase())?.findings).toEqual([]);
  await fixture.append('case', 'a', { ...amnestied, act: 'unheard-of' });
  expect((await readCase())?.findings.map(({ code }) => code)).toEqual(['INSTRUMENT.UNKNOWN']);
});

it('tells who is held past the end of the sentence', async () => {
  await fixture.append('case', 'a', { type: 'arrested', occurredOn: '2024-01-10' }, convicted);
  expect((await readCase('2025-01-09'))?.heldPastEnd).toBe(false);
  expect((await readCase('2025-01-10'))?.heldPastEnd).toBe(true);
  await fixture.append('case', 'a', { type: 'released', occurredOn: '2025-02', reason: 'sentence-served' });
  expect((await readCase('2025-01-31'))?.heldPastEnd).toBe(true);
  expect((await readCase('2025-02-10'))?.heldPastEnd).toBe(false);
  expect((await readCase('2025-03-10'))?.heldPastEnd).toBe(false);
});

it('has a null standing for days with too many undecided events', async () => {
  const charges = Array.from({ length: 14 }, () => ({ type: 'charged', occurredOn: '2024-05', articles: [ARTICLE] }));
  await fixture.append('case', 'a', ...charges);
  const found = await readCase('2024-05-15');
  expect(found).toMatchObject({ standings: [], heldPastEnd: false });
  expect(found?.periods).toContainEqual({ from: '2024-05-01', to: '2024-05-31', standing: null });
});

it('is null for an unknown case', async () => {
  expect(await readCase(undefined, 'nobody')).toBeNull();
  expect(await readCase(undefined, 'union')).toBeNull();
});
