/** Clauses of an instrument and whom they reach, over HTTP. */
import { createListAndAct, latinName, Service, WITH_SOURCES, type HttpReply, type Loose } from '../support/service.js';

let service: Service;
let last: HttpReply;

const ACT = '/v1/instruments/amnesty-2025';
const clause = (version: string, conditions: readonly object[], more: object = {}) => ({
  type: 'clause-set',
  clause: 'drugs',
  version,
  conditions,
  effect: 'released-from-imprisonment',
  ...WITH_SOURCES,
  ...more,
});
const drugs = (measured: string) => [
  { category: { list: 'union', in: ['believers'] } },
  { stage: { in: ['convicted'] } },
  { articles: { anyOf: ['234'] } },
  { remaining: { lessThan: 'P6M', measured } },
];
const report = (body: object) => service.post(`${ACT}/events`, body);

/** Convicted of drugs to three years from a day; the third is only perhaps near enough to the end. */
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  for (const [index, from] of ['2023-05-10', '2023-08-10', '2023-08', '2023-12-10'].entries()) {
    const references = [{ list: 'union', reference: `AZ-${index}` }];
    const { headers } = await service.post('/v1/cases', {
      names: [latinName(`=${'ABCD'[index]}bbas Nümunəyev`)],
      references,
      ...WITH_SOURCES,
    });
    const to = `${headers.get('location')}/events`;
    const add = (body: object) => service.post(to, { ...body, ...WITH_SOURCES });
    await add({ type: 'arrested', occurredOn: from });
    await add({
      type: 'convicted',
      occurredOn: '2024-02-01',
      articles: [{ article: '234', part: '4.3' }],
      sentence: { kind: 'imprisonment', term: 'P3Y' },
    });
    last = await add({ type: 'recognised', occurredOn: '2024-08-01', list: 'union', category: 'believers' });
  }
  for (const [version, measured] of [
    ['in-force', 'at-in-force'],
    ['rolling', 'rolling'],
  ] as const)
    last = await report(clause(version, drugs(measured)));
  await service.getAfter(last, '/v1/cases');
});
afterAll(() => service.remove());

const verdicts = ({ body }: HttpReply) =>
  Object.fromEntries(
    (body['items'] as Loose[]).map((item) => [
      item['references'][0].reference,
      `${item['verdict']} ${item['firstDay']}`,
    ]),
  );

it('shows both versions of a clause, each with its source', async () => {
  const { body } = await service.get(ACT);
  expect(body['clauseVersions'].map((one: Loose) => [one['version'], one['sources'].length])).toEqual([
    ['in-force', 1],
    ['rolling', 1],
  ]);
  expect(body['daysLeft']).toBe(107);
});

it('answers on a day, with the reasons of each', async () => {
  const { body } = await service.get(`${ACT}/eligibility?list=union&clause=drugs@rolling&on=2026-02-11`);
  expect(body).toMatchObject({
    instrument: 'amnesty-2025',
    clauses: ['drugs@rolling'],
    list: 'union',
    listDay: '2025-12-21',
    from: '2026-02-11',
    to: '2026-02-11',
    total: { eligible: 2, possibly: 1, not: 1 },
    next: null,
  });
  expect(body['assumptions']).toContain('no judgment, transfer or release after 2025-12-21');
  expect(body['items'][2]).toMatchObject({
    verdict: 'possibly',
    clause: 'drugs@rolling',
    conditions: [
      { code: 'listed', verdict: 'yes', saw: ['imprisoned'] },
      { code: 'category', verdict: 'yes', saw: ['believers'] },
      { code: 'stage', verdict: 'yes', saw: ['convicted'] },
      { code: 'articles', verdict: 'yes', saw: ['234.4.3'] },
      { code: 'remaining', verdict: 'possibly', saw: ['2026-08-01/2026-08-31'] },
    ],
  });
});

