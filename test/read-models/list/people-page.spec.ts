import { InvalidCursor } from '../../../src/read-models/query-errors.js';
import { Cases } from '../../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { SORTS, type Paging } from '../../../src/read-models/list/paging.js';
import type { Filters } from '../../../src/read-models/list/filters.js';
import { ARTICLE, THREE_YEARS } from '../../support/events.js';
import { WHOLE_PAGE, opened, register } from '../support.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { projected } from '../../support/projected.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
  await fixture.list();
});
afterEach(() => fixture.close());

const arrested = (occurredOn: string, more: object = {}) => ({ type: 'arrested', occurredOn, ...more });
const recognised = (occurredOn: string, category = 'believers', list = 'union') => ({
  type: 'recognised',
  occurredOn,
  list,
  category,
});
const released = (occurredOn: string, reason = 'amnesty') => ({ type: 'released', occurredOn, reason });
const convicted = (occurredOn: string, more: object = {}) => ({
  type: 'convicted',
  occurredOn,
  articles: [ARTICLE],
  sentence: THREE_YEARS,
  ...more,
});

const members = async (filters: Filters = {}, asOf?: string, page: Paging = { limit: 100 }, list = 'union') =>
  fixture.handlers.members.execute(new ListMembers(scopeOf({ asOf, atLeast: fixture.token }), list, { filters, page }));
const who = async (filters: Filters = {}, asOf?: string): Promise<readonly string[]> =>
  ((await members(filters, asOf))?.items ?? []).map(({ caseId, certainty }) =>
    certainty === 'yes' ? caseId : `${caseId}?`,
  );
const cases = async (parameters: Partial<Cases['parameters']> = {}, asOf?: string) =>
  fixture.handlers.cases.execute(
    new Cases(scopeOf({ asOf, atLeast: fixture.token }), { ...WHOLE_PAGE, ...parameters }),
  );

