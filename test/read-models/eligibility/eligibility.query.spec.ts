/** Whom an instrument reaches, from the tables of the read models. */
import { PeopleByEligibility } from '../../../src/read-models/eligibility/eligibility.query.js';
import { QueriesBusy } from '../../../src/read-models/query-errors.js';
import { MAX_QUEUED_ELIGIBILITY_QUESTIONS } from '../../../src/read-models/eligibility/eligible-cases.js';
import { ARTICLE } from '../../support/events.js';
import { scopeOf } from '../../support/scopes.js';
import { opened, register, uuid } from '../support.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
  await fixture.list();
  for (const act of ['act', 'other-act'])
    await fixture.append('instrument', act, {
      type: 'instrument-registered',
      kind: 'amnesty-act',
      inForce: '2025-12-22',
      windowEnd: '2026-04-22',
    });
});
afterEach(() => fixture.close());

const clause = (id: string, ...conditions: readonly object[]) =>
  fixture.append('instrument', 'act', {
    type: 'clause-set',
    clause: id,
    version: '1',
    conditions,
    effect: 'released-from-imprisonment',
  });
const serving = (n: number, fields: object, ...more: readonly { type: string; [field: string]: unknown }[]) =>
  fixture.append(
    'case',
    uuid(n),
    { ...opened(`Person ${n}`, `R-${n}`), ...fields },
    { type: 'arrested', occurredOn: '2023-02-10' },
    {
      type: 'convicted',
      occurredOn: '2023-06-01',
      articles: [ARTICLE],
      sentence: { kind: 'imprisonment', term: 'P3Y' },
    },
    { type: 'recognised', occurredOn: '2023-07-01', list: 'union', category: 'believers' },
    ...more,
  );
const ask = (clauses: readonly string[], parameters: object = {}) =>
  fixture.handlers.eligibility.execute(
    new PeopleByEligibility(scopeOf({ asOf: '2026-01-05', atLeast: fixture.token }), 'act', {
      list: 'union',
      clause: clauses,
      limit: 100,
      ...parameters,
    }),
  );
const verdicts = async (...parameters: Parameters<typeof ask>) =>
  Object.fromEntries(
    ((await ask(...parameters))?.items ?? []).map(({ references, verdict }) => [references[0]?.reference, verdict]),
  );

it('asks as if the act had not been applied, also where the application was corrected to this act', async () => {
  const amnestied = (act: string, n: number) => ({
    type: 'amnestied',
    id: uuid(900 + n),
    occurredOn: '2025-12-23',
    act,
    effect: 'released-from-imprisonment',
  });
  await clause('near', { remaining: { lessThan: 'P6M', measured: 'rolling' } });
  await serving(1, {});
  await serving(2, {}, amnestied('act', 2));
  await serving(3, {}, amnestied('other-act', 3));
  await serving(4, {}, amnestied('other-act', 4), {
    type: 'corrected',
    event: uuid(904),
    correctedType: 'amnestied',
    data: { act: 'act' },
  });
  expect(await verdicts(['near'], { listDay: '2026-01-05' })).toEqual({
    'R-1': 'eligible',
    'R-2': 'eligible',
    'R-3': 'not',
    'R-4': 'eligible',
  });
});

it('reads birth and sex as last described', async () => {
  await clause('old', { age: { atLeast: 65, measured: 'rolling' } });
  await clause('women', { sex: { in: ['f'] } });
  await serving(1, { born: '1960', sex: 'f' });
  await serving(2, { born: '1961' }, { type: 'described', born: '1961-01', sex: 'm' });
  await serving(3, { born: '1970-01-01', sex: 'm' });
  await serving(4, {});
  expect(await verdicts(['old'])).toEqual({ 'R-1': 'eligible', 'R-2': 'possibly', 'R-3': 'not', 'R-4': 'possibly' });
  expect(await verdicts(['women'])).toEqual({ 'R-1': 'eligible', 'R-2': 'not', 'R-3': 'not', 'R-4': 'possibly' });
  expect(await verdicts(['old', 'women'])).toMatchObject({ 'R-1': 'eligible', 'R-2': 'possibly', 'R-3': 'not' });
});

