import { Duplicates, DuplicatesHandler } from '../../../src/read-models/names/duplicates.query.js';
import { scopeOf } from '../../support/scopes.js';
import { NAME, opened, register } from '../support.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
});
afterEach(() => fixture.close());

const born = (name: string, year: string | null, ...references: readonly string[]) => ({
  ...opened(name, ...references),
  ...(year === null ? {} : { born: year }),
});
const page = (after?: string, knownAt?: string) =>
  new DuplicatesHandler(fixture.models).execute(new Duplicates(scopeOf({ atLeast: fixture.token, knownAt }), after));

it('are pairs of cases whose names have the same keys, in any spelling and order, with the reasons', async () => {
  await fixture.append('case', 'a', born('Elşən Ramiz oğlu Həsənov', '1980', 'AZ-1'));
  await fixture.append('case', 'b', born('Гасанов Эльшан', '1980-05-03'));
  await fixture.append('case', 'c', born('Elşən Həsənli', '1980'));
  const { items, next, compared } = await page();
  expect([next, compared]).toEqual([null, 1]);
  expect(items).toEqual([
    {
      cases: [
        { caseId: 'a', references: [{ list: 'union', reference: 'AZ-1' }], text: 'Elşən Ramiz oğlu Həsənov' },
        { caseId: 'b', references: [], text: 'Гасанов Эльшан' },
      ],
      score: expect.closeTo(0.957, 3),
      why: ['other-spelling', 'other-order', 'partial', 'birth-agrees'],
      isProbable: true,
    },
  ]);
});

it('are not homonyms whom year of birth, sex or father tells apart; are possible where the year is not known', async () => {
  await fixture.append('case', 'a', born('Elşən Ramiz oğlu Həsənov', '1980'));
  await fixture.append('case', 'b', born('Elşən Ramiz oğlu Həsənov', '1975'));
  await fixture.append('case', 'c', born('Elşən Tofiq oğlu Həsənov', '1980'));
  await fixture.append('case', 'd', { ...born('Elşən Ramiz oğlu Həsənov', '1980'), sex: 'f' });
  await fixture.append('case', 'e', { ...born('Elşən Ramiz oğlu Həsənov', null), sex: 'm' });
  const pairs = (await page()).items.map(({ cases, isProbable }) => [...cases.map(({ caseId }) => caseId), isProbable]);
  expect(pairs).toEqual([
    ['a', 'd', true],
    ['a', 'e', false],
    ['b', 'e', false],
  ]);
});

it('are not pairs that a person told apart, on either side, since that is known', async () => {
  await fixture.append('case', 'a', born('Elşən Həsənov', '1980'));
  await fixture.append('case', 'b', born('Elşən Həsənov', '1980'));
  expect((await page()).items).toHaveLength(1);
  await fixture.append('case', 'b', { type: 'distinguished', from: 'a', reason: 'cousins' });
  expect((await page()).items).toEqual([]);
  expect((await page(undefined, 'position:2')).items).toHaveLength(1);
});

it('are compared a part a page, each name on one page, and as they were known', async () => {
  const names = Array.from({ length: 1_200 }, (_, n) => ({ ...NAME, text: `Ad${String(n)} Soyad` }));
  await fixture.append('case', 'a', { type: 'opened', names });
  await fixture.append('case', 'b', { type: 'opened', names });
  const found: string[] = [];
  let [pages, after]: [number, string | undefined] = [0, undefined];
  for (let compared = 0; compared < 1; pages += 1) {
    const { items, next, compared: share } = await page(after);
    expect(share).toBeGreaterThan(compared);
    found.push(...items.map(({ cases }) => cases[0]?.text ?? ''));
    [compared, after] = [share, next ?? undefined];
  }
  expect(pages).toBe(2);
  expect([...found].sort()).toEqual(names.map(({ text }) => text).sort());
  expect((await page(undefined, 'position:1')).items).toEqual([]);
});