describe('the members of a list', () => {
  it('are null for a list that is not defined', async () => {
    expect(await members({}, undefined, undefined, 'nowhere')).toBeNull();
    await fixture.append('case', 'a', arrested('2024-01-01'), recognised('2024-01-02', 'x', 'unheard-of'));
    expect(await members({}, undefined, undefined, 'unheard-of')).toBeNull();
  });

  it('are recognised and in a custody of the policy on the day', async () => {
    await fixture.append(
      'case',
      'a',
      opened('Ad', 'AZ-1'),
      arrested('2024-01-01', { incident: 'soyudlu' }),
      recognised('2024-01-10'),
    );
    await fixture.append('case', 'a', convicted('2024-02-01', { facility: 'Prison 2' }), released('2024-03-01'));
    await fixture.append('case', 'b', opened('Başqa'), arrested('2024-01-01'));
    expect(await who({}, '2024-01-09')).toEqual([]);
    expect(await who({}, '2024-01-10')).toEqual(['a']);
    expect(await who({}, '2024-02-29')).toEqual(['a']);
    expect(await who({}, '2024-03-01')).toEqual([]);
    expect(await who()).toEqual([]);
    expect(await members({}, '2024-02-01')).toEqual({
      asOf: '2024-02-01',
      knownAt: 'position:12',
      position: 12,
      total: { yes: 1, uncertain: 0 },
      items: [
        {
          caseId: 'a',
          references: [{ list: 'union', reference: 'AZ-1' }],
          name: 'Ad',
          certainty: 'yes',
          standings: [
            {
              custody: 'imprisoned',
              proceedings: 'convicted',
              sentence: 'active',
              sentenceEnd: { earliest: '2027-01-01', latest: '2027-01-01' },
              life: false,
              articles: ['234.4.3'],
              facility: 'Prison 2',
              incident: 'soyudlu',
              lists: [{ list: 'union', recognition: 'recognised', category: 'believers' }],
            },
          ],
        },
      ],
      next: null,
    });
  });

  it('follow the policy of the day', async () => {
    await fixture.append('case', 'a', arrested('2024-01-01'), recognised('2024-01-01'));
    await fixture.append('case', 'a', { type: 'remanded', occurredOn: '2024-02-01', measure: 'house-arrest' });
    expect(await who({}, '2024-02-01')).toEqual([]);
    await fixture.append('list', 'union', { type: 'policy-set', from: '2024-03-01', custody: ['house-arrest'] });
    expect(await who({}, '2024-02-29')).toEqual([]);
    expect(await who({}, '2024-03-01')).toEqual(['a']);
    expect(await who({}, '2024-01-15')).toEqual(['a']);
  });

  it('are uncertain if only some possible courses include them, with all possible standings', async () => {
    await fixture.append(
      'case',
      'a',
      opened('Ad'),
      arrested('2024-01-01'),
      recognised('2024-01-15'),
      released('2024-03'),
    );
    await fixture.append('case', 'b', opened('Bir'), arrested('2024-01-01'), recognised('2024-02'));
    expect(await who({}, '2024-03-10')).toEqual(['a?', 'b']);
    expect((await members({}, '2024-03-10'))?.items[0]?.standings.map(({ custody }) => custody)).toEqual([
      'detained',
      'free',
    ]);
    expect(await who({}, '2024-02-10')).toEqual(['a', 'b?']);
    expect(await who({ certainty: 'yes' }, '2024-02-10')).toEqual(['a']);
    expect(await who({ certainty: 'uncertain' }, '2024-02-10')).toEqual(['b?']);
    expect((await members({ certainty: 'uncertain' }, '2024-02-10'))?.total).toEqual({ yes: 0, uncertain: 1 });
    expect((await members({ certainty: 'yes' }, '2024-02-10'))?.total).toEqual({ yes: 1, uncertain: 0 });
    expect((await members({}, '2024-02-10'))?.total).toEqual({ yes: 1, uncertain: 1 });
  });

  it('may be certain, but uncertain under a filter', async () => {
    await fixture.append('case', 'a', arrested('2024-01-01'), recognised('2024-01-01'), convicted('2024-05'));
    expect(await who({}, '2024-05-15')).toEqual(['a']);
    expect(await who({ stage: 'convicted' }, '2024-05-15')).toEqual(['a?']);
    expect(await who({ stage: 'convicted', certainty: 'yes' }, '2024-05-15')).toEqual([]);
    expect(await who({ stage: 'awaiting-judgment' }, '2024-04-15')).toEqual(['a']);
  });

  it('are uncertain without standings if too many events are undecided', async () => {
    const charges = Array.from({ length: 14 }, () => ({ type: 'charged', occurredOn: '2024-05', articles: [ARTICLE] }));
    await fixture.append('case', 'a', opened('Ad'), arrested('2024-01-01'), recognised('2024-01-02'), ...charges);
    expect(await who({}, '2024-05-15')).toEqual(['a?']);
    expect(await who({ facility: 'anywhere' }, '2024-05-15')).toEqual(['a?']);
    expect((await members({}, '2024-05-15'))?.items[0]?.standings).toEqual([]);
    expect((await cases({}, '2024-05-15')).items[0]).toMatchObject({ certainty: 'yes', standings: [] });
    expect((await members({}, '2024-06-15'))?.items[0]?.standings).toHaveLength(1);
  });
});

describe('filters', () => {
  it.each<[string, readonly string[]]>([
    ['220', ['prepared']],
    ['220.1', ['prepared']],
    ['28/220', ['prepared']],
    ['AZ-CC 28/220.1', ['prepared']],
    ['28', []],
    ['20', []],
    ['70-2', []],
    ['AZ-OCC 70-2', ['old']],
    ['AZ-OCC:70', []],
    ['AZ-OCC 220', []],
    ['15/70-2', []],
    ['AZ-OCC 15/70-2', ['old']],
  ])('article %s matches articles with a general part and of an old code', async (article, expected) => {
    for (const [id, given] of [
      ['prepared', { code: 'AZ-CC', article: '220', part: '1', generalPart: '28' }],
      ['old', { code: 'AZ-OCC', article: '70-2', generalPart: '15' }],
    ] as const)
      await fixture.append('case', id, arrested('2024-01-01'), recognised('2024-01-01'), {
        type: 'charged',
        occurredOn: '2024-01-02',
        articles: [given],
      });
    const all = [...(await who({ article: [article] }))].filter((id) => id === 'prepared' || id === 'old');
    expect(all).toEqual(expected);
  });

  const someone = async (id: string, article: string, part: string | undefined, more: readonly object[] = []) =>
    fixture.append(
      'case',
      id,
      arrested('2024-01-01', { incident: `incident-${id}` }),
      recognised('2024-01-01', id === 'a' ? 'believers' : 'journalists'),
      {
        type: 'charged',
        occurredOn: '2024-01-02',
        articles: [{ code: 'AZ-CC', article, ...(part === undefined ? {} : { part }) }],
      },
      ...(more as []),
    );
  beforeEach(async () => {
    await someone('a', '234', '4.3');
    await someone('b', '2340', undefined, [{ type: 'tried', occurredOn: '2024-01-03' }]);
    await someone('c', '234', undefined, [
      { type: 'remanded', occurredOn: '2024-01-03', measure: 'detention', facility: 'Kürdəxanı' },
    ]);
  });

  it.each<[Filters, readonly string[]]>([
    [{}, ['a', 'b', 'c']],
    [{ category: ['believers'] }, ['a']],
    [{ category: ['believers', 'journalists'] }, ['a', 'b', 'c']],
    [{ category: [] }, []],
    [{ custody: ['remand'] }, ['c']],
    [{ custody: ['house-arrest'] }, []],
    [{ proceedings: ['on-trial'] }, ['b']],
    [{ proceedings: ['charged', 'on-trial'] }, ['a', 'b', 'c']],
    [{ stage: 'awaiting-judgment' }, ['a', 'b', 'c']],
    [{ stage: 'convicted' }, []],
    [{ article: ['234'] }, ['a', 'c']],
    [{ article: ['234.4'] }, ['a']],
    [{ article: ['234.4.3'] }, ['a']],
    [{ article: ['234.4.3.1'] }, []],
    [{ article: ['34'] }, []],
    [{ article: ['2340', '234.4'] }, ['a', 'b']],
    [{ article: [] }, []],
    [{ article: ['2%'] }, []],
    [{ facility: 'Kürdəxanı' }, ['c']],
    [{ incident: 'incident-b' }, ['b']],
    [{ incident: "'; DROP TABLE periods; --" }, []],
    [{ incident: 'incident-b', category: ['believers'] }, []],
    [{ category: ['journalists'], proceedings: ['charged'] }, ['c']],
  ])('%j', async (filters, expected) => {
    expect(await who(filters)).toEqual(expected);
    expect((await members(filters))?.total).toEqual({ yes: expected.length, uncertain: 0 });
  });
});

