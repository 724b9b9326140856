/** Search by name over HTTP: ranked pages, and names that nobody has. */
import { latinName, WITH_SOURCES, Service, type HttpReply, type Loose } from '../support/service.js';

let service: Service;

beforeAll(async () => {
  service = await Service.start();
  let last: HttpReply | null = null;
  for (const name of ['Elşən Ramiz oğlu Həsənov', 'Elşən Həsənli', 'Sevinc Kərimli'])
    last = await service.post('/v1/cases', { names: [latinName(name)], ...WITH_SOURCES });
  if (last !== null) await service.getAfter(last, '/v1/cases');
});
afterAll(() => service.remove());

const search = (name: string, more = '') => service.get(`/v1/cases?name=${encodeURIComponent(name)}${more}`);

it('ranks the best match first, and says how it matched', async () => {
  const { status, body } = await search('Гасанов Эльшан');
  expect(status).toBe(200);
  expect(body).toMatchObject({ total: { yes: 2, uncertain: 0 }, isTruncated: false, next: null });
  expect((body['items'] as Loose[]).map(({ name, match }) => [name, match])).toEqual([
    [
      'Elşən Ramiz oğlu Həsənov',
      { text: 'Elşən Ramiz oğlu Həsənov', score: 0.957, why: ['other-spelling', 'other-order', 'partial'] },
    ],
    ['Elşən Həsənli', { text: 'Elşən Həsənli', score: 0.833, why: ['other-order', 'other-ending'] }],
  ]);
  const first = await search('Hasanov', '&limit=1');
  const second = await search('Hasanov', `&limit=1&after=${encodeURIComponent(String(first.body['next']))}`);
  expect([first, second].map((page) => page.body['items'][0].name)).toEqual([
    'Elşən Ramiz oğlu Həsənov',
    'Elşən Həsənli',
  ]);
});

it.each([
  ['', 'TEXT.EMPTY'],
  ['a', 'TEXT.FORM'],
  ['* " OR', null],
  ["Hasanov' OR 1=1 --", null],
  ['keys:a* NEAR(b c)', null],
  ['%_()^{}', 'TEXT.FORM'],
  ['a'.repeat(201), 'TEXT.TOO_LONG'],
  ['a'.repeat(10_000), 'TEXT.TOO_LONG'],
  ['H\u0430san\u043ev', null],
  ['\u200fHasanov', 'TEXT.CHARACTERS'],
  ['12345', null],
])('answers or refuses %j: %s', async (name, code) => {
  const { status, body } = await search(name);
  expect([status, body['code'] ?? null, (body['errors'] as Loose[] | undefined)?.[0]?.['code'] ?? null]).toEqual(
    code === null ? [200, null, null] : [400, 'REQUEST.INVALID', code],
  );
});

it('has no order but that of the matches', async () => {
  const { status, body } = await search('Hasanov', '&sort=name');
  expect([status, body['errors'][0]]).toMatchObject([400, { code: 'PARAMETER.NEEDS', parameter: 'sort' }]);
});

it('finds words of the summary too, which have no order of their own either, and are not asked for with a name', async () => {
  const opened = await service.post('/v1/cases', {
    names: [latinName('Aysel Quliyeva')],
    summary: 'Jurnalist, aclıq aksiyası keçirib.',
    ...WITH_SOURCES,
  });
  await service.getAfter(opened, '/v1/cases');
  const words = `/v1/cases?words=${encodeURIComponent('аджлыг журналист')}`;
  expect((await service.get(words)).body).toMatchObject({
    items: [{ name: 'Aysel Quliyeva', match: { why: ['summary'] } }],
  });
  for (const [more, parameter] of [
    ['&sort=name', 'sort'],
    ['&name=Quliyeva', 'words'],
  ] as const) {
    const { status, body } = await service.get(words + more);
    expect([status, body['errors'][0]]).toMatchObject([400, { code: 'PARAMETER.NEEDS', parameter }]);
  }
});
