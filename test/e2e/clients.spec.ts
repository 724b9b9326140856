/** No client can deny service to the others. A client is an address, or what a trusted proxy forwards. */
import { HTTP_LIMITS, type HttpLimits } from '../../src/http/limits.js';
import { FEED_LIMITS } from '../../src/http/log/feeds.js';
import { rawRequest, RawConnection, requestHead, listBody, unfinishedRequest } from '../support/clients.js';
import { FeedReader } from '../support/reader.js';
import { createListAndAct, Service } from '../support/service.js';
import { until } from '../support/until.js';

let service: Service;
afterEach(async () => {
  RawConnection.closeAll();
  await service.remove();
});

const serve = async (limits: Partial<HttpLimits> = {}, environment: Record<string, string> = {}): Promise<void> => {
  service = await Service.start(environment, limits);
  await createListAndAct(service);
};

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** The value of a metric; 0 if it is absent. */
const sample = async (line: string): Promise<number> => {
  const { text } = await service.get('/metrics');
  return Number(
    text
      .split('\n')
      .find((l) => l.startsWith(`${line} `))
      ?.slice(line.length) ?? 0,
  );
};

/** Starts a request that stays in progress; by default a feed. */
const waiting = async (from: string, path = '/v1/feed'): Promise<RawConnection> => {
  const caller = await RawConnection.connect(service, from);
  caller.socket.write(requestHead(service, `GET ${path}`));
  return caller;
};
const underWay = (): Promise<number> => sample('habeas_http_requests_under_way');

const write = (id: string, from: string) =>
  rawRequest(service, '/v1/lists', {
    from,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:x' },
    body: listBody(id),
  });

const statusOf = async (path: string, from = '127.0.0.1') => (await rawRequest(service, path, { from })).status;

/** Expects that a caller from the address is served. */
const expectAnswers = async (from: string): Promise<void> => {
  for (const path of ['/health/live', '/v1/lists'])
    expect([path, from, await statusOf(path, from)]).toEqual([path, from, 200]);
  // On a busy machine a check may take longer than readiness waits for it.
  await until(async () => (await statusOf('/health/ready', from)) === 200);
};

