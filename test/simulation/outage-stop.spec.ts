/** SIGTERM ends the service within five seconds, whatever its store does, and every acknowledged event is in the log. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuiltService } from '../support/built-service.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { latinName, WITH_SOURCES } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** Five seconds, and as much again for a loaded machine. A service that waited for its store would need fifteen. */
const WITHIN_MS = 10_000;

let double: EsdbDouble;
let folder: TemporaryFolder;
beforeEach(async () => {
  double = await startDouble();
  folder = await temporaryFolder();
});
afterEach(async () => {
  await double.stop();
  await folder.remove();
});

const start = (): Promise<BuiltService> =>
  BuiltService.start(folder.path, { environment: { EVENT_STORE: 'esdb', ESDB_URL: double.url } });

const expectStop = async (service: BuiltService): Promise<void> => {
  const began = performance.now();
  expect(await service.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(WITHIN_MS);
};

/** Writes until the service is gone; adds the ids of acknowledged events to `acknowledged`. */
const write = async (service: BuiltService, acknowledged: string[]): Promise<void> => {
  for (;;) {
    const key = { 'idempotency-key': randomUUID() };
    const answer = await service
      .post('/v1/cases', { names: [latinName('Ad')], ...WITH_SOURCES }, key)
      .catch(() => null);
    if (answer === null) return;
    if (answer.status === 201) acknowledged.push((answer.body['events'] as string[])[0] as string);
    else await sleep(200);
  }
};

it.each<[string, () => Promise<void> | void]>([
  ['is gone', () => double.stop()],
  ['hangs', () => double.pause()],
])('while the store %s, under 32 writers', async (_, end) => {
  const service = await start();
  const acknowledged: string[] = [];
  const writers = Array.from({ length: 32 }, () => write(service, acknowledged));
  await until(() => acknowledged.length >= 100);
  await end();
  await until(async () => (await service.get('/health/ready')).status !== 200);
  await expectStop(service);
  await Promise.all(writers);
  const stored = new Set(double.log.map(({ id }) => id));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
});

it('after a start without its store', async () => {
  await double.stop();
  await expectStop(await start());
});

it('while its read models are built anew from a store that answers no read', async () => {
  const first = await start();
  const acknowledged: string[] = [];
  const writer = write(first, acknowledged);
  await until(() => acknowledged.length >= 5);
  await expectStop(first);
  await writer;
  for (const end of ['', '-wal', '-shm']) await rm(join(folder.path, `read-models.sqlite${end}`), { force: true });
  let reads = 0;
  double.faults.plan(({ method }) => {
    if (method !== 'read') return null;
    reads += 1;
    return { outcome: 'silence' };
  });
  const second = await start();
  await until(() => reads >= 3);
  await expectStop(second);
});

it('with an open feed, a read that waits, and clients that stand still in the middle of a request', async () => {
  const service = await start();
  const feed = fetch(`${service.url}/v1/feed`).then((response) => response.text().catch(() => ''));
  const waiting = service.get('/v1/cases?atLeast=999999999-999999999').catch(() => null);
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket
    .on('error', () => undefined)
    .write('POST /v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{');
  await new Promise((resolve) => socket.once('connect', resolve));
  await expectStop(service);
  await Promise.all([feed, waiting]);
  socket.destroy();
});
