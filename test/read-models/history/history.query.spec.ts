import { History } from '../../../src/read-models/history/history.query.js';
import { LIMITS } from '../../../src/schema/limits.js';
import { NAME, opened, register, uuid } from '../support.js';
import { NOW, scopeOf } from '../../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

const history = async (parameters: Partial<History['parameters']> = {}) => {
  const found = await fixture.handlers.history.execute(
    new History(scopeOf({ atLeast: fixture.token }), { after: 0, limit: 100, ...parameters }),
  );
  if (found === null) throw new Error('no such subject');
  return found;
};
const ofCase = (id: string) => ({ subject: { kind: 'case' as const, id } });

it('shows who recorded what, when, from which source, and what it changed', async () => {
  await fixture.append('case', 'a', opened('Ad', 'AZ-1'));
  await fixture.append('case', 'a', { type: 'arrested', occurredOn: '2024-01-10', id: uuid(7) });
  expect((await history(ofCase('a'))).items[1]).toEqual({
    position: 2,
    subject: { kind: 'case', id: 'a' },
    revision: 1,
    id: uuid(7),
    recordedAt: '2025-12-22T10:20:30.456Z',
    actor: { kind: 'person', id: 'a-17', asserted: true },
    acknowledged: [],
    correlationId: 'request-1',
    event: {
      type: 'arrested',
      occurredOn: '2024-01-10',
      sources: [{ kind: 'press', citation: 'synthetic' }],
      reliability: 'reported',
    },
    changes: [{ axis: 'custody', from: '2024-01-10', to: null, before: ['unknown'], after: ['detained'] }],
  });
});

it('names the corrections and retractions of each event, as far as they were known', async () => {
  await fixture.append('case', 'a', opened('Ad', 'AZ-1'));
  await fixture.append('case', 'a', { type: 'arrested', occurredOn: '2024-01-10', id: uuid(1) });
  const correction = { type: 'corrected', correctedType: 'arrested', data: { occurredOn: '2024-01-11' } };
  await fixture.append('case', 'a', { ...correction, event: uuid(1), id: uuid(2) });
  await fixture.append('case', 'a', { type: 'retracted', event: uuid(2), reason: 'a mistake', id: uuid(3) });
  await fixture.append('case', 'a', { ...correction, event: uuid(1), id: uuid(4) });
  await fixture.append('case', 'a', { type: 'retracted', event: uuid(1), reason: 'of another', id: uuid(5) });
  const chain = async (parameters: Partial<History['parameters']>, knownAt?: string) => {
    const scope = scopeOf({ atLeast: fixture.token, knownAt });
    const page = await fixture.handlers.history.execute(new History(scope, { after: 1, limit: 100, ...parameters }));
    return page?.items.map(({ correctedBy, retractedBy }) => [correctedBy, retractedBy]);
  };
  const all = [[[uuid(2), uuid(4)], [uuid(5)]], [undefined, [uuid(3)]], ...Array(3).fill([undefined, undefined])];
  expect(await chain(ofCase('a'))).toEqual(all);
  expect(await chain({})).toEqual(all);
  expect(await chain(ofCase('a'), 'position:3')).toEqual([
    [[uuid(2)], undefined],
    [undefined, undefined],
  ]);
});

it('shows changes of names, references and description without days', async () => {
  await fixture.append('case', 'a', { ...opened('Ad', 'AZ-1'), occupation: 'journalist' });
  await fixture.append('case', 'a', { type: 'named', name: { ...NAME, text: 'Ad II' } });
  await fixture.append('case', 'a', { type: 'referenced', list: 'union', reference: 'AZ-2' });
  await fixture.append('case', 'a', { type: 'described', occupation: null, region: 'Bakı' });
  await fixture.append('case', 'a', { type: 'named', name: { ...NAME, text: 'Ad II' } });
  const change = (axis: string, before: string[], after: string[]) => ({ axis, from: null, to: null, before, after });
  expect((await history(ofCase('a'))).items.map(({ changes }) => changes)).toEqual([
    [change('names', [], ['Ad']), change('references', [], ['union:AZ-1']), change('occupation', [], ['journalist'])],
    [change('names', ['Ad'], ['Ad', 'Ad II'])],
    [change('references', ['union:AZ-1'], ['union:AZ-1', 'union:AZ-2'])],
    [change('occupation', ['journalist'], []), change('region', [], ['Bakı'])],
    [],
  ]);
});

