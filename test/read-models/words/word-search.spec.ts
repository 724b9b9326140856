import * as fc from 'fast-check';
import { Cases } from '../../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { anyText } from '../../domain/names/arbitraries.js';
import { assertProperty } from '../../support/property.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { WHOLE_PAGE, opened, register } from '../support.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
});
afterEach(() => fixture.close());

const search = (words: string, more: Partial<Cases['parameters']> = {}, asOf?: string, knownAt?: string) =>
  fixture.handlers.cases.execute(
    new Cases(scopeOf({ asOf, knownAt, atLeast: fixture.token }), { ...WHOLE_PAGE, words, ...more }),
  );
const found = async (words: string, asOf?: string, knownAt?: string): Promise<readonly string[]> =>
  (await search(words, {}, asOf, knownAt)).items.map(({ caseId, match }) => `${caseId} ${String(match?.why)}`);

const arrested = { type: 'arrested', occurredOn: '2024-01-10' };
const convicted = {
  type: 'convicted',
  occurredOn: '2024-05-01',
  articles: [{ article: '234', part: '4.3' }],
  sentence: { kind: 'imprisonment', term: 'P3Y' },
  facility: 'Qobustan həbsxanası',
};
const summary = 'Jurnalist, Gəncə şəhərində saxlanılıb; həbsxanada aclıq aksiyası keçirib.';

describe('a search by words', () => {
  it('finds facility, article and summary in any spelling, and says where', async () => {
    await fixture.append('case', 'a', opened('Elşən Həsənov'), arrested, convicted);
    await fixture.append('case', 'b', { ...opened('Sevinc Kərimli'), summary });
    for (const words of ['Qobustan', 'Гобустан', 'gobustan hebsxanasi', 'Gobus'])
      expect([words, await found(words)]).toEqual([words, ['a facility']]);
    for (const words of ['234', '234.4', '234.4.3'])
      expect([words, await found(words)]).toEqual([words, ['a article']]);
    for (const words of ['23', '234.5', '4.3', 'Qobustan jurnalist', 'Həsənov'])
      expect([words, await found(words)]).toEqual([words, []]);
    expect(await found('ганджа журналист')).toEqual(['b summary']);
    expect(await found('aclıq jurnalist')).toEqual(['b summary']);
    const { items, total } = await search('aclıq');
    expect([items[0]?.match?.text, total]).toEqual([summary, { yes: 1, uncertain: 0 }]);
  });

  it('puts the text first of which the words are the greater part', async () => {
    await fixture.append('case', 'b', { ...opened('Sevinc Kərimli'), summary: `Qobustan ${summary}` });
    await fixture.append('case', 'a', opened('Elşən Həsənov'), arrested, convicted);
    expect(await found('Qobustan')).toEqual(['a facility', 'b summary']);
    expect((await search('Qobustan')).items.map(({ match }) => match?.score)).toEqual([0.5, expect.closeTo(0.111, 2)]);
  });

  it('asks what was true on the day, and what was known then', async () => {
    await fixture.append('case', 'a', opened('Elşən Həsənov'), arrested, convicted);
    await fixture.append('case', 'a', {
      type: 'transferred',
      occurredOn: '2024-09-01',
      facility: 'Penitentiary No. 18',
    });
    await fixture.append('case', 'a', { type: 'described', summary: 'Bərdə' });
    await fixture.append('case', 'a', { type: 'described', summary: null });
    expect(await found('Qobustan', '2024-08-31')).toEqual(['a facility']);
    expect(await found('Qobustan', '2024-09-01')).toEqual([]);
    expect(await found('penitentiary 18', '2024-09-01')).toEqual(['a facility']);
    expect(await found('Qobustan', '2024-09-01', 'position:3')).toEqual(['a facility']);
    expect([await found('Bərdə'), await found('Barda', undefined, 'position:5')]).toEqual([[], ['a summary']]);
  });

  it('goes together with filters, a list and pages', async () => {
    await fixture.list();
    const recognised = { type: 'recognised', occurredOn: '2024-06-01', list: 'union', category: 'believers' };
    await fixture.append('case', 'a', opened('Elşən Həsənov'), arrested, convicted, recognised);
    for (const id of ['b', 'c']) await fixture.append('case', id, opened('Sevinc Kərimli'), arrested, convicted);
    const ids = async (more: Partial<Cases['parameters']>) =>
      (await search('Qobustan', more)).items.map(({ caseId }) => caseId);
    expect(await ids({ filters: { custody: ['free'] } })).toEqual([]);
    expect(await ids({ list: 'union' })).toEqual(['a']);
    const first = await search('Qobustan', { page: { limit: 2 } });
    const second = await search('Qobustan', { page: { limit: 2, after: first.next ?? '' } });
    expect([first, second].map(({ items }) => items.map(({ caseId }) => caseId))).toEqual([['a', 'b'], ['c']]);
    const members = await fixture.handlers.members.execute(
      new ListMembers(scopeOf({ atLeast: fixture.token }), 'union', { ...WHOLE_PAGE, words: 'Qobustan' }),
    );
    expect(members?.items.map(({ caseId, match }) => [caseId, match?.why])).toEqual([['a', ['facility']]]);
  });

  it('answers any text, and shows of a long summary the words around', async () => {
    const long = `${'söz '.repeat(300)}aclıq ${'söz '.repeat(300)}`.trim();
    await fixture.append('case', 'a', { ...opened('Elşən Həsənov'), summary: long });
    const excerpt = (await search('aclıq')).items[0]?.match?.text ?? '';
    expect(excerpt).toContain('aclıq');
    expect(excerpt.length).toBeLessThanOrEqual(200);
    const answers: Promise<unknown>[] = [];
    assertProperty(
      fc.property(anyText, (words) => {
        answers.push(fixture.handlers.cases.execute(new Cases(NOW, { ...WHOLE_PAGE, words })));
      }),
      200,
    );
    for (const words of [
      '"',
      '*',
      'a* OR b',
      'w:',
      '234"',
      '234/',
      '2.-',
      'NEAR(a b)',
      '((',
      "' OR 1=1 --",
      'söz '.repeat(60),
    ])
      answers.push(search(words));
    await Promise.all(answers);
  });
});
