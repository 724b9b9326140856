/** Opening a case of somebody who may have one. */
import { latinName, WITH_SOURCES, Service, type HttpReply, type Loose } from '../support/service.js';

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
  ['a homonym of another year of birth', 'Elşən Ramiz oğlu Həsənov', { born: '1975' }],
  ['the son of another father', 'Elşən Tofiq oğlu Həsənov', { born: '1980' }],
  ['a woman', 'Elşən Ramiz oğlu Həsənov', { born: '1980', sex: 'f' }],
  ['somebody without a date of birth', 'Elşən Həsənov', {}],
])('is not held up by %s', async (_, text, more) => {
  expect((await open(text, more)).status).toBe(201);
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
