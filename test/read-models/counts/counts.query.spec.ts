import { COUNTED_BY, MemberCounts } from '../../../src/read-models/counts/counts.query.js';
import type { Filters } from '../../../src/read-models/list/filters.js';
import { register } from '../support.js';
import { NOW, scopeOf } from '../../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
  await fixture.list();
  await fixture.append(
    'case',
    'a',
    { type: 'arrested', occurredOn: '2024-01-01', incident: 'soyudlu' },
    { type: 'recognised', occurredOn: '2024-01-01', list: 'union', category: 'believers' },
    {
      type: 'charged',
      occurredOn: '2024-01-02',
      articles: [
        { code: 'AZ-CC', article: '234', part: '4.3' },
        { code: 'AZ-CC', article: '178' },
      ],
    },
    {
      type: 'convicted',
      occurredOn: '2024-05',
      articles: [{ code: 'AZ-CC', article: '234', part: '1' }],
      sentence: { kind: 'imprisonment', term: 'P3Y' },
    },
  );
  await fixture.append(
    'case',
    'b',
    { type: 'arrested', occurredOn: '2024-01-01' },
    { type: 'recognised', occurredOn: '2024-01-01', list: 'union', category: 'journalists' },
    { type: 'released', occurredOn: '2024-06', reason: 'bail' },
  );
  await fixture.append('case', 'c', { type: 'arrested', occurredOn: '2024-01-01' });
});
afterEach(() => fixture.close());

const count = async (by: (typeof COUNTED_BY)[number], asOf: string, filters: Filters = {}) => {
  const counts = await fixture.handlers.counts.execute(
    new MemberCounts(scopeOf({ asOf, atLeast: fixture.token }), 'union', { by, filters }),
  );
  const groups = counts?.groups.map(({ key, yes, uncertain }) => [key, yes, uncertain]);
  return { total: [counts?.total.yes, counts?.total.uncertain], groups };
};

it('is null for a list that is not defined', async () => {
  expect(
    await fixture.handlers.counts.execute(new MemberCounts(NOW, 'nowhere', { by: 'custody', filters: {} })),
  ).toBeNull();
});

it('returns list, day, property and position with the counts', async () => {
  const counts = await fixture.handlers.counts.execute(
    new MemberCounts(scopeOf({ atLeast: fixture.token }), 'union', { by: 'stage', filters: {} }),
  );
  expect(counts).toEqual({
    list: 'union',
    asOf: '2026-01-05',
    knownAt: 'position:13',
    by: 'stage',
    position: 13,
    total: { yes: 1, uncertain: 0 },
    groups: [{ key: 'convicted', yes: 1, uncertain: 0 }],
  });
});

it('counts by category, including empty ones', async () => {
  expect(await count('category', '2024-02-01')).toEqual({
    total: [2, 0],
    groups: [
      ['believers', 1, 0],
      ['journalists', 1, 0],
      ['others', 0, 0],
    ],
  });
});

it('counts a person once under each article', async () => {
  expect(await count('article', '2024-02-01')).toEqual({
    total: [2, 0],
    groups: [
      ['178', 1, 0],
      ['234.4.3', 1, 0],
      ['unknown', 1, 0],
    ],
  });
});

it('counts a certain member under uncertain keys once in the total', async () => {
  expect(await count('stage', '2024-05-10')).toEqual({
    total: [2, 0],
    groups: [
      ['awaiting-judgment', 1, 1],
      ['convicted', 0, 1],
    ],
  });
  expect(await count('proceedings', '2024-05-10')).toEqual({
    total: [2, 0],
    groups: [
      ['charged', 0, 1],
      ['convicted', 0, 1],
      ['none', 1, 0],
    ],
  });
});

it('counts a possible member as uncertain everywhere', async () => {
  expect(await count('custody', '2024-06-10')).toEqual({
    total: [1, 1],
    groups: [
      ['detained', 0, 1],
      ['imprisoned', 1, 0],
    ],
  });
  expect(await count('custody', '2024-06-10', { certainty: 'uncertain' })).toEqual({
    total: [0, 1],
    groups: [['detained', 0, 1]],
  });
  expect(await count('custody', '2024-06-10', { certainty: 'yes' })).toEqual({
    total: [1, 0],
    groups: [['imprisoned', 1, 0]],
  });
});

it('counts by incident with other filters', async () => {
  expect(await count('incident', '2024-02-01')).toEqual({
    total: [2, 0],
    groups: [
      ['soyudlu', 1, 0],
      ['unknown', 1, 0],
    ],
  });
  expect(await count('incident', '2024-02-01', { article: ['234'] })).toEqual({
    total: [1, 0],
    groups: [['soyudlu', 1, 0]],
  });
});

it('counts those who are neither held nor convicted at stage `unknown`', async () => {
  await fixture.append('list', 'union', {
    type: 'policy-set',
    from: '2024-02-01',
    custody: ['detained', 'imprisoned', 'free'],
  });
  expect(await count('stage', '2024-07-01')).toEqual({
    total: [2, 0],
    groups: [
      ['convicted', 1, 0],
      ['unknown', 1, 0],
    ],
  });
  expect(await count('stage', '2024-06-10')).toEqual({
    total: [2, 0],
    groups: [
      ['awaiting-judgment', 0, 1],
      ['convicted', 1, 0],
      ['unknown', 0, 1],
    ],
  });
});

test.each(COUNTED_BY)('counts by %s a person of whom too many events are undecided under `unknown`', async (by) => {
  const article = { code: 'AZ-CC', article: '234' };
  const charges = Array.from({ length: 14 }, () => ({ type: 'charged', occurredOn: '2025-05', articles: [article] }));
  await fixture.append('case', 'b', ...charges);
  const { total, groups } = await count(by, '2025-05-10');
  expect(total).toEqual([1, 1]);
  expect(groups).toContainEqual(['unknown', 0, 1]);
  expect(await count(by, '2025-05-10', { certainty: 'uncertain' })).toMatchObject({ total: [0, 1] });
  expect((await count(by, '2025-05-10', { certainty: 'yes' })).groups).not.toContainEqual(['unknown', 0, 1]);
});

it('is empty on days before the first event', async () => {
  expect(await count('custody', '2023-12-31')).toEqual({ total: [0, 0], groups: [] });
});

it('stays the same for somebody of two stages when their rows are read in another order', async () => {
  const before = await count('stage', '2024-05-15');
  expect(before.groups).toEqual([
    ['awaiting-judgment', 1, 1],
    ['convicted', 0, 1],
  ]);
  // The period of before the judgment is made anew, after that of the judgment.
  await fixture.append('case', 'a', { type: 'remanded', occurredOn: '2024-01-03', measure: 'detention' });
  await count('stage', '2024-05-15');
  await fixture.append('case', 'a', { type: 'tried', occurredOn: '2024-03-01' });
  expect(await count('stage', '2024-05-15')).toEqual(before);
});
