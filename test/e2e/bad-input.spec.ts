/** Every invalid request is answered with a problem document, and records nothing. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import {
  createListAndAct,
  latinName,
  openCase,
  WITH_SOURCES,
  Service,
  type HttpRequest,
  type HttpReply,
} from '../support/service.js';

let service: Service;
let path: string;
let recorded: number;

beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  path = await openCase(service, { references: [{ list: 'union', reference: 'AZ-1' }] });
  recorded = (await service.storedEvents()).length;
});
afterEach(async () => expect((await service.storedEvents()).length).toBe(recorded));
afterAll(() => service.remove());

const headers = { 'content-type': 'application/json', 'x-actor': 'person:clerk-1' };
const post = (body: string | Buffer, more: Readonly<Record<string, string>> = {}, to = `${path}/events`) =>
  service.request(to, { method: 'POST', headers: { ...headers, ...more }, body });
const tried = { type: 'tried', occurredOn: '2024-05', ...WITH_SOURCES };

/** Status, code, and the code and place of each error. */
const problemOf = ({ status, headers: answered, body }: HttpReply) => {
  expect(answered.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\bat \/|\.ts:\d/);
  const errors = ((body['errors'] ?? []) as Record<string, string>[]).map(
    (e) => `${e['code']} ${e['pointer'] ?? e['parameter'] ?? e['header']}`,
  );
  return [status, body['code'] as string, ...errors];
};

/** Sends a request with headers that `fetch` does not allow. */
const sendRaw = (method: string, to: string, sent: Readonly<Record<string, string>>, body: Buffer) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; problem: { code: string } }>((resolve, reject) => {
    const length = 'transfer-encoding' in sent ? {} : { 'content-length': body.length };
    const options = { method, headers: { ...sent, ...length }, agent: false };
    const sending = request(`${service.url}${to}`, options, (answer) => {
      text(answer).then((said) => {
        resolve({ status: answer.statusCode!, headers: answer.headers, problem: JSON.parse(said) as { code: string } });
      }, reject);
    });
    sending.on('error', reject).end(body);
  });