describe('the order of a list', () => {
  beforeEach(async () => {
    const people: readonly [string, string | null, string | null, string][] = [
      ['1', 'Şahin', 'AZ-10', '2024-03-01'],
      ['2', 'Samir', 'AZ-2', '2024-02-01'],
      ['3', 'Əli', null, '2024-01-05'],
      ['4', null, 'AZ-1', '2024-04-01'],
      ['5', 'Əli', 'B-1', '2024-01-05'],
    ];
    for (const [id, name, reference, on] of people) {
      const names = name === null ? { names: [] } : {};
      await fixture.append('case', id, { ...opened(name ?? '', ...(reference === null ? [] : [reference])), ...names });
      await fixture.append('case', id, arrested('2024-01-01'), recognised(on));
    }
  });

  const EXPECTED = {
    name: ['3', '5', '2', '1', '4'],
    recognised: ['3', '5', '2', '1', '4'],
    reference: ['4', '2', '1', '5', '3'],
  };
  it.each(SORTS)('%s, in one page or in many', async (sort) => {
    const expected = EXPECTED[sort.replace('-', '') as keyof typeof EXPECTED];
    const inOrder = sort.startsWith('-') ? [...expected].reverse() : expected;
    for (const limit of [1, 2, 5, 6]) {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await members({}, undefined, { sort, limit, ...(after === undefined ? {} : { after }) });
        expect(page?.total).toEqual({ yes: 5, uncertain: 0 });
        expect(page?.items.length).toBeLessThanOrEqual(limit);
        found.push(...(page?.items ?? []).map(({ caseId }) => caseId));
        after = page?.next ?? undefined;
      } while (after !== undefined);
      expect(found).toEqual(inOrder);
    }
  });

  it('is by name by default', async () => {
    expect(await who()).toEqual(EXPECTED.name);
  });
});

