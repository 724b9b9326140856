/** Two instances over one EventStoreDB, which share nothing but the log. */
import { askAgain, postOnce } from '../support/ask-again.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { removeInstances, startInstance } from '../support/instances.js';
import { createListAndAct, latinName, openCase, WITH_SOURCES, type Service } from '../support/service.js';
import { until } from '../support/until.js';

let double: EsdbDouble;
let one: Service;
let other: Service;
beforeAll(async () => {
  double = await startDouble();
  const url = `${double.url}&defaultDeadline=1000`;
  [one, other] = [await startInstance(url), await startInstance(url)];
  await createListAndAct(one);
});
afterAll(async () => {
  await removeInstances();
  await double.stop();
});

const ARRESTED = { type: 'arrested', occurredOn: '2024-01', ...WITH_SOURCES };
const written = (path: string) => postOnce(one, `${path}/events`, ARRESTED);
const statusAndCode = ({ status, body }: Awaited<ReturnType<Service['get']>>) => [status, body['code']];

it('what is written on one is read on the other by its token', async () => {
  const path = await openCase(one);
  const report = await written(path);
  const there = await other.getAfter(report, path);
  expect([there.status, there.body['revision']]).toEqual([200, 1]);
  expect(there.body).toEqual((await one.getAfter(report, path)).body);
});

it('64 writers on two instances race for a reference: one has it', async () => {
  const body = { names: [latinName('Nümunə')], references: [{ list: 'union', reference: 'AZ-7777' }], ...WITH_SOURCES };
  const replies = await Promise.all(
    Array.from({ length: 64 }, (_, i) => postOnce(i % 2 === 0 ? one : other, '/v1/cases', body)),
  );
  const winners = replies.filter(({ status }) => status === 201);
  expect(winners).toHaveLength(1);
  expect(new Set(replies.filter(({ status }) => status !== 201).map(({ body: { code } }) => code))).toEqual(
    new Set(['REFERENCE.TAKEN']),
  );
  const token = encodeURIComponent(String(winners[0]?.body['token']));
  for (const service of [one, other]) {
    const found = await askAgain(() => service.get(`/v1/cases?reference=union:AZ-7777&atLeast=${token}`));
    expect(found.body['items']).toHaveLength(1);
  }
});

it('64 writers on one case through two instances are all recorded, though each decides for itself', async () => {
  const path = await openCase(one);
  const body = (i: number) => ({ type: 'named', name: latinName(`Ad ${i}`), ...WITH_SOURCES });
  const replies = await Promise.all(
    Array.from({ length: 64 }, (_, i) => postOnce(i % 2 === 0 ? one : other, `${path}/events`, body(i))),
  );
  expect(replies.map(({ status }) => status)).toEqual(Array(64).fill(201));
  expect(new Set(replies.map(({ body: told }) => told['revision'])).size).toBe(64);
});

it('a request repeated on the other instance answers as the first time did', async () => {
  const path = await openCase(one);
  const key = { 'idempotency-key': 'the-same' };
  const [first, second] = [
    await askAgain(() => one.post(`${path}/events`, ARRESTED, key)),
    await askAgain(() => other.post(`${path}/events`, ARRESTED, key)),
  ];
  expect([second.status, second.body]).toEqual([201, first.body]);
});

it('an instance that comes later has all that was recorded, at the same positions', async () => {
  const report = await written(await openCase(one));
  const late = await startInstance(double.url);
  const path = '/v1/history?limit=200';
  expect((await late.getAfter(report, path)).text).toBe((await one.getAfter(report, path)).text);
});

it('with the server gone, writing is told to come again, reading goes on, readiness says so; it recovers by itself', async () => {
  const path = await openCase(one);
  const before = await written(path);
  await other.getAfter(before, path);
  await double.stop();
  const refused = await one.post(`${path}/events`, ARRESTED);
  expect([...statusAndCode(refused), refused.headers.get('retry-after')]).toEqual([503, 'REGISTER.UNAVAILABLE', '1']);
  for (const service of [one, other]) {
    expect((await service.get(path)).body['revision']).toBe(1);
    const ready = await service.get('/health/ready');
    expect([ready.status, ready.body['parts'].log]).toEqual([503, false]);
    expect((await service.get('/health/live')).status).toBe(200);
  }
  await double.start();
  const isReady = async (service: Service): Promise<boolean> => (await service.get('/health/ready')).status === 200;
  await until(async () => (await isReady(one)) && (await isReady(other)));
  const after = await written(await openCase(one));
  expect(after.status).toBe(201);
  expect((await other.getAfter(after, '/v1/history')).status).toBe(200);
});

it('a foreign event in the log stops the read models there, and is told; what was before is read on', async () => {
  const path = await openCase(one);
  const report = await written(path);
  await one.getAfter(report, path);
  double.appendForeign(`habeas.${path.replace('/v1/cases/', 'case-')}`, { type: 'notOurs' });
  await until(async () => (await one.get('/health/ready')).status === 503);
  expect((await one.get('/health/ready')).body['parts']['read-models']).toBe(false);
  expect(statusAndCode(await one.post(`${path}/events`, ARRESTED))).toEqual([503, 'REGISTER.DAMAGED']);
  expect((await one.get(path)).body['revision']).toBe(1);
});
