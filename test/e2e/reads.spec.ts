import { createListAndAct, latinName, WITH_SOURCES, Service, type Loose, type HttpReply } from '../support/service.js';

let service: Service;
let last: HttpReply;
const ids: string[] = [];

/** Seven people, arrested on the first day of the months 1 to 7 and recognised; the last two were released, one with only the month known. */
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  for (let i = 1; i <= 7; i += 1) {
    const references = [{ list: 'union', reference: `AZ-${i}` }];
    const names = [latinName(`${'GFEDCBA'[i - 1]}bbas Nümunəyev`)];
    const { body, headers } = await service.post('/v1/cases', { names, references, ...WITH_SOURCES });
    ids.push(String(body['subject'].id));
    const to = `${headers.get('location')}/events`;
    const category = i % 2 === 1 ? 'believers' : 'journalists';
    await service.post(to, { type: 'arrested', occurredOn: `2024-0${i}-01`, ...WITH_SOURCES });
    await service.post(to, { type: 'recognised', occurredOn: '2024-08-01', list: 'union', category, ...WITH_SOURCES });
    if (i === 6)
      await service.post(to, { type: 'released', reason: 'bail', occurredOn: '2025-03-01', ...WITH_SOURCES });
    if (i === 7)
      last = await service.post(to, { type: 'released', reason: 'health', occurredOn: '2025-04', ...WITH_SOURCES });
  }
  await service.getAfter(last, '/v1/cases');
});
afterAll(() => service.remove());

interface Balance {
  readonly opening: number;
  readonly reopening: number;
  readonly closing: number;
  readonly totals: { readonly [origin in 'learnedLate' | 'happenedSince']: { entered: number; left: number } };
}

const caseIds = (reply: HttpReply) => (reply.body['items'] as Loose[]).map((item) => item['caseId'] as string);

/** Headers, without those that are of one answer alone, or of how it is sent. */
const lasting = (headers: Headers) =>
  Object.fromEntries(
    [...headers].filter(
      ([name]) => !['date', 'x-request-id', 'transfer-encoding', 'connection', 'keep-alive'].includes(name),
    ),
  );