describe('a body', () => {
  it.each([
    ['no JSON', '{"type":'],
    ['nothing at all', ''],
    ['a byte order mark', '\ufeff{}'],
    ['a bare word', 'NaN'],
  ])('with %s', async (_, body) => expect(problemOf(await post(body))).toEqual([400, 'BODY.NOT_JSON']));

  it.each([
    ['a wrong byte', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a character cut short', Buffer.from([0x22, 0xc3])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
  ])('in UTF-8 with %s', async (what, body) => {
    expect(problemOf(await post(body))).toEqual([400, what === 'UTF-16' ? 'BODY.NOT_JSON' : 'BODY.NOT_UTF8']);
  });

  it('with a lone surrogate', async () => {
    const half = JSON.stringify({ ...tried, court: 'x' }).replace('"x"', '"\\ud800"');
    expect(problemOf(await post(half))).toEqual([400, 'REQUEST.INVALID', 'TEXT.CHARACTERS /court']);
  });

  it.each(['[]', 'null', '7', '"opened"', 'true'])('that is %s', async (body) =>
    expect(problemOf(await post(body))).toEqual([400, 'REQUEST.INVALID', 'FIELD.WRONG_KIND ']),
  );

  it('larger than 256 KiB, with and without Content-Length', async () => {
    const large = JSON.stringify({ ...tried, note: 'x'.repeat(256 * 1024) });
    expect(problemOf(await post(large))).toEqual([413, 'BODY.TOO_LARGE']);
    const answer = await fetch(`${service.url}${path}/events`, {
      method: 'POST',
      headers,
      body: new Blob([large]).stream(),
      duplex: 'half',
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'BODY.TOO_LARGE']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=utf-16',
    '',
  ])('of the media type "%s"', async (type) => {
    const body = JSON.stringify(tried);
    expect(problemOf(await post(body, { 'content-type': type }))).toEqual([415, 'BODY.NOT_DECLARED_JSON']);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['gzip', { 'content-encoding': 'gzip' }],
    ['BR', { 'content-encoding': 'BR' }],
    ['identity and gzip', { 'content-encoding': 'identity, gzip' }],
    ['gzip, chunked', { 'transfer-encoding': 'gzip, chunked' }],
  ])('in the coding %s', async (_, more) => {
    const body = gzipSync(JSON.stringify(tried));
    const routes = [`${path}/events`, '/v1/cases', '/v1/events', '/v1/instruments/act/applications', '/v1/duplicates'];
    for (const to of routes) {
      const { status, headers: answered, problem } = await sendRaw('POST', to, { ...headers, ...more }, body);
      expect([to, status, problem.code, answered['accept-encoding']]).toEqual([to, 415, 'BODY.ENCODED', 'identity']);
    }
    const ended = await sendRaw('DELETE', '/v1/jobs/none', { ...headers, ...more }, body);
    expect([ended.status, ended.problem.code]).toEqual([415, 'BODY.ENCODED']);
  });

  it.each([
    ['identity', 'identity'],
    ['nothing', ''],
    ['identity twice', 'Identity, identity'],
  ])('in the coding that is none: %s', async (_, coding) => {
    const answer = await post('{"type":', { 'content-encoding': coding });
    expect(problemOf(answer)).toEqual([400, 'BODY.NOT_JSON']);
  });

  const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

  it.each([
    ['in a field', `"note":${DEEP}`],
    ['in an object of an array', `"sources":[{"kind":"press","citation":${DEEP}}]`],
  ])('nested two hundred thousand deep %s', async (_, field) => {
    const [status, code] = problemOf(await post(`{"type":"tried",${field}}`));
    expect([status, code]).toEqual([400, 'REQUEST.INVALID']);
  });
});

describe('an event', () => {
  it.each([
    ['of no type', WITH_SOURCES, ['TYPE.MISSING /type']],
    ['of an unknown type', { ...tried, type: 'StatusUpdated' }, ['TYPE.UNKNOWN /type']],
    ['of a list', { type: 'policy-set', ...WITH_SOURCES }, ['TYPE.UNKNOWN /type']],
    ['that opens it again', { type: 'opened', names: [latinName('x')], ...WITH_SOURCES }, ['TYPE.ONLY_BEGINS /type']],
    ['without its day', { type: 'tried', ...WITH_SOURCES }, ['FIELD.MISSING /occurredOn']],
    ['without a source', { type: 'tried', occurredOn: '2024' }, ['FIELD.MISSING /sources']],
    ['with null', { ...tried, court: null }, ['FIELD.NULL /court']],
    ['with a number for text', { ...tried, court: 7 }, ['FIELD.WRONG_KIND /court']],
    ['with an unknown field', { ...tried, verdict: 'x' }, ['FIELD.UNKNOWN /verdict']],
    ['on an impossible day', { ...tried, occurredOn: '2024-02-30' }, ['DATE.INVALID /occurredOn']],
    ['with imprisonment for no term', convicted({ kind: 'imprisonment' }), ['SENTENCE.TERM_MISSING /sentence/term']],
    ['with a term in words', convicted({ kind: 'imprisonment', term: 'three years' }), ['TERM.INVALID /sentence/term']],
    ['with acknowledge that is no array', { ...tried, acknowledge: 'x' }, ['FIELD.WRONG_KIND /acknowledge']],
    ['with acknowledge of no code', { ...tried, acknowledge: ['yes'] }, ['TEXT.FORM /acknowledge']],
    ['with an id of its own', { ...tried, id: 'x' }, ['FIELD.UNKNOWN /id']],
  ])('%s', async (_, body, errors) => {
    expect(problemOf(await post(JSON.stringify(body)))).toEqual([400, 'REQUEST.INVALID', ...errors]);
  });

  it('with several mistakes gets all of them in one response', async () => {
    const body = { type: 'tried', court: '', sources: [{ kind: 'gossip' }], acknowledge: [7] };
    const answer = await post(JSON.stringify(body), { 'x-actor': 'Somebody', 'if-match': '5' });
    expect(problemOf(answer)).toEqual([
      400,
      'REQUEST.INVALID',
      'TEXT.FORM x-actor',
      'TEXT.FORM if-match',
      'FIELD.WRONG_KIND /acknowledge',
      'TEXT.EMPTY /court',
      'VALUE.UNKNOWN /sources/0/kind',
      'FIELD.MISSING /occurredOn',
    ]);
  });

  it.each([
    ['"type":"tried","type":"acquitted"', '/type'],
    ['"sources":[],"sources":[]', '/sources'],
    ['"type":"tried","sources":[{"kind":"press","citation":"a","citation":"b"}]', '/sources/0/citation'],
    ['"acknowledge":[],"acknowledge":["CASE.NOT_HELD"]', '/acknowledge'],
  ])('with a key that stands twice: {%s}', async (fields, pointer) => {
    expect(problemOf(await post(`{${fields}}`))).toEqual([400, 'REQUEST.INVALID', `FIELD.REPEATED ${pointer}`]);
  });

  it('with the key __proto__', async () => {
    const body = `{"__proto__":{"type":"tried"},${JSON.stringify(tried).slice(1)}`;
    expect(problemOf(await post(body))).toEqual([400, 'REQUEST.INVALID', 'FIELD.UNKNOWN /__proto__']);
  });

  it.each([
    ['/v1/cases', { type: 'arrested', ...WITH_SOURCES }, 'FIELD.MISSING /occurredOn'],
    ['/v1/cases', { names: [], ...WITH_SOURCES }, 'ARRAY.LENGTH /names'],
    ['/v1/cases', { names: [latinName('x')], id: 'mine', ...WITH_SOURCES }, 'FIELD.UNKNOWN /id'],
    ['/v1/lists', { name: { en: 'x' }, ...WITH_SOURCES }, 'FIELD.MISSING /id'],
    ['/v1/lists', { id: 'No Slug', name: { en: 'x' }, ...WITH_SOURCES }, 'TEXT.FORM /id'],
    [
      '/v1/lists',
      { id: 'x', type: 'policy-set', from: '2024-01-01', custody: ['remand'], ...WITH_SOURCES },
      'TYPE.NOT_A_BEGINNING /type',
    ],
    ['/v1/instruments', { id: 'x', kind: 'amnesty', ...WITH_SOURCES }, 'VALUE.UNKNOWN /kind'],
  ])('that begins something: %s %j', async (to, body, error) => {
    expect(problemOf(await post(JSON.stringify(body), {}, to))).toEqual([400, 'REQUEST.INVALID', error]);
  });

  function convicted(sentence: object) {
    return { type: 'convicted', occurredOn: '2024', articles: [{ article: '234' }], sentence, ...WITH_SOURCES };
  }
});

describe('headers of a command', () => {
  it.each([
    [{ 'x-actor': 'system:root' }, 'TEXT.FORM x-actor'],
    [{ 'x-actor': 'person:' }, 'TEXT.FORM x-actor'],
    [{ 'x-actor': `person:${'x'.repeat(65)}` }, 'TEXT.FORM x-actor'],
    [{ 'idempotency-key': 'two words' }, 'TEXT.FORM idempotency-key'],
    [{ 'idempotency-key': 'x'.repeat(129) }, 'TEXT.FORM idempotency-key'],
    [{ 'if-match': '0' }, 'TEXT.FORM if-match'],
    [{ 'if-match': 'w/"0"' }, 'TEXT.FORM if-match'],
    [{ 'if-match': '"0" "1"' }, 'TEXT.FORM if-match'],
    [{ 'if-match': '"0", *' }, 'TEXT.FORM if-match'],
  ])('%j', async (more, error) => {
    expect(problemOf(await post(JSON.stringify(tried), more))).toEqual([400, 'REQUEST.INVALID', error]);
  });

  it('without an actor', async () => {
    const asked: HttpRequest = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(tried),
    };
    expect(problemOf(await service.request(`${path}/events`, asked))).toEqual([
      400,
      'REQUEST.INVALID',
      'FIELD.MISSING x-actor',
    ]);
  });
});

describe('a subject', () => {
  it.each([
    '/v1/cases/nobody/events',
    '/v1/cases/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/events',
    '/v1/cases/a%20b/events',
  ])('that does not exist: POST %s', async (to) => {
    const answer = await post(JSON.stringify(tried), {}, to);
    expect(problemOf(answer)).toEqual([404, 'SUBJECT.UNKNOWN']);
  });

  it.each([
    '/v1/cases/nobody',
    '/v1/cases/nobody/history',
    '/v1/lists/nobody',
    '/v1/lists/nobody/members',
    '/v1/lists/nobody/movements?from=2024-01-01&to=2024-02-01',
    '/v1/counts?list=nobody&by=category',
    '/v1/counts?list=nobody&by=exit-reason&from=2024-01-01&to=2024-02-01',
    '/v1/instruments/nobody',
  ])('that does not exist: GET %s', async (to) => {
    expect(problemOf(await service.get(to))).toEqual([404, 'SUBJECT.UNKNOWN']);
  });

  it('with another revision, refused or unacknowledged events, a taken reference', async () => {
    for (const tags of ['"7"', 'W/"0"', '"7", W/"0"', '"-1"', '""'])
      expect(problemOf(await post(JSON.stringify(tried), { 'if-match': tags }))).toEqual([412, 'REVISION.STALE']);
    const future = { ...tried, occurredOn: '2026-01-06' };
    expect(problemOf(await post(JSON.stringify(future)))).toEqual([422, 'EVENT.REFUSED']);
    const odd = { type: 'released', reason: 'bail', occurredOn: '2024', ...WITH_SOURCES };
    expect(problemOf(await post(JSON.stringify(odd)))).toEqual([422, 'EVENT.UNACKNOWLEDGED']);
    const again = { names: [latinName('x')], references: [{ list: 'union', reference: 'AZ-1' }], ...WITH_SOURCES };
    expect(problemOf(await post(JSON.stringify(again), {}, '/v1/cases'))).toEqual([409, 'REFERENCE.TAKEN']);
  });
});

describe('a route', () => {
  it.each([
    '/',
    '/v1',
    '/v2/cases',
    '/v1/cases/x/y/z',
    '/v1/case',
    '/v1/cases/',
    '/v1/cases/x/',
    '/v1/cases/x/events/1',
  ])('%s is unknown', async (to) => {
    expect(problemOf(await service.get(to))).toEqual([404, 'ROUTE.UNKNOWN']);
  });

  it.each([
    ['DELETE', '/v1/cases', 'GET, HEAD, POST'],
    ['PUT', '/v1/cases/x', 'GET, HEAD'],
    ['GET', '/v1/cases/x/events', 'POST'],
    ['PATCH', '/v1/history', 'GET, HEAD'],
  ])('%s %s allows only %s', async (method, to, allow) => {
    const answer = await service.request(to, { method, headers });
    expect(problemOf(answer)).toEqual([405, 'METHOD.NOT_ALLOWED']);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('with a parameter that is too long, or cannot be decoded', async () => {
    expect(problemOf(await service.get(`/v1/cases/${'x'.repeat(200)}`))).toEqual([414, 'REQUEST.TOO_LONG']);
    expect(problemOf(await service.get('/v1/cases/%zz'))).toEqual([400, 'REQUEST.MALFORMED']);
  });
});

describe('parameters', () => {
  it.each([
    ['is not UTF-8', '/v1/cases?facility=%ff'],
    ['has half of a surrogate pair', '/v1/cases?name=%ED%A0%80'],
    ['is percent-encoded wrongly', '/v1/cases?facility=50%25%'],
    ['has no digits after a percent sign', '/v1/cases?facility=%zz'],
  ])('of a query that %s', async (_, to) => {
    const { status, problem } = await sendRaw('GET', to, {}, Buffer.alloc(0));
    expect([status, problem.code]).toEqual([400, 'REQUEST.MALFORMED']);
  });

  it('of a query with bytes that are not ASCII', async () => {
    const { hostname, port, host } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.end(`GET /v1/cases?facility=Şəki HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"code":"REQUEST.MALFORMED"/);
  });

  it.each([
    ['/v1/cases?wat=1', ['FIELD.UNKNOWN wat']],
    ['/v1/cases?__proto__=1', ['FIELD.UNKNOWN __proto__']],
    ['/v1/cases?limit=0', ['NUMBER.RANGE limit']],
    ['/v1/cases?limit=501', ['NUMBER.RANGE limit']],
    ['/v1/cases?limit=ten', ['FIELD.WRONG_KIND limit']],
    ['/v1/cases?limit=1e2', ['FIELD.WRONG_KIND limit']],
    ['/v1/cases?limit=5&limit=6', ['PARAMETER.REPEATED limit']],
    ['/v1/lists/union/differences?from=2024-01-01&to=2024-02-01&to=2024-03-01', ['PARAMETER.REPEATED to']],
    ['/v1/cases?asOf=2024-02-30', ['DAY.INVALID asOf']],
    ['/v1/cases?asOf=2024-02', ['DAY.INVALID asOf']],
    ['/v1/cases?asOf=', ['DAY.INVALID asOf']],
    ['/v1/cases?custody=jail', ['VALUE.UNKNOWN custody']],
    ['/v1/cases?custody=remand&custody=remand', ['ARRAY.DUPLICATE custody']],
    ['/v1/cases?article=x', ['ARTICLE.INVALID article']],
    ['/v1/cases?sort=born', ['VALUE.UNKNOWN sort']],
    ['/v1/cases?certainty=maybe', ['VALUE.UNKNOWN certainty']],
    ['/v1/cases?knownAt=yesterday', ['KNOWN_AT.INVALID knownAt']],
    ['/v1/cases?knownAt=2026-01-05T10:00', ['KNOWN_AT.INVALID knownAt']],
    ['/v1/cases?knownAt=2099-01-01', ['KNOWN_AT.IN_FUTURE knownAt']],
    ['/v1/history?knownAt=2099-01-01T00:00:00Z', ['KNOWN_AT.IN_FUTURE knownAt']],
    ['/v1/lists/union/differences?from=2024-02-01&to=2024-01-01', ['PARAMETER.NEEDS to']],
    [
      '/v1/lists/union/differences?from=2024-01-01&to=2024-01-01&fromKnown=position:2&toKnown=position:1',
      ['KNOWN_AT.BACKWARDS fromKnown'],
    ],
    ['/v1/lists/union/differences?from=2024-01-01&to=2024-01-01&toKnown=2099-01-01', ['KNOWN_AT.IN_FUTURE toKnown']],
    ['/v1/lists?knownAt=position:999999', ['KNOWN_AT.BEYOND_LOG knownAt']],
    ['/v1/cases?category=believers', ['PARAMETER.NEEDS list']],
    ['/v1/cases?reference=AZ-1', ['TEXT.FORM reference']],
    ['/v1/cases?after=nonsense', ['CURSOR.FOREIGN after']],
    ['/v1/cases?atLeast=nonsense', ['CURSOR.FOREIGN atLeast']],
    ['/v1/lists/union/members?after=', ['TEXT.EMPTY after']],
    ['/v1/lists/union/movements', ['FIELD.MISSING from', 'FIELD.MISSING to']],
    ['/v1/lists/union/movements?from=2024-02-01&to=2024-01-01', ['PARAMETER.NEEDS to']],
    ['/v1/counts', ['FIELD.MISSING list', 'FIELD.MISSING by']],
    ['/v1/counts?list=union&by=sex', ['VALUE.UNKNOWN by']],
    ['/v1/counts?list=union&by=exit-reason', ['PARAMETER.NEEDS from']],
    ['/v1/lists/union/movements?from=2024-01-01&to=2024-02-01&set=sure', ['VALUE.UNKNOWN set']],
    ['/v1/lists/union/movements?from=2024-01-01&to=2024-02-01&limit=1001', ['NUMBER.RANGE limit']],
    ['/v1/lists/union/movements?from=2024-01-01&to=2024-02-01&after=W10.x', ['CURSOR.FOREIGN after']],
    ['/v1/counts?list=union&by=category&from=2024-01-01', ['PARAMETER.NEEDS from']],
    ['/v1/counts?list=union&by=category&set=possible', ['PARAMETER.NEEDS set']],
    ['/v1/counts?list=union&by=exit-reason&from=2024-02-01&to=2024-01-01', ['PARAMETER.NEEDS to']],
    ['/v1/counts?list=union&by=exit-reason&from=2024-01-01&to=2024-02-01&stage=convicted', ['PARAMETER.NEEDS by']],
    ['/v1/history?after=-1', ['FIELD.WRONG_KIND after']],
    ['/v1/events?type=opened&type=StatusUpdated', ['VALUE.UNKNOWN type']],
    ['/v1/events?after=99999999999999999999', ['FIELD.WRONG_KIND after']],
  ])('%s', async (to, errors) => {
    expect(problemOf(await service.get(to))).toEqual([400, 'REQUEST.INVALID', ...errors]);
  });
});

it('bytes that are not an HTTP request', async () => {
  const { hostname, port } = new URL(service.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('\u0000\u0001nonsense\r\n\r\n'));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(text)).on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] as string)).toMatchObject({ code: 'REQUEST.MALFORMED' });
});
