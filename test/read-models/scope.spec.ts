/** The scope of queries: its day, its knowledge and its viewer. */
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import { Lists } from '../../src/read-models/definitions/lists.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { ReadLog } from '../../src/read-models/history/read-log.query.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import { InvalidCursor, InvalidKnownAt } from '../../src/read-models/query-errors.js';
import { Scope, type ScopeParameters } from '../../src/read-models/scope.js';
import { scopeOf } from '../support/scopes.js';
import { opened, register, TODAY, WHOLE_PAGE } from './support.js';
import { projected } from '../support/projected.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

it('cannot be left out of a query, nor replaced by its parameters', () => {
  const parameters: ScopeParameters = { asOf: TODAY };
  // @ts-expect-error A query without a scope.
  expect(() => new ListMembers('union', WHOLE_PAGE)).not.toThrow();
  // @ts-expect-error Parameters that a caller sent are no scope: they do not say who asks.
  expect(() => new OneCase(parameters, 'a')).not.toThrow();
  // @ts-expect-error An object that looks like a scope.
  expect(() => new Lists({ viewer: { rights: 'all' }, asOf: TODAY, knownAt: '', atLeast: '', key: [] })).not.toThrow();
});

const RECOGNISED = { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2024-01-10' };
const member = (name: string, reference: string) => [
  opened(name, reference),
  { type: 'arrested', occurredOn: '2024-01-01' },
  RECOGNISED,
];

/** The list at positions 1 to 5, the case `a` at 6 to 8, its release at 9, the case `b` at 10 to 12. */
const twoCases = async (): Promise<void> => {
  await fixture.list();
  await fixture.append('case', 'a', ...member('Ad', 'AZ-1'));
  await fixture.append('case', 'a', { type: 'released', occurredOn: '2024-06-01', reason: 'pardon' });
  await fixture.append('case', 'b', ...member('Bir', 'AZ-2'));
  await projected(fixture.models, fixture.token);
};

const membersIn = async (parameters: Parameters<typeof scopeOf>[0]): Promise<readonly string[] | undefined> =>
  (await fixture.handlers.members.execute(new ListMembers(scopeOf(parameters), 'union', WHOLE_PAGE)))?.items.map(
    ({ caseId }) => caseId,
  );

it('answers every query by what was known at a position, and says so', async () => {
  await twoCases();
  expect(await membersIn({})).toEqual(['b']);
  expect(await membersIn({ knownAt: 'position:12' })).toEqual(['b']);
  expect(await membersIn({ knownAt: 'position:9' })).toEqual([]);
  expect(await membersIn({ knownAt: 'position:8' })).toEqual(['a']);
  expect(await membersIn({ knownAt: 'position:9', asOf: '2024-03-01' })).toEqual(['a']);
  expect(await membersIn({ knownAt: 'position:7' })).toEqual([]);
  expect(await membersIn({ knownAt: 'position:0' })).toBeUndefined();
  const known = { knownAt: 'position:8', position: 8 };
  const scope = scopeOf({ knownAt: 'position:8' });
  const { handlers } = fixture;
  expect(await handlers.members.execute(new ListMembers(scope, 'union', WHOLE_PAGE))).toMatchObject({
    ...known,
    asOf: TODAY,
    total: { yes: 1, uncertain: 0 },
  });
  expect(await handlers.cases.execute(new Cases(scope, WHOLE_PAGE))).toMatchObject({ ...known, total: { yes: 1 } });
  expect(await handlers.one.execute(new OneCase(scope, 'a'))).toMatchObject({
    ...known,
    revision: 2,
    standings: [{ custody: 'detained' }],
  });
  expect(await handlers.one.execute(new OneCase(scope, 'b'))).toBeNull();
  expect(await handlers.counts.execute(new MemberCounts(scope, 'union', { by: 'custody', filters: {} }))).toMatchObject(
    {
      ...known,
      groups: [{ key: 'detained', yes: 1, uncertain: 0 }],
    },
  );
  const span = { from: '2024-01-01', to: TODAY, limit: 10 };
  expect(await handlers.movements.execute(new Movements(scope, 'union', span))).toMatchObject({
    ...known,
    closing: 1,
    totals: { entered: 1, left: 0 },
  });
  const history = await handlers.history.execute(new History(scope, { after: 5, limit: 2 }));
  expect(history).toMatchObject({ ...known, items: [{ position: 6 }, { position: 7 }], next: 7 });
  expect(await handlers.history.execute(new History(scope, { after: 7, limit: 2 }))).toMatchObject({
    items: [{ position: 8 }],
    next: null,
  });
  const caseB = { subject: { kind: 'case', id: 'b' }, after: 0, limit: 9 } as const;
  expect(await handlers.history.execute(new History(scope, caseB))).toBeNull();
  const log: number[] = [];
  for await (const batch of await handlers.events.execute(new ReadLog(scope, { after: 6 })))
    log.push(...batch.map(({ position }) => position));
  expect(log).toEqual([7, 8]);
});

it('shows definitions as they were known', async () => {
  await fixture.list();
  await projected(fixture.models, fixture.token);
  const categories = async (knownAt: string) =>
    (await fixture.handlers.lists.execute(new Lists(scopeOf({ knownAt })))).items.map((list) => list.categories.length);
  expect(await categories('position:5')).toEqual([3]);
  expect(await categories('position:2')).toEqual([1]);
  expect(await categories('position:0')).toEqual([]);
});

it('says the position as the knowledge where none was asked for, which asks for the same again', async () => {
  await twoCases();
  const first = await fixture.handlers.counts.execute(
    new MemberCounts(scopeOf(), 'union', { by: 'category', filters: {} }),
  );
  expect(first).toMatchObject({ knownAt: 'position:12', position: 12 });
  await fixture.append('case', 'c', ...member('Cim', 'AZ-3'));
  await projected(fixture.models, fixture.token);
  const again = scopeOf({ asOf: first?.asOf, knownAt: first?.knownAt });
  expect(
    await fixture.handlers.counts.execute(new MemberCounts(again, 'union', { by: 'category', filters: {} })),
  ).toEqual(first);
});

describe('an instant or a day', () => {
  it('stands for what had been recorded by then, today for all of it', async () => {
    await twoCases();
    const [instant] = (await fixture.events()).slice(-1).map(({ recordedAt }) => recordedAt);
    const before = new Date(Date.parse(instant!) - 1).toISOString();
    expect(await membersIn({ knownAt: instant })).toEqual(['b']);
    expect(await membersIn({ knownAt: before })).not.toEqual(['b']);
    expect(await membersIn({ knownAt: TODAY })).toEqual(['b']);
  });

  it('is refused in the future, as is a position beyond the log', async () => {
    await twoCases();
    await expect(membersIn({ knownAt: '2026-01-06' })).rejects.toEqual(new InvalidKnownAt('KNOWN_AT.IN_FUTURE'));
    await expect(membersIn({ knownAt: '2026-01-05T08:00:00.001Z' })).rejects.toEqual(
      new InvalidKnownAt('KNOWN_AT.IN_FUTURE'),
    );
    await expect(membersIn({ knownAt: 'position:13' })).rejects.toEqual(new InvalidKnownAt('KNOWN_AT.BEYOND_LOG'));
  });
});

it('binds a page cursor to its day, its knowledge and its viewer', async () => {
  await twoCases();
  const page = { filters: {}, page: { limit: 1 } };
  const asked = { asOf: '2024-03-01', knownAt: 'position:12' };
  const { members } = fixture.handlers;
  const first = await members.execute(new ListMembers(scopeOf(asked), 'union', page));
  const next = { filters: {}, page: { limit: 1, after: first?.next ?? '' } };
  const second = await members.execute(new ListMembers(scopeOf(asked), 'union', next));
  expect(second).toMatchObject({ ...asked, position: 12, items: [{ caseId: 'b' }], next: null });
  for (const other of [
    scopeOf({ ...asked, asOf: '2024-03-02' }),
    scopeOf({ asOf: asked.asOf }),
    scopeOf({ ...asked, knownAt: 'position:11' }),
    new Scope({ rights: 'some' }, asked),
  ])
    await expect(members.execute(new ListMembers(other, 'union', next))).rejects.toEqual(new InvalidCursor('after'));
});

it('keeps the knowledge of the first page while events are recorded', async () => {
  await twoCases();
  const page = { filters: {}, page: { limit: 1 } };
  const scope = scopeOf({ asOf: '2024-03-01', knownAt: TODAY });
  const { members } = fixture.handlers;
  const first = await members.execute(new ListMembers(scope, 'union', page));
  await fixture.append('case', 'c', ...member('Cim', 'AZ-3'));
  await projected(fixture.models, fixture.token);
  const after = first?.next ?? '';
  const second = await members.execute(new ListMembers(scope, 'union', { filters: {}, page: { limit: 9, after } }));
  expect(second).toMatchObject({ position: 12, knownAt: TODAY, items: [{ caseId: 'b' }] });
});