describe('the list', () => {
  it('on a day, with who is perhaps on it apart', async () => {
    const before = await service.get('/v1/lists/union/members?asOf=2024-12-31');
    expect(before.body['total']).toEqual({ yes: 7, uncertain: 0 });
    const within = await service.get('/v1/lists/union/members?asOf=2025-04-15');
    expect(within.body['total']).toEqual({ yes: 5, uncertain: 1 });
    const perhaps = await service.get('/v1/lists/union/members?asOf=2025-04-15&certainty=uncertain');
    expect(caseIds(perhaps)).toEqual([ids[6]]);
    expect(perhaps.body['items'][0].standings.map((s: Loose) => s['custody']).sort()).toEqual(['detained', 'free']);
    expect((await service.get('/v1/lists/union/members')).body).toMatchObject({
      asOf: '2026-01-05',
      total: { yes: 5 },
    });
  });

  it('by filters: several values of one are alternatives, several filters must all hold', async () => {
    const ask = async (query: string) => (await service.get(`/v1/lists/union/members?${query}`)).body['total'].yes;
    expect(await ask('category=believers')).toBe(3);
    expect(await ask('category=believers&category=journalists')).toBe(5);
    expect(await ask('category=believers&custody=remand')).toBe(0);
    expect(await ask('custody=detained&proceedings=none')).toBe(5);
    expect(await ask('article=234')).toBe(0);
  });

  it.each(['name', '-name', 'reference', '-reference', 'recognised', '-recognised'])(
    'sorted by %s, page by page, gives everybody once',
    async (sort) => {
      const seen: string[] = [];
      let next: string | null = `/v1/lists/union/members?limit=2&asOf=2024-12-31&sort=${sort}`;
      while (next !== null) {
        const page: HttpReply = await service.get(next);
        expect(page.status).toBe(200);
        seen.push(...caseIds(page));
        const link = page.headers.get('link');
        expect(link === null).toBe(page.body['next'] === null);
        next = link === null ? null : (/^<([^>]+)>; rel="next"$/.exec(link)?.[1] as string);
      }
      expect([...seen].sort()).toEqual([...ids].sort());
      if (sort === 'name') expect(seen).toEqual([...ids].reverse());
      if (sort === '-name' || sort === 'reference') expect(seen).toEqual(ids);
    },
  );

  it('as known at a position, on every page', async () => {
    const { position } = (await service.get('/v1/lists/union/members')).body as { position: number };
    const asked = `asOf=2025-12-31&knownAt=${encodeURIComponent(`position:${position - 1}`)}`;
    const first = await service.get(`/v1/lists/union/members?${asked}&limit=5`);
    expect(first.body).toMatchObject({
      asOf: '2025-12-31',
      knownAt: `position:${position - 1}`,
      position: position - 1,
      total: { yes: 6 },
    });
    const second = await service.get(/^<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '');
    expect(second.body).toMatchObject({ asOf: '2025-12-31', position: position - 1, next: null });
    expect([...caseIds(first), ...caseIds(second)]).toHaveLength(6);
    const file = await service.get(`/v1/lists/union/members.csv?${asked}`);
    expect(file.headers.get('habeas-known-at')).toBe(`position:${position - 1}`);
    expect(file.headers.get('content-disposition')).toContain(`union-2025-12-31-known-position-${position - 1}.csv`);
    expect(file.text.trim().split('\n')).toHaveLength(1 + 6);
  });

  it('has one tag for a case while others are recorded, and others for other days and knowledge', async () => {
    const tagOf = async (query: string) => (await service.get(`/v1/cases/${ids[0]}?${query}`)).headers.get('etag');
    const tags = await Promise.all(['', 'asOf=2024-12-31', 'knownAt=2026-01-05', ''].map(tagOf));
    expect(new Set(tags).size).toBe(3);
  });

  it('differs between two days by what happened since and by what was learned late', async () => {
    const position = Number((await service.get('/v1/lists/union/members')).body['position']);
    const early = await service.get(
      `/v1/lists/union/differences?from=2024-12-31&fromKnown=position:${position - 8}&to=2025-12-31`,
    );
    expect(early.body).toMatchObject({
      fromPosition: position - 8,
      toPosition: position,
      toKnown: `position:${position}`,
      closing: 5,
      next: null,
    });
    const { opening, reopening, closing, totals } = early.body as unknown as Balance;
    expect(reopening).toBe(7);
    expect(opening + totals.learnedLate.entered - totals.learnedLate.left).toBe(reopening);
    expect(reopening + totals.happenedSince.entered - totals.happenedSince.left).toBe(closing);
    const paged = await service.get('/v1/lists/union/differences?from=2024-12-31&to=2025-12-31&limit=1');
    expect(paged.body).toMatchObject({ items: [{ kind: 'left', origin: 'happened-since', reason: 'health' }] });
    const second = await service.get(/^<([^>]+)>/.exec(paged.headers.get('link') ?? '')?.[1] ?? '');
    expect(second.body).toMatchObject({ items: [{ kind: 'left', reason: 'bail' }], next: null });
  });

  it('in a series of days, with who is perhaps on it each day', async () => {
    const series = async (set: string) =>
      (await service.get(`/v1/statistics/daily?list=union&from=2025-04-14&to=2025-05-01&set=${set}`)).body;
    const [certain, possible] = [await series('certain'), await series('possible')];
    const on = (day: string) => (certain['rows'] as string[]).indexOf(day);
    const of = ({ cells, uncertain }: Loose, day: string) => [cells[on(day)], uncertain[on(day)]];
    expect([of(certain, '2025-04-15'), of(possible, '2025-04-15')]).toEqual([
      [[5], [1]],
      [[6], [0]],
    ]);
    expect([of(certain, '2025-05-01'), of(possible, '2025-05-01')]).toEqual([
      [[5], [0]],
      [[5], [0]],
    ]);
  });

  it('refuses the mark of another question', async () => {
    const { body } = await service.get('/v1/lists/union/members?limit=2&sort=name');
    const other = await service.get(
      `/v1/lists/union/members?limit=2&sort=-reference&after=${encodeURIComponent(body['next'])}`,
    );
    expect([other.status, other.body['errors']?.[0]]).toEqual([400, expect.objectContaining({ parameter: 'after' })]);
  });
});

