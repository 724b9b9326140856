/** Metrics, and the correlation id from a request to the log. */
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { ReadModels } from '../../src/read-models/read-models.js';
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
let path: string;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  path = await openCase(service, { names: [latinName('Gizli Şəxsov')] });
});
afterAll(() => service.remove());

/** The value of the metric `name{labels}`. */
const sample = ({ text }: HttpReply, line: string): number => {
  const found = text.split('\n').find((l) => l.startsWith(`${line} `));
  if (found === undefined) throw new Error(`no ${line} in\n${text}`);
  return Number(found.slice(line.length));
};

describe('metrics', () => {
  it('are text for Prometheus, of the process and of the register', async () => {
    const log = await service.storedEvents();
    const last = log.at(-1)!;
    await service.get(`/v1/cases?atLeast=${last.cursor}`);
    const metrics = await service.get('/metrics');
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(sample(metrics, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(sample(metrics, 'habeas_log_events')).toBe(log.length);
    expect(sample(metrics, 'habeas_read_models_position')).toBe(log.length);
    expect(sample(metrics, 'habeas_projection_lag_seconds')).toBe(0);
    expect(sample(metrics, 'habeas_events_appended_total')).toBe(log.length);
    expect(sample(metrics, 'habeas_append_duration_seconds_count{outcome="appended"}')).toBe(log.length);
    expect(sample(metrics, 'habeas_appends_waiting')).toBe(0);
    expect(sample(metrics, 'habeas_ready{part="log"}')).toBe(1);
    expect(sample(metrics, 'habeas_ready{part="read-models"}')).toBe(1);
    expect(metrics.text).not.toContain('habeas_not_ready{');
    expect(metrics.text).not.toContain('habeas_rebuild_done{');
    // The request for the metrics itself.
    expect(sample(metrics, 'habeas_http_requests_under_way')).toBe(1);
  });

  it('count requests by the pattern of their route, never by what was asked for', async () => {
    await service.get(`${path}?asOf=2025-01-01`);
    await service.get('/v1/cases/nobody-of-this-name');
    await service.get('/v1/nowhere/gizli');
    await service.request('/v1/cases/x', { method: 'PROPFIND' });
    const metrics = await service.get('/metrics');
    const of = (labels: string): number => sample(metrics, `habeas_http_request_duration_seconds_count{${labels}}`);
    expect(of('method="GET",route="/v1/cases/:id",status="200"')).toBe(1);
    expect(of('method="GET",route="/v1/cases/:id",status="404"')).toBe(1);
    expect(of('method="GET",route="none",status="404"')).toBe(1);
    for (const secret of ['gizli', 'Gizli', 'nobody-of', 'asOf', path.split('/').at(-1) as string])
      expect(metrics.text).not.toContain(secret);
  });

  it('say why a part is not ready, and how old the oldest event is that was not projected', async () => {
    const own = await Service.start();
    await createListAndAct(own);
    await own.app.get(ReadModels).stop();
    await own.post('/v1/lists', { id: 'other', name: { en: 'Other' }, ...WITH_SOURCES });
    const behind = await own.get('/metrics');
    expect(sample(behind, 'habeas_ready{part="read-models"}')).toBe(0);
    expect(sample(behind, 'habeas_not_ready{part="read-models",code="BUILDING"}')).toBe(1);
    expect(sample(behind, 'habeas_projection_lag_seconds')).toBeGreaterThan(0);
    await own.app.get<EventStore>(EVENT_STORE).close();
    const gone = await own.get('/metrics');
    expect(sample(gone, 'habeas_not_ready{part="log",code="STORE_UNAVAILABLE"}')).toBe(1);
    expect(sample(gone, 'habeas_projection_lag_seconds')).toBeNaN();
    await own.remove();
  });
});

describe('one id', () => {
  const eventOf = async (reply: HttpReply): Promise<Loose> => {
    const id = (reply.body['events'] as string[])[0];
    return (await service.storedEvents()).find((event) => event.id === id) as unknown as Loose;
  };
  const record = (headers: Record<string, string>): Promise<HttpReply> =>
    service.post(`${path}/events`, { type: 'mistreated', kind: 'other', occurredOn: '2024', ...WITH_SOURCES }, headers);

  it('goes from the header of the request into its answer, its line in the log and the stored event', async () => {
    const id = '0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
    const reply = await record({ 'x-request-id': id });
    expect(reply.headers.get('x-request-id')).toBe(id.toLowerCase());
    expect(await eventOf(reply)).toMatchObject({ correlationId: id.toLowerCase() });
    const lines = service.logs.map((line) => JSON.parse(line) as Loose);
    expect(lines.filter((line) => line['reqId'] === id.toLowerCase())).toEqual([
      expect.objectContaining({ msg: 'request', method: 'POST', route: '/v1/cases/:id/events', status: 201 }),
    ]);
    const token = String(reply.body['token']);
    const history = await service.get(`${path}/history?type=mistreated&atLeast=${token}`);
    expect(history.body['items']).toContainEqual(expect.objectContaining({ correlationId: id.toLowerCase() }));
  });

  it.each(['Gizli Sexsov', '', 'x'.repeat(5_000), 'ffffffff-c3d4-7e5f-8a9b', '"; DROP TABLE', '../../etc/passwd'])(
    'that is no UUID (%s) is replaced by one made here, and goes nowhere',
    async (given) => {
      const reply = await record({ 'x-request-id': given });
      const made = reply.headers.get('x-request-id') as string;
      expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      expect(await eventOf(reply)).toMatchObject({ correlationId: made });
      if (given !== '') expect(service.logs.join('')).not.toContain(given);
    },
  );

  it('is one, also where a header came twice', async () => {
    const [a, b] = ['0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a51', '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a52'];
    const reply = await record({ 'x-request-id': `${a}, ${b}` });
    expect([a, b]).not.toContain(reply.headers.get('x-request-id'));
  });
});
