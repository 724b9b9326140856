/**
 * Injected faults as the client sees them, including those recorded from real nodes that were killed, stopped or restarted,
 * had no leader or were not the leader.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import {
  DeadlineExceededError,
  EventStoreDBClient,
  NotLeaderError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  jsonEvent,
  streamNameFilter,
  type AppendExpectedRevision,
  type AppendToStreamOptions,
  type Position,
} from '@eventstore/db-client';
import { Empty, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { startDouble, type Call, type EsdbDouble, type Fault } from './double.js';
import { streamIdentifier } from './wire.js';
import { effort } from '../effort.js';

type Failure = Error & Record<string, unknown>;

/** Options of an append that make it a call of its own: with its own credentials it does not go over the shared stream. */
const ALONE: AppendToStreamOptions = { credentials: { username: 'admin', password: 'changeit' } };
const ways: [string, AppendToStreamOptions][] = [
  ['on the shared stream', {}],
  ['as a call of its own', ALONE],
];

let double: EsdbDouble;
let client: EventStoreDBClient;
let clients: EventStoreDBClient[];
let doubles: EsdbDouble[];

const connect = (url: string): EventStoreDBClient => {
  const made = EventStoreDBClient.connectionString(url);
  clients.push(made);
  return made;
};
const another = async (options: Parameters<typeof startDouble>[0]): Promise<EsdbDouble> => {
  const made = await startDouble(options);
  doubles.push(made);
  return made;
};

beforeEach(async () => {
  [clients, doubles] = [[], []];
  double = await another({});
  client = connect(double.url);
});
afterEach(async () => {
  // The servers first: a client that waits for an answer gets an error when its server ends.
  for (const one of doubles) await one.stop();
  for (const one of clients) await one.dispose();
});

const event = (n = 0, id: string = randomUUID()) => jsonEvent({ id, type: 'T', data: { n } });
const someEvents = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const append = (expectedRevision: AppendExpectedRevision, by: AppendToStreamOptions = {}, to = 's', of = client) =>
  of.appendToStream(to, event(), { ...by, expectedRevision });
const read = async (of = client, stream = 's'): Promise<bigint[]> => {
  const revisions: bigint[] = [];
  for await (const { event: found } of of.readStream(stream)) revisions.push(found?.revision ?? -1n);
  return revisions;
};
const failing = async (promise: Promise<unknown>): Promise<Failure> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) throw new Error('did not fail');
  return error as Failure;
};
/** How long anything may take, so that a test that fails ends. */
const PATIENCE = 20_000;
const turn = async (until: number): Promise<void> => {
  if (Date.now() > until) throw new Error('waited in vain');
  await sleep(1);
};
const untilTrue = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (const until = Date.now() + PATIENCE; !(await condition());) await turn(until);
};
/** Tries until it works: a client needs a failed call or two to find its server again. */
const atLast = async <T>(work: () => Promise<T>): Promise<T> => {
  for (const until = Date.now() + PATIENCE; ;) {
    try {
      return await work();
    } catch {
      await turn(until);
    }
  }
};