it.each(['/v1/lists/union', '/v1/instruments/amnesty-2025', '/v1/cases/CASE'])(
  'does not send %s again to whoever has it',
  async (subject) => {
    const path = subject.replace('CASE', ids[5] as string);
    const etag = (await service.get(path)).headers.get('etag') as string;
    const again = await service.get(path, { 'if-none-match': etag });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
  },
);

describe('a case', () => {
  it('is not sent again to whoever has it, and is where the day differs', async () => {
    const path = `/v1/cases/${ids[5]}`;
    const first = await service.get(path);
    const etag = first.headers.get('etag') as string;
    const second = await service.get(path, { 'if-none-match': `"x", W/${etag}` });
    expect([second.status, second.text, second.headers.get('etag')]).toEqual([304, '', etag]);
    expect(second.headers.get('content-type')).toBeNull();
    expect((await service.get(`${path}?asOf=2025-02-01`, { 'if-none-match': etag })).status).toBe(200);
  });

  it('has its periods and its history with what each event changed', async () => {
    const { body } = await service.get(`/v1/cases/${ids[5]}`);
    expect(body['periods'].map((p: Loose) => [p['from'], p['standing'].custody])).toEqual([
      [null, 'unknown'],
      ['2024-06-01', 'detained'],
      ['2024-08-01', 'detained'],
      ['2025-03-01', 'free'],
    ]);
    const history = await service.get(`/v1/cases/${ids[5]}/history?limit=2&after=0`);
    expect(history.body['items']).toHaveLength(2);
    const link = /<([^>]+)>/.exec(history.headers.get('link') ?? '')?.[1] as string;
    // The next page is as of the same position.
    expect(new URLSearchParams(link.split('?')[1]).get('knownAt')).toBe(`position:${history.body['position']}`);
    const rest = await service.get(link);
    expect(rest.body['items'].map((e: Loose) => e['event'].type)).toEqual(['recognised', 'released']);
    expect(rest.body['items'][1].changes).toContainEqual({
      axis: 'custody',
      from: '2025-03-01',
      to: null,
      before: ['detained'],
      after: ['free'],
    });
  });

  it('is found by its reference, on a list or not', async () => {
    expect(caseIds(await service.get('/v1/cases?reference=union:AZ-6'))).toEqual([ids[5]]);
    expect(caseIds(await service.get('/v1/cases?reference=union:AZ-99'))).toEqual([]);
    expect((await service.get('/v1/cases')).body['total']).toEqual({ yes: 7, uncertain: 0 });
  });
});

