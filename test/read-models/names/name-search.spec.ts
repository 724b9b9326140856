import * as fc from 'fast-check';
import { streamName } from '../../../src/domain/events.js';
import { nameWords } from '../../../src/domain/names/folding.js';
import { MIN_MATCH_SCORE } from '../../../src/domain/names/ranking.js';
import { toNfc } from '../../../src/domain/text.js';
import { Cases } from '../../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { anyText, azerbaijaniName } from '../../domain/names/arbitraries.js';
import { names, ownGroups } from '../../domain/names/groups.js';
import { effort } from '../../support/effort.js';
import { assertProperty } from '../../support/property.js';
import { listScope } from '../../../src/read-models/list/predicate.js';
import { ModelFile } from '../../../src/read-models/model-file.js';
import { ANY_CASE, searchNames } from '../../../src/read-models/names/name-search.js';
import { caseEvent, day } from '../../support/events.js';
import { newEvent } from '../../support/new-events.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { clock, Log, NAME, TODAY, WHOLE_PAGE, emptyFile, handlersOf, opened, register, uuid } from '../support.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
});
afterEach(() => fixture.close());

const named = (text: string) => ({ type: 'named', name: { ...NAME, text, kind: 'alias' } });
const search = async (name: string, more: Partial<Cases['parameters']> = {}, asOf?: string, knownAt?: string) =>
  fixture.handlers.cases.execute(
    new Cases(scopeOf({ asOf, knownAt, atLeast: fixture.token }), { ...WHOLE_PAGE, name, ...more }),
  );
const found = async (name: string): Promise<readonly string[]> =>
  (await search(name)).items.map(({ caseId }) => caseId);