describe.each(ways)('an append %s', (_way, by) => {
  it.each([
    ['before it was stored', false, []],
    ['after it was stored', true, [0n]],
  ])('fails when the connection is cut %s', async (_when, stored, revisions) => {
    double.faults.arm('append', { outcome: 'cut', stored });
    const error = await failing(append('no_stream', by));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(/ECONNRESET|Connection dropped/);
    expect(double.log.map(({ revision }) => revision)).toEqual(revisions);
    await atLast(() => append('any', by));
  });

  it('may be answered late', async () => {
    let answer: () => void = () => undefined;
    double.faults.arm('append', { delayAfter: new Promise((resolve) => (answer = resolve)) });
    let settled = false;
    const late = append('no_stream', by).finally(() => (settled = true));
    await untilTrue(() => double.log.length === 1);
    expect(await read()).toEqual([0n]);
    expect(settled).toBe(false);
    answer();
    await expect(late).resolves.toMatchObject({ nextExpectedRevision: 0n });
  });

  it('may be stored late, behind others', async () => {
    await append('any', by, 'other');
    let store: () => void = () => undefined;
    double.faults.arm('append', { delayBefore: new Promise((resolve) => (store = resolve)) });
    const held = append('no_stream', by);
    await append('any', by, 'other');
    store();
    await expect(held).resolves.toMatchObject({ nextExpectedRevision: 0n });
    expect(double.log.map(({ stream }) => stream)).toEqual(['other', 'other', 's']);
  });

  it('may be held for some milliseconds', async () => {
    double.faults.arm('append', { delayAfter: 5 });
    await expect(append('no_stream', by)).resolves.toMatchObject({ success: true });
  });

  it('is refused while the node starts', async () => {
    double.ready = false;
    const error = await failing(append('no_stream', by));
    if (by === ALONE) expect(error).toBeInstanceOf(UnavailableError);
    else expect(error).toMatchObject({ type: 'unknown', message: 'Could not recognize Server Is Not Ready' });
    expect(await failing(read())).toBeInstanceOf(UnavailableError);
    double.ready = true;
    await atLast(() => append('no_stream', by));
  });

  it.each<[NonNullable<Fault['outcome']>, new (...args: never[]) => Error, new (...args: never[]) => Error]>([
    ['timeout', DeadlineExceededError, TimeoutError],
    ['no-leader', UnknownError, UnknownError],
    ['busy', UnknownError, UnavailableError],
    ['unavailable', UnavailableError, UnavailableError],
    [{ leader: { host: '127.0.0.1', port: 1 } }, NotLeaderError, NotLeaderError],
  ])('may be refused: %j', async (then, shared, alone) => {
    double.faults.arm('append', { outcome: then });
    expect(await failing(append('no_stream', by))).toBeInstanceOf(by === ALONE ? alone : shared);
    expect(double.log).toEqual([]);
  });

  it('may time out and be stored nevertheless', async () => {
    double.faults.arm('append', { outcome: 'timeout', stored: true });
    await failing(append('no_stream', by));
    expect(double.log).toHaveLength(1);
  });

  it('follows the leader that is told', async () => {
    await append('any', by);
    const leader = await another({ cluster: double });
    double.faults.arm('append', { outcome: { leader: { host: '127.0.0.1', port: leader.port } } });
    expect(await failing(append(0n, by))).toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: leader.port },
    });
    double.faults.arm('append', { outcome: 'unavailable' }, Infinity);
    await expect(append(0n, by)).resolves.toMatchObject({ nextExpectedRevision: 1n });
  });

  it('is lost by no kill, and doubled by no repetition', async () => {
    const WRITERS = 32;
    const EACH = 20;
    let kills = 0;
    // Some are cut before they are stored and some after, until the node has been killed four times.
    double.faults.plan(({ number }) => {
      if (number % 37 !== 36 || kills === 4) return null;
      kills++;
      setImmediate(() => void double.restart());
      return { outcome: 'cut', stored: number % 2 === 0 };
    });
    let repeated = 0;
    const write = async (stream: string): Promise<void> => {
      for (let revision = -1n; revision < EACH - 1; revision++) {
        const one = event(Number(revision));
        const expectedRevision = revision < 0n ? 'no_stream' : revision;
        const answer = await atLast(async () => {
          repeated++;
          return client.appendToStream(stream, one, { ...by, expectedRevision });
        });
        expect(answer.nextExpectedRevision).toBe(revision + 1n);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, n) => write(`w${n}`)));
    expect(kills).toBe(4);
    expect(repeated).toBeGreaterThan(WRITERS * EACH);
    expect(double.log).toHaveLength(WRITERS * EACH);
    expect(new Set(double.log.map(({ id }) => id)).size).toBe(WRITERS * EACH);
  });
});

it('never answers an append that it was told to forget, until the deadline of a call of its own', async () => {
  await append('any', ALONE);
  double.faults.arm('append', { outcome: 'silence' });
  expect(await failing(append(0n, { ...ALONE, deadline: 50 }))).toBeInstanceOf(DeadlineExceededError);
  expect(double.log).toHaveLength(1);
});

