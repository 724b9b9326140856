/** The last event of the log is in the future: nothing is recorded until an operator corrects the clock or accepts the log. */
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { runCli } from '../support/command-line.js';
import { newEvent, newStreamName } from '../support/new-events.js';
import { answersOfRecordingRoutes, CLAIM, RECORDING_ROUTES } from '../support/recording-routes.js';
import { createListAndAct, openCase, readinessOf, WITH_SOURCES, Service } from '../support/service.js';
import { until } from '../support/until.js';

const AHEAD = '2096-01-05T10:20:30.456Z';
const BEFORE = '2096-01-05T10:20:30Z';
const AFTER = '2096-01-05T10:20:31Z';

let service: Service;
let path: string;
let events: string;
beforeEach(async () => {
  service = await Service.start();
  await createListAndAct(service);
  path = await openCase(service, { references: [{ list: 'union', reference: 'AZ-1' }] });
  expect((await service.post('/v1/claims', { id: 'a-claim', ...CLAIM })).status).toBe(201);
  await service.stop();
  // Recorded by a service whose clock is wrong.
  events = join(service.data, 'events.sqlite');
  const store = createSqliteStore({ file: events });
  await store.append(newStreamName(), 'no-stream', [newEvent({ recordedAt: AHEAD })]);
  await store.close();
});
afterEach(() => service.remove());

const untilRead = async (): Promise<void> => {
  await until(async () => (await service.get('/health/ready')).body['parts']['read-models'] === true);
};
const readiness = () => readinessOf(service);
const report = { type: 'mistreated', kind: 'other', occurredOn: '2024', ...WITH_SOURCES };
const length = async (): Promise<number> => (await service.get('/v1/events')).text.trim().split('\n').length;

it.each([
  ['without a setting', {}],
  ['with one that ends before it', { HABEAS_ACCEPT_CLOCK: BEFORE }],
])(
  '%s every route that records events answers a code, is told by readiness, and reads go on',
  async (_, environment) => {
    await service.restart(environment);
    await untilRead();
    expect(await readiness()).toEqual([503, { log: 'CLOCK_BEHIND' }]);
    const before = await length();
    expect(await answersOfRecordingRoutes(service, path)).toEqual(
      Array<unknown>(RECORDING_ROUTES).fill([503, 'REGISTER.CLOCK_BEHIND']),
    );
    expect(await length()).toBe(before);
    expect((await service.get(path)).status).toBe(200);
    expect(await readiness()).toEqual([503, { log: 'CLOCK_BEHIND' }]);
  },
);

it('is gone on with where people accepted it: new events have the instant of the last one', async () => {
  await service.restart({ HABEAS_ACCEPT_CLOCK: AFTER });
  await untilRead();
  expect(await readiness()).toEqual([200, {}]);
  expect((await service.post(`${path}/events`, report)).status).toBe(201);
  expect((await service.storedEvents()).at(-1)).toMatchObject({ event: { type: 'mistreated' }, recordedAt: AHEAD });
  const answers = await answersOfRecordingRoutes(service, path);
  expect(answers.map(([status]) => status)).toEqual([201, 201, 201, 201, 201, 201, 201, 201, 202, 201, 201]);
});

it('a command that records ends with the code, and taking the log out does not', async () => {
  const file = 'test/fixtures/real-list/definitions.json';
  const refused = await runCli(['import', file, '--data', service.data]);
  expect([refused.code, refused.out + refused.err]).toEqual([2, expect.stringContaining('REGISTER.CLOCK_BEHIND')]);
  expect((await runCli(['export', '--data', service.data])).code).toBe(0);
  const store = createSqliteStore({ file: events, readonly: true });
  expect(await store.lastRecordedAt()).toBe(AHEAD);
  await store.close();
});
