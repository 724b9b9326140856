/** Exceeds every limit of the server, with small limits. Limits of bodies and pages are in bad-input.spec.ts. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { HttpLimits } from '../../src/http/limits.js';
import { EVENT_STORE, StoreBusy, type EventStore } from '../../src/event-store/port.js';
import { MAX_QUEUED_APPENDS } from '../../src/event-store/request-checks.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { newEvent, newStreamName, namedEvent } from '../support/new-events.js';
import { createListAndAct, WITH_SOURCES, Service, type Loose, type HttpReply } from '../support/service.js';
import { until } from '../support/until.js';

let service: Service;
afterEach(() => service.remove());

const serve = async (limits: Partial<HttpLimits>): Promise<void> => {
  service = await Service.start({}, limits);
  await createListAndAct(service);
};

const dial = async (): Promise<Socket> => {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
};

/** All bytes until the connection closes. */
const heard = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await new Promise((end) =>
    socket
      .resume()
      .on('error', () => undefined)
      .on('close', end),
  );
  return text;
};

const head = (line: string, ...headers: string[]): string =>
  [line, `Host: ${new URL(service.url).host}`, ...headers, '', ''].join('\r\n');
const LIST_BODY = JSON.stringify({ id: 'other', name: { en: 'Other' }, ...WITH_SOURCES });
/** A write whose last byte is not sent yet. */
const held = async (): Promise<Socket> => {
  const socket = await dial();
  const headers = ['Content-Type: application/json', 'X-Actor: person:x', 'Connection: close'];
  socket.write(head('POST /v1/lists HTTP/1.1', ...headers, `Content-Length: ${String(Buffer.byteLength(LIST_BODY))}`));
  socket.write(LIST_BODY.slice(0, -1));
  return socket;
};
const codeIn = (text: string): string => String((JSON.parse(text.split('\r\n\r\n')[1] as string) as Loose)['code']);

it('more requests at once than may be are told to come again, and recorded nothing; health is answered', async () => {
  await serve({ requests: 2 });
  const answers: Promise<HttpReply>[] = [];
  let refused: HttpReply;
  // Until two requests wait for an event that does not come; this request itself may take a slot, so one of theirs may be refused.
  do {
    answers.push(service.get('/v1/lists?atLeast=999999'));
    refused = await service.get('/v1/lists');
  } while (refused.status === 200);
  expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([
    503,
    'REGISTER.BUSY',
    '1',
  ]);
  const written = await service.post('/v1/lists', { id: 'third', name: { en: 'Third' }, ...WITH_SOURCES });
  expect([written.status, written.body['code']]).toEqual([503, 'REGISTER.BUSY']);
  expect((await service.get('/health/live')).status).toBe(200);
  const codes = (await Promise.all(answers)).map(({ body }) => String(body['code']));
  expect(codes.filter((code) => code !== 'REGISTER.BUSY')).toEqual(['READS.BEHIND', 'READS.BEHIND']);
  const lists = await service.get('/v1/lists');
  expect([lists.status, lists.text.includes('third')]).toEqual([200, false]);
});