describe('the shared stream of appends, by the bare protocol', () => {
  const request = (): BatchAppendReq => {
    const options = new BatchAppendReq.Options().setStreamIdentifier(streamIdentifier('s'));
    options.setNoStream(new Empty());
    return new BatchAppendReq()
      .setCorrelationId(new UUID().setString(randomUUID()))
      .setOptions(options)
      .setProposedMessagesList([aMessage()])
      .setIsFinal(true);
  };
  const aMessage = (): BatchAppendReq.ProposedMessage => {
    const message = new BatchAppendReq.ProposedMessage().setId(new UUID().setString(randomUUID()));
    message.getMetadataMap().set('type', 'T').set('content-type', 'application/json');
    return message;
  };
  let bare: StreamsClient;
  const call = () => bare.batchAppend();

  beforeEach(() => {
    bare = new StreamsClient(`127.0.0.1:${double.port}`, credentials.createInsecure());
  });
  afterEach(() => bare.close());

  it('may be answered twice', async () => {
    double.faults.arm('append', { outcome: 'twice' });
    const shared = call();
    const answers: BatchAppendResp[] = [];
    shared.on('data', (answer: BatchAppendResp) => answers.push(answer)).write(request());
    await untilTrue(() => answers.length === 2);
    expect(answers[1]?.toObject()).toEqual(answers[0]?.toObject());
    expect(double.log).toHaveLength(1);
    shared.end();
    await once(shared, 'end');
  });

  it('is answered twice where an event is flawed: at once, and when the node has waited', async () => {
    const shared = call();
    const answers: BatchAppendResp[] = [];
    const flawed = request();
    flawed.getProposedMessagesList()[0]?.getMetadataMap().set('type', '');
    shared.on('data', (answer: BatchAppendResp) => answers.push(answer)).write(flawed);
    await untilTrue(() => answers.length === 2);
    expect(answers.map((answer) => answer.getError()?.getMessage())).toEqual(['BadRequest', 'Timeout']);
    shared.end();
    await once(shared, 'end');
  });

  it('may be closed by the server in peace', async () => {
    double.faults.arm('append', { outcome: 'half-close', stored: true });
    const shared = call();
    shared.on('data', () => undefined).write(request());
    const [[status]] = await Promise.all([once(shared, 'status'), once(shared, 'end')]);
    expect(status).toMatchObject({ code: 0 });
    expect(double.log).toHaveLength(1);
    shared.end();
  });
});

describe('a server that is gone', () => {
  it('fails what was asked before', async () => {
    await append('any');
    double.faults.arm('append', { outcome: 'silence' }, Infinity);
    const subscription = client.subscribeToAll();
    await once(subscription, 'confirmation');
    const pending = [
      failing(append(0n)),
      failing(append(0n, ALONE)),
      once(subscription, 'error').then(([e]) => e as Failure),
    ];
    await untilTrue(() => double.log.length === 1);
    await double.stop();
    for (const error of await Promise.all(pending)) {
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error.message).toMatch(/ECONNRESET|Connection dropped/);
    }
  });

  it('is told of by errors of two kinds, and found again when it is back', async () => {
    await append('any');
    await double.stop();
    await failing(read());
    const error = await failing(append(0n));
    expect(error.code).toBe(14);
    expect(error.type).toBeUndefined();
    expect(await failing(read())).toBeInstanceOf(UnavailableError);
    await double.start();
    expect(await atLast(() => read())).toEqual([0n]);
    await expect(atLast(() => append(0n))).resolves.toMatchObject({ nextExpectedRevision: 1n });
  });

  it('comes back on its port, with its log, but knows no ids of earlier appends without a revision', async () => {
    const { port } = double;
    const known = event();
    await client.appendToStream('s', known, { expectedRevision: 'no_stream' });
    await double.restart();
    expect(double.port).toBe(port);
    expect(double.log).toHaveLength(1);
    const again = (expectedRevision: AppendExpectedRevision) =>
      atLast(() => client.appendToStream('s', known, { ...ALONE, expectedRevision }));
    await expect(again('no_stream')).resolves.toMatchObject({ nextExpectedRevision: 0n });
    await expect(again('any')).resolves.toMatchObject({ nextExpectedRevision: 1n });
  });

  it('breaks every connection when told to', async () => {
    const subscription = client.subscribeToAll();
    await once(subscription, 'confirmation');
    const failed = once(subscription, 'error');
    double.breakConnections();
    const [error] = await failed;
    expect(error).toBeInstanceOf(UnavailableError);
    expect(subscription.destroyed).toBe(false);
  });
});

