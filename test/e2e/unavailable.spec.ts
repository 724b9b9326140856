import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { createListAndAct, openCase, WITH_SOURCES, Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
});
afterAll(() => service.remove());

it('a token that the log never reaches is waited for within a bound', async () => {
  const answer = await service.get('/v1/cases?atLeast=999999');
  expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([503, 'READS.BEHIND', '1']);
});

it('a store that is gone: writing is told to come again, reading goes on, readiness says so', async () => {
  const path = await openCase(service);
  await service.get('/v1/cases');
  await service.app.get<EventStore>(EVENT_STORE).close();
  const write = await service.post(`${path}/events`, { type: 'arrested', occurredOn: '2024-01', ...WITH_SOURCES });
  expect([write.status, write.body['code'], write.headers.get('retry-after')]).toEqual([
    503,
    'REGISTER.UNAVAILABLE',
    '1',
  ]);
  expect((await service.get('/v1/lists/union')).status).toBe(200);
  const ready = await service.get('/health/ready');
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
  expect(ready.body).toEqual({
    status: 'not-ready',
    parts: { log: false, 'read-models': false },
    codes: { log: 'STORE_UNAVAILABLE', 'read-models': 'STORE_UNAVAILABLE' },
    lag: null,
  });
  expect((await service.get('/health/live')).status).toBe(200);
  await service.stop();
  await service.restart();
  expect(
    (await service.post(`${path}/events`, { type: 'arrested', occurredOn: '2024-01', ...WITH_SOURCES })).status,
  ).toBe(201);
});
