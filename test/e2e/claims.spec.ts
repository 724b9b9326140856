/** Claims over HTTP: attributed, side by side, and each beside what the register counts itself. */
import { LIMITS } from '../../src/schema/limits.js';
import { createListAndAct, openCase, Service, WITH_SOURCES, type HttpReply, type Loose } from '../support/service.js';

let service: Service;
let last: HttpReply;

const SAID = { speaker: 'Nümunə Natiqova', saidOn: '2026-01-05', ...WITH_SOURCES };
const onList = (on: string, more: object = {}) => ({ metric: 'count', list: 'union', on, ...more });

const claim = async (id: string, about: object, said: object): Promise<HttpReply> => {
  last = await service.post('/v1/claims', { id, about, ...SAID, ...said });
  expect([id, last.status, last.text]).toEqual([id, 201, last.text]);
  return last;
};
const claims = async (query: string): Promise<readonly Loose[]> =>
  (await service.getAfter(last, `/v1/claims?${query}`)).body['items'] as readonly Loose[];
const one = async (id: string, query = ''): Promise<Loose> =>
  (await service.getAfter(last, `/v1/claims/${id}${query}`)).body;

const REACHED = { type: 'amnestied', act: 'amnesty-2025', effect: 'released-from-imprisonment' };

/** Three believers: one amnestied, one who died, one on the list still; and a journalist recognised at the end. */
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  const report = async (reference: string, ...events: readonly object[]): Promise<void> => {
    const path = await openCase(service, { references: [{ list: 'union', reference }] });
    for (const event of events) {
      last = await service.post(`${path}/events`, { ...event, ...WITH_SOURCES });
      expect([last.status, last.text]).toEqual([201, last.text]);
    }
  };
  const arrested = { type: 'arrested', occurredOn: '2024-01-10' };
  const convicted = {
    type: 'convicted',
    occurredOn: '2024-05-01',
    articles: [{ article: '234' }],
    sentence: { kind: 'imprisonment', term: 'P3Y' },
  };
  const recognised = (occurredOn: string, category: string) => ({
    type: 'recognised',
    list: 'union',
    category,
    occurredOn,
  });
  const prisoner = [arrested, convicted, recognised('2024-06-01', 'believers')] as const;
  await report(
    'AZ-1',
    ...prisoner,
    { ...REACHED, occurredOn: '2025-12-22' },
    { type: 'released', reason: 'amnesty', occurredOn: '2025-12-24' },
  );
  await report('AZ-2', ...prisoner, { type: 'died', occurredOn: '2025-11-03' });
  await report('AZ-3', ...prisoner);
  await report('AZ-4', arrested, recognised('2026-01-03', 'journalists'));
  last = await service.post('/v1/instruments/amnesty-2025/events', {
    type: 'clause-set',
    clause: 'drugs',
    conditions: [{ articles: { anyOf: ['234'] } }],
    effect: 'released-from-imprisonment',
    ...WITH_SOURCES,
  });
});
afterAll(() => service.remove());

test('a number stands beside the register’s own, and the difference is explained by who came and left', async () => {
  await claim('three', onList('2026-01-05'), { value: 3, text: '“Üç nəfər”' });
  const [item] = await claims('list=union&about=count');
  expect(item).toEqual({
    id: 'three',
    revision: 0,
    speaker: 'Nümunə Natiqova',
    organisation: null,
    saidOn: '2026-01-05',
    about: { metric: 'count', list: 'union', on: '2026-01-05' },
    value: 3,
    range: null,
    denies: false,
    text: '“Üç nəfər”',
    sources: WITH_SOURCES.sources,
    withdrawn: null,
    conflicts: [],
    register: {
      on: '2026-01-05',
      yes: 2,
      uncertain: 0,
      // Three were on it until one died: since then another was released, and one came.
      flow: {
        ...{ from: '2025-11-02', to: '2026-01-05', opening: 3, entered: 1, movedIn: 0, movedOut: 0, left: 2 },
        leftByReason: [
          { reason: 'amnesty', count: 1 },
          { reason: 'died', count: 1 },
        ],
        closing: 2,
      },
      verdicts: null,
    },
    unanswered: null,
    agreement: 'differs',
    difference: -1,
  });
});