describe('a server that hangs', () => {
  let impatient: EventStoreDBClient;

  beforeEach(() => {
    // The client says on the console that it is impatient.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    impatient = connect(`${double.url}&keepAliveInterval=100&keepAliveTimeout=100&defaultDeadline=300`);
  });
  afterEach(() => void jest.restoreAllMocks());

  it('is noticed by the silence of its connection, and by the deadline', async () => {
    await append('any', {}, 's', impatient);
    await append('any', ALONE, 's', impatient);
    const subscription = impatient.subscribeToAll();
    await once(subscription, 'confirmation');
    double.pause();
    const hung = [
      failing(append('any', {}, 's', impatient)),
      failing(read(impatient)),
      once(subscription, 'error').then(([error]) => error as Failure),
    ];
    expect(await failing(impatient.deleteStream('s'))).toBeInstanceOf(Error);
    for (const error of await Promise.all(hung)) expect(error).toBeInstanceOf(UnavailableError);
    expect(double.log).toHaveLength(2);
    double.resume();
    await expect(atLast(() => append('any', {}, 's', impatient))).resolves.toMatchObject({ success: true });
  });

  it('goes on where it stopped when it wakes in time', async () => {
    await append('any');
    double.pause();
    const pending = append(0n);
    const newcomer = append('any', {}, 'other', connect(double.url));
    double.resume();
    await expect(pending).resolves.toMatchObject({ nextExpectedRevision: 1n });
    await expect(newcomer).resolves.toMatchObject({ nextExpectedRevision: 0n });
  });
});

describe('a read', () => {
  beforeEach(() => client.appendToStream('s', someEvents(50)));

  it('may break off in the middle', async () => {
    double.faults.arm('read', { outcome: 'cut', afterEvents: 20 });
    const seen: unknown[] = [];
    const broken = (async () => {
      for await (const one of client.readStream('s')) seen.push(one);
    })();
    expect(await failing(broken)).toBeInstanceOf(UnavailableError);
    expect(seen.length).toBeLessThanOrEqual(20);
    expect(await atLast(() => read())).toHaveLength(50);
  });

  it('may end early, as if there were no more', async () => {
    double.faults.arm('read', { outcome: 'half-close', afterEvents: 20 });
    expect(await read()).toHaveLength(20);
  });

  it('may be answered late, never, or with a refusal', async () => {
    double.faults.arm('read', { delayAfter: 5 });
    expect(await read()).toHaveLength(50);
    double.faults.arm('read', { outcome: 'silence' });
    const silent = client.readStream('s');
    const ended = once(silent, 'close');
    await silent.cancel();
    silent.destroy();
    await ended;
    double.faults.arm('read', { outcome: 'timeout' });
    expect(await failing(read())).toBeInstanceOf(TimeoutError);
    double.faults.arm('read', { outcome: { leader: { host: '127.0.0.1', port: double.port } } });
    expect(await failing(read())).toBeInstanceOf(NotLeaderError);
    expect(await read()).toHaveLength(50);
  });
});