it('shows what a late event changed before those recorded earlier', async () => {
  await fixture.append('case', 'a', { type: 'released', occurredOn: '2024-03-01', reason: 'bail' });
  await fixture.append('case', 'b', { type: 'arrested', occurredOn: '2024-01-01' });
  await fixture.append('case', 'a', { type: 'arrested', occurredOn: '2024-01-10' });
  const { items } = await history(ofCase('a'));
  expect(items[1]?.changes).toContainEqual({
    axis: 'custody',
    from: '2024-01-10',
    to: '2024-03-01',
    before: ['unknown'],
    after: ['detained'],
  });
});

it('covers all subjects in order of recording, in pages', async () => {
  await fixture.list();
  await fixture.append('instrument', 'act', { type: 'instrument-registered', kind: 'amnesty-act' });
  await fixture.append('case', 'a', opened('Ad'), { type: 'arrested', occurredOn: '2024-01-01' });
  const one = await history({ limit: 6 });
  expect(one.items.map(({ position, subject, revision }) => [position, subject.kind, subject.id, revision])).toEqual([
    [1, 'list', 'union', 0],
    [2, 'list', 'union', 1],
    [3, 'list', 'union', 2],
    [4, 'list', 'union', 3],
    [5, 'list', 'union', 4],
    [6, 'instrument', 'act', 0],
  ]);
  expect(one.items.flatMap(({ changes }) => changes)).toEqual([]);
  expect(one.next).toBe(6);
  const two = await history({ limit: 2, after: 6 });
  expect(two.items.map(({ position }) => position)).toEqual([7, 8]);
  expect(two.next).toBeNull();
  expect((await history({ after: 8 })).items).toEqual([]);
});

it('filters by event type, in pages', async () => {
  await fixture.append('case', 'a', opened('Ad'), { type: 'arrested', occurredOn: '2024-01-01' });
  await fixture.append('case', 'b', opened('Ad'), { type: 'arrested', occurredOn: '2024-01-01' });
  const one = await history({ types: ['arrested'], limit: 1 });
  expect(one.items.map(({ position }) => position)).toEqual([2]);
  expect(one.items[0]?.changes).toHaveLength(1);
  expect(one.next).toBe(2);
  expect((await history({ types: ['arrested'], after: 2, limit: 1 })).items.map(({ position }) => position)).toEqual([
    4,
  ]);
  expect((await history({ types: ['died'] })).items).toEqual([]);
  const several = ['opened', 'arrested', 'died'];
  const positions = async (parameters: Parameters<typeof history>[0]) =>
    (await history(parameters)).items.map(({ position }) => position);
  expect(await positions({ types: several })).toEqual([1, 2, 3, 4]);
  expect(await positions({ types: several, after: 1, limit: 2 })).toEqual([2, 3]);
  expect(await positions({ types: several, after: 1, subject: { kind: 'case', id: 'b' } })).toEqual([3, 4]);
  expect(await positions({ types: ['arrested'], subject: { kind: 'case', id: 'b' } })).toEqual([4]);
});

it('is null for an unknown subject', async () => {
  await fixture.append('case', 'a', opened('Ad'));
  for (const kind of ['case', 'list', 'instrument'] as const) {
    const parameters = { subject: { kind, id: 'x' }, after: 0, limit: 1 };
    expect(await fixture.handlers.history.execute(new History(NOW, parameters))).toBeNull();
  }
  expect(
    await fixture.handlers.history.execute(
      new History(NOW, { subject: { kind: 'list', id: 'a' }, after: 0, limit: 1 }),
    ),
  ).toBeNull();
});

it('ends a page before it becomes too large, and goes on with the next', async () => {
  const note = 'ə'.repeat(400_000);
  for (let no = 0; no < 12; no += 1) await fixture.append('case', 'a', { type: 'described', summary: `${no}${note}` });
  const positions: number[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Awaited<ReturnType<typeof history>> = await history({ after });
    expect(page.items.length).toBeGreaterThan(0);
    const bytes = page.items.reduce((sum, { event }) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
    expect(bytes).toBeLessThanOrEqual(LIMITS.pageBytes);
    positions.push(...page.items.map(({ position }) => position));
    after = page.next;
  }
  expect(positions).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});
