/** A reader whose position is beyond the end of the log, for example after a restore, is told to start from the beginning. */
import { cpSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { removeInstances, startInstance } from '../support/instances.js';
import { createListAndAct, openCase, Service, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

let service: Service;
let end: number;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  await openCase(service);
  await until(async () => (await service.get('/health/ready')).status === 200);
  end = (await service.storedEvents()).length;
});
afterAll(() => service.remove());

/** The raw response, once it has ended. */
const raw = (path: string, headers: Readonly<Record<string, string>> = {}, of = service) =>
  new Promise<{ readonly status: number; readonly type: string; readonly text: string }>((resolve, reject) => {
    request(`${of.url}${path}`, { agent: false, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: Number(response.statusCode), type: String(response.headers['content-type']), text }),
      );
    })
      .on('error', reject)
      .end();
  });
/** What a feed sends up to its first event; then disconnects. */
const begun = (path: string, headers: Readonly<Record<string, string>>, of = service): Promise<string> =>
  new Promise((resolve, reject) => {
    request(`${of.url}${path}`, { agent: false, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (!text.includes('\ndata: ') || !text.endsWith('\n\n')) return;
        response.destroy();
        resolve(text);
      });
      response.on('end', () => reject(new Error(`ended: ${text}`))).on('error', () => undefined);
    })
      .on('error', reject)
      .end();
  });

const BROWSER = { accept: 'text/event-stream' };

it.each(['/v1/feed?after=', '/v1/feed?list=union&after=', '/v1/events?after=', '/v1/history?after='])(
  'is answered 410 at once by %s',
  async (path) => {
    const { status, body } = await service.get(`${path}${String(end + 1)}`);
    expect([status, body['code']]).toEqual([410, 'POSITION.BEYOND_LOG']);
  },
);

it('a feed answers 410 for a Last-Event-ID beyond the log, also if `after` is within it', async () => {
  const { status, body } = await service.get('/v1/feed?after=1', { 'last-event-id': String(end + 1) });
  expect([status, body['code']]).toEqual([410, 'POSITION.BEYOND_LOG']);
});

it('the position of the last event is not beyond the log', async () => {
  expect((await service.get(`/v1/events?after=${String(end)}`)).text).toBe('');
  expect((await service.get(`/v1/history?after=${String(end)}`)).body['items']).toEqual([]);
  const fed = begun('/v1/feed', { ...BROWSER, 'last-event-id': String(end) });
  await openCase(service);
  end += 1;
  expect(await fed).toContain(`\nid: ${String(end)}\ndata: `);
});

it.each([
  ['in Last-Event-ID', '/v1/feed?after=1', (beyond: string) => ({ 'last-event-id': beyond })],
  ['in the address', `/v1/feed?after=${String(Number.MAX_SAFE_INTEGER)}`, () => ({})],
])('a browser gets a reset event, and reconnects for the first event: %s', async (_, path, headers) => {
  const { status, type, text } = await raw(path, { ...BROWSER, ...headers(String(end + 7)) });
  expect([status, type]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const [, id, data] = /^retry: \d+\n\nid: (\d+)\nevent: reset\ndata: (.*)\n\n$/.exec(text) ?? [];
  expect(JSON.parse(String(data))).toMatchObject({ status: 410, code: 'POSITION.BEYOND_LOG' });
  // EventSource reconnects with its last id, which takes precedence over `after`.
  expect(await begun(path, { ...BROWSER, 'last-event-id': String(id) })).toMatch(/^retry: \d+\n\nid: 1\ndata: /);
});

it('both answer HEAD without a body', async () => {
  const asked = { method: 'HEAD', headers: { 'last-event-id': String(end + 1) } };
  expect((await service.request('/v1/feed', asked)).status).toBe(410);
  const reset = await service.request('/v1/feed', { ...asked, headers: { ...asked.headers, ...BROWSER } });
  expect([reset.status, reset.headers.get('content-length')]).toEqual([200, null]);
});

it('a page cursor made from a longer log is refused', async () => {
  const other = await Service.start();
  await createListAndAct(other);
  for (let n = 0; n < 3; n += 1) await openCase(other);
  await until(async () => (await other.get('/health/ready')).status === 200);
  await other.stop();
  const folder: TemporaryFolder = await temporaryFolder();
  cpSync(other.data, join(folder.path, 'earlier'), { recursive: true });
  await other.restart();
  await openCase(other);
  await until(async () => (await other.get('/health/ready')).status === 200);
  const next = String((await other.get('/v1/cases?limit=1')).body['next']);
  await other.stop();
  rmSync(other.data, { recursive: true });
  cpSync(join(folder.path, 'earlier'), other.data, { recursive: true });
  await other.restart();
  await until(async () => (await other.get('/health/ready')).status === 200);
  const { status, body } = await other.get(`/v1/cases?limit=1&after=${encodeURIComponent(next)}`);
  expect([status, body['code']]).toEqual([410, 'POSITION.BEYOND_LOG']);
  await other.remove();
  await folder.remove();
});

describe('on two instances', () => {
  let double: EsdbDouble;
  beforeEach(async () => (double = await startDouble()));
  afterEach(async () => {
    await removeInstances();
    await double.stop();
  });

  it('a position that another instance returned is waited for', async () => {
    const url = `${double.url}&defaultDeadline=1000`;
    const [one, other] = [await startInstance(url), await startInstance(url)];
    await createListAndAct(one);
    for (let n = 0; n < 20; n += 1) {
      const path = await openCase(one);
      const position = await positionAfter(one, path);
      const { status } = await other.get(`/v1/events?after=${String(position)}`);
      expect(status).toBe(200);
      const { body } = await other.get(`/v1/events?after=${String(position + 1)}`);
      expect(body['code']).toBe('POSITION.BEYOND_LOG');
    }
  });

  /** The position of the last event. */
  const positionAfter = async (of: Service, path: string): Promise<number> => {
    await until(async () => (await of.get(path)).status === 200);
    const { body } = await of.get(`${path}/history`);
    return Number((body['items'] as readonly Loose[]).at(-1)?.['position']);
  };
});