it('lists everybody, those whom it reaches first, and says the clause that does', async () => {
  await clause('drugs', { articles: { anyOf: ['234'] } });
  await clause('women', { sex: { in: ['f'] } });
  await serving(1, { sex: 'm' });
  await serving(2, { sex: 'f' });
  const answer = await ask(['women', 'drugs']);
  expect(answer?.items.map(({ references, clause: by }) => [references[0]?.reference, by])).toEqual([
    ['R-1', 'drugs@1'],
    ['R-2', 'women@1'],
  ]);
  expect(await verdicts(['women'])).toEqual({ 'R-2': 'eligible', 'R-1': 'not' });
});

it('runs forward within the days on which the act can be applied, and no further', async () => {
  await clause('short', { remaining: { lessThan: 'P6M', measured: 'rolling' } });
  // The sentence ends on 10 February 2026, or five months after the window.
  await serving(1, {});
  await serving(
    2,
    {},
    {
      type: 'convicted',
      occurredOn: '2023-07-02',
      articles: [ARTICLE],
      sentence: { kind: 'imprisonment', term: 'P3Y' },
      countedFrom: '2023-09-22',
    },
  );
  const all = { from: '2025-01-01', to: '2026-12-31' };
  expect(await ask(['short'], all)).toMatchObject({
    from: '2025-12-22',
    to: '2026-04-22',
    total: { eligible: 2, possibly: 0, not: 0 },
    items: [{ firstDay: '2025-12-22' }, { firstDay: '2026-03-23' }],
  });
  for (const outside of [
    { from: '2025-01-01', to: '2025-12-21' },
    { from: '2026-04-23', to: '2026-12-31' },
  ])
    await expect(ask(['short'], outside)).rejects.toMatchObject({ code: 'SPAN.OUTSIDE_WINDOW' });
  const after = await fixture.handlers.eligibility.execute(
    new PeopleByEligibility(scopeOf({ asOf: '2026-04-23', atLeast: fixture.token }), 'act', {
      list: 'union',
      limit: 1,
    }),
  );
  expect(after?.assumptions).toContain('as if the act could be applied on 2026-04-23');
});

it('names the source of the gravity of offences among its assumptions, where a clause asks for it', async () => {
  await clause('light', { gravity: { atMost: 'less-serious' } });
  await clause('drugs', { articles: { anyOf: ['234'] } });
  await serving(1, {});
  expect(await verdicts(['light'])).toEqual({ 'R-1': 'not' });
  expect((await ask(['light']))?.assumptions.at(-1)).toContain('article 15');
  expect((await ask(['drugs']))?.assumptions).toHaveLength(3);
});

it('answers the same question once for all who ask it meanwhile, and refuses more questions than may wait', async () => {
  await clause('drugs', { articles: { anyOf: ['234'] } });
  await serving(1, {});
  const same = await Promise.all(Array.from({ length: 2 * MAX_QUEUED_ELIGIBILITY_QUESTIONS }, () => ask(['drugs'])));
  expect(new Set(same.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const days = Array.from(
    { length: MAX_QUEUED_ELIGIBILITY_QUESTIONS + 1 },
    (_, day) => `2026-02-${String(day + 1).padStart(2, '0')}`,
  );
  const others = await Promise.allSettled(days.map((day) => ask(['drugs'], { from: day, to: day })));
  const refused = others.filter(({ status }) => status === 'rejected');
  expect(refused.map((one) => (one as PromiseRejectedResult).reason as unknown)).toEqual([expect.any(QueriesBusy)]);
});

it('is not asked about more days than the interface allows, by a claim either', async () => {
  await clause('all', { custody: { in: ['imprisoned'] } });
  await expect(ask(['all'], { from: '1800-01-01', to: '2199-12-31' })).rejects.toMatchObject({ code: 'SPAN.TOO_LONG' });
});
