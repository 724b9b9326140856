import { request as httpRequest } from 'node:http';
import { RawConnection } from '../support/clients.js';
import { createListAndAct, latinName, openCase, WITH_SOURCES, Service, type Loose } from '../support/service.js';
import { until } from '../support/until.js';

/** Sends headers that fetch does not let callers set, such as Host. */
const raw = (service: Service, path: string, headers: Record<string, string>, method = 'GET', body = '') =>
  new Promise<{ status: number; body: Loose; headers: Loose }>((resolve, reject) => {
    const { hostname, port } = new URL(service.url);
    const asked = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Loose, headers: response.headers }),
      );
    });
    asked.on('error', reject).end(body);
  });

describe('on loopback', () => {
  let service: Service;
  let port: string;
  beforeAll(async () => {
    service = await Service.start({ HABEAS_ALLOWED_HOSTS: 'register.example, 10.0.0.5:8080' });
    port = new URL(service.url).port;
    await createListAndAct(service);
  });
  afterAll(() => service.remove());

  it('listens on 127.0.0.1 and nowhere else', () => {
    expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(service.app.getHttpServer().address()).toMatchObject({ address: '127.0.0.1' });
  });

  it.each(['localhost:PORT', '127.0.0.1:PORT', '[::1]:PORT', 'LOCALHOST:PORT', 'register.example', '10.0.0.5:8080'])(
    'takes the name %s',
    async (host) => expect((await raw(service, '/v1/lists', { host: host.replace('PORT', port) })).status).toBe(200),
  );

  it.each([
    'attacker.example',
    'attacker.example:PORT',
    'localhost',
    'localhost:1',
    'localhost.attacker.example:PORT',
    '127.0.0.1.attacker.example:PORT',
    'register.example:PORT',
    '10.0.0.5',
    'localhost:PORT@attacker.example',
  ])('refuses the host name %s, also for health checks', async (host) => {
    for (const path of ['/v1/lists', '/health/live', '/nowhere']) {
      const { status, body } = await raw(service, path, { host: host.replace('PORT', port) });
      expect([status, body['code']]).toEqual([403, 'HOST.REFUSED']);
    }
  });

  it.each(['http://attacker.example', 'null', 'http://localhost:1', 'https://register.example'])(
    'turns a page of %s away, and records nothing of it',
    async (origin) => {
      const before = (await service.storedEvents()).length;
      const headers = { origin, 'content-type': 'application/json', 'x-actor': 'person:x' };
      const list = JSON.stringify({ id: 'x', name: { en: 'x' }, ...WITH_SOURCES });
      const { status, body } = await raw(service, '/v1/lists', { host: `localhost:${port}`, ...headers }, 'POST', list);
      expect([status, body['code']]).toEqual([403, 'ORIGIN.REFUSED']);
      expect(await service.storedEvents()).toHaveLength(before);
    },
  );

  it.each([
    'Host: attacker.example',
    'Host: localhost:PORT',
    'Authorization: Bearer y',
    'Content-Type: text/plain',
    'Origin: null',
  ])('refuses a request that has two headers of the kind of %s', async (header) => {
    const [name = ''] = header.split(':');
    const first = {
      Host: 'localhost:PORT',
      Origin: 'http://localhost:PORT',
      Authorization: 'Bearer x',
      'Content-Type': 'application/json',
    };
    const others = Object.entries(first).filter(([other]) => other === 'Host' || other === name);
    const lines = [...others.map(([other, value]) => `${other}: ${value}`), header, 'Connection: close'];
    const connection = await RawConnection.connect(service, '127.0.0.1');
    connection.socket.write(['GET /v1/lists HTTP/1.1', ...lines, '', ''].join('\r\n').replaceAll('PORT', port));
    await connection.ended;
    expect(connection.text).toMatch(/^HTTP\/1\.1 400 [^]*"code":"REQUEST.MALFORMED"/);
  });

  it('accepts its own origin', async () => {
    const own = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect((await raw(service, '/v1/lists', own)).status).toBe(200);
    const proxied = { host: 'register.example', origin: 'https://register.example' };
    expect((await raw(service, '/v1/lists', proxied)).status).toBe(200);
  });

  it('sends headers against caching, framing and content sniffing', async () => {
    for (const path of ['/v1/lists', '/nowhere', '/health/live']) {
      const { headers } = await service.get(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-request-id')).not.toBeNull();
    }
  });

  it('sends no CORS headers', async () => {
    const answer = await service.request('/v1/lists', { method: 'OPTIONS', headers: {} });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });

  it('answers health checks', async () => {
    expect((await service.get('/health/live')).body).toEqual({ status: 'ok' });
    await until(async () => (await service.get('/health/ready')).status === 200);
    expect((await service.get('/health/ready')).body).toEqual({
      status: 'ok',
      parts: { log: true, 'read-models': true },
      lag: 0,
    });
  });

  it('logs one line per request, without personal data', async () => {
    const path = await openCase(service, {
      names: [latinName('Gizli Şəxsov')],
      references: [{ list: 'union', reference: 'GIZLI-7' }],
    });
    await service.get(`${path}?asOf=2025-01-01`);
    await service.get('/v1/cases?reference=union:GIZLI-7');
    await service.post(`${path}/events`, { type: 'died', place: 'Gizliyer', court: 'x' });
    await service.get('/v1/nowhere/Gizli');
    const id = path.split('/').at(-1) as string;
    const log = service.logs.join('');
    for (const secret of ['Gizli', 'GIZLI', 'Şəxsov', id, 'clerk-1', 'asOf']) expect(log).not.toContain(secret);
    const lines = service.logs.map((line) => JSON.parse(line) as Loose).filter((line) => line['msg'] === 'request');
    expect(lines).toContainEqual(
      expect.objectContaining({
        method: 'POST',
        route: '/v1/cases/:id/events',
        status: 400,
        ms: expect.any(Number),
        reqId: expect.any(String),
      }),
    );
    expect(lines.at(-1)).toMatchObject({ method: 'GET', route: null, status: 404 });
  });
});

describe('with a token', () => {
  const token = 'a-token-of-enough-characters';
  let service: Service;
  beforeAll(async () => {
    // Above the number of wrong tokens sent here; clients.spec.ts tests the limit.
    service = await Service.start({ HABEAS_TOKEN: token }, { wrongTokens: 1_000 });
  });
  afterAll(() => service.remove());

  it.each(['', 'Bearer', 'Bearer wrong-token-of-many-characters', `Basic ${token}`, `Bearer ${token}x`, token])(
    'refuses "%s", also for what there is none of',
    async (authorization) => {
      for (const path of [
        '/v1/lists',
        '/v1/docs',
        '/v1/openapi.json',
        '/metrics',
        '/nowhere',
        '/v1/cases/%zz/health/',
      ]) {
        const answer = await service.get(path, { authorization });
        if (path.includes('%zz')) expect(answer.status).toBe(400);
        else expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="habeas"']);
      }
    },
  );

  it('accepts the token, and requires none for health checks', async () => {
    expect((await service.get('/v1/lists', { authorization: `bearer ${token}` })).status).toBe(200);
    expect((await service.get('/health/live', { authorization: '' })).status).toBe(200);
    await until(async () => (await service.get('/health/ready', { authorization: '' })).status === 200);
  });

  it('does not write it into the log', () => expect(service.logs.join('')).not.toContain(token));
});

it('answers requests in progress when it stops, and accepts no new ones', async () => {
  const service = await Service.start();
  await createListAndAct(service);
  const path = await openCase(service);
  const before = (await service.storedEvents()).length;
  const writes = Array.from({ length: 20 }, (_, i) =>
    service
      .post(`${path}/events`, {
        type: 'mistreated',
        kind: 'other',
        occurredOn: `2024-01-${String(i + 10)}`,
        ...WITH_SOURCES,
      })
      .then(
        ({ status }) => status,
        () => 0,
      ),
  );
  await service.stop();
  const answers = await Promise.all(writes);
  await service.restart();
  expect((await service.storedEvents()).length - before).toBeGreaterThanOrEqual(
    answers.filter((s) => s === 201).length,
  );
  expect(answers.filter((status) => status >= 500)).toEqual([]);
  await service.remove();
});

it('a second process cannot open the folder, and releases the port', async () => {
  const service = await Service.start();
  await expect(service.restart()).rejects.toMatchObject({ name: 'DataFolderInUse' });
  await service.stop();
  await service.restart();
  expect((await service.get('/health/live')).status).toBe(200);
  await service.remove();
});
