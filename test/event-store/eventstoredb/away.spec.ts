/** A server that is away: who asks is refused at once, one probe finds out when it is back, and whether it is still the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openEsdbStore } from '../../../src/event-store/eventstoredb/store.js';
import { StoreDamaged, StoreUnavailable, type EventStore } from '../../../src/event-store/port.js';
import { startDouble, type Call, type EsdbDouble, type Fault } from '../../support/esdb-double/double.js';
import { newEvent, newEvents, newStreamName } from '../../support/new-events.js';

/** Between two looks at what a test waits for: short, but long enough to leave the processor to the client and the server. */
const POLL_MS = 5;

let double: EsdbDouble;
let store: EventStore;
beforeEach(async () => {
  double = await startDouble();
  store = await openEsdbStore({ url: double.url, register: 'habeas', failFastAfterMs: 500 });
});
afterEach(async () => {
  await store.close();
  await double.stop();
});

const append = (): Promise<unknown> => store.append(newStreamName(), 'no-stream', [newEvent()]);
/** Milliseconds until the work is refused with StoreUnavailable. */
const refusedAfter = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await expect(work()).rejects.toThrow(StoreUnavailable);
  return performance.now() - began;
};
/** Expects a refusal before the event loop turns, hence without a question to the server. */
const expectRefusedAtOnce = async (work: () => Promise<unknown>): Promise<void> => {
  const answer = work().then(
    () => 'answered',
    (error: unknown) => error,
  );
  const turned = new Promise((resolve) => setImmediate(resolve, 'still waiting'));
  expect(await Promise.race([answer, turned])).toBeInstanceOf(StoreUnavailable);
};
/**
 * Repeats a call while it is refused as unavailable. Reads and appends have circuit breakers of their own: that one works
 * does not mean that the other does.
 */
const untilAvailable = async <R>(work: () => Promise<R>): Promise<R> => {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await sleep(POLL_MS);
    }
  }
};
/** Without a circuit breaker, a call is given up after this many milliseconds: three tries of five seconds. */
const GIVEN_UP_AFTER_MS = 15_000;
const isOurs = ({ stream }: { readonly stream: string }): boolean => stream.startsWith('habeas.');

describe.each<[string, () => Promise<void> | void, () => Promise<void> | void]>([
  ['killed', () => double.stop(), () => double.start()],
  ['hung', () => double.pause(), () => double.resume()],
])('a server that is %s', (_, end, begin) => {
  it('is known to be away long before a call is given up, and then refuses at once', async () => {
    await append();
    await end();
    const first = await Promise.all(Array.from({ length: 64 }, () => refusedAfter(append)));
    expect(Math.max(...first)).toBeLessThan(GIVEN_UP_AFTER_MS / 2);
    await refusedAfter(() => store.readStream(newStreamName(), -1, 10));
    for (const ask of [append, () => store.readStream(newStreamName(), -1, 10), () => store.checkWritable()])
      await expectRefusedAtOnce(ask);
    await begin();
    await untilAvailable(append);
  });

  it('is closed in bounded time', async () => {
    await end();
    const waiting = Promise.allSettled([append(), store.readStream(newStreamName(), -1, 10)]);
    const began = performance.now();
    await store.close();
    await waiting;
    expect(performance.now() - began).toBeLessThan(GIVEN_UP_AFTER_MS / 2);
    await begin();
  });
});

it('one probe at a time asks for it, however many are refused', async () => {
  double.faults.plan(({ method }) => (method === 'append' ? { outcome: 'silence' } : null));
  await Promise.all(Array.from({ length: 64 }, () => refusedAfter(append)));
  const asked: Call[] = [];
  let atOnce = 0;
  let most = 0;
  double.faults.plan((call): Fault | null => {
    if (call.method !== 'append') return null;
    asked.push(call);
    most = Math.max(most, (atOnce += 1));
    return {
      delayBefore: new Promise((resolve) => setTimeout(resolve, 200)).then(() => void (atOnce -= 1)),
      outcome: 'unavailable',
    };
  });
  while (asked.length < 3) {
    await refusedAfter(append);
    await sleep(POLL_MS);
  }
  expect(most).toBe(1);
  expect(asked.every(({ stream }) => stream === 'probe~habeas')).toBe(true);
  double.faults.clear();
  await untilAvailable(append);
});