describe('a search by name', () => {
  it('finds a person in any spelling, and says which spelling matched, how well, and why', async () => {
    await fixture.append('case', 'elshan', opened('Elşən Ramiz oğlu Həsənov'), named('Эльшан Гасанов'));
    await fixture.append('case', 'other', opened('Sevinc Kərimli'));
    for (const name of ['Elşən Həsənov', 'Hasanov Elshan', 'Гасанов Эльшан Рамизович', 'E. Gasanov', 'Elshan Hasanov'])
      expect(await found(name)).toEqual(['elshan']);
    const { items, total } = await search('Гасанов Э.');
    expect(items.map(({ match }) => match)).toEqual([
      { text: 'Эльшан Гасанов', score: 0.931, why: ['other-order', 'initial'] },
    ]);
    expect(total).toEqual({ yes: 1, uncertain: 0 });
  });

  it('ranks another ending, another father and a slip of the pen below', async () => {
    await fixture.append('case', 'a', opened('Elşən Həsənli'));
    await fixture.append('case', 'b', opened('Elşən Tofiq oğlu Həsənov'));
    await fixture.append('case', 'c', opened('Elşən Ramiz oğlu Həsənov'));
    await fixture.append('case', 'd', opened('Elşan Hesinov'));
    await fixture.append('case', 'e', opened('Elçin Həsənov'));
    expect(await found('Elşən Ramiz oğlu Həsənov')).toEqual(['c', 'd', 'a', 'b']);
  });

  it('finds a name while it is typed', async () => {
    await fixture.append('case', 'a', opened('Elşən Əliyev'));
    for (const name of ['El', 'Elş', 'Elşən Əl', 'Elshan Aliy', 'Elshan Aliye', 'Aliye', 'Əliyev Elş'])
      expect([name, await found(name)]).toEqual([name, ['a']]);
  });

  it('reads two words as one, or one as two', async () => {
    await fixture.append('case', 'a', opened('Mir Həsən Əliyev'));
    await fixture.append('case', 'b', opened('Mirhəsən Əliyev'));
    for (const name of ['Mirhasan Aliyev', 'Mir-Hasan Aliyev'])
      expect([...(await found(name))].sort()).toEqual(['a', 'b']);
  });

  it('goes together with filters, a reference, a list and a day', async () => {
    await fixture.list();
    const recognised = { type: 'recognised', occurredOn: '2024-02-01', list: 'union', category: 'believers' };
    await fixture.append(
      'case',
      'a',
      opened('Elşən Həsənov', 'AZ-1'),
      { type: 'arrested', occurredOn: '2024-01' },
      recognised,
    );
    await fixture.append('case', 'b', opened('Elşən Həsənov', 'AZ-2'), { type: 'arrested', occurredOn: '2023-05-01' });
    const name = 'Hasanov';
    const ids = async (more: Partial<Cases['parameters']>, asOf?: string) =>
      (await search(name, more, asOf)).items.map(({ caseId }) => caseId);
    expect(await ids({})).toEqual(['a', 'b']);
    expect(await ids({ filters: { custody: ['detained'] } }, '2023-06-01')).toEqual(['b']);
    expect(await ids({ reference: { list: 'union', reference: 'az-2' } })).toEqual(['b']);
    expect(await ids({ list: 'union' })).toEqual(['a']);
    const [detained, january] = [{ custody: ['detained'] as const }, '2024-01-15'];
    expect((await search(name, { filters: detained }, january)).total).toEqual({ yes: 1, uncertain: 1 });
    expect(await ids({ filters: { ...detained, certainty: 'yes' } }, january)).toEqual(['b']);
    expect(await ids({ filters: { ...detained, certainty: 'uncertain' } }, january)).toEqual(['a']);
    const members = await fixture.handlers.members.execute(
      new ListMembers(scopeOf({ atLeast: fixture.token }), 'union', { ...WHOLE_PAGE, name }),
    );
    expect(members?.items.map(({ caseId, match }) => [caseId, match?.text])).toEqual([['a', 'Elşən Həsənov']]);
  });

  it('is paged: the pages are those of the first page’s position, whatever comes meanwhile', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      await fixture.append('case', id, opened(id < 'c' ? 'Həsənov' : 'Гасанов'));
    const first = await search('Hasanov', { page: { limit: 2 } });
    await fixture.append('case', 'aa', opened('Həsənov'));
    await fixture.append('case', 'e', named('Həsənov'));
    const pages = [first];
    for (let next = first.next; next !== null; next = pages.at(-1)?.next ?? null)
      pages.push(await search('Hasanov', { page: { limit: 2, after: next } }));
    expect(pages.map(({ items }) => items.map(({ caseId }) => caseId))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(pages.every(({ position }) => position === first.position)).toBe(true);
    expect(await found('Hasanov')).toEqual(['a', 'b', 'e', 'aa', 'c', 'd']);
  });

  it('answers any text', async () => {
    await fixture.append('case', 'a', opened('Elşən Həsənov'), named('ჰასანოვი'), named('حسنوف'));
    expect(await found('ჰასანოვი')).toEqual(['a']);
    expect(await found('حسنوف')).toEqual(['a']);
    const context = await fixture.models.contextAt({ atLeast: fixture.token });
    expect(context.position).toBeGreaterThan(0);
    const handlers = handlersOf(fixture.models);
    const answers: Promise<unknown>[] = [];
    assertProperty(
      fc.property(anyText, (name) => {
        answers.push(handlers.cases.execute(new Cases(NOW, { ...WHOLE_PAGE, name })));
      }),
      200,
    );
    for (const name of ['"', '*', 'a* OR b', 'keys:', 'NEAR(a b)', '((', "' OR 1=1 --", '%_', 'AND', 'a '.repeat(500)])
      answers.push(handlers.cases.execute(new Cases(NOW, { ...WHOLE_PAGE, name })));
    await Promise.all(answers);
  });

  it.each([
    ['names.json', names.sameName],
    ['groups of our own', ownGroups.sameName],
    ['whole names of our own', ownGroups.sameFullName],
  ])('shows at least 95 %% of the other spellings on its first page: %s', async (_, groups) => {
    for (const [group, spellings] of groups.entries())
      for (const [index, text] of spellings.entries()) await fixture.append('case', `${group}-${index}`, opened(text));
    let [shown, all] = [0, 0];
    for (const [group, spellings] of groups.entries()) {
      for (const text of spellings) {
        const ids = (await search(text, { page: { limit: 20 } })).items.map(({ caseId }) => caseId);
        shown += ids.filter((id) => id.startsWith(`${group}-`)).length - 1;
        all += spellings.length - 1;
      }
    }
    expect(shown / all).toBeGreaterThanOrEqual(0.95);
  });

  it('keeps to the place of two words that are read as one, initials before them', async () => {
    await fixture.append('case', 'a', opened('E. Mirhəsən Əliyev'));
    expect(await found('E. Mir Həsən Əliyev')).toEqual(['a']);
    expect(await found('Mir Həsən Əliyev')).toEqual(['a']);
  });

  it('finds the one whose father is named among more people of a name than are ranked', async () => {
    const many = Array.from({ length: 320 }, () => ({ ...NAME, text: 'Elşən Həsənov' }));
    for (const [index, name] of many.entries())
      await fixture.append('case', `other-${index}`, { type: 'opened', names: [name] });
    await fixture.append('case', 'elshan', opened('Elşən Ramiz oğlu Həsənov'));
    const { items, isTruncated } = await search('Гасанов Эльшан Рамизович');
    expect([items[0]?.caseId, isTruncated]).toEqual(['elshan', true]);
  });

  it('finds a corrected or retracted spelling only as known before, and the right one since', async () => {
    const [first, alias] = [uuid(1), uuid(2)];
    await fixture.append('case', 'a', { ...opened('Elşən Həsənov'), id: first });
    await fixture.append('case', 'a', { ...named('Эльшан Керимли'), id: alias });
    const names = [{ ...NAME, text: 'Sevinc Quliyeva' }];
    await fixture.append('case', 'a', { type: 'corrected', event: first, correctedType: 'opened', data: { names } });
    await fixture.append('case', 'a', { type: 'retracted', event: alias, reason: 'of another person' });
    const knownAt = async (name: string) => {
      const counts: number[] = [];
      for (const position of [1, 2, 3, 4])
        counts.push((await search(name, {}, undefined, `position:${String(position)}`)).items.length);
      return counts;
    };
    expect(await knownAt('Гасанов')).toEqual([1, 1, 0, 0]);
    expect(await knownAt('Karimli')).toEqual([0, 1, 1, 0]);
    expect(await knownAt('Кулиева')).toEqual([0, 0, 1, 1]);
    expect([await found('Hasanov'), await found('Kerimli'), await found('Guliyeva')]).toEqual([[], [], ['a']]);
  });

  it('finds every name of the same words in any order, as comparing it with each name would', () => {
    const live = emptyFile();
    const anyNames = fc.array(azerbaijaniName, { minLength: 1, maxLength: 6 });
    const wordsOf = (name: string) => [...new Set(nameWords(name).map(({ key, role }) => role + key))].sort().join(' ');
    let position = 0;
    assertProperty(
      fc.property(anyNames, (texts) => {
        for (const text of texts) {
          position += 1;
          const event = newEvent({
            id: uuid(1_000 + position),
            event: caseEvent({ type: 'opened', names: [{ ...NAME, text }] }),
          });
          live.applyBatch([
            { ...event, stream: streamName('case', uuid(position)), position, revision: 0, cursor: String(position) },
          ]);
        }
        const scope = listScope('', day(TODAY), position, position);
        const answer = searchNames(live.db, scope, texts[0] ?? '', ANY_CASE);
        // Names of one letter become so many that not all of them are ranked.
        if (answer.isTruncated) return;
        const found = new Set(answer.found.map(({ text }) => text));
        for (const [index, text] of texts.entries())
          if (index === 0 || wordsOf(text) === wordsOf(texts[0] ?? ''))
            expect([text, found.has(toNfc(text))]).toEqual([text, nameWords(text).length > 0]);
      }),
      effort(50, 2_000),
    );
    live.close();
  });

  it('says when it ranks the best of many only', async () => {
    const many = Array.from({ length: 310 }, (_, index) => ({ ...NAME, text: `Elşən Ad${index} Həsənov` }));
    await fixture.append('case', 'a', { type: 'opened', names: many });
    expect(await search('Həsənov')).toMatchObject({ isTruncated: true, total: { yes: 1, uncertain: 0 } });
    expect(await search('Ad77')).toMatchObject({ isTruncated: false });
    expect((await search('Ad77')).items[0]?.match?.score).toBeGreaterThanOrEqual(MIN_MATCH_SCORE);
  });
});

