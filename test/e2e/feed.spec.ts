import { EVENT_STORE, MAX_READ, type EventStore } from '../../src/event-store/port.js';
import { createListAndAct, latinName, openCase, WITH_SOURCES, Service, type Loose } from '../support/service.js';
import { effort } from '../support/effort.js';
import { FeedReader } from '../support/reader.js';

const EVENTS = effort(400, 1_000);

let service: Service;
const readers: FeedReader[] = [];
beforeEach(async () => {
  service = await Service.start();
  await createListAndAct(service);
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.cut();
  await service.remove();
});

const reader = (path = '/v1/feed'): FeedReader => {
  const made = new FeedReader(service.url, path);
  readers.push(made);
  return made;
};
const tried = (occurredOn: string) => ({ type: 'tried', occurredOn, ...WITH_SOURCES });
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

it(`gives two readers each of ${EVENTS} events once and in order, also where one is cut off again and again`, async () => {
  const [steady, cut] = [reader(), reader()];
  await steady.connect();
  await cut.connect();
  const before = (await service.storedEvents()).length;
  const write = async (): Promise<void> => {
    const opened = { type: 'opened', names: [latinName('Nümunə')], ...WITH_SOURCES };
    for (let written = 0; written < EVENTS; written += 20)
      await service.post(
        '/v1/events',
        Array.from({ length: 20 }, () => opened),
      );
  };
  const writing = write();
  for (const part of [0.1, 0.3, 0.301, 0.64]) {
    await cut.until(() => cut.ids.length >= part * EVENTS);
    cut.cut();
    await cut.until(() => cut.ended);
    await cut.connect();
  }
  await writing;
  const all = before + EVENTS;
  await steady.until(() => steady.ids.length >= all);
  await cut.until(() => cut.ids.length >= all);
  for (const { ids, data } of [steady, cut]) {
    expect(ids).toEqual(upTo(all));
    expect(data.map((event) => event['position'])).toEqual(upTo(all));
  }
  const log = await service.app.get<EventStore>(EVENT_STORE).read(null, MAX_READ);
  expect(steady.data.map((event) => event['id'])).toEqual(log.map(({ id }) => id));
});

it('shows an event as the replay shows it, and as the document says', async () => {
  const written = await service.post('/v1/cases', { names: [latinName('Nümunə')], ...WITH_SOURCES });
  const replayed = (await service.getAfter(written, '/v1/events')).text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Loose);
  const follower = reader();
  const { headers, statusCode } = await follower.connect();
  expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no-store',
  ]);
  expect(headers['x-request-id']).toEqual(expect.any(String));
  await follower.until(() => follower.ids.length === replayed.length);
  expect(follower.data).toEqual(replayed);
  const text = follower.data.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  (await service.document()).check('GET', '/v1/feed', 200, 'text/event-stream', text);
});

it('begins after a position, that of the header before that of the parameter, and filters by list and type', async () => {
  const path = await openCase(service);
  await service.post(`${path}/events`, { type: 'proposed', list: 'union', occurredOn: '2024-05', ...WITH_SOURCES });
  const last = await service.post(`${path}/events`, tried('2024-06'));
  await service.getAfter(last, '/v1/cases');
  const all = (await service.storedEvents()).length;
  const after = reader(`/v1/feed?after=${all - 1}`);
  await after.connect();
  await after.until(() => after.ids.length === 1);
  expect(after.ids).toEqual([all]);
  const resumed = reader('/v1/feed?after=0');
  await resumed.connect({ 'last-event-id': String(all - 2) });
  await resumed.until(() => resumed.ids.length === 2);
  expect(resumed.ids).toEqual([all - 1, all]);
  const ofList = reader('/v1/feed?list=union&type=list-defined&type=tried&type=opened');
  await ofList.connect();
  await ofList.until(() => ofList.ids.length === 2);
  expect(ofList.data.map((event) => event['event'].type)).toEqual(['list-defined', 'tried']);
});

it.each([
  ['/v1/feed?wat=1', {}, 'FIELD.UNKNOWN wat'],
  ['/v1/feed?after=x', {}, 'FIELD.WRONG_KIND after'],
  ['/v1/feed?list=No', {}, 'TEXT.FORM list'],
  ['/v1/feed?type=nothing', {}, 'VALUE.UNKNOWN type'],
  ['/v1/feed', { 'last-event-id': '-1' }, 'FIELD.WRONG_KIND last-event-id'],
])('%s %j is answered by a problem document: %s', async (path, headers, error) => {
  const { status, body } = await service.get(path, headers);
  expect([status, body['code']]).toEqual([400, 'REQUEST.INVALID']);
  expect(body['errors'].map((e: Loose) => `${e['code']} ${e['parameter'] ?? e['header']}`)).toEqual([error]);
});

it('of an unknown list is 404; a HEAD is answered and keeps nothing open', async () => {
  expect((await service.get('/v1/feed?list=nobody')).body['code']).toBe('SUBJECT.UNKNOWN');
  const head = await service.request('/v1/feed', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(head.headers.get('content-length')).toBeNull();
});

it('is ended when the service stops, and resumed when it serves again', async () => {
  const follower = reader();
  await follower.connect();
  const { length } = await service.storedEvents();
  await follower.until(() => follower.ids.length === length);
  await service.stop();
  await follower.until(() => follower.ended);
  await service.restart();
  const next = new FeedReader(service.url, '/v1/feed');
  await openCase(service);
  await next.connect({ 'last-event-id': String(follower.ids.at(-1)) });
  await next.until(() => next.ids.length === 1);
  expect(next.ids).toEqual([length + 1]);
  next.cut();
});
