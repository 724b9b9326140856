/** Reading the log: one case after the other, and the whole of it. */
import { decide as decideCase } from '../../src/domain/case/decide.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { ReferenceData } from '../../src/domain/case/reference-data.js';
import type { EventWithId } from '../../src/domain/event.js';
import { foldList } from '../../src/domain/list/list.js';
import type { ListEvent } from '../../src/domain/list/events.js';
import type { NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { logOf, pagesOf, rawOf, registerOf, streamOf } from '../data-sets.js';
import { Everybody, NOTHING, step } from '../fold.js';
import { rate, type Figure, type Item, type Place, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { chance, definitions, LIST, LONG, oneMore, toEvent, TODAY } from '../synthetic.js';

const folder = ({ data, sizes }: Place): string => registerOf(data, sizes.cases, LONG);

/** What is done with the events of a case that was loaded. */
type Use = (events: readonly EventWithId<CaseEvent>[]) => void;

const fold: Use = (events) => {
  if (events.reduce((folded, { event }) => step(folded, event), NOTHING).events !== LONG)
    throw new Error('events are missing');
};

const list = foldList(LIST, definitions as readonly ListEvent[]);
const given: ReferenceData = { today: TODAY, lists: new Map(list && [[LIST, list]]), instruments: new Map() };
const { id } = toEvent(oneMore);
const decide: Use = (events) => {
  if (decideCase(events, [{ id, event: oneMore }], given, []).outcome !== 'accepted') throw new Error('refused');
};

/** Cases in no order; the first ones are not timed. */
const cases = ({ sizes }: Place): readonly number[] =>
  Array.from({ length: Math.ceil(sizes.loads * 1.1) }, (_, at) => chance(at, 9) % sizes.cases);

const loads = async (place: Place, load: (n: number) => Promise<void> | void): Promise<Figure> => {
  const all = cases(place);
  const warmUp = all.length - place.sizes.loads;
  for (const n of all.slice(0, warmUp)) await load(n);
  const value = await rate(place.sizes.loads, async () => {
    for (const n of all.slice(warmUp)) await load(n);
  });
  return { value };
};

const oursLoads =
  (use: Use): Variant =>
  async (place) => {
    const store = createSqliteStore({ file: logOf(folder(place)) });
    const figure = await loads(place, async (n) => {
      use((await store.readStream(streamOf(n), -1, 2_001)) as readonly EventWithId<CaseEvent>[]);
    });
    await store.close();
    return figure;
  };

const rawLoads =
  (use: Use): Variant =>
  async (place) => {
    const db = openRaw(rawOf(folder(place)));
    const select = db.prepare('SELECT event FROM events WHERE stream = ? ORDER BY version').pluck();
    const figure = await loads(place, (n) => {
      use((select.all(streamOf(n)) as string[]).map((text) => JSON.parse(text) as EventWithId<CaseEvent>));
    });
    db.close();
    return figure;
  };

const replayed = async (run: (everybody: Everybody) => Promise<void> | void, { sizes }: Place): Promise<Figure> => {
  const everybody = new Everybody();
  const count = sizes.cases * LONG;
  const value = await rate(count, () => run(everybody));
  const { events } = everybody.sums;
  if (events !== count + definitions.length) throw new Error(`${events} events were replayed`);
  return { value, seen: { 'MiB at most': process.resourceUsage().maxRSS / 1024 } };
};

const oursReplay: Variant = async (place) => {
  const store = createSqliteStore({ file: logOf(folder(place)) });
  const figure = await replayed(async (everybody) => {
    for await (const page of pagesOf(store)) for (const { stream, event } of page) everybody.take(stream, event);
  }, place);
  await store.close();
  return figure;
};

const rawReplay: Variant = async (place) => {
  const db = openRaw(rawOf(folder(place)));
  const select = db.prepare('SELECT stream, event FROM events ORDER BY position').raw();
  const figure = await replayed((everybody) => {
    for (const [stream, event] of select.iterate() as IterableIterator<[string, string]>)
      everybody.take(stream, (JSON.parse(event) as NewEvent).event);
  }, place);
  db.close();
  return figure;
};

export const loadAndFold: Item = { habeas: oursLoads(fold), raw: rawLoads(fold) };
export const loadAndDecide: Item = { habeas: oursLoads(decide), raw: rawLoads(decide) };
export const replay: Item = { habeas: oursReplay, raw: rawReplay };
