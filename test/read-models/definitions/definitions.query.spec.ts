import { Instruments } from '../../../src/read-models/definitions/instruments.query.js';
import { Lists } from '../../../src/read-models/definitions/lists.query.js';
import { register } from '../support.js';
import { NOW, scopeOf } from '../../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

/** What is known at the end of the log. */
const known = (items: readonly object[]) => ({
  knownAt: expect.any(String),
  position: expect.any(Number),
  items,
  next: null,
});

it('shows lists with their categories and policies', async () => {
  await fixture.list('union', ['imprisoned']);
  await fixture.list('another');
  const union = {
    id: 'union',
    revision: 4,
    name: { en: 'union' },
    categories: ['believers', 'journalists', 'others'].map((id) => ({ id, name: { en: id } })),
    policy: [{ from: '2020-01-01', custody: ['imprisoned'], paceRequired: false }],
  };
  expect(await fixture.handlers.lists.execute(new Lists(scopeOf({ atLeast: fixture.token }), 'union'))).toEqual(
    known([union]),
  );
  expect((await fixture.handlers.lists.execute(new Lists(NOW))).items.map(({ id }) => id)).toEqual([
    'another',
    'union',
  ]);
  expect(await fixture.handlers.lists.execute(new Lists(NOW, 'nowhere'))).toEqual(known([]));
});

it('shows instruments, with null for unknown fields', async () => {
  const act = {
    kind: 'amnesty-act',
    title: 'Act',
    issuer: 'Parliament',
    issued: '2025-12-19',
    submitted: '2025-12-15',
    adopted: '2025-12-19',
    inForce: '2025-12-22',
    windowEnd: '2026-04-22',
    forecast: 20_000,
    text: 'Whoever is an example is released.',
    clauses: ['one'],
  };
  const sources = [{ kind: 'press', citation: 'synthetic' }];
  const rest = { sources, clauseVersions: [] };
  await fixture.append('instrument', 'z', { type: 'instrument-registered', ...act });
  await fixture.append('instrument', 'a', { type: 'instrument-registered', kind: 'pardon-decree' });
  const unknown = Object.fromEntries(Object.keys(act).map((field) => [field, null]));
  expect(await fixture.handlers.instruments.execute(new Instruments(scopeOf({ atLeast: fixture.token })))).toEqual(
    known([
      { ...unknown, ...rest, id: 'a', revision: 0, kind: 'pardon-decree', daysLeft: null, clauses: [] },
      { id: 'z', revision: 0, ...act, ...rest, daysLeft: 107 },
    ]),
  );
  expect((await fixture.handlers.instruments.execute(new Instruments(NOW, 'z'))).items.map(({ id }) => id)).toEqual([
    'z',
  ]);
  expect(await fixture.handlers.instruments.execute(new Instruments(NOW, 'nothing'))).toEqual(known([]));
});

it('shows versions of a clause side by side, and the days left on another day', async () => {
  const clause = (version: string, measured: string) => ({
    type: 'clause-set',
    clause: 'one',
    version,
    conditions: [{ remaining: { lessThan: 'P6M', measured } }],
    effect: 'released-from-imprisonment',
  });
  await fixture.append(
    'instrument',
    'z',
    { type: 'instrument-registered', kind: 'amnesty-act', windowEnd: '2026-04-22' },
    clause('in-force', 'at-in-force'),
    clause('rolling', 'rolling'),
    { type: 'clause-withdrawn', clause: 'one', version: 'in-force', reason: 'x' },
    { type: 'instrument-amended', windowEnd: '2026-04' },
  );
  const ask = async (parameters: object) =>
    (
      await fixture.handlers.instruments.execute(
        new Instruments(scopeOf({ atLeast: fixture.token, ...parameters }), 'z'),
      )
    ).items[0];
  const versions = (item: Awaited<ReturnType<typeof ask>>) => item?.clauseVersions.map(({ version }) => version);
  expect(versions(await ask({ knownAt: 'position:3' }))).toEqual(['in-force', 'rolling']);
  expect(await ask({ knownAt: 'position:3', asOf: '2026-04-20' })).toMatchObject({ daysLeft: 2, clauses: ['one'] });
  expect(await ask({ knownAt: 'position:3', asOf: '2026-05-20' })).toMatchObject({ daysLeft: 0 });
  expect(versions(await ask({}))).toEqual(['rolling']);
  expect(await ask({})).toMatchObject({ daysLeft: null, windowEnd: '2026-04', clauses: ['one'] });
});

it('pages lists and instruments, and ends a page before it becomes too large', async () => {
  for (const id of ['a', 'b', 'c']) await fixture.list(id);
  const text = 'x'.repeat(900_000);
  for (let no = 10; no < 20; no += 1)
    await fixture.append('instrument', `act-${no}`, { type: 'instrument-registered', kind: 'amnesty-act', text });
  const scope = scopeOf({ atLeast: fixture.token });
  const lists = await fixture.handlers.lists.execute(new Lists(scope, undefined, { limit: 2 }));
  expect([lists.items.map(({ id }) => id), lists.next]).toEqual([['a', 'b'], 'b']);
  const rest = await fixture.handlers.lists.execute(new Lists(scope, undefined, { limit: 2, after: 'b' }));
  expect([rest.items.map(({ id }) => id), rest.next]).toEqual([['c'], null]);
  const pages: string[][] = [];
  for (let after: string | null = ''; after !== null;) {
    const asked: Instruments = new Instruments(scope, undefined, { limit: 500, ...(after !== '' && { after }) });
    const { items, next } = await fixture.handlers.instruments.execute(asked);
    pages.push(items.map(({ id }) => id));
    after = next;
  }
  expect(pages.map(({ length }) => length)).toEqual([4, 4, 2]);
  expect(pages.flat()).toEqual(Array.from({ length: 10 }, (_, index) => `act-${index + 10}`));
  // Where no limit is asked for, one answer has all instruments.
  expect((await fixture.handlers.instruments.execute(new Instruments(scope))).items).toHaveLength(10);
});
