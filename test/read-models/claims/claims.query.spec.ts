/** Pages of claims: their size, and that what several claims ask is asked once. */
import { Claims, ClaimsHandler } from '../../../src/read-models/claims/claims.query.js';
import type { ClaimsView } from '../../../src/read-models/claims/claim.view.js';
import { MemberCountsHandler } from '../../../src/read-models/counts/counts.query.js';
import { MovementsHandler } from '../../../src/read-models/counts/movements.query.js';
import { PeopleByEligibilityHandler } from '../../../src/read-models/eligibility/eligibility.query.js';
import { readGravityFile } from '../../../src/read-models/eligibility/gravity-file.js';
import { LIMITS } from '../../../src/schema/limits.js';
import { GRAVITY_FILE } from '../../../src/shipped-file.js';
import { opened, register } from '../support.js';
import { scopeOf } from '../../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

/** The handlers, which also count how often they are asked. */
const countingHandlers = () => {
  const asked = { counts: 0, movements: 0 };
  class CountedCounts extends MemberCountsHandler {
    override execute(...query: Parameters<MemberCountsHandler['execute']>): ReturnType<MemberCountsHandler['execute']> {
      asked.counts += 1;
      return super.execute(...query);
    }
  }
  class CountedMovements extends MovementsHandler {
    override execute(...query: Parameters<MovementsHandler['execute']>): ReturnType<MovementsHandler['execute']> {
      asked.movements += 1;
      return super.execute(...query);
    }
  }
  const { models } = fixture;
  const eligibility = new PeopleByEligibilityHandler(models, readGravityFile(GRAVITY_FILE));
  return {
    asked,
    claims: new ClaimsHandler(models, new CountedCounts(models), new CountedMovements(models), eligibility),
  };
};

const claim = (id: string, about: object, said: object) =>
  fixture.append('claim', id, { type: 'claimed', speaker: 'Nümunə', saidOn: '2025-06-01', about, ...said });
const onList = (on: string) => ({ metric: 'count', list: 'union', on });

const pagesOf = async (handler: ClaimsHandler, limit: number): Promise<readonly ClaimsView[]> => {
  const pages: ClaimsView[] = [];
  for (let after: string | null = ''; after !== null;) {
    const scope = scopeOf({ atLeast: fixture.token });
    const page: ClaimsView = await handler.execute(new Claims(scope, { limit, ...(after !== '' && { after }) }));
    pages.push(page);
    after = page.next;
  }
  return pages;
};

it('what several claims of a page ask is asked once, and they say what each would say alone', async () => {
  await fixture.list();
  await fixture.append(
    ...(['case', 'a'] as const),
    opened('Ad', 'AZ-1'),
    { type: 'arrested', occurredOn: '2025-01-10' },
    { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2025-02-01' },
  );
  for (let no = 0; no < 6; no += 1) await claim(`same-${no}`, onList('2025-06-01'), { value: no });
  await claim('zero-again', onList('2025-06-01'), { value: 0 });
  await claim('other', onList('2025-01-20'), { value: 0 });
  await claim('range', onList('2025-06-01'), { range: { atLeast: 4 } });
  const together = countingHandlers();
  const [page] = await pagesOf(together.claims, 100);
  // Numbers of two days are claimed; of the one, two claims agree with a day before it, and ask what happened since.
  expect(together.asked.counts).toBe(2);
  const alone = countingHandlers();
  const single = await pagesOf(alone.claims, 1);
  expect(page?.items).toHaveLength(9);
  expect(page?.items).toEqual(single.flatMap(({ items }) => items));
  expect(alone.asked.counts).toBe(9);
  expect([together.asked.movements, alone.asked.movements]).toEqual([1, 2]);
  expect(page?.items.find(({ id }) => id === 'same-2')?.conflicts).toEqual([
    'range',
    'same-0',
    'same-1',
    'same-3',
    'same-4',
    'same-5',
    'zero-again',
  ]);
});

describe('a claim about movements', () => {
  const PERSON = opened('Ad', 'AZ-1');
  const CASE = [
    PERSON,
    { type: 'arrested', occurredOn: '2023-02-01' },
    { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2023-10-01' },
  ];
  const answers = async (): Promise<object> => {
    const [page] = await pagesOf(countingHandlers().claims, 100);
    return Object.fromEntries(
      (page?.items ?? []).map(({ id, agreement, register }) => [id, [agreement, register?.yes, register?.uncertain]]),
    );
  };
  const span = (metric: string, from: string, to: string, more: object = {}) => ({
    ...{ metric, list: 'union', from, to },
    ...more,
  });

  it('agrees possibly where a release of a month may be within the span or after it, whatever its reason', async () => {
    await fixture.list();
    await fixture.append('case', 'a', ...CASE, { type: 'released', occurredOn: '2025-12', reason: 'health' });
    const part = span('left', '2025-11-30', '2025-12-15');
    await claim('one', part, { value: 1 });
    await claim('none', part, { value: 0 });
    await claim('two', part, { value: 2 });
    await claim('health', { ...part, reason: 'health' }, { value: 1 });
    await claim('amnesty', { ...part, reason: 'amnesty' }, { denies: true });
    await claim('within', span('left', '2025-12-10', '2025-12-12'), { value: 0 });
    await claim('month', span('left', '2025-11-30', '2025-12-31', { reason: 'health' }), { value: 1 });
    expect(await answers()).toEqual({
      one: ['possibly', 0, 1],
      none: ['possibly', 0, 1],
      two: ['differs', 0, 1],
      health: ['possibly', 0, 1],
      amnesty: ['agrees', 0, 0],
      within: ['possibly', 0, 1],
      month: ['agrees', 1, 0],
    });
  });

  it('agrees possibly where somebody may have come within the span or after it', async () => {
    await fixture.list();
    await fixture.append(
      ...(['case', 'a', PERSON] as const),
      { type: 'arrested', occurredOn: '2025-12' },
      { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2025-12' },
    );
    await claim('one', span('entered', '2025-11-30', '2025-12-15'), { value: 1 });
    await claim('none', span('entered', '2025-11-30', '2025-12-15'), { value: 0 });
    await claim('month', span('entered', '2025-11-30', '2025-12-31'), { value: 1 });
    await claim('others', span('entered', '2025-11-30', '2025-12-31', { category: 'others' }), { value: 0 });
    expect(await answers()).toEqual({
      one: ['possibly', 0, 1],
      none: ['possibly', 0, 1],
      month: ['agrees', 1, 0],
      others: ['agrees', 0, 0],
    });
  });
});

it('ends a page before it becomes too large, and goes on with the next', async () => {
  await fixture.list();
  for (let no = 0; no < 10; no += 1)
    await claim(`claim-${no}`, onList('2025-06-01'), { value: 1, text: 'x'.repeat(900_000) });
  const pages = await pagesOf(countingHandlers().claims, LIMITS.claims);
  expect(pages.map(({ items }) => items.length)).toEqual([4, 4, 2]);
  expect(new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(10);
});