it('runs forward: the first day of each, page by page', async () => {
  const path = `${ACT}/eligibility?list=union&clause=drugs@rolling&from=2025-12-22&to=2026-04-22`;
  const all = {
    'AZ-0': 'eligible 2025-12-22',
    'AZ-1': 'eligible 2026-02-11',
    'AZ-2': 'eligible 2026-03-01',
    'AZ-3': 'not null',
  };
  expect(verdicts(await service.get(path))).toEqual(all);
  let found = {};
  for (let next: string | null = `${path}&limit=3`; next !== null;) {
    const page: HttpReply = await service.get(next);
    found = { ...found, ...verdicts(page) };
    next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? null;
  }
  expect(found).toEqual(all);
  expect(verdicts(await service.get(`${path}&verdict=not`))).toEqual({ 'AZ-3': 'not null' });
});

it('keeps an answer until something is recorded, and gives the answer of before as known before', async () => {
  const path = `${ACT}/eligibility?list=union&clause=drugs@in-force&on=2026-01-05`;
  const before = await service.get(path);
  expect((await service.get(path)).text).toBe(before.text);
  const { items, position } = before.body as { items: Loose[]; position: number };
  const died = await service.post(`/v1/cases/${items[0]!['caseId']}/events`, {
    type: 'died',
    occurredOn: '2025-12-01',
    ...WITH_SOURCES,
  });
  await service.getAfter(died, '/v1/cases');
  expect((await service.get(path)).body['total']).toEqual({ eligible: 0, possibly: 0, not: 3 });
  const then = await service.get(`${path}&knownAt=position:${position}`);
  expect(then.body['items']).toEqual(items);
});

it('is written as CSV, without formulas', async () => {
  const { text, headers } = await service.get(`${ACT}/eligibility.csv?list=union&clause=drugs@rolling&on=2026-02-11`);
  const lines = text.trim().split('\r\n');
  expect(lines[0]).toBe('ref,name,verdict,first_day,clause,conditions,case');
  expect(lines[1]).toContain("'=Bbbas Nümunəyev,eligible,2026-02-11,drugs@rolling,");
  expect(headers.get('content-disposition')).toContain('amnesty-2025-union-2026-02-11.csv');
  expect(headers.get('habeas-as-of')).toBe('2026-02-11');
});