describe('incomplete bodies', () => {
  it('do not count as requests in progress', async () => {
    await serve({ requests: 2, requestsPerClient: 2 });
    const held = await Promise.all(times(20, () => unfinishedRequest(service)));
    await until(async () => (await underWay()) === 21);
    expect((await service.get('/v1/lists')).status).toBe(200);
    expect((await write('third', '127.0.0.1')).status).toBe(201);
    await until(async () => (await statusOf('/health/ready')) === 200);
    held[0]!.finish();
    await held[0]!.ended;
    expect(held[0]!.status).toBe(201);
  });

  it('get 408 if they make no progress, but not if they are merely slow', async () => {
    await serve({ bodyProgressBytes: 1, bodyProgressMs: 200, checkIntervalMs: 20 });
    const stalled = await unfinishedRequest(service, { body: listBody('stalled') });
    const slow = await RawConnection.connect(service);
    const body = listBody('slow', 50_000);
    const head = { 'Content-Type': 'application/json', 'X-Actor': 'person:x', 'Content-Length': String(body.length) };
    slow.socket.write(requestHead(service, 'POST /v1/lists', head));
    let sent = 0;
    while (stalled.isOpen && sent < body.length - 1) {
      slow.socket.write(body.charAt(sent));
      sent += 1;
      await new Promise((next) => setTimeout(next, 1));
    }
    await stalled.ended;
    expect([stalled.status, stalled.code]).toEqual([408, 'REQUEST.TIMEOUT']);
    expect(slow.isOpen).toBe(true);
    slow.socket.write(body.slice(sent));
    await slow.ended;
    expect(slow.status).toBe(201);
    expect((await service.get('/v1/lists/stalled')).status).toBe(404);
    expect(await sample('habeas_bodies_ended_total{why="slow"}')).toBe(1);
  });

  it('at the limit of a client: its oldest is aborted, other clients are not affected', async () => {
    await serve({ bodiesPerClient: 3 });
    const other = await unfinishedRequest(service, { from: '127.0.0.3', body: listBody('third') });
    const held = [];
    for (let i = 0; i < 6; i += 1) held.push(await unfinishedRequest(service, { from: '127.0.0.2' }));
    await Promise.all(held.slice(0, 3).map(({ ended }) => ended));
    expect(held.map(({ isOpen, code }) => (isOpen ? 'open' : code))).toEqual([
      ...times(3, () => 'REQUEST.TIMEOUT'),
      ...times(3, () => 'open'),
    ]);
    other.finish();
    await other.ended;
    expect(other.status).toBe(201);
  });

  it('at the limit in total: the client with most loses one', async () => {
    await serve({ bodies: 4 });
    const few = await unfinishedRequest(service, { from: '127.0.0.3', body: listBody('third') });
    const many = [];
    for (let i = 0; i < 3; i += 1) many.push(await unfinishedRequest(service, { from: '127.0.0.2' }));
    await until(async () => (await underWay()) === 5);
    expect((await write('fourth', '127.0.0.4')).status).toBe(201);
    await many[0]!.ended;
    expect([many[0]!.code, ...many.slice(1).map(({ isOpen }) => isOpen)]).toEqual(['REQUEST.TIMEOUT', true, true]);
    few.finish();
    await few.ended;
    expect(few.status).toBe(201);
  });

  it('at the limit of memory: the largest is aborted', async () => {
    await serve({ bodyBytes: 100_000 });
    const large = await unfinishedRequest(service, { from: '127.0.0.2', body: listBody('large', 90_000) });
    const small = await unfinishedRequest(service, { from: '127.0.0.3', body: listBody('third') });
    await unfinishedRequest(service, { from: '127.0.0.4', body: listBody('large', 60_000) });
    await large.ended;
    expect(large.code).toBe('REQUEST.TIMEOUT');
    expect(await sample('habeas_bodies_ended_total{why="room"}')).toBe(1);
    small.finish();
    await small.ended;
    expect(small.status).toBe(201);
  });
});

describe('silent connections', () => {
  it('are closed for new ones of any address; health checks are answered', async () => {
    await serve({ connections: 40, connectionsPerAddress: 10 });
    const callers: RawConnection[] = [];
    for (let round = 0; round < 10; round += 1) {
      const addresses = times(6, (i) => `127.0.0.${String(i + 2)}`);
      callers.push(
        ...(await Promise.all(addresses.flatMap((from) => times(10, () => RawConnection.connect(service, from))))),
      );
      for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.9']) await expectAnswers(from);
    }
    await until(() => callers.filter(({ isOpen }) => isOpen).length <= 40);
    expect(callers.every(({ text }) => text === '')).toBe(true);
    expect(await sample('habeas_connections_ended_total{why="room"}')).toBeGreaterThan(500);
  });

  it('are closed early, without a response', async () => {
    await serve({ firstByteMs: 100, checkIntervalMs: 20 });
    const caller = await RawConnection.connect(service);
    await caller.ended;
    expect(caller.text).toBe('');
    expect(await sample('habeas_connections_ended_total{why="silent"}')).toBe(1);
  });

  it('that send part of their headers get 408 early', async () => {
    await serve({ headersMs: 100, checkIntervalMs: 20 });
    const caller = await RawConnection.connect(service);
    caller.socket.write(requestHead(service, 'GET /v1/lists').slice(0, -2));
    await caller.ended;
    expect([caller.status, caller.code]).toEqual([408, 'REQUEST.TIMEOUT']);
  });

  it('never close connections with a request in progress', async () => {
    await serve({ connections: 4, responseStartMs: 1_000 });
    const asking = await waiting('127.0.0.2', '/v1/lists?atLeast=999999');
    await until(async () => (await underWay()) === 2);
    await Promise.all(times(50, (i) => RawConnection.connect(service, `127.0.1.${String(i + 1)}`)));
    await asking.ended;
    expect([asking.status, asking.code]).toEqual([503, 'REGISTER.OVERDUE']);
  });

  it('of an address all of whose connections are being answered are closed unheard; others are heard', async () => {
    await serve({ connectionsPerAddress: 2 });
    const asking = [await waiting('127.0.0.2'), await waiting('127.0.0.2')];
    await until(async () => (await underWay()) === 3);
    const third = await RawConnection.connect(service, '127.0.0.2');
    await third.ended;
    expect(third.text).toBe('');
    expect((await rawRequest(service, '/v1/lists', { from: '127.0.0.3' })).status).toBe(200);
    expect(await sample('habeas_connections_ended_total{why="full"}')).toBe(1);
    for (const caller of asking) caller.socket.destroy();
  });
});