describe('paging', () => {
  const first = async (): Promise<string> => {
    for (const id of ['a', 'b', 'c', 'd'])
      await fixture.append('case', id, opened(id), arrested('2024-01-01'), recognised('2024-01-01'));
    return (await members({}, undefined, { limit: 2 }))?.next ?? '';
  };

  it('answers as known at the first page', async () => {
    const after = await first();
    await fixture.append('case', 'c', released('2024-02-01'));
    await fixture.append('case', 'bb', opened('bb'), arrested('2024-01-01'), recognised('2024-01-01'));
    await fixture.append('case', 'd', {
      type: 'named',
      name: { text: 'zzz', script: 'Latn', language: 'az', kind: 'full' },
    });
    await fixture.append('list', 'union', { type: 'policy-set', from: '2020-01-01', custody: ['imprisoned'] });
    const page = await members({}, undefined, { limit: 2, after });
    expect(page?.items.map(({ caseId }) => caseId)).toEqual(['c', 'd']);
    expect(page).toMatchObject({ total: { yes: 4, uncertain: 0 }, position: 17, next: null });
    expect(await who()).toEqual([]);
  });

  it('continues after a rebuild', async () => {
    const after = await first();
    await fixture.append('case', 'c', released('2024-02-01'));
    await fixture.models.rebuild();
    expect((await members({}, undefined, { limit: 2, after }))?.items.map(({ caseId }) => caseId)).toEqual(['c', 'd']);
  });

  it('refuses a cursor that was changed, or is of another query or log', async () => {
    const after = await first();
    const [content = '', sum = ''] = after.split('.');
    const bad = [
      '',
      'x',
      '.',
      content,
      `${content}.`,
      `${content}.${sum}.`,
      `${content}x.${sum}`,
      `${content}.${sum.slice(1)}`,
      `${Buffer.from('[1,"2026-01-05",1,1,"",""]').toString('base64url')}.${sum}`,
    ];
    for (const mark of bad)
      await expect(members({}, undefined, { limit: 2, after: mark })).rejects.toEqual(new InvalidCursor('after'));
    await expect(members({}, '2024-03-01', { limit: 2, after })).rejects.toEqual(new InvalidCursor('after'));
    await expect(members({ incident: 'x' }, undefined, { limit: 2, after })).rejects.toEqual(
      new InvalidCursor('after'),
    );
    await expect(members({}, undefined, { limit: 2, after, sort: '-name' })).rejects.toEqual(
      new InvalidCursor('after'),
    );
    await expect(cases({ page: { limit: 2, after } })).rejects.toEqual(new InvalidCursor('after'));
    const other = await register();
    await other.list();
    await projected(other.models, other.token);
    const parameters = { filters: {}, page: { limit: 2, after } };
    await expect(other.handlers.members.execute(new ListMembers(NOW, 'union', parameters))).rejects.toEqual(
      new InvalidCursor('after'),
    );
    await other.close();
  });

  it('may change the page size and the order of filters', async () => {
    for (const id of ['a', 'b', 'c'])
      await fixture.append('case', id, opened(id), arrested('2024-01-01', { incident: 'i' }), recognised('2024-01-01'));
    const one = await members({ incident: 'i', category: ['believers'] }, undefined, { limit: 1 });
    const rest = await members({ category: ['believers'], incident: 'i' }, undefined, {
      limit: 9,
      after: one?.next ?? '',
    });
    expect(rest?.items.map(({ caseId }) => caseId)).toEqual(['b', 'c']);
  });
});

describe('all cases', () => {
  beforeEach(async () => {
    await fixture.append('case', 'a', opened('Ad', 'AZ-1'));
    await fixture.append(
      'case',
      'b',
      opened('Bir', 'AZ-2'),
      arrested('2024-01-01'),
      recognised('2024-02-01', 'journalists'),
    );
    await fixture.append('case', 'b', recognised('2024-01-15', 'x', 'other'));
  });
  const found = async (parameters: Partial<Cases['parameters']>, asOf?: string): Promise<readonly string[]> =>
    (await cases(parameters, asOf)).items.map(({ caseId }) => caseId);

  it('are found on a list or not', async () => {
    expect(await found({})).toEqual(['a', 'b']);
    expect(await found({ filters: { custody: ['detained'] } })).toEqual(['b']);
    expect(await found({}, '2023-01-01')).toEqual(['a', 'b']);
  });

  it('are found by reference', async () => {
    const by = (list: string, reference: string) => found({ reference: { list, reference } });
    expect(await by('union', 'AZ-2')).toEqual(['b']);
    expect((await cases({ reference: { list: 'union', reference: 'AZ-2' } })).total).toEqual({ yes: 1, uncertain: 0 });
    expect(await by('union', 'AZ-3')).toEqual([]);
    expect(await by('other', 'AZ-2')).toEqual([]);
  });

  it('are limited by a list to those it judges, with its categories', async () => {
    expect(await found({ list: 'union' })).toEqual(['b']);
    expect(await found({ list: 'union' }, '2024-01-20')).toEqual([]);
    expect(await found({ list: 'other' }, '2024-01-20')).toEqual(['b']);
    expect(await found({ list: 'union', filters: { category: ['x'] } })).toEqual([]);
    expect(await found({ list: 'union', filters: { category: ['journalists'] } })).toEqual(['b']);
    expect(await found({ list: 'nowhere' })).toEqual([]);
  });
});