test('asked for another day, the flow leads from the day of the claim to it', async () => {
  await claim('october', onList('2025-10-07'), { value: 3 });
  expect(await one('october')).toMatchObject({ agreement: 'agrees', difference: 0, register: { yes: 3, flow: null } });
  for (const day of ['on=2025-12-31', 'asOf=2025-12-31'])
    expect((await claims(`list=union&about=count&${day}`)).find(({ id }) => id === 'october')).toMatchObject({
      agreement: 'differs',
      difference: -2,
      register: {
        on: '2025-12-31',
        yes: 1,
        flow: { from: '2025-10-07', to: '2025-12-31', opening: 3, entered: 0, left: 2, closing: 1 },
      },
    });
});

test('claims that contradict each other stand side by side, and none is counted', async () => {
  const before = (await service.get('/v1/counts?list=union&by=category')).body['total'];
  await claim('ministry', onList('2026-01-04'), { denies: true, organisation: 'Nümunə Nazirliyi' });
  await claim('union', onList('2026-01-04'), { range: { atLeast: 2, atMost: 3 }, saidOn: '2026-01-04' });
  await claim('paper', onList('2026-01-04'), { value: 2 });
  const items = (await claims('list=union&about=count')).filter(({ about }) => about['on'] === '2026-01-04');
  expect(items.map(({ id, conflicts, agreement, difference }) => [id, conflicts, agreement, difference])).toEqual([
    ['union', ['ministry'], 'agrees', 0],
    ['ministry', ['union', 'paper'], 'differs', 2],
    ['paper', ['ministry'], 'agrees', 0],
  ]);
  expect((await service.getAfter(last, '/v1/counts?list=union&by=category')).body['total']).toEqual(before);
});

test('who left, and how, is told from what the headline says', async () => {
  const about = { metric: 'left', list: 'union', from: '2025-12-21', to: '2026-01-05' };
  await claim('headline', { ...about, reason: 'pardon' }, { range: { atLeast: 1 } });
  await claim('amnestied', { ...about, reason: 'amnesty' }, { value: 1 });
  await claim('came', { ...about, metric: 'entered', category: 'journalists' }, { value: 1 });
  expect(await one('headline')).toMatchObject({
    agreement: 'differs',
    difference: -1,
    register: { yes: 0, flow: { left: 1, leftByReason: [{ reason: 'amnesty', count: 1 }] } },
  });
  expect(await one('amnestied')).toMatchObject({ agreement: 'agrees', register: { yes: 1 } });
  expect(await one('amnestied', '?on=2025-12-23')).toMatchObject({ register: { on: '2025-12-23', yes: 0 } });
  expect(await one('came')).toMatchObject({ agreement: 'agrees', register: { flow: { entered: 1, left: 0 } } });
});

test('whom an act reaches, whom it does not, and to how many it was applied', async () => {
  const reach = { instrument: 'amnesty-2025', list: 'union', from: '2025-12-22', to: '2026-04-22', clause: 'drugs' };
  await claim('eligible', { metric: 'eligible', ...reach }, { value: 2 });
  await claim('remaining', { metric: 'remaining', ...reach, listDay: '2026-01-05' }, { range: { atMost: 5 } });
  const applied = { metric: 'beneficiaries', instrument: 'amnesty-2025', on: '2026-01-05' };
  await claim('forecast', applied, { value: 20_000 });
  await claim('of-union', { ...applied, list: 'union' }, { value: 1 });
  expect(await one('eligible')).toMatchObject({
    agreement: 'agrees',
    register: { on: '2026-04-22', yes: 2, verdicts: { eligible: 2, possibly: 0, not: 0 } },
  });
  expect(await one('remaining')).toMatchObject({ agreement: 'agrees', register: { yes: 1 } });
  expect(await one('forecast')).toMatchObject({ agreement: 'differs', difference: -19_999, register: { yes: 1 } });
  expect(await one('of-union')).toMatchObject({ agreement: 'agrees', register: { yes: 1 } });
  expect(await one('of-union', '?on=2025-12-21')).toMatchObject({ register: { yes: 0 } });
  expect((await claims('about=beneficiaries')).map(({ id }) => id)).toEqual(['of-union', 'forecast']);
  expect((await claims('instrument=amnesty-2025&list=union')).map(({ id }) => id)).toEqual([
    'remaining',
    'eligible',
    'of-union',
  ]);
});