describe('one client', () => {
  it('has a limit of requests in progress that does not affect others', async () => {
    await serve({ requestsPerClient: 2 });
    const asking = [await waiting('127.0.0.2'), await waiting('127.0.0.2')];
    await until(async () => (await underWay()) === 3);
    const refused = await rawRequest(service, '/v1/lists', { from: '127.0.0.2' });
    expect([refused.status, refused.code, refused.headers['retry-after']]).toEqual([429, 'CLIENT.BUSY', '1']);
    expect((await rawRequest(service, '/health/live', { from: '127.0.0.2' })).status).toBe(200);
    expect((await rawRequest(service, '/v1/lists', { from: '127.0.0.3' })).status).toBe(200);
    for (const caller of asking) caller.socket.destroy();
    await until(async () => (await rawRequest(service, '/v1/lists', { from: '127.0.0.2' })).status === 200);
  });

  it('has every pipelined request counted', async () => {
    await serve({ requestsPerClient: 2, responseStartMs: 1_000 });
    const caller = await RawConnection.connect(service, '127.0.0.2');
    const head = requestHead(service, 'GET /v1/lists?atLeast=999999').replace('Connection: close\r\n', '');
    caller.socket.write(head.repeat(4) + requestHead(service, 'GET /health/live'));
    await caller.ended;
    expect(caller.text.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
      '503',
      '503',
      '429',
      '429',
      '200',
    ]);
  });

  it('has a limit of feeds that does not affect others', async () => {
    await serve();
    const readers = times(FEED_LIMITS.maxFeedsPerClient, () => new FeedReader(service.url, '/v1/feed'));
    await Promise.all(readers.map((reader) => reader.connect()));
    const refused = await service.get('/v1/feed');
    expect([refused.status, refused.body['code']]).toEqual([429, 'CLIENT.FEEDS_FULL']);
    const other = new FeedReader(service.url, '/v1/feed', '127.0.0.2');
    expect((await other.connect()).statusCode).toBe(200);
    readers[0]!.cut();
    await until(async () => (await readers[0]!.connect()).statusCode === 200);
    for (const reader of [...readers, other]) reader.cut();
  });
});

