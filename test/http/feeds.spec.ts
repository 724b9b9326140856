/** The feeds on a server and read models of their own, so that a test can say how much and how long. */
import { fastify, type FastifyInstance } from 'fastify';
import { COME_BACK, FEED_LIMITS, Feeds, type FeedLimits } from '../../src/http/feeds.js';
import { FollowLogHandler } from '../../src/read-models/history/follow-log.js';
import { FollowLog } from '../../src/read-models/queries.js';
import { opened, register } from '../read-models/support.js';
import { FeedReader } from '../support/reader.js';

let at: Awaited<ReturnType<typeof register>>;
let server: FastifyInstance;
let feeds: Feeds;
let url: string;
const readers: FeedReader[] = [];

const start = async (limits: Partial<FeedLimits> = {}): Promise<void> => {
  at = await register();
  feeds = new Feeds({ ...FEED_LIMITS, ...limits });
  server = fastify();
  server.get('/feed', async (request, reply) => {
    const feed = await new FollowLogHandler(at.models).execute(new FollowLog({ after: 0 }));
    const answer = feeds.open(request, reply, feed!, {}, 0);
    if (answer !== null) await reply.status(answer.status).send(answer.body);
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
};
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.cut();
  feeds.beforeApplicationShutdown();
  await server.close();
  await at.close();
});

/** 200 kB on the wire: more than a few of them fill what the network itself keeps. */
const large = { type: 'tried', occurredOn: '2024', note: 'ə'.repeat(100_000) };

const connect = async (): Promise<FeedReader> => {
  const reader = new FeedReader(url, '/feed');
  readers.push(reader);
  await reader.connect();
  return reader;
};

it('says when to come back, then what there is, then what comes; in between it shows that it lives', async () => {
  await start({ heartbeat: 5 });
  await at.say('case', 'a', opened('Bir'));
  const reader = await connect();
  await reader.until(() => reader.ids.length === 1);
  expect(reader.retry).toBe(COME_BACK);
  await reader.until(() => reader.comments.length > 2);
  await at.say('case', 'b', opened('İki'), { type: 'arrested', occurredOn: '2024' });
  await reader.until(() => reader.ids.length === 3);
  expect(reader.ids).toEqual([1, 2, 3]);
});

it('drops who takes nothing, and nobody else; who comes back misses nothing', async () => {
  await start({ buffer: 64 * 1024 });
  const [slow, quick] = [await connect(), await connect()];
  await at.say('case', 'a', opened('Bir'));
  await slow.until(() => slow.ids.length === 1);
  await quick.until(() => quick.ids.length === 1);
  slow.pause();
  let written = 1;
  const isDropped = async (): Promise<boolean> => (await connections()) === 1;
  while (!(await isDropped())) {
    await at.say('case', `a${written}`, large, large, large, large);
    written += 4;
    await quick.until(() => quick.ids.length === written);
  }
  slow.resume();
  await slow.until(() => slow.ended);
  const got = slow.ids.length;
  expect(got).toBeLessThan(written);
  await slow.connect({ 'last-event-id': '0' });
  await slow.until(() => slow.ids.length === got + written);
  expect(quick.ended).toBe(false);
  expect(quick.ids).toEqual(Array.from({ length: written }, (_, i) => i + 1));
});

it('waits for a reader who is still catching up, but not for one who has stopped', async () => {
  await start({ buffer: 64 * 1024, heartbeat: 5 });
  for (let i = 0; i < 15; i += 1) await at.say('case', `a${i}`, large, large, large, large);
  const reader = await connect();
  reader.pause();
  while ((await connections()) > 0) continue;
  reader.resume();
  await reader.until(() => reader.ended);
  expect(reader.ids.length).toBeLessThan(60);
  const other = await connect();
  await other.until(() => other.ids.length === 60);
});

it('has room for so many, and again for one when one has left', async () => {
  await start({ open: 2 });
  const [first] = [await connect(), await connect()];
  const third = new FeedReader(url, '/feed');
  expect((await third.connect()).statusCode).toBe(503);
  first.cut();
  while ((await third.connect()).statusCode !== 200) continue;
  third.cut();
});

it('ends every feed when the service stops, and opens none after', async () => {
  await start();
  const reader = await connect();
  feeds.beforeApplicationShutdown();
  await reader.until(() => reader.ended);
  expect((await fetch(`${url}/feed`)).status).toBe(503);
});

/** How many connections the server has, after everything else that waits has had its turn. */
const connections = async (): Promise<number> => {
  await new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve, reject) =>
    server.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
};
