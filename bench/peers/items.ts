/** What is measured of each peer, on smaller numbers than the register, since peers are slow: rates can be compared. */
import { eventDescriptions } from '../../src/domain/events.js';
import { EMPTY, FoldedLog, step } from '../fold.js';
import { rate, type Figure, type Item, type RunContext, type Variant } from '../item.js';
import { makeAppends, type Append } from '../items/appends.js';
import { LONG_CASE, pseudoRandom } from '../synthetic.js';
import { openPeer, PEERS, type Peer } from './peer.js';
import { createDatabase } from './postgres.js';

const WRITERS = 64;
/** Appends in flight while a log is filled: more than the connections of a pool. */
const FILLING = 16;
const REPLAYS = 5;

const withPeer =
  (name: string, run: (peer: Peer, context: RunContext) => Promise<Figure>): Variant =>
  async (context) => {
    const peer = await openPeer(name, PEERS[name]?.needsPostgres ? createDatabase() : context.work);
    const figure = await run(peer, context);
    await peer.close();
    return figure;
  };

/** Cases, each with its appends. */
const casesOf = (count: number): readonly (readonly Append[])[] => {
  const appends = makeAppends(count * LONG_CASE);
  return Array.from({ length: count }, (_, n) => appends.slice(n * LONG_CASE, (n + 1) * LONG_CASE));
};

/** Has `writers` writers take one case after the other from `all`, until none is left. */
const together = async <T>(writers: number, all: readonly T[], write: (one: T) => Promise<void>): Promise<void> => {
  const rest = all.values();
  const writeOn = async (): Promise<void> => {
    for (const one of rest) await write(one);
  };
  await Promise.all(Array.from({ length: writers }, writeOn));
};

const oneByOne =
  (peer: Peer) =>
  async (appends: readonly Append[]): Promise<void> => {
    for (const { stream, revision, event } of appends) await peer.append(stream, revision, [event]);
  };

/** Whole cases, each in one append. */
const fill = (peer: Peer, cases: readonly (readonly Append[])[]): Promise<void> =>
  together(FILLING, cases, async ([first, ...rest]) => {
    if (first === undefined) throw new Error('a case without events');
    await peer.append(
      first.stream,
      0,
      [first, ...rest].map(({ event }) => event),
    );
  });

const alone = async (peer: Peer, { sizes }: RunContext): Promise<Figure> => {
  const cases = casesOf(Math.ceil(sizes.appends / 4 / LONG_CASE));
  return { value: await rate(cases.length * LONG_CASE, () => together(1, cases, oneByOne(peer))) };
};

const inFlight = async (peer: Peer, { sizes }: RunContext): Promise<Figure> => {
  const cases = casesOf(Math.ceil(sizes.inFlight / 8 / LONG_CASE));
  return { value: await rate(cases.length * LONG_CASE, () => together(WRITERS, cases, oneByOne(peer))) };
};

const bulk = async (peer: Peer, { sizes }: RunContext): Promise<Figure> => {
  const cases = casesOf(Math.ceil(sizes.bulk / 10 / LONG_CASE));
  return { value: await rate(cases.length * LONG_CASE, () => fill(peer, cases)) };
};

/** A tenth of the loads is a warm-up, as for the register. */
const load = async (peer: Peer, { sizes }: RunContext): Promise<Figure> => {
  const cases = casesOf(Math.ceil(sizes.few / 10));
  await fill(peer, cases);
  const loads = Math.ceil(sizes.loads / 10);
  const loadFrom = async (from: number, count: number): Promise<void> => {
    for (let index = from; index < from + count; index += 1) {
      const stream = cases[pseudoRandom(index, 9) % cases.length]?.[0]?.stream ?? '';
      const { events } = await peer.load(stream, EMPTY, (folded, { event }) => step(folded, event));
      if (events !== LONG_CASE) throw new Error(`${stream} has ${events} events`);
    }
  };
  await loadFrom(0, Math.ceil(loads / 10));
  return { value: await rate(loads, () => loadFrom(loads, loads)) };
};

/** What a log of concurrent appends does not deliver, or delivers again: every append was acknowledged. */
const delivery = (delivered: number, distinct: number, appended: number): Readonly<Record<string, number>> => ({
  [NEVER]: appended - distinct,
  [AGAIN]: delivered - distinct,
});
const NEVER = 'acknowledged events never delivered';
const AGAIN = 'events delivered again';

const replay = async (peer: Peer, { sizes }: RunContext): Promise<Figure> => {
  const cases = casesOf(Math.ceil(sizes.few / 10));
  await fill(peer, cases);
  const ids: string[] = [];
  await peer.replay?.((_, { id }) => ids.push(id));
  const value = await rate(ids.length * REPLAYS, async () => {
    for (let count = 0; count < REPLAYS; count += 1) {
      const folded = new FoldedLog();
      await peer.replay?.((stream, { event }) => folded.apply(stream, event));
      if (folded.totals.events !== ids.length) throw new Error(`${folded.totals.events} events were replayed`);
    }
  });
  return { value, seen: delivery(ids.length, new Set(ids).size, cases.length * LONG_CASE) };
};

const rebuild = async (peer: Peer, { sizes }: RunContext): Promise<Figure> => {
  const cases = casesOf(Math.ceil(sizes.few / 25));
  await fill(peer, cases);
  const count = cases.length * LONG_CASE;
  let events = 0;
  const perSecond = await rate(count, async () => {
    events = (await peer.rebuild?.(Object.keys(eventDescriptions), count)) ?? 0;
  });
  // The key of the projected table is the position: no event can be in it twice.
  return { value: (perSecond * events) / count, seen: delivery(events, events, count) };
};

const named = (names: readonly string[], run: (peer: Peer, context: RunContext) => Promise<Figure>): Item =>
  Object.fromEntries(names.map((name) => [name, withPeer(name, run)]));
const all = Object.keys(PEERS);
const withLog = all.filter((name) => PEERS[name]?.hasLog);

/** The variants of each item. */
export const peerItems = {
  append: named(all, alone),
  'append-64': named(all, inFlight),
  'append-bulk': named(all, bulk),
  load: named(all, load),
  replay: named(withLog, replay),
  rebuild: named(withLog, rebuild),
} as const satisfies Readonly<Record<string, Item>>;
