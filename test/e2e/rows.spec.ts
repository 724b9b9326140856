import { BATCH_BODY_LIMIT, BODY_LIMIT } from '../../src/http/body-parser.js';
import { LIMITS } from '../../src/schema/limits.js';
import {
  createListAndAct,
  latinName,
  openCase,
  WITH_SOURCES,
  Service,
  type Loose,
  type HttpReply,
} from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
});
afterAll(() => service.remove());

const arrested = (occurredOn = '2024-02-01', more: Loose = {}) => ({
  type: 'arrested',
  occurredOn,
  ...WITH_SOURCES,
  ...more,
});
const opened = (reference: string, more: Loose = {}) => ({
  type: 'opened',
  names: [latinName('Nümunə')],
  references: [{ list: 'union', reference }],
  ...WITH_SOURCES,
  ...more,
});
const inUnion = (reference: string) => ({ case: { list: 'union', reference } });
const idOf = (path: string) => path.split('/').at(-1) as string;

const post = (rows: unknown, headers: Readonly<Record<string, string>> = {}) =>
  service.post('/v1/events', rows, headers);
const lines = (
  rows: readonly (object | string)[],
  headers: Readonly<Record<string, string>> = {},
  type = 'application/x-ndjson',
) =>
  service.request('/v1/events', {
    method: 'POST',
    headers: { 'content-type': type, 'x-actor': 'person:clerk-1', ...headers },
    body: rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'),
  });
const statuses = ({ body }: HttpReply) => (body['items'] as Loose[]).map((item) => item['status'] as number);
const codes = ({ body }: HttpReply) =>
  (body['items'] as Loose[]).map((item) => item['body'].code as string | undefined);