test('a claim about a clause that nobody knows stands, and the register says that it cannot be asked', async () => {
  const about = { metric: 'eligible', instrument: 'amnesty-2025', list: 'union', from: '2026-01-01', to: '2026-01-02' };
  await claim('no-clause', { ...about, clause: 'poets' }, { value: 2 });
  expect(await one('no-clause')).toMatchObject({
    register: null,
    unanswered: 'CLAUSE.UNKNOWN',
    agreement: null,
    difference: null,
  });
});

test('is corrected, withdrawn and retracted, and known as it was before', async () => {
  const made = await claim('changing', onList('2025-11-01'), { value: 30, saidOn: '2025-11-01' });
  const report = async (body: object) => {
    last = await service.post('/v1/claims/changing/events', { ...WITH_SOURCES, ...body });
    expect([last.status, last.text]).toEqual([201, last.text]);
    const { position } = (await one('changing')) as { position: number };
    return position;
  };
  const [event] = made.body['events'] as string[];
  const known = await service.getAfter(made, '/v1/claims/changing');
  expect(known.body).toMatchObject({ value: 30, agreement: 'differs', difference: -27 });
  const corrected = await report({ type: 'corrected', event, data: { value: 3 } });
  const withdrawn = await report({ type: 'claim-withdrawn', reason: 'Misheard.', withdrawnOn: '2025-11-02' });
  expect(await one('changing')).toMatchObject({
    revision: 2,
    value: 3,
    agreement: 'agrees',
    withdrawn: { reason: 'Misheard.', on: '2025-11-02' },
  });
  const [withdrawal] = last.body['events'] as string[];
  await report({ type: 'retracted', event: withdrawal, reason: 'It stands.' });
  await report({ type: 'retracted', event, reason: 'Nobody said so.' });
  expect((await service.getAfter(last, '/v1/claims/changing')).status).toBe(404);
  for (const [position, expected] of [
    [Number(known.body['position']), { revision: 0, value: 30, withdrawn: null }],
    [corrected, { revision: 1, value: 3, withdrawn: null }],
    [withdrawn, { revision: 2, value: 3, withdrawn: { on: '2025-11-02' } }],
  ] as const)
    expect(await one('changing', `?knownAt=position:${position}`)).toMatchObject(expected);
  expect(await claims(`about=count&knownAt=position:1`)).toEqual([]);
});

test('a page ends where the next begins, and one question has one answer', async () => {
  const all = (await claims('list=union')).map(({ id }) => id as string);
  const paged: string[] = [];
  for (let next: string | null = '/v1/claims?list=union&limit=2'; next !== null;) {
    const reply: HttpReply = await service.get(next);
    paged.push(...(reply.body['items'] as Loose[]).map(({ id }) => id as string));
    next = /<([^>]+)>/.exec(reply.headers.get('link') ?? '')?.[1] ?? null;
  }
  expect(all.length).toBeGreaterThan(4);
  expect(paged).toEqual(all);
});

test('names as many contradicting claims as the limits say', async () => {
  const about = onList('2024-12-31');
  const bodies = Array.from({ length: LIMITS.conflicts + 2 }, (_, n) => ({ id: `no-${n}`, about, value: n, ...SAID }));
  const replies = await Promise.all(bodies.map((body) => service.post('/v1/claims', body)));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
  for (const reply of replies) await service.getAfter(reply, '/v1/claims?limit=1');
  expect((await one('no-0'))['conflicts']).toHaveLength(LIMITS.conflicts);
});