it('answers the same after a rebuild, and as it was known', async () => {
  const log = new Log();
  await log.append('case', 'a', opened('Elşən Həsənov'));
  await log.append('case', 'b', opened('Эльшан Гасанов'));
  await log.append('case', 'a', named('Elşən Rəsulov'));
  const events = await log.events();
  const live = emptyFile();
  for (const event of events) live.applyBatch([event]);
  const rebuilt = ModelFile.create(':memory:', clock.timeZone);
  rebuilt.store(events);
  for (const step of rebuilt.eventIndexSteps()) step();
  rebuilt.projectCases(rebuilt.logTables.cases.caseNosAfter(0, 10));
  for (const step of rebuilt.finishSteps()) step();
  const anyCase = { text: 'TRUE', values: {}, uncertaintySql: 'FALSE' };
  for (const name of ['Hasanov', 'Resulov', 'Elshan', 'Hasan']) {
    for (let position = 0; position <= events.length; position += 1) {
      const scope = listScope('', day(TODAY), position, events.length);
      const answer = searchNames(live.db, scope, name, anyCase);
      expect(searchNames(rebuilt.db, scope, name, anyCase)).toEqual(answer);
      const known = { Hasanov: Math.min(position, 2), Resulov: position < 3 ? 0 : 1 }[name];
      if (known !== undefined) expect([name, position, answer.found.length]).toEqual([name, position, known]);
    }
  }
  live.close();
  rebuilt.close();
  await log.store.close();
});