describe('the register as a whole', () => {
  it('counts by category, with zeros, and by reason of exit', async () => {
    const byCategory = await service.get('/v1/counts?list=union&by=category&asOf=2025-04-15');
    expect(byCategory.body['groups']).toEqual([
      { key: 'believers', yes: 3, uncertain: 1 },
      { key: 'journalists', yes: 2, uncertain: 0 },
    ]);
    const exits = await service.get('/v1/counts?list=union&by=exit-reason&from=2024-12-31&to=2026-01-05');
    expect(exits.body).toMatchObject({
      total: 2,
      groups: [
        { key: 'bail', count: 1 },
        { key: 'health', count: 1 },
      ],
    });
    const movements = await service.get('/v1/lists/union/movements?from=2024-12-31&to=2026-01-05&category=journalists');
    expect([movements.body['opening'], movements.body['entered'].length, movements.body['left'].length]).toEqual([
      3, 0, 1,
    ]);
  });

  it('tells its whole history in pages', async () => {
    const seen: number[] = [];
    let next: string | null = '/v1/history?limit=7';
    while (next !== null) {
      const page: HttpReply = await service.get(next);
      seen.push(...(page.body['items'] as Loose[]).map((e) => e['position'] as number));
      next = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1] ?? null;
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
    const types = await service.get('/v1/history?type=released&type=list-defined');
    expect(types.body['items'].map((e: Loose) => e['event'].type)).toEqual(['list-defined', 'released', 'released']);
  });

  it('gives the log as lines, all of it or a part', async () => {
    const all = await service.get('/v1/events');
    expect(all.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const lines = all.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Loose);
    const stored = await service.storedEvents();
    expect(lines.map((e) => [e['position'], e['id'], e['stream']])).toEqual(
      stored.map((e) => [e.position, e.id, e.stream]),
    );
    const some = await service.get('/v1/events?type=arrested&after=10&limit=3');
    const positions = some.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Loose);
    expect(positions.map((e) => e['event'].type)).toEqual(['arrested', 'arrested', 'arrested']);
    expect(positions.every((e) => e['position'] > 10)).toBe(true);
    expect((await service.get(`/v1/events?after=${String(stored.length)}`)).text).toBe('');
  });

  it.each([
    '/v1/lists/union',
    '/v1/events',
    '/v1/events?after=x',
    '/v1/cases/unknown',
    '/v1/nothing',
    '/v1/lists/union/members.csv',
    '/v1/lists/union/members.xlsx',
    '/v1/statistics/daily/table.csv?list=union&from=2025-01-01&to=2025-02-01',
    '/v1/openapi.json',
    '/health/ready',
  ])('answers HEAD as GET without its body: %s', async (path) => {
    const got = await service.get(path);
    const { status, text, headers } = await service.request(path, { method: 'HEAD' });
    expect([status, text]).toEqual([got.status, '']);
    expect(lasting(headers)).toEqual(lasting(got.headers));
  });

  it('answers HEAD as GET where the reader has the answer already', async () => {
    const etag = (await service.get('/v1/lists/union')).headers.get('etag')!;
    const headers = { 'if-none-match': etag };
    const got = await service.get('/v1/lists/union', headers);
    const head = await service.request('/v1/lists/union', { method: 'HEAD', headers });
    expect([got.status, head.status]).toEqual([304, 304]);
    expect(lasting(head.headers)).toEqual(lasting(got.headers));
  });
});

describe('an id in capital letters', () => {
  const upper = (id: string): string => id.toUpperCase();

  it('is the same id in every path', async () => {
    const id = ids[0]!;
    for (const path of ['/v1/cases/ID', '/v1/cases/ID/history', '/v1/history?limit=1']) {
      const got = await service.get(path.replace('ID', id));
      const again = await service.get(path.replace('ID', upper(id)));
      expect([got.status, again.text]).toEqual([200, got.text]);
    }
    const event = (await service.storedEvents()).at(-1)!.id;
    const got = await service.get(`/v1/events/${event}`);
    expect([got.status, (await service.get(`/v1/events/${upper(event)}`)).text]).toEqual([200, got.text]);
  });

  it('is the same id in bodies, and stored in lower case', async () => {
    const opened = await service.post('/v1/cases', { names: [latinName('Tural Sınaqov')], ...WITH_SOURCES });
    const id = String(opened.body['subject'].id);
    const path = `/v1/cases/${upper(id)}/events`;
    const key = { 'idempotency-key': 'upper-1' };
    const arrested = { type: 'arrested', occurredOn: '2024-01-01', ...WITH_SOURCES };
    const first = await service.post(path, arrested, key);
    const event = String(first.body['events'][0]);
    expect(first.body).toMatchObject({ revision: 1, subject: { id } });
    expect((await service.post(path.replace(upper(id), id), arrested, key)).body['events']).toEqual([event]);
    const tried = { type: 'tried', occurredOn: '2024-05', after: upper(event), ...WITH_SOURCES };
    const rows = await service.post('/v1/events', [{ ...tried, case: { id: upper(id) } }]);
    expect(rows.body['items'][0]).toMatchObject({ status: 201 });
    const corrected = { type: 'corrected', event: upper(event), data: { occurredOn: '2024-01-02' }, ...WITH_SOURCES };
    expect((await service.post(path, corrected)).status).toBe(201);
    const merged = { type: 'merged', into: upper(ids[1]!), reason: 'one person', ...WITH_SOURCES };
    last = await service.post(path, merged);
    expect(last.status).toBe(201);
    expect((await service.storedEvents()).slice(-3).map(({ event: recorded }) => recorded)).toMatchObject([
      { type: 'tried', after: event },
      { type: 'corrected', event },
      { type: 'merged', into: ids[1] },
    ]);
  });
});