it('answers each row for itself and in order, with what the row alone would have been answered', async () => {
  const path = await openCase(service, { references: [{ list: 'union', reference: 'AZ-1' }] });
  const answer = await post([
    { case: { id: idOf(path) }, ...arrested() },
    opened('AZ-2'),
    { ...inUnion('AZ-2'), ...arrested() },
    { ...inUnion('AZ-1'), ...arrested('2024-03-01') },
    { ...inUnion('AZ-1'), ...arrested('2024-03-01'), acknowledge: ['CASE.ALREADY_HELD'], ifMatch: 1 },
    { ...inUnion('AZ-1'), type: 'tried', occurredOn: '2024-05', ifMatch: 1, ...WITH_SOURCES },
    { ...inUnion('AZ-2'), type: 'tried', ...WITH_SOURCES },
    opened('AZ-1'),
    { ...inUnion('AZ-1'), type: 'tried', occurredOn: '2024-06', ...WITH_SOURCES },
    { ...inUnion('AZ-3'), ...arrested() },
  ]);
  expect(answer.status).toBe(200);
  expect(answer.body['items'].map((item: Loose) => item['row'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(statuses(answer)).toEqual([201, 201, 201, 422, 201, 412, 400, 409, 424, 404]);
  expect(codes(answer).slice(5)).toEqual([
    'REVISION.STALE',
    'REQUEST.INVALID',
    'REFERENCE.TAKEN',
    'REFERENCE.NOT_GIVEN',
    'SUBJECT.UNKNOWN',
  ]);
  expect(answer.body['items'][6].body.errors).toEqual([
    expect.objectContaining({ code: 'FIELD.MISSING', pointer: '/occurredOn' }),
  ]);
  const alone = await service.post(`${path}/events`, arrested('2024-03-01'));
  expect({ ...answer.body['items'][3].body, findings: [] }).toEqual({ ...alone.body, findings: [] });
  const made = answer.body['items'][1].body.subject.id as string;
  expect((await service.getAfter(answer, `/v1/cases/${made}`)).body).toMatchObject({
    revision: 1,
    references: [{ list: 'union', reference: 'AZ-2' }],
    standings: [{ custody: 'detained' }],
  });
});

it('takes lines of JSON, and answers one that is none for itself', async () => {
  const answer = await lines([opened('L-1'), '', '{"type":', { ...inUnion('L-1'), ...arrested() }, '[]', '7', '\r']);
  expect([statuses(answer), codes(answer)[1]]).toEqual([[201, 400, 201, 400, 400], 'BODY.NOT_JSON']);
  expect(answer.body['items'].map((item: Loose) => item['row'])).toEqual([1, 2, 3, 4, 5]);
});

it('under a key answers a repeat as the first time', async () => {
  const rows = [
    opened('K-1'),
    { ...inUnion('K-1'), ...arrested() },
    { type: 'opened', names: [latinName('x')], ...WITH_SOURCES },
  ];
  const first = await post(rows, { 'idempotency-key': 'many-1' });
  expect(statuses(first)).toEqual([201, 201, 201]);
  const { length } = await service.storedEvents();
  const again = await lines(rows, { 'idempotency-key': 'many-1' });
  // What was known of like names then is not looked up again.
  const withoutCandidates = (row: Loose): Loose => ({ ...row, body: { ...row['body'], candidates: undefined } });
  expect(again.body['items']).toEqual((first.body['items'] as Loose[]).map(withoutCandidates));
  expect(await service.storedEvents()).toHaveLength(length);
  const other = await post([opened('K-1', { names: [latinName('y')] })], { 'idempotency-key': 'many-1' });
  expect(codes(other)).toEqual(['KEY.REUSED']);
  const alone = await service.post('/v1/cases', opened('K-2', { type: undefined }), { 'idempotency-key': 'many-1' });
  expect(alone.status).toBe(201);
});

it.each([
  ['names no case', arrested(), ['FIELD.MISSING /case']],
  ['names a case by nothing', { case: {}, ...arrested() }, ['CASE.UNNAMED /case']],
  ['names it twice', { case: { id: 'a', list: 'union', reference: 'x' }, ...arrested() }, ['CASE.UNNAMED /case']],
  ['names half a reference', { case: { list: 'union' }, ...arrested() }, ['CASE.UNNAMED /case']],
  ['names it by text', { case: 'AZ-1', ...arrested() }, ['FIELD.WRONG_KIND /case']],
  ['opens a case that it names', { case: { id: 'a' }, ...opened('X') }, ['FIELD.UNKNOWN /case']],
  ['is of a list', { case: { id: 'a' }, type: 'policy-set', ...WITH_SOURCES }, ['TYPE.UNKNOWN /type']],
  ['is of no type', { ...WITH_SOURCES }, ['TYPE.MISSING /type', 'FIELD.MISSING /case']],
  ['has a tag for a revision', { case: { id: 'a' }, ifMatch: '"1"', ...arrested() }, ['FIELD.WRONG_KIND /ifMatch']],
  ['reaches for the prototype', '{"__proto__":{"type":"opened"}}', ['TYPE.MISSING /type', 'FIELD.MISSING /case']],
])('a row that %s is answered for itself', async (_, row, errors) => {
  const answer = await lines([row, opened(`S-${errors.join()}-${_}`.slice(0, 60))]);
  expect(statuses(answer)).toEqual([400, 201]);
  expect(answer.body['items'][0].body.errors.map((e: Loose) => `${e['code']} ${e['pointer']}`)).toEqual(errors);
});

it('a row in which a key stands twice is answered for itself; a mark at the beginning and blank lines are no rows', async () => {
  const twice = `{"type":"opened",${JSON.stringify(opened('D-1')).slice(1)}`;
  const body = `\ufeff\r\n${JSON.stringify(opened('D-2'))}\r\n \r\n${twice}\r\n`;
  const headers = { 'content-type': 'application/x-ndjson', 'x-actor': 'person:clerk-1' };
  const answer = await service.request('/v1/events', { method: 'POST', headers, body });
  expect(statuses(answer)).toEqual([201, 400]);
  expect(answer.body['items'][1].body.errors).toEqual([
    { code: 'FIELD.REPEATED', pointer: '/type', expected: expect.any(String) },
  ]);
  const array = await service.request('/v1/events', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: `[${JSON.stringify(opened('D-3'))},${twice}]`,
  });
  expect([array.status, array.body['errors'][0].pointer]).toEqual([400, '/1/type']);
});

describe('a body that is refused whole', () => {
  let recorded: number;
  beforeAll(async () => (recorded = (await service.storedEvents()).length));
  afterEach(async () => expect(await service.storedEvents()).toHaveLength(recorded));

  const problemOf = ({ status, body }: HttpReply) => [
    status,
    body['code'],
    ...((body['errors'] ?? []) as Loose[]).map((e) => `${e['code']} ${e['pointer'] ?? e['header']}`),
  ];
  const raw = (body: string | Buffer, type: string, headers: Readonly<Record<string, string>> = {}) =>
    service.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': type, 'x-actor': 'person:clerk-1', ...headers },
      body,
    });

  it.each([
    ['application/json', 'x', 'BODY.NOT_JSON'],
    ['application/json', '', 'BODY.NOT_JSON'],
    ['application/json', `${JSON.stringify(opened('N'))}\n${JSON.stringify(opened('N'))}`, 'BODY.NOT_JSON'],
    ['application/x-ndjson', 'x\ny', 'BODY.NOT_JSON'],
    ['application/x-ndjson', '\n\n', 'BODY.NOT_JSON'],
    ['application/x-ndjson', Buffer.from([0x7b, 0x7d, 0x0a, 0xff]), 'BODY.NOT_UTF8'],
  ])('%s %j: %s', async (type, body, code) => expect(problemOf(await raw(body, type))).toEqual([400, code]));

  it.each([
    ['{}', 'FIELD.WRONG_KIND '],
    ['null', 'FIELD.WRONG_KIND '],
    ['[]', 'ARRAY.LENGTH '],
  ])('%s: %s', async (body, error) =>
    expect(problemOf(await raw(body, 'application/json'))).toEqual([400, 'REQUEST.INVALID', error]),
  );

  it('for its headers', async () => {
    const headers = { 'x-actor': 'Somebody', 'if-match': '"1"' };
    expect(problemOf(await raw(JSON.stringify([opened('N')]), 'application/json', headers))).toEqual([
      400,
      'REQUEST.INVALID',
      'FIELD.UNKNOWN if-match',
      'TEXT.FORM x-actor',
    ]);
  });

  it('with more rows or bytes than it may have', async () => {
    const many = await post(Array.from({ length: LIMITS.rows + 1 }, () => 0));
    expect([...problemOf(many), many.body['limit']]).toEqual([413, 'ROWS.TOO_MANY', LIMITS.rows]);
    const large = await raw(`"${'x'.repeat(BATCH_BODY_LIMIT)}"`, 'application/x-ndjson');
    expect(problemOf(large)).toEqual([413, 'BODY.TOO_LARGE']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/ndjson',
    'application/x-ndjson; charset=latin1',
    '',
  ])('of the media type "%s"', async (type) => {
    const answer = await raw(JSON.stringify(opened('N')), type);
    expect(problemOf(answer)).toEqual([415, 'BODY.NOT_DECLARED_JSON']);
    expect(answer.headers.get('accept-post')).toBe('application/json, application/x-ndjson');
  });
});

it('leaves every other route as it is: one event, declared as JSON, of the size of one', async () => {
  const body = JSON.stringify({ names: [latinName('x')], ...WITH_SOURCES });
  const headers = { 'content-type': 'application/x-ndjson', 'x-actor': 'person:clerk-1' };
  expect((await service.request('/v1/cases', { method: 'POST', headers, body })).status).toBe(415);
  expect((await service.post('/v1/cases', { note: 'x'.repeat(BODY_LIMIT) })).status).toBe(413);
});

it('takes as many rows as it may, of many cases and of one', async () => {
  const rows = Array.from({ length: LIMITS.rows / 2 }, (_, i) => [
    opened(`M-${i}`),
    { ...inUnion(`M-${i}`), ...arrested() },
  ]);
  const answer = await post(rows.flat());
  expect(new Set(statuses(answer))).toEqual(new Set([201]));
  expect(answer.body['items']).toHaveLength(LIMITS.rows);
  const one = await post(
    Array.from({ length: 100 }, () => ({
      ...inUnion('M-1'),
      type: 'mistreated',
      kind: 'other',
      occurredOn: '2024',
      ...WITH_SOURCES,
    })),
  );
  expect(one.body['items'].map((item: Loose) => item['body'].revision)).toEqual(
    Array.from({ length: 100 }, (_, i) => i + 2),
  );
});