it('of more connections than may be those that have waited longest are ended', async () => {
  await serve({ connections: 3 });
  const sockets = [await dial(), await dial(), await dial(), await dial(), await dial()];
  expect(await heard(sockets[0] as Socket)).toBe('');
  expect(await heard(sockets[1] as Socket)).toBe('');
  expect((await service.get('/health/live')).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});

it('a request that does not come in whole in time is answered so', async () => {
  await serve({ requestMs: 100, checkIntervalMs: 20 });
  const text = await heard(await held());
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(codeIn(text)).toBe('REQUEST.TIMEOUT');
  expect((await service.get('/v1/lists/other')).status).toBe(404);
});

it('callers who go away make room for others', async () => {
  await serve({ requests: 2 });
  for (let i = 0; i < 5; i += 1) (await held()).destroy();
  await until(async () => (await service.get('/v1/lists')).status === 200);
});

it('callers who go away make room for all that they asked at once', async () => {
  await serve({ requests: 3 });
  const socket = await dial();
  // Answers come in order: those to the others wait behind the feed, which does not end.
  socket.write(head('GET /v1/feed HTTP/1.1') + head('GET /v1/lists HTTP/1.1').repeat(3));
  // So that no request of below takes the place of one of these.
  await once(socket, 'data');
  await until(async () => (await service.get('/v1/lists')).status === 503);
  socket.destroy();
  await until(async () => (await service.get('/v1/lists')).status === 200);
  await until(async () => (await service.get('/metrics')).text.includes('habeas_http_requests_under_way 1\n'));
});

it('bytes that are no request get no answer within that of another', async () => {
  await serve({});
  const socket = await dial();
  socket.write(head('GET /v1/feed HTTP/1.1'));
  await once(socket, 'data');
  socket.write('\u0000nonsense\r\n\r\n');
  expect(await heard(socket)).not.toContain('REQUEST.MALFORMED');
});

it('headers that are too large are answered so', async () => {
  await serve({});
  const socket = await dial();
  socket.write(head('GET /v1/lists HTTP/1.1', `X-Large: ${'x'.repeat(20_000)}`));
  const text = await heard(socket);
  expect(text).toMatch(/^HTTP\/1\.1 431 /);
  expect(codeIn(text)).toBe('REQUEST.HEADERS_TOO_LARGE');
});

it('an answer that does not begin in time is given up, and the late one is dropped', async () => {
  await serve({ responseStartMs: 50 });
  const late = await service.get('/v1/lists?atLeast=999999');
  expect([late.status, late.body['code'], late.headers.get('retry-after')]).toEqual([503, 'REGISTER.OVERDUE', '1']);
  // On a loaded machine any answer may be late.
  await until(async () => (await service.get('/v1/lists')).status === 200);
  await service.stop();
  expect(service.logs.filter((line) => JSON.parse(line)['level'] >= 40)).toEqual([]);
});

it('a reader who takes nothing any more is cut off, one who reads slowly is not', async () => {
  await serve({ stalledConnectionMs: 1_000 });
  // More than the socket buffers hold.
  const large = () => newEvent({ event: { ...namedEvent('x'.repeat(200)), note: 'x'.repeat(12_000) } });
  const store = service.app.get<EventStore>(EVENT_STORE);
  await Promise.all(Array.from({ length: 1_500 }, () => store.append(newStreamName(), 'no-stream', [large()])));
  await until(async () => (await service.app.get(ReadModels).readiness()).caughtUp);
  const ask = head('GET /v1/events HTTP/1.1', 'Connection: close');
  const stalled = await dial();
  stalled.pause();
  stalled.write(ask);
  const slow = await dial();
  slow.write(ask);
  let bytes = 0;
  for await (const chunk of slow) {
    bytes += (chunk as Buffer).length;
    await turn();
  }
  expect(bytes).toBeGreaterThan(1_500 * 12_000);
  await until(async () => (await service.get('/metrics')).text.includes('habeas_http_requests_under_way 1\n'));
  expect((await heard(stalled)).length).toBeLessThan(bytes);
  expect((await service.get('/metrics')).text).toContain('route="/v1/events",status="cut"} 1');
  expect(service.logs.map((line) => JSON.parse(line) as Loose)).toContainEqual(
    expect.objectContaining({ msg: 'request', route: '/v1/events', cut: true }),
  );
});

it('a write that finds the queue of appends full is told to come again, and recorded nothing', async () => {
  await serve({});
  const store = service.app.get<EventStore>(EVENT_STORE);
  const refused: unknown[] = [];
  let asked = true;
  /** Adds appends at every turn of the event loop until one is refused. */
  const fill = async (): Promise<void> => {
    while (asked) {
      const before = refused.length;
      for (let i = 0; i <= MAX_QUEUED_APPENDS && refused.length === before; i += 1) {
        void store.append(newStreamName(), 'no-stream', [newEvent()]).catch((error: unknown) => refused.push(error));
        if (i % 1_000 === 0) await Promise.resolve();
      }
      await turn();
    }
  };
  const filling = fill();
  let answer = await service.post('/v1/lists', { id: 'x0', name: { en: 'X' }, ...WITH_SOURCES });
  for (let i = 1; answer.status === 201; i += 1)
    answer = await service.post('/v1/lists', { id: `x${String(i)}`, name: { en: 'X' }, ...WITH_SOURCES });
  asked = false;
  await filling;
  expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([503, 'REGISTER.BUSY', '1']);
  expect(refused[0]).toBeInstanceOf(StoreBusy);
});
