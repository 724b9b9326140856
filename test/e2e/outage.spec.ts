/** EventStoreDB is unavailable while the service runs or starts, or comes back with another log. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { removeInstances, startInstance } from '../support/instances.js';
import {
  createListAndAct,
  latinName,
  openCase,
  WITH_SOURCES,
  type HttpReply,
  type Service,
} from '../support/service.js';

const POLL_MS = 10;

let double: EsdbDouble;
let service: Service;
beforeEach(async () => {
  double = await startDouble();
  service = await startInstance(double.url);
  await createListAndAct(service);
});
afterEach(async () => {
  await removeInstances();
  await double.stop();
});

/** Without a circuit breaker every call waits for the store three times five seconds; a loaded machine may need some seconds. */
const AT_ONCE_MS = 5_000;
const timed = async <R>(work: Promise<R>): Promise<readonly [R, number]> => {
  const began = performance.now();
  return [await work, performance.now() - began];
};
const arrested = (path: string): Promise<HttpReply> =>
  service.post(`${path}/events`, { type: 'arrested', occurredOn: '2024-01', ...WITH_SOURCES });
const ready = (): Promise<HttpReply> => service.get('/health/ready');
const untilReady = async (status: number): Promise<HttpReply> => {
  for (;;) {
    const reply = await ready();
    if (reply.status === status) return reply;
    await sleep(POLL_MS);
  }
};
/** Opens a case, and waits until the read models have it. */
const known = async (): Promise<string> => {
  const path = await openCase(service);
  await service.getAfter(await arrested(path), path);
  return path;
};

it('an instance with complete read models that starts without its store reads at once, and goes on by itself', async () => {
  const path = await known();
  await service.stop();
  await double.stop();
  const [, started] = await timed(service.restart());
  expect(started).toBeLessThan(AT_ONCE_MS);
  const [read, waited] = await timed(service.get(path));
  expect([read.status, read.body['revision']]).toEqual([200, 1]);
  expect(waited).toBeLessThan(AT_ONCE_MS);
  expect((await ready()).status).toBe(503);
  const [refused, refusedAfter] = await timed(arrested(path));
  expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([
    503,
    'REGISTER.UNAVAILABLE',
    '1',
  ]);
  expect(refusedAfter).toBeLessThan(AT_ONCE_MS);
  await double.start();
  await untilReady(200);
  const written = await service.post('/v1/cases', { names: [latinName('Ad')], ...WITH_SOURCES });
  expect(written.status).toBe(201);
  expect((await service.getAfter(written, path)).status).toBe(200);
});

it.each<[string, () => Promise<void> | void]>([
  ['is gone', () => double.stop()],
  ['hangs', () => double.pause()],
])('readiness answers at once while the store %s, and says that it is not ready', async (_, end) => {
  await untilReady(200);
  await end();
  for (let status = 200; status !== 503;) {
    const [reply, ms] = await timed(ready());
    expect(ms).toBeLessThan(AT_ONCE_MS);
    status = reply.status;
    await sleep(POLL_MS);
  }
  expect((await service.get('/health/live')).status).toBe(200);
  double.resume();
});

it('readiness notices a node that reads and takes no write, before anybody writes', async () => {
  await untilReady(200);
  double.faults.plan(({ method }) => (method === 'append' ? { outcome: 'no-leader' } : null));
  expect((await untilReady(503)).body['codes']).toEqual({ log: 'STORE_UNWRITABLE' });
  double.faults.clear();
  await untilReady(200);
});

it('the log is replayed from what the read models hold of it while the store is gone', async () => {
  const path = await known();
  const before = await service.get('/v1/events');
  await double.stop();
  const [during, ms] = await timed(service.get('/v1/events'));
  expect([during.status, during.text]).toEqual([200, before.text]);
  expect(during.text).toContain(path.split('/').at(-1));
  expect(ms).toBeLessThan(AT_ONCE_MS);
});

it.each<[string, (records: number) => void]>([
  ['emptied', () => double.truncate(0)],
  ['cut short', (records) => double.truncate(records - 2)],
])('a log that was %s under the running instance is damaged: writes refused, reads go on', async (_, change) => {
  const path = await known();
  await double.stop();
  change(double.log.length);
  const left = double.log.length;
  await double.start();
  let write = await arrested(path);
  for (; write.body['code'] === 'REGISTER.UNAVAILABLE'; write = await arrested(path)) await sleep(POLL_MS);
  expect([write.status, write.body['code']]).toEqual([503, 'REGISTER.DAMAGED']);
  const opened = await service.post('/v1/cases', { names: [latinName('Ad')], ...WITH_SOURCES });
  expect([opened.status, opened.body['code']]).toEqual([503, 'REGISTER.DAMAGED']);
  expect((await service.get(path)).body['revision']).toBe(1);
  const { body } = await ready();
  expect(body['codes']).toMatchObject({ log: 'STORE_DAMAGED' });
  expect(double.log.length).toBe(left);
});
