/** Statistics over HTTP, of the demonstration. */
import { readFileSync } from 'node:fs';
import { copyDemonstration } from '../support/demonstration.js';
import { fixture } from '../register-files/real-register.js';
import { Service, WITH_SOURCES, type Loose } from '../support/service.js';

const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Loose;

let service: Service;
beforeAll(async () => {
  service = await Service.start({}, {}, copyDemonstration);
  // Answered once the read models are built.
  await service.get('/v1/lists/union/members?limit=1');
});
afterAll(() => service.remove());

const statistic = async (name: string, query = ''): Promise<Loose> => {
  const reply = await service.get(`/v1/statistics/${name}?list=union${query}`);
  expect([name, reply.status, reply.text.slice(0, 300)]).toEqual([name, 200, reply.text.slice(0, 300)]);
  return reply.body;
};
const numbers = (table: Loose, column = 'people'): Readonly<Record<string, number>> => {
  const at = (table['columns'] as string[]).indexOf(column);
  return Object.fromEntries(
    (table['rows'] as string[]).map((row, index) => [row, table['cells'][index][at] as number]),
  );
};
const sum = (table: Loose, column?: string): number => Object.values(numbers(table, column)).reduce((a, b) => a + b, 0);

const ON = '&asOf=2026-01-05';

test('the people on the list by category and stage are those of the published numbers', async () => {
  const table = await statistic('stage-by-category', ON);
  const { convicted, awaitingJudgment } = expected['heldOn2026-01-05ByStage'] as Loose;
  expect(table).toMatchObject({
    list: 'union',
    asOf: '2026-01-05',
    rowsAre: 'category',
    columnsAre: 'stage',
    marks: [],
  });
  expect([sum(table, 'convicted'), sum(table, 'awaiting-judgment')]).toEqual([convicted, awaitingJudgment]);
  const together = Object.fromEntries(
    (table['rows'] as string[]).map((row, at) => [row, (table['cells'][at] as number[]).reduce((a, b) => a + b, 0)]),
  );
  expect(together).toEqual(expected['asOf2026-01-05']['groups']);
  expect(table['uncertain'].flat()).toEqual(table['cells'].flat().map(() => 0));
});

test('the act reached believers only, and nobody of the affair of Soyudlu; zeros stand there', async () => {
  const categories = await statistic('category-by-instrument', ON);
  const reached = Object.entries(numbers(categories, 'amnesty-2025')).filter(([, people]) => people > 0);
  expect(reached).toEqual([['believers', expected['asOf2026-01-05']['amnestied']]]);
  expect(categories['rows']).toHaveLength(12);
  expect(numbers(await statistic('category-by-instrument', '&asOf=2025-12-21'), 'amnesty-2025')['believers']).toBe(0);
  const incidents = await statistic('incident-by-instrument', ON);
  expect(numbers(incidents, 'amnesty-2025')).toMatchObject({ 'soyudlu-2023': 0, unknown: 52 });
  expect(numbers(await statistic('days-to-release', ON), 'amnesty-2025')).toMatchObject({ '0': 52, 'not-released': 0 });
  const filtered = await statistic('category-by-instrument', `${ON}&category=journalists-and-bloggers`);
  expect(sum(filtered, 'amnesty-2025')).toBe(0);
});

test('time left, time held and gravity count everybody on the list once', async () => {
  for (const name of ['time-left', 'time-held', 'gravity']) expect(sum(await statistic(name, ON))).toBe(367);
  const drugs = await statistic('gravity', '&asOf=2025-10-07&article=234&stage=convicted');
  expect(sum(drugs)).toBe(expected['convictedOfDrugsOn2025-10-07']);
  expect(numbers(drugs)['not-convicted']).toBe(0);
});

test('a series has every published edition, one number a day, and is marked with the dates of the act', async () => {
  const series = await statistic('daily', '&from=2023-04-20&to=2026-01-05');
  const byDay = numbers(series);
  for (const [date, { total }] of Object.entries(expected['editions'] as Record<string, { total: number }>))
    expect([date, byDay[date]]).toEqual([date, total]);
  expect(series['rows']).toHaveLength(992);
  expect(series['marks']).toContainEqual({
    day: '2025-12-22',
    kind: 'instrument',
    id: 'amnesty-2025',
    what: 'inForce',
  });
  expect(series['marks']).toContainEqual({
    ...{ day: '2023-05-27', kind: 'instrument', id: 'pardon-2023-05-27', what: 'issued' },
  });
  const year = await statistic('daily', ON);
  expect(year).toMatchObject({ from: '2025-01-05', asOf: '2026-01-05', set: 'certain' });
});