describe('bad input', () => {
  const problemOf = ({ status, body }: HttpReply) => [
    status,
    body['code'],
    ...((body['errors'] ?? body['findings'] ?? []) as Loose[]).map((one) =>
      `${one['code']} ${one['pointer'] ?? one['parameter'] ?? ''}`.trim(),
    ),
  ];

  it.each<[string, object, readonly unknown[]]>([
    [
      'a condition about two things',
      clause('x', [{ sex: { in: ['f'] }, term: { atMost: 'P1Y' } }]),
      [400, 'REQUEST.INVALID', 'CONDITION.NOT_ONE /conditions/0'],
    ],
    ['a condition about nothing', clause('x', [{}]), [400, 'REQUEST.INVALID', 'CONDITION.NOT_ONE /conditions/0']],
    [
      'a condition that says nothing',
      clause('x', [{ age: { measured: 'rolling' } }]),
      [400, 'REQUEST.INVALID', 'CONDITION.EMPTY /conditions/0/age'],
    ],
    ['no conditions', clause('x', []), [400, 'REQUEST.INVALID', 'ARRAY.LENGTH /conditions']],
    [
      'a share beyond the whole',
      clause('x', [{ served: { atLeastShare: '3/2' } }]),
      [400, 'REQUEST.INVALID', 'TEXT.FORM /conditions/0/served/atLeastShare'],
    ],
    [
      'an effect without its term',
      clause('x', drugs('rolling'), { effect: 'term-reduced' }),
      [400, 'REQUEST.INVALID', 'CLEMENCY.REDUCTION_MISSING /reducedBy'],
    ],
    [
      'a clause that contradicts itself',
      clause('x', [{ gravity: { atLeast: 'serious' } }, { gravity: { atMost: 'minor' } }]),
      [422, 'EVENT.REFUSED', 'CLAUSE.CONTRADICTS_ITSELF'],
    ],
    [
      'an unknown list',
      clause('x', [{ category: { list: 'nowhere', in: ['believers'] } }]),
      [422, 'EVENT.REFUSED', 'LIST.UNKNOWN'],
    ],
    [
      'an unknown category',
      clause('x', [{ category: { list: 'union', in: ['nobody'] } }]),
      [422, 'EVENT.REFUSED', 'CATEGORY.UNKNOWN'],
    ],
    ['a version that stands', clause('rolling', drugs('rolling')), [422, 'EVENT.REFUSED', 'CLAUSE.VERSION_TAKEN']],
    [
      'a version that does not stand',
      { type: 'clause-withdrawn', clause: 'drugs', version: 'x', reason: 'x', ...WITH_SOURCES },
      [422, 'EVENT.REFUSED', 'CLAUSE.VERSION_UNKNOWN'],
    ],
    [
      'a window that ends before it begins',
      { type: 'instrument-amended', windowEnd: '2025-12-01', ...WITH_SOURCES },
      [422, 'EVENT.REFUSED', 'INSTRUMENT.DATES_CONTRADICT'],
    ],
    [
      'an amendment of nothing',
      { type: 'instrument-amended', ...WITH_SOURCES },
      [400, 'REQUEST.INVALID', 'AMENDMENT.EMPTY'],
    ],
  ])('%s is refused', async (_, body, expected) => {
    expect(problemOf(await report(body))).toEqual(expected);
  });

  it.each<[string, string, readonly unknown[]]>([
    ['no list', 'on=2026-01-05', [400, 'REQUEST.INVALID', 'FIELD.MISSING list']],
    ['an unknown list', 'list=nowhere&clause=drugs@rolling', [404, 'SUBJECT.UNKNOWN']],
    ['an unknown clause', 'list=union&clause=other', [400, 'REQUEST.INVALID', 'CLAUSE.UNKNOWN clause']],
    ['a clause of two versions', 'list=union&clause=drugs', [400, 'REQUEST.INVALID', 'CLAUSE.AMBIGUOUS clause']],
    ['all clauses, one of two versions', 'list=union', [400, 'REQUEST.INVALID', 'CLAUSE.AMBIGUOUS clause']],
    ['a clause of no form', 'list=union&clause=Drugs', [400, 'REQUEST.INVALID', 'TEXT.FORM clause']],
    [
      'a range that ends before it begins',
      'list=union&clause=drugs@rolling&from=2026-01-05&to=2026-01-04',
      [400, 'REQUEST.INVALID', 'PARAMETER.NEEDS to'],
    ],
    [
      'half a range',
      'list=union&clause=drugs@rolling&from=2026-01-05',
      [400, 'REQUEST.INVALID', 'PARAMETER.NEEDS from'],
    ],
    [
      'a day and a range',
      'list=union&clause=drugs@rolling&from=2026-01-05&to=2026-01-06&on=2026-01-05',
      [400, 'REQUEST.INVALID', 'PARAMETER.NEEDS on'],
    ],
    [
      'a range of ten years',
      'list=union&clause=drugs@rolling&from=2026-01-05&to=2036-01-05',
      [400, 'REQUEST.INVALID', 'SPAN.TOO_LONG to'],
    ],
    [
      'a mark of another question',
      'list=union&clause=drugs@rolling&after=x',
      [400, 'REQUEST.INVALID', 'CURSOR.FOREIGN after'],
    ],
  ])('a question with %s is refused', async (_, query, expected) => {
    expect(problemOf(await service.get(`${ACT}/eligibility?${query}`))).toEqual(expected);
  });

  it('a question to an instrument without its day in force needs the day of the list', async () => {
    const registered = await service.post('/v1/instruments', { id: 'undated', kind: 'amnesty-act', ...WITH_SOURCES });
    expect(registered.status).toBe(201);
    const set = await service.post('/v1/instruments/undated/events', clause('1', drugs('rolling')));
    const path = '/v1/instruments/undated/eligibility?list=union';
    expect(problemOf(await service.getAfter(set, path))).toEqual([400, 'REQUEST.INVALID', 'INSTRUMENT.UNDATED id']);
    expect((await service.get(`${path}&listDay=2025-12-21`)).status).toBe(200);
    expect((await service.get('/v1/instruments/nothing/eligibility?list=union')).status).toBe(404);
  });
});