describe('wrong tokens', () => {
  const token = 'a-token-of-enough-characters';
  const guess = (from: string, given = 'a-guess-of-enough-characters', headers: Record<string, string> = {}) =>
    rawRequest(service, '/v1/lists', { from, headers: { authorization: `Bearer ${given}`, ...headers } });

  it('of one address are limited and counted, without effect on others', async () => {
    service = await Service.start({ HABEAS_TOKEN: token }, { wrongTokens: 3 });
    for (let i = 0; i < 3; i += 1) expect((await guess('127.0.0.2')).status).toBe(401);
    for (const given of ['another-guess-of-characters', token]) {
      const refused = await guess('127.0.0.2', given);
      expect([refused.status, refused.code]).toEqual([429, 'AUTH.TOO_MANY_WRONG_TOKENS']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    }
    expect((await rawRequest(service, '/health/live', { from: '127.0.0.2' })).status).toBe(200);
    // A request without a token is not counted as a wrong guess.
    for (let i = 0; i < 5; i += 1)
      expect((await rawRequest(service, '/v1/lists', { from: '127.0.0.3' })).status).toBe(401);
    expect((await guess('127.0.0.3', token)).status).toBe(200);
    expect(await sample('habeas_wrong_tokens_total')).toBe(3);
    const { text } = await service.get('/metrics');
    for (const kept of [text, service.logs.join('')]) expect(kept).not.toContain('127.0.0.2');
  });

  it('expire', async () => {
    service = await Service.start({ HABEAS_TOKEN: token }, { wrongTokens: 1, wrongTokensWindowMs: 100 });
    await guess('127.0.0.2');
    await until(async () => (await guess('127.0.0.2', token)).status === 200);
  });

  it('count for the address that a trusted proxy forwards, and for no address that others forward', async () => {
    const environment = { HABEAS_TOKEN: token, HABEAS_TRUSTED_PROXIES: '127.0.0.5, 127.0.7.0/24' };
    service = await Service.start(environment, { wrongTokens: 2 });
    const by = (forwarded: string, from = '127.0.0.5', given?: string) =>
      guess(from, given, { 'x-forwarded-for': forwarded }).then(({ status }) => status);
    expect([await by('192.0.2.1'), await by('198.51.100.9, 192.0.2.1, 127.0.7.7')]).toEqual([401, 401]);
    expect([await by('192.0.2.1'), await by('203.0.113.8, 192.0.2.1:4711')]).toEqual([429, 429]);
    expect([await by('192.0.2.2', '127.0.0.5', token), await by('', '127.0.0.5', token)]).toEqual([200, 200]);
    // One machine can use all addresses of a /64.
    expect([await by('2001:db8::1'), await by('2001:db8::2:1'), await by('2001:db8::3')]).toEqual([401, 401, 429]);
    expect(await by('2001:db8:0:1::1')).toBe(401);
    // Not a trusted proxy: its X-Forwarded-For is ignored.
    expect([await by('192.0.2.7', '127.0.0.6'), await by('192.0.2.8', '127.0.0.6')]).toEqual([401, 401]);
    expect(await by('192.0.2.9', '127.0.0.6')).toBe(429);
    // If the forwarded value is no address, the proxy's own is counted.
    expect([await by('unknown'), await by('_hidden'), await by('x')]).toEqual([401, 401, 429]);
  });
});

it('a trusted proxy has more connections, and its clients have limits each', async () => {
  await serve(
    { connectionsPerAddress: 2, connectionsPerProxy: 20, bodiesPerClient: 2 },
    { HABEAS_TRUSTED_PROXIES: '127.0.0.5' },
  );
  const from = '127.0.0.5';
  const through = (client: string) => unfinishedRequest(service, { from, headers: { 'X-Forwarded-For': client } });
  const other = await through('192.0.2.2');
  const held = [];
  for (let i = 0; i < 4; i += 1) held.push(await through('192.0.2.1'));
  await Promise.all(held.slice(0, 2).map(({ ended }) => ended));
  expect(held.map(({ isOpen }) => isOpen)).toEqual([false, false, true, true]);
  other.finish();
  await other.ended;
  expect(other.status).toBe(201);
});

it('with the real limits, thousands of silent connections and endless bodies do not stop other requests', async () => {
  await serve();
  const callers: Promise<RawConnection>[] = [];
  for (let i = 0; i < 1_100; i += 1)
    callers.push(unfinishedRequest(service, { from: `127.0.0.${String(2 + (i % 3))}` }));
  for (let i = 0; i < HTTP_LIMITS.connections + 200; i += 1)
    callers.push(RawConnection.connect(service, `127.0.0.${String(5 + (i % 10))}`));
  await Promise.all(callers);
  for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.9']) await expectAnswers(from);
  expect((await write('third', '127.0.0.1')).status).toBe(201);
});