describe('what is no outage', () => {
  it('one slow append among others that are answered', async () => {
    double.faults.arm('append', { delayBefore: 1_500 });
    const slow = append();
    const isSlow = { over: false };
    void slow.then(() => (isSlow.over = true));
    while (!isSlow.over) await append();
    await slow;
  });

  it('one slow append alone, whose probe is answered', async () => {
    double.faults.arm('append', { delayBefore: 1_500 });
    expect(await append()).toMatchObject({ outcome: 'appended' });
    // What the probe stores is no event of the register.
    expect(await store.read(null, 10)).toHaveLength(1);
  });
});

describe('a server that reads and cannot write', () => {
  beforeEach(async () => {
    await append();
    double.faults.plan(({ method }) => (method === 'append' ? { outcome: 'no-leader' } : null));
  });

  it('is noticed before anybody writes, and nothing is recorded by that', async () => {
    const before = double.log.length;
    await expect(store.checkWritable()).rejects.toThrow(StoreUnavailable);
    double.faults.clear();
    await store.checkWritable();
    expect(double.log).toHaveLength(before);
  });

  it('refuses writers at once and goes on reading, until a probe was stored', async () => {
    await refusedAfter(append);
    await expectRefusedAtOnce(append);
    expect(await store.read(null, 10)).toHaveLength(1);
    double.faults.clear();
    await untilAvailable(append);
    expect(double.log.map(({ stream }) => stream)).toContain('probe~habeas');
  });
});

describe('a server that comes back', () => {
  const fill = async (of: EventStore): Promise<string> => {
    const stream = newStreamName();
    await of.append(stream, 'no-stream', newEvents(20));
    await of.read(null, 100);
    return stream;
  };

  it.each<[string, () => Promise<void> | void]>([
    ['empty', () => double.truncate(0)],
    ['without its last events', () => double.truncate(15)],
    [
      'with another log of the same length',
      async () => {
        double.truncate(0);
        await double.start();
        const foreign = await openEsdbStore({ url: double.url, register: 'habeas' });
        await fill(foreign);
        await foreign.close();
        await double.stop();
      },
    ],
  ])('%s is damaged: nothing is written to it, however short it was away', async (_, change) => {
    const stream = await fill(store);
    await double.stop();
    await change();
    await double.start();
    const before = double.log.filter(isOurs).length;
    for (;;) {
      const error: unknown = await store.append(stream, 19, [newEvent()]).catch((reason: unknown) => reason);
      if (error instanceof StoreDamaged) break;
      expect(error).toBeInstanceOf(StoreUnavailable);
      await sleep(POLL_MS);
    }
    await expect(store.append(newStreamName(), 'no-stream', [newEvent()])).rejects.toThrow(StoreDamaged);
    await expect(store.readStream(stream, -1, 10)).rejects.toThrow(StoreDamaged);
    await expect(store.checkWritable()).rejects.toThrow(StoreDamaged);
    expect(double.log.filter(isOurs)).toHaveLength(before);
  });

  it('as it was is written to', async () => {
    const stream = await fill(store);
    await double.restart();
    await untilAvailable(append);
    expect(await untilAvailable(() => store.readStream(stream, -1, 100))).toHaveLength(20);
  });
});

describe('of a cluster of three, two nodes suffice from the start on', () => {
  it.each([
    ['dead', (gone: EsdbDouble) => gone.stop()],
    ['hung', async (gone: EsdbDouble) => gone.pause()],
  ])('with one that is %s', async (_, end) => {
    const nodes: EsdbDouble[] = [];
    const members = () =>
      nodes.map(({ port }, index) => ({
        host: '127.0.0.1',
        port,
        state: index === 2 ? ('leader' as const) : ('follower' as const),
        alive: index > 0,
      }));
    nodes.push(await startDouble({ members, cluster: double }));
    nodes.push(await startDouble({ members, cluster: double }));
    nodes.push(await startDouble({ members, cluster: double }));
    await end(nodes[0] as EsdbDouble);
    const url = `esdb://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false`;
    const there = await openEsdbStore({ url, register: 'habeas', failFastAfterMs: 500 });
    const event = newEvent();
    const stream = newStreamName();
    expect(await untilAvailable(() => there.append(stream, 'no-stream', [event]))).toMatchObject({
      outcome: 'appended',
    });
    expect((await untilAvailable(() => there.read(null, 10))).map(({ id }) => id)).toEqual([event.id]);
    await there.close();
    for (const node of nodes) await node.stop();
  });
});
