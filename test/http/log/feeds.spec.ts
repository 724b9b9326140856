/** Feeds on a bare Fastify server, so that a test can set their limits. */
import { fastify, type FastifyInstance } from 'fastify';
import { FEED_LIMITS, Feeds, RECONNECT_MS, type FeedLimits } from '../../../src/http/log/feeds.js';
import { FollowLogHandler } from '../../../src/read-models/history/follow-log.query.js';
import { FollowLog } from '../../../src/read-models/history/follow-log.query.js';
import { opened, register } from '../../read-models/support.js';
import { FeedReader } from '../../support/reader.js';
import { NOW } from '../../support/scopes.js';
import { until } from '../../support/until.js';

let testRegister: Awaited<ReturnType<typeof register>>;
let server: FastifyInstance;
let feeds: Feeds;
let errors: unknown[];
let url: string;
const readers: FeedReader[] = [];

const start = async (limits: Partial<FeedLimits> = {}): Promise<void> => {
  testRegister = await register();
  errors = [];
  feeds = new Feeds({ ...FEED_LIMITS, ...limits }, (error) => errors.push(error));
  server = fastify();
  server.get('/feed', async (request, reply) => {
    const feed = await new FollowLogHandler(testRegister.models).execute(new FollowLog(NOW, { after: 0 }));
    const response = feeds.open(request, reply, feed!, {}, 0);
    if (response !== null) await reply.status(response.status).send(response.body);
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
};
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.cut();
  feeds.beforeApplicationShutdown();
  await server.close();
  await testRegister.close();
});

/** 200 kB when sent; a few of them exceed the socket buffers of the operating system. */
const large = { type: 'tried', occurredOn: '2024', note: 'ə'.repeat(100_000) };

const connect = async (): Promise<FeedReader> => {
  const reader = new FeedReader(url, '/feed');
  readers.push(reader);
  await reader.connect();
  return reader;
};

it('sends the reconnection time, past events, new events, and heartbeats in between', async () => {
  await start({ heartbeatMs: 5 });
  await testRegister.append('case', 'a', opened('Bir'));
  const reader = await connect();
  await reader.until(() => reader.ids.length === 1);
  expect(reader.retry).toBe(RECONNECT_MS);
  await reader.until(() => reader.comments.length > 2);
  await testRegister.append('case', 'b', opened('İki'), { type: 'arrested', occurredOn: '2024' });
  await reader.until(() => reader.ids.length === 3);
  expect(reader.ids).toEqual([1, 2, 3]);
});

it('tells of the error that ends a feed, which may be damage of the file that it reads', async () => {
  await start();
  await testRegister.append('case', 'a', opened('Bir'));
  const reader = await connect();
  await reader.until(() => reader.ids.length === 1);
  jest.spyOn(testRegister.models, 'currentContext').mockImplementation(() => {
    throw new Error('SQLITE_CORRUPT');
  });
  await testRegister.append('case', 'b', opened('İki'));
  await until(() => errors.length > 0);
  jest.restoreAllMocks();
  expect(errors).toEqual([expect.objectContaining({ message: 'SQLITE_CORRUPT' })]);
});

it('disconnects a reader that stops reading, but no other; after reconnecting it has missed nothing', async () => {
  await start({ bufferBytes: 64 * 1024 });
  const [slow, quick] = [await connect(), await connect()];
  await testRegister.append('case', 'a', opened('Bir'));
  await slow.until(() => slow.ids.length === 1);
  await quick.until(() => quick.ids.length === 1);
  slow.pause();
  let written = 1;
  const isDropped = async (): Promise<boolean> => (await connections()) === 1;
  while (!(await isDropped())) {
    await testRegister.append('case', `a${written}`, large, large, large, large);
    written += 4;
    await quick.until(() => quick.ids.length === written);
  }
  slow.resume();
  await slow.until(() => slow.ended);
  const received = slow.ids.length;
  expect(received).toBeLessThan(written);
  await slow.connect({ 'last-event-id': '0' });
  await slow.until(() => slow.ids.length === received + written);
  expect(quick.ended).toBe(false);
  expect(quick.ids).toEqual(Array.from({ length: written }, (_, i) => i + 1));
});

it('disconnects a stopped reader after some heartbeats even while it is catching up', async () => {
  await start({ bufferBytes: 64 * 1024, heartbeatMs: 5 });
  for (let i = 0; i < 15; i += 1) await testRegister.append('case', `a${i}`, large, large, large, large);
  const reader = await connect();
  reader.pause();
  await until(async () => (await connections()) === 0);
  reader.resume();
  await reader.until(() => reader.ended);
  expect(reader.ids.length).toBeLessThan(60);
  const other = await connect();
  await other.until(() => other.ids.length === 60);
});

it('refuses readers beyond the limit until another one leaves', async () => {
  await start({ maxFeeds: 2 });
  const [first] = [await connect(), await connect()];
  const third = new FeedReader(url, '/feed');
  expect((await third.connect()).statusCode).toBe(503);
  first.cut();
  await until(async () => (await third.connect()).statusCode === 200);
  third.cut();
});

it('ends every feed when the service stops, and refuses new ones', async () => {
  await start();
  const reader = await connect();
  feeds.beforeApplicationShutdown();
  await reader.until(() => reader.ended);
  expect((await fetch(`${url}/feed`)).status).toBe(503);
});

/** The number of open connections, counted after pending events of the event loop. */
const connections = async (): Promise<number> => {
  await new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve, reject) =>
    server.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
};