describe('a subscription', () => {
  const subscribe = (checkpointReached?: (position: Position) => void) =>
    client.subscribeToAll({
      filter: streamNameFilter({
        prefixes: ['s'],
        ...(checkpointReached && { checkpointReached: (_subscription, position) => checkpointReached(position) }),
      }),
    });

  it('may deliver twice', async () => {
    await client.appendToStream('s', someEvents(3));
    double.faults.plan(({ method, number }) => (method === 'event' && number === 1 ? { outcome: 'twice' } : null));
    const seen: bigint[] = [];
    const subscription = subscribe();
    subscription.on('data', ({ event: found }) => seen.push(found?.revision ?? -1n));
    await untilTrue(() => seen.length === 4);
    expect(seen).toEqual([0n, 1n, 1n, 2n]);
  });

  it('may deliver late', async () => {
    await client.appendToStream('s', someEvents(3));
    let deliver: () => void = () => undefined;
    double.faults.arm('event', { delayAfter: new Promise((resolve) => (deliver = resolve)) });
    const seen: bigint[] = [];
    const subscription = subscribe();
    subscription.on('data', ({ event: found }) => seen.push(found?.revision ?? -1n));
    await once(subscription, 'confirmation');
    expect(await read()).toHaveLength(3);
    expect(seen).toEqual([]);
    deliver();
    await untilTrue(() => seen.length === 3);
  });

  it.each([
    ['one that goes back', { position: [0n, 0n] }, { commit: 0n, prepare: 0n }],
    ['2^64-1', { position: [2n ** 64n - 1n, 2n ** 64n - 1n] }, { commit: 2n ** 64n - 1n, prepare: 2n ** 64n - 1n }],
  ] as [string, Fault, Position][])('may tell a wrong checkpoint: %s', async (_what, fault, position) => {
    await client.appendToStream('s', someEvents(40));
    double.faults.arm('checkpoint', fault);
    const positions: Position[] = [];
    const subscription = subscribe((told) => positions.push(told));
    subscription.on('data', () => undefined);
    await untilTrue(() => positions.length >= 2);
    expect(positions[0]).toEqual(position);
    expect(positions[1]).toEqual(expect.objectContaining({ commit: double.log.at(-1)?.commit }));
  });

  it('tells 2^64-1 by itself where nothing was found yet', async () => {
    await append('any', {}, 'other');
    const positions: Position[] = [];
    const subscription = subscribe((told) => positions.push(told));
    await once(subscription, 'caughtUp');
    expect(positions).toEqual([{ commit: 2n ** 64n - 1n, prepare: 2n ** 64n - 1n }]);
  });

  it.each<[string, Fault, (new (...args: never[]) => Error) | null]>([
    ['with an error', { outcome: 'unavailable' }, UnavailableError],
    ['because the connection broke', { outcome: 'cut' }, UnavailableError],
    ['in peace', { outcome: 'half-close' }, null],
  ])('may end %s', async (_how, fault, kind) => {
    await client.appendToStream('s', someEvents(3));
    double.faults.plan(({ method, number }) => (method === 'event' && number === 2 ? fault : null));
    const subscription = subscribe();
    const seen: unknown[] = [];
    subscription.on('data', (one) => seen.push(one));
    if (kind === null) await once(subscription, 'end');
    else expect(await once(subscription, 'error')).toEqual([expect.any(kind)]);
    expect(seen.length).toBeLessThanOrEqual(2);
  });

  it('may fall silent, and may never begin', async () => {
    await client.appendToStream('s', someEvents(3));
    double.faults.plan(({ method, number }) => (method === 'event' && number === 1 ? { outcome: 'silence' } : null));
    const subscription = subscribe();
    const [first] = (await once(subscription, 'data')) as [{ event: { revision: bigint } }];
    expect(first.event.revision).toBe(0n);
    double.faults.arm('subscribe', { outcome: 'not-ready' });
    expect(await once(subscribe(), 'error')).toEqual([expect.any(UnavailableError)]);
  });

  it('sends no more than the reader takes', async () => {
    let sent = 0;
    double.faults.plan(({ method }) => {
      if (method === 'event') sent++;
      return null;
    });
    for (let n = 0; n < 5_000; n++) double.appendForeign('s', { type: 'T', data: { text: 'x'.repeat(200) } });
    const subscription = subscribe();
    await once(subscription, 'confirmation');
    // Time enough to send it all, were it not for the reader.
    for (let n = 0; n < 50; n++) await append('any', ALONE, 'other');
    expect(sent).toBeLessThan(1_000);
    let read = 0;
    subscription.on('data', () => read++);
    await untilTrue(() => read === 5_000);
  });
});

