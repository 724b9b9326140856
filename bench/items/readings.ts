/** Reading the log: case by case, and as a whole. */
import { decide as decideCase } from '../../src/domain/case/decide.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { ReferenceData } from '../../src/domain/case/reference-data.js';
import type { EventWithId } from '../../src/domain/event.js';
import { foldList } from '../../src/domain/list/list.js';
import type { NonAmendment } from '../../src/domain/amendments.js';
import type { ListEvent } from '../../src/domain/list/events.js';
import type { NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { logFile, pagesOf, rawFile, registerFolder, streamOf } from '../data-sets.js';
import { FoldedLog, EMPTY, step } from '../fold.js';
import { rate, type Figure, type Item, type RunContext, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { pseudoRandom, definitions, LIST, LONG_CASE, extraEvent, toEvent, TODAY } from '../synthetic.js';

const folder = ({ data, sizes }: RunContext): string => registerFolder(data, sizes.cases, LONG_CASE);

/** Consumes the events of a loaded case. */
type Use = (events: readonly EventWithId<CaseEvent>[]) => void;

const fold: Use = (events) => {
  if (events.reduce((folded, { event }) => step(folded, event), EMPTY).events !== LONG_CASE)
    throw new Error('events are missing');
};

const list = foldList(LIST, definitions as readonly NonAmendment<ListEvent>[]);
const referenceData: ReferenceData = { today: TODAY, lists: new Map(list && [[LIST, list]]), instruments: new Map() };
const { id } = toEvent(extraEvent);
const decide: Use = (events) => {
  if (decideCase(events, [{ id, event: extraEvent }], referenceData, []).outcome !== 'accepted')
    throw new Error('refused');
};

/** Cases in random order; the first tenth is a warm-up. */
const cases = ({ sizes }: RunContext): readonly number[] =>
  Array.from({ length: Math.ceil(sizes.loads * 1.1) }, (_, index) => pseudoRandom(index, 9) % sizes.cases);

const loads = async (context: RunContext, load: (n: number) => Promise<void> | void): Promise<Figure> => {
  const all = cases(context);
  const warmUp = all.length - context.sizes.loads;
  for (const n of all.slice(0, warmUp)) await load(n);
  const value = await rate(context.sizes.loads, async () => {
    for (const n of all.slice(warmUp)) await load(n);
  });
  return { value };
};

const habeasLoads =
  (use: Use): Variant =>
  async (context) => {
    const store = createSqliteStore({ file: logFile(folder(context)) });
    const figure = await loads(context, async (n) => {
      use((await store.readStream(streamOf(n), -1, 2_001)) as readonly EventWithId<CaseEvent>[]);
    });
    await store.close();
    return figure;
  };

const rawLoads =
  (use: Use): Variant =>
  async (context) => {
    const db = openRaw(rawFile(folder(context)));
    const select = db.prepare('SELECT event FROM events WHERE stream = ? ORDER BY version').pluck();
    const figure = await loads(context, (n) => {
      use((select.all(streamOf(n)) as string[]).map((text) => JSON.parse(text) as EventWithId<CaseEvent>));
    });
    db.close();
    return figure;
  };

const replayed = async (run: (folded: FoldedLog) => Promise<void> | void, { sizes }: RunContext): Promise<Figure> => {
  const folded = new FoldedLog();
  const count = sizes.cases * LONG_CASE;
  const value = await rate(count, () => run(folded));
  const { events } = folded.totals;
  if (events !== count + definitions.length) throw new Error(`${events} events were replayed`);
  return { value, seen: { 'MiB at most': process.resourceUsage().maxRSS / 1024 } };
};

const habeasReplay: Variant = async (context) => {
  const store = createSqliteStore({ file: logFile(folder(context)) });
  const figure = await replayed(async (folded) => {
    for await (const page of pagesOf(store)) for (const { stream, event } of page) folded.apply(stream, event);
  }, context);
  await store.close();
  return figure;
};

const rawReplay: Variant = async (context) => {
  const db = openRaw(rawFile(folder(context)));
  const select = db.prepare('SELECT stream, event FROM events ORDER BY position').raw();
  const figure = await replayed((folded) => {
    for (const [stream, event] of select.iterate() as IterableIterator<[string, string]>)
      folded.apply(stream, (JSON.parse(event) as NewEvent).event);
  }, context);
  db.close();
  return figure;
};

export const loadAndFold: Item = { habeas: habeasLoads(fold), raw: rawLoads(fold) };
export const loadAndDecide: Item = { habeas: habeasLoads(decide), raw: rawLoads(decide) };
export const replay: Item = { habeas: habeasReplay, raw: rawReplay };