test('who came and left each month adds up to the difference', async () => {
  const flows = await statistic('entries-and-exits', '&from=2025-10-07&to=2026-01-05');
  expect(flows['rows']).toEqual(['2025-10', '2025-11', '2025-12', '2026-01']);
  expect(numbers(flows, 'left:amnesty')).toEqual({ '2025-10': 0, '2025-11': 0, '2025-12': 29, '2026-01': 23 });
  expect(sum(flows, 'entered:recognised')).toBe(expected['asOf2026-01-05']['arrestedAfterLastEdition']);
});

test('an edition marks the series from its publication on', async () => {
  const published = await service.post('/v1/lists/union/editions', {
    id: 'third',
    asOf: '2025-12-31',
    ...WITH_SOURCES,
  });
  if (published.status !== 201) throw new Error(published.text);
  const at = `&atLeast=${encodeURIComponent(String(published.body['token']))}`;
  const marks = (await statistic('daily', `&from=2025-12-20&to=2026-01-05${at}`))['marks'] as Loose[];
  expect(marks.filter(({ kind }) => kind === 'edition')).toEqual([
    { day: '2025-12-31', kind: 'edition', id: 'third', what: 'asOf' },
  ]);
  const before = await statistic('daily', `&from=2025-12-20&to=2026-01-05&knownAt=position:100`);
  expect(before['marks']).not.toContainEqual(expect.objectContaining({ kind: 'edition' }));
});

test('as CSV, a row a line', async () => {
  const reply = await service.get(
    `/v1/statistics/category-by-instrument/table.csv?list=union${ON}&separator=semicolon`,
  );
  expect(reply.headers.get('content-disposition')).toBe(
    'attachment; filename="category-by-instrument-union-2026-01-05.csv"',
  );
  const lines = reply.text.replace(/^\ufeff/, '').split('\r\n');
  expect(lines.slice(0, 2)).toEqual(['category;amnesty-2025;pardon-2023-05-27', 'journalists-and-bloggers;0;1']);
  expect(lines).toContain('believers;52;1');
});

test('people of whom it is not certain stand apart', async () => {
  const opened = await service.post('/v1/cases', {
    names: [{ text: 'Bəlkə Sınaqov', script: 'Latn', language: 'az', kind: 'full' }],
    ...WITH_SOURCES,
  });
  const path = `${opened.headers.get('location')}/events`;
  await service.post(path, { type: 'arrested', occurredOn: '2025-12', ...WITH_SOURCES });
  const recognised = { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2026-01' };
  const last = await service.post(path, { ...recognised, ...WITH_SOURCES });
  const at = `&atLeast=${encodeURIComponent(String(last.body['token']))}`;
  const table = await statistic('stage-by-category', `${ON}${at}`);
  const row = (table['rows'] as string[]).indexOf('believers');
  expect(table['uncertain'][row]).toEqual([0, 1]);
  const only = await statistic('stage-by-category', `${ON}&certainty=uncertain`);
  expect(
    [only['cells'].flat(), only['uncertain'].flat()].map((all: number[]) => all.reduce((a, b) => a + b, 0)),
  ).toEqual([0, 1]);
  const csv = await service.get(`/v1/statistics/stage-by-category/table.csv?list=union${ON}`);
  expect(csv.text).toContain(
    'category,convicted,convicted (uncertain),awaiting-judgment,awaiting-judgment (uncertain)',
  );
});

test.each([
  ['/v1/statistics/mood?list=union', 404, undefined],
  ['/v1/statistics/mood/table.csv?list=union', 404, undefined],
  ['/v1/statistics/daily?list=nobodys', 404, undefined],
  ['/v1/statistics/gravity?list=nobodys', 404, undefined],
  ['/v1/statistics/daily', 400, 'FIELD.MISSING list'],
  ['/v1/statistics/gravity?list=union&from=2025-01-01', 400, 'PARAMETER.NEEDS from'],
  ['/v1/statistics/gravity?list=union&set=possible', 400, 'PARAMETER.NEEDS set'],
  ['/v1/statistics/daily?list=union&stage=convicted', 400, 'PARAMETER.NEEDS stage'],
  ['/v1/statistics/daily?list=union&from=2025-01-02&to=2025-01-01', 400, 'PARAMETER.NEEDS from'],
  ['/v1/statistics/daily?list=union&to=2025-01-02&asOf=2025-01-01', 400, 'PARAMETER.NEEDS to'],
  ['/v1/statistics/daily?list=union&from=2000-01-01&to=2026-01-01', 400, 'SPAN.TOO_LONG from'],
])('%s is refused', async (path, status, error) => {
  const reply = await service.get(path);
  const [first] = (reply.body['errors'] ?? []) as Loose[];
  expect([reply.status, first && `${first['code']} ${first['parameter'] ?? ''}`]).toEqual([status, error]);
});
