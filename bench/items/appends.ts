/** Appends that are durable when they are answered. Case by case, eight events each. */
import { copyFileSync } from 'node:fs';
import type { ExpectedRevision, NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { logOf, registerOf, streamOf } from '../data-sets.js';
import { rate, type Figure, type Item, type Place, type Variant } from '../item.js';
import { openRaw, RawLog } from '../raw.js';
import { eventsOf, LONG, toEvent } from '../synthetic.js';

interface Append {
  readonly stream: string;
  readonly revision: number;
  readonly event: NewEvent;
}

/** Cases from this number on are in no data set. */
const NEW = 2 ** 40;

/** Made before the clock runs. */
const appends = (count: number): readonly Append[] =>
  Array.from({ length: count }, (_, at) => {
    const revision = at % LONG;
    const event = eventsOf(Math.floor(at / LONG), LONG)[revision];
    if (event === undefined) throw new Error('a case of fewer events');
    return { stream: streamOf(NEW + Math.floor(at / LONG)), revision, event: toEvent(event) };
  });

const expected = (revision: number): ExpectedRevision => (revision === 0 ? 'no-stream' : revision - 1);

const AT_ONCE = 64;
/** What raw SQLite writes in one transaction when it writes in bulk. */
const TRANSACTION = 1_000;

/** One after the other, on a log that is there already or a new one. */
const oursOneByOne = async (file: string, count: number): Promise<Figure> => {
  const store = createSqliteStore({ file });
  const todo = appends(count);
  const value = await rate(count, async () => {
    for (const { stream, revision, event } of todo) await store.append(stream, expected(revision), [event]);
  });
  await store.close();
  return { value };
};

/** 64 writers, each of whom waits for its answer. They have their own cases. */
const oursInFlight = async (file: string, count: number): Promise<Figure> => {
  const store = createSqliteStore({ file });
  const todo = appends(count);
  const share = Math.ceil(count / LONG / AT_ONCE) * LONG;
  const write = async (writer: number): Promise<void> => {
    for (const { stream, revision, event } of todo.slice(writer * share, (writer + 1) * share))
      await store.append(stream, expected(revision), [event]);
  };
  const value = await rate(count, async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, writer) => write(writer)));
  });
  await store.close();
  return { value };
};

/** Whole cases, as an import brings them: many asked for before the first is answered. */
const oursBulk = async (file: string, count: number): Promise<Figure> => {
  const store = createSqliteStore({ file });
  const todo = appends(count);
  const value = await rate(count, async () => {
    for (let from = 0; from < count; from += TRANSACTION * 2) {
      const asked: Promise<unknown>[] = [];
      for (let at = from; at < Math.min(count, from + TRANSACTION * 2); at += LONG) {
        const ofCase = todo.slice(at, at + LONG);
        asked.push(
          store.append(
            ofCase[0]?.stream ?? '',
            'no-stream',
            ofCase.map(({ event }) => event),
          ),
        );
      }
      await Promise.all(asked);
    }
  });
  await store.close();
  return { value };
};

const raw = async (file: string, count: number, together: number): Promise<Figure> => {
  const db = openRaw(file);
  const log = new RawLog(db);
  const todo = appends(count);
  const write = db.transaction((some: readonly Append[]) => {
    for (const { stream, revision, event } of some) log.append(stream, revision, event);
  });
  const value = await rate(count, () => {
    if (together === 1) for (const { stream, revision, event } of todo) log.append(stream, revision, event);
    else for (let at = 0; at < count; at += together) write(todo.slice(at, at + together));
  });
  db.close();
  return { value };
};

const onNew =
  (run: (file: string, count: number) => Promise<Figure>, count: (place: Place) => number): Variant =>
  (place) =>
    run(`${place.work}/log.sqlite`, count(place));

/** On a copy of a log of so many cases. */
const onLog =
  (cases: (place: Place) => number): Variant =>
  (place) => {
    const file = `${place.work}/log.sqlite`;
    copyFileSync(logOf(registerOf(place.data, cases(place), LONG)), file);
    return oursOneByOne(file, place.sizes.appends);
  };

export const appendsAlone: Item = {
  habeas: onNew(oursOneByOne, ({ sizes }) => sizes.appends),
  raw: onNew(
    (file, count) => raw(file, count, 1),
    ({ sizes }) => sizes.appends,
  ),
};

export const appendsInFlight: Item = {
  habeas: onNew(oursInFlight, ({ sizes }) => sizes.inFlight),
  raw: onNew(
    (file, count) => raw(file, count, 1),
    ({ sizes }) => sizes.inFlight / 8,
  ),
  'raw, 64 a transaction': onNew(
    (file, count) => raw(file, count, AT_ONCE),
    ({ sizes }) => sizes.inFlight,
  ),
};

export const appendsInBulk: Item = {
  habeas: onNew(oursBulk, ({ sizes }) => sizes.bulk),
  raw: onNew(
    (file, count) => raw(file, count, TRANSACTION),
    ({ sizes }) => sizes.bulk,
  ),
};

export const appendsToALongLog: Item = {
  'on many': onLog(({ sizes }) => sizes.cases),
  'on few': onLog(({ sizes }) => sizes.few),
};