describe('what is planned', () => {
  it('sees every call, counted, and is asked after what is armed', async () => {
    const calls: Call[] = [];
    double.faults.plan((call) => {
      calls.push(call);
      return call.method === 'append' && call.number === 1 ? { outcome: 'timeout' } : null;
    });
    double.faults.arm(['append', 'read'], { outcome: 'busy' });
    const named = connect(`${double.url}&connectionName=one`);
    expect(await failing(append('any', ALONE, 's', named))).toBeInstanceOf(UnavailableError);
    expect(await failing(append('any', ALONE, 's', named))).toBeInstanceOf(TimeoutError);
    await append('any', ALONE, 's', named);
    expect(calls.filter(({ method }) => method === 'append')).toEqual([
      { method: 'append', stream: 's', connection: 'one', number: 1 },
      { method: 'append', stream: 's', connection: 'one', number: 2 },
    ]);
    double.faults.clear();
    await append('any', ALONE, 's', named);
    expect(calls.filter(({ method }) => method === 'append')).toHaveLength(2);
  });
});

describe('a cluster', () => {
  const members = (): { host: string; port: number; state: 'leader' | 'follower'; alive: boolean }[] =>
    nodes.map(({ port }, index) => ({
      host: '127.0.0.1',
      port,
      state: index === leader ? 'leader' : 'follower',
      alive: !dead.has(index),
    }));
  let nodes: EsdbDouble[];
  let leader: number;
  let dead: Set<number>;

  beforeEach(async () => {
    [nodes, leader, dead] = [[], 0, new Set()];
    for (let n = 0; n < 3; n++) nodes.push(await another({ members, ...(nodes[0] && { cluster: nodes[0] }) }));
  });

  const hosts = (): string => nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');

  it.each(ways)('loses its leader, and nothing else: appends %s', async (_way, by) => {
    const of = connect(`esdb://${hosts()}?tls=false`);
    await append('no_stream', by, 's', of);
    const [first] = nodes as [EsdbDouble];
    first.faults.arm('append', { outcome: 'silence', stored: true });
    const one = event();
    const lost = failing(of.appendToStream('s', one, { ...by, expectedRevision: 0n }));
    await untilTrue(() => first.log.length === 2);
    [leader, dead] = [1, new Set([0])];
    await first.stop();
    expect(await lost).toBeInstanceOf(UnavailableError);
    const again = await atLast(() => of.appendToStream('s', one, { ...by, expectedRevision: 0n }));
    expect(again).toMatchObject({ nextExpectedRevision: 1n });
    expect(await read(of)).toEqual([0n, 1n]);
  });

  it('is found by all its hosts, but by the first alone with +discover', async () => {
    leader = 1;
    await nodes[0]?.stop();
    dead = new Set([0]);
    await append('no_stream', {}, 's', connect(`esdb://${hosts()}?tls=false`));
    const discovering = connect(`esdb+discover://${hosts()}?tls=false&maxDiscoverAttempts=2`);
    const error = await failing(append(0n, {}, 's', discovering));
    expect(error.message).toContain('Failed to discover');
    expect(error.type).toBeUndefined();
  });
});

describe('health', () => {
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${double.port}${path}`)).status;

  it('is told by HTTP, and nothing else is', async () => {
    expect(await statusOf('/health/live')).toBe(204);
    expect(await statusOf('/users')).toBe(404);
    double.ready = false;
    expect(await statusOf('/health/live')).toBe(503);
  });

  it('takes any password where there is no TLS', async () => {
    await append('any', { credentials: { username: 'admin', password: 'wrong' } });
    await append('any', {}, 's', connect(double.urlOf('nobody', 'wrong')));
    expect(double.log).toHaveLength(2);
  });
});

it('takes many appends from 8 writers, and gives them and those of others back', async () => {
  const each = effort(100, 625);
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < each; n++) await append(n === 0 ? 'no_stream' : BigInt(n - 1), {}, `w${writer}`);
    }),
  );
  for (let n = 0; n < 40 * each; n++) double.appendForeign('f', { type: 'T', data: { n } });
  const seen: (bigint | undefined)[] = [];
  for await (const { event: found } of client.readAll()) seen.push(found?.position.commit);
  expect(seen).toEqual(double.log.map(({ commit }) => commit));
});
