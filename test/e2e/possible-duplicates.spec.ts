/** Opening a case of somebody who may have one. */
import { latinName, WITH_SOURCES, Service, type HttpReply, type Loose } from '../support/service.js';
import { until } from '../support/until.js';

let service: Service;
let first: HttpReply;

const open = (text: string, more: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  service.post('/v1/cases', { names: [name(text)], ...WITH_SOURCES, ...more }, headers);

const name = (text: string) =>
  /\p{Script=Cyrillic}/u.test(text)
    ? { ...latinName(text), script: 'Cyrl', language: 'ru', kind: 'transliteration' }
    : latinName(text);

beforeAll(async () => {
  service = await Service.start();
  const references = [{ list: 'union', reference: 'AZ-1' }];
  await service.post('/v1/lists', { id: 'union', name: { en: 'Union' }, ...WITH_SOURCES });
  first = await open('Elşən Ramiz oğlu Həsənov', { born: '1980-05-03', sex: 'm', references });
  expect(first.status).toBe(201);
  await service.getAfter(first, '/v1/cases');
});
afterAll(() => service.remove());

it('is asked about where name and year of birth agree, with the cases that it may be', async () => {
  const refused = await open('Эльшан Гасанов', { born: '1980' });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatchObject({
    code: 'EVENT.UNACKNOWLEDGED',
    findings: [{ code: 'CASE.POSSIBLE_DUPLICATE', grade: 'ask' }],
    candidates: [
      {
        caseId: first.body['subject'].id,
        references: [{ list: 'union', reference: 'AZ-1' }],
        why: ['other-spelling', 'partial', 'birth-agrees'],
        isProbable: true,
      },
    ],
  });
  expect(JSON.stringify(refused.body)).not.toContain('Həsənov');
  expect((await service.get('/v1/cases')).body['total']).toEqual({ yes: 1, uncertain: 0 });
});

it('tells the question with the other findings', async () => {
  const { body } = await open('Elşən \u041dəsənov', { born: '1980' });
  expect((body['findings'] as Loose[]).map(({ code }) => code)).toEqual([
    'NAME.MIXED_SCRIPT',
    'CASE.POSSIBLE_DUPLICATE',
  ]);
});

it.each([
  ['a homonym of another year of birth', 'Elşən Ramiz oğlu Həsənov', { born: '1975' }, 'birth-differs'],
  ['the son of another father', 'Elşən Tofiq oğlu Həsənov', { born: '1980' }, 'other-patronymic'],
  ['a woman', 'Elşən Ramiz oğlu Həsənov', { born: '1980', sex: 'f' }, 'sex-differs'],
  ['somebody without a date of birth', 'Elşən Həsənov', {}, 'partial'],
])('is not held up by %s, who stands in the answer', async (_, text, more, why) => {
  const key = { 'idempotency-key': why };
  const { status, body } = await open(text, more, key);
  expect(status).toBe(201);
  const { candidates, ...rest } = body as { readonly candidates: readonly Loose[] };
  const known = candidates.find(({ caseId }) => caseId === first.body['subject'].id);
  expect(known).toMatchObject({ isProbable: false, why: expect.arrayContaining([why]) as unknown });
  expect(JSON.stringify(body)).not.toContain('Həsənov');
  expect((await open(text, more, key)).body).toEqual(rest);
});

it('is recorded if acknowledged, with the code, and a repeat is answered alike', async () => {
  const acknowledged = { born: '1980', acknowledge: ['CASE.POSSIBLE_DUPLICATE'] };
  const key = { 'idempotency-key': 'twin' };
  const opened = await open('Elshan Hasanov', acknowledged, key);
  expect(opened.status).toBe(201);
  expect(opened.body['findings']).toMatchObject([{ code: 'CASE.POSSIBLE_DUPLICATE' }]);
  await service.getAfter(opened, '/v1/cases');
  expect((await open('Elshan Hasanov', acknowledged, key)).body).toEqual(opened.body);
  const { body } = await service.get(`${opened.headers.get('location')}/history`);
  expect(body['items'][0]['acknowledged']).toEqual(['CASE.POSSIBLE_DUPLICATE']);
});

it('are found in the whole register by a job, and a person decides about each pair', async () => {
  const started = await service.post('/v1/duplicates', {});
  expect(started.status).toBe(202);
  await until(async () => (await service.get(started.headers.get('location') as string)).body['state'] === 'done');
  expect((await service.get(started.headers.get('location') as string)).body).toMatchObject({
    kind: 'find-duplicates',
    progress: { stage: 'cases compared' },
  });
  const duplicates = async () => (await service.get('/v1/duplicates?limit=500')).body;
  const { items, job } = await duplicates();
  expect(job).toBe(started.body['id']);
  const probable = (items as Loose[]).find(({ isProbable }) => isProbable);
  const [later, earlier] = (probable?.['cases'] as Loose[]).map(({ caseId }) => caseId as string);
  const decide = (from: unknown) =>
    service.post(`/v1/cases/${String(later)}/events`, {
      type: 'distinguished',
      from,
      reason: 'two people',
      ...WITH_SOURCES,
    });
  for (const [from, code] of [
    ['00000000-0000-7000-8000-000000000000', 'CASE.DISTINGUISHED_UNKNOWN'],
    [later, 'CASE.DISTINGUISHED_FROM_ITSELF'],
  ] as const)
    expect((await decide(from)).body).toMatchObject({ code: 'EVENT.REFUSED', findings: [{ code }] });
  const decided = await decide(earlier);
  expect(decided.status).toBe(201);
  await service.getAfter(decided, '/v1/cases');
  expect(((await duplicates())['items'] as Loose[]).length).toBe((items as Loose[]).length - 1);
  expect((await service.get('/v1/duplicates?after=x')).body).toMatchObject({ code: 'REQUEST.INVALID' });
});
