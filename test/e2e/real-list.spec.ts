/** A list shaped like a real one, imported by the command line: how the REST interface shows unknown facts. */
import { join } from 'node:path';
import { runCli } from '../support/command-line.js';
import { Service, type Loose } from '../support/service.js';

const file = (name: string): string => join(import.meta.dirname, '../fixtures/real-list', name);

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await service.stop();
  const into = (list: string, ...names: readonly string[]) =>
    runCli(['import', '--data', service.data, '--list', list, ...names.map(file)]);
  for (const answer of [
    await into('defenders', 'definitions.json', 'people.csv', 'events.csv'),
    await into('monitor', 'second-list.csv'),
  ])
    expect(answer).toMatchObject({ code: 0 });
  await service.restart();
}, 120_000);
afterAll(() => service.remove());

const caseAt = async (list: string, reference: string): Promise<Loose> => {
  const { body } = await service.get(`/v1/cases?reference=${encodeURIComponent(`${list}:${reference}`)}`);
  expect(body['items']).toHaveLength(1);
  return (await service.get(`/v1/cases/${String(body['items'][0].caseId)}`)).body;
};

it('a sentence of unknown term runs on or is over, and nobody is told to be held past its end', async () => {
  const body = await caseAt('defenders', 'D-039');
  expect(body['standings'].map((one: Loose) => [one['custody'], one['sentence'], one['sentenceEnd'].latest])).toEqual([
    ['imprisoned', 'active', null],
    ['imprisoned', 'completed', null],
  ]);
  expect(body['heldPastEnd']).toBe(false);
});

it('a conviction on a day that nobody knows is uncertain within its days and certain behind them', async () => {
  const body = await caseAt('defenders', 'D-049');
  expect(body['standings']).toMatchObject([{ custody: 'imprisoned', life: true, sentence: 'active' }]);
  const events = await service.get(`/v1/cases/${String(body['id'])}/history`);
  const convicted = events.body['items']
    .map((item: Loose) => item['event'])
    .find((one: Loose) => one['type'] === 'convicted');
  expect(convicted).toMatchObject({
    occurredOn: expect.stringMatching(/^1993-..-01\/2025-10-07$/),
    articles: [
      { code: 'AZ-OCC', article: '70-2' },
      { code: 'AZ-OCC', article: '94', generalPart: '15' },
    ],
  });
  const within = await service.get(`/v1/cases/${String(body['id'])}?asOf=2020-01-01`);
  expect(within.body['standings'].map((one: Loose) => one['custody']).sort()).toEqual(['detained', 'imprisoned']);
});

it('two lists name one case', async () => {
  const [first, second] = [await caseAt('defenders', 'D-001'), await caseAt('monitor', 'M/01')];
  expect(second['id']).toBe(first['id']);
  expect(first['references']).toEqual([
    { list: 'defenders', reference: 'D-001' },
    { list: 'monitor', reference: 'M/01' },
  ]);
});

it.each([
  ['220', 12],
  ['28/220.1', 12],
  ['AZ-OCC 70-2', 8],
  ['70-2', 0],
])('article %s finds %i of the list', async (article, count) => {
  const { body } = await service.get(`/v1/lists/defenders/members?article=${encodeURIComponent(article)}`);
  expect(body['total']).toEqual({ yes: count, uncertain: 0 });
});

it('whoever is on a list is counted once in it', async () => {
  const { body } = await service.get('/v1/lists/defenders/members?limit=200');
  expect(body['total']).toEqual({ yes: 76, uncertain: 0 });
});