it('answers the same after the read models were deleted', async () => {
  const questions = [
    '/v1/lists/union/members?limit=3',
    `/v1/cases/${ids[5]}`,
    '/v1/history',
    '/v1/counts?list=union&by=custody',
  ];
  const before = await Promise.all(questions.map(async (q) => (await service.getAfter(last, q)).text));
  await service.stop();
  const { readdirSync, rmSync } = await import('node:fs');
  for (const file of readdirSync(service.data)) if (file.startsWith('read-models')) rmSync(`${service.data}/${file}`);
  await service.restart();
  const after = await Promise.all(questions.map(async (q) => (await service.getAfter(last, q)).text));
  expect(after).toEqual(before);
});

// Last, since it writes.
describe('two lists over the same people', () => {
  it('judge them each by its own policy, categories and criteria, and publish editions of their own', async () => {
    await service.post('/v1/lists', { id: 'second', name: { en: 'Second' }, ...WITH_SOURCES });
    for (const event of [
      { type: 'category-defined', category: 'believers', name: { en: 'Believers' } },
      { type: 'policy-set', from: '2024-01-01', custody: ['house-arrest'], paceRequired: true },
    ])
      await service.post('/v1/lists/second/events', { ...event, ...WITH_SOURCES });
    const path = `/v1/cases/${ids[0]}`;
    const recognised = {
      type: 'recognised',
      occurredOn: '2024-09-01',
      list: 'second',
      category: 'believers',
      ...WITH_SOURCES,
    };
    const refused = await service.post(`${path}/events`, recognised);
    expect(refused.body['findings'][0].code).toBe('RECOGNITION.CRITERIA_REQUIRED');
    const criteria = [{ letter: 'e', rationale: 'the court heard no witness' }];
    await service.post(`${path}/events`, { ...recognised, criteria });
    const moved = { type: 'remanded', occurredOn: '2024-10-01', measure: 'house-arrest', ...WITH_SOURCES };
    const written = await service.post(`${path}/events`, moved);
    const listsOn = async (asOf: string) =>
      ((await service.getAfter(written, `${path}?asOf=${asOf}`)).body['lists'] as Loose[]).map(
        ({ list, onList, policy, judgments: [{ category, criteria: named }] }) => [
          list,
          onList,
          policy.custody,
          category,
          named,
        ],
      );
    const usual = ['detained', 'remand', 'imprisoned', 'medical-custody'];
    expect(await listsOn('2024-09-15')).toEqual([
      ['second', 'no', ['house-arrest'], 'believers', criteria],
      ['union', 'yes', usual, 'believers', []],
    ]);
    expect(await listsOn('2024-10-15')).toEqual([
      ['second', 'yes', ['house-arrest'], 'believers', criteria],
      ['union', 'no', usual, 'believers', []],
    ]);
    const totals = await Promise.all(
      ['union', 'second'].map(async (list) => {
        await service.post(`/v1/lists/${list}/editions`, { id: 'one', asOf: '2024-09-15' });
        const next = await service.post(`/v1/lists/${list}/editions`, { id: 'two', asOf: '2024-10-15' });
        const { total, flow } = (await service.getAfter(next, `/v1/lists/${list}/editions/two`)).body;
        return [list, total, flow.opening, flow.entered, flow.left] as const;
      }),
    );
    expect(totals).toEqual([
      ['union', 6, 7, 0, { 'house-arrest': 1 }],
      ['second', 1, 0, 1, {}],
    ]);
  });
});