test('gets an id where its recorder chose none, the same for a repeat', async () => {
  const body = { about: onList('2020-01-01'), value: 1, ...SAID };
  const first = await service.post('/v1/claims', body, { 'idempotency-key': 'k-1' });
  const second = await service.post('/v1/claims', body, { 'idempotency-key': 'k-1' });
  const other = await service.post('/v1/claims', body);
  expect([first.status, second.text === first.text, other.status]).toEqual([201, true, 201]);
  expect(first.headers.get('location')).toBe(`/v1/claims/${(first.body['subject'] as Loose)['id']}`);
  expect((other.body['subject'] as Loose)['id']).not.toBe((first.body['subject'] as Loose)['id']);
  expect((await service.post('/v1/claims', { id: 'three', ...body })).body['code']).toBe('SUBJECT.EXISTS');
});

test.each<[string, object, string]>([
  ['no speaker', { speaker: undefined }, 'FIELD.MISSING /speaker'],
  ['an empty speaker', { speaker: ' ' }, 'TEXT.EMPTY /speaker'],
  ['no day', { saidOn: undefined }, 'FIELD.MISSING /saidOn'],
  ['no source', { sources: [] }, 'ARRAY.LENGTH /sources'],
  ['nothing said', { value: undefined }, 'CLAIM.UNSAID '],
  ['two things said', { denies: true }, 'CLAIM.UNSAID '],
  ['a range that is none', { value: undefined, range: { atLeast: 5, atMost: 4 } }, 'CLAIM.RANGE_EMPTY /range'],
  ['a metric that there is not', { about: { metric: 'mood' } }, 'VALUE.UNKNOWN /about/metric'],
  ['a count without its day', { about: { metric: 'count', list: 'union' } }, 'CLAIM.PARAMETERS /about'],
  ['a count with a reason', { about: onList('2026-01-01', { reason: 'pardon' }) }, 'CLAIM.PARAMETERS /about'],
  [
    'days that go backwards',
    { about: { metric: 'left', list: 'union', from: '2026-01-05', to: '2026-01-04' } },
    'CLAIM.BACKWARDS /about/to',
  ],
])('%s is refused, and nothing is recorded', async (_, fields, expected) => {
  const before = (await service.storedEvents()).length;
  const reply = await service.post('/v1/claims', {
    id: 'bad',
    about: onList('2026-01-05'),
    value: 1,
    ...SAID,
    ...fields,
  });
  expect(reply.status).toBe(400);
  expect((reply.body['errors'] as Loose[]).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([expected]);
  expect((await service.storedEvents()).length).toBe(before);
});

test('what the domain refuses is named by its code', async () => {
  const refused = async (fields: object, path = '/v1/claims') => {
    const reply = await service.post(path, { about: onList('2026-01-05'), value: 1, ...SAID, ...fields });
    return [reply.status, (reply.body['findings'] as Loose[])[0]?.['code']];
  };
  expect(await refused({ about: onList('2026-01-05', { list: 'none' }) })).toEqual([422, 'LIST.UNKNOWN']);
  expect(await refused({ about: onList('2026-01-05', { category: 'poets' }) })).toEqual([422, 'CATEGORY.UNKNOWN']);
  expect(await refused({ saidOn: '2026-01-06' })).toEqual([422, 'DATE.FUTURE']);
  expect(await refused({ type: 'claimed' }, '/v1/claims/three/events')).toEqual([422, 'CLAIM.ALREADY_MADE']);
  expect((await service.get('/v1/claims?on=2026-01-01&asOf=2026-01-01')).status).toBe(400);
  expect((await service.get('/v1/claims?limit=101')).status).toBe(400);
  expect((await service.post('/v1/claims/nobody/events', { type: 'claimed', ...SAID })).status).not.toBe(201);
});
