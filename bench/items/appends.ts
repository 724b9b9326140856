/** Durable appends, case by case, eight events each. */
import type { ExpectedRevision, NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { streamOf } from '../data-sets.js';
import { rate, type Figure, type Item, type RunContext, type Variant } from '../item.js';
import { openRaw, RawLog } from '../raw.js';
import { eventsOf, LONG_CASE, toEvent } from '../synthetic.js';

export interface Append {
  readonly stream: string;
  readonly revision: number;
  readonly event: NewEvent;
}

/** Cases from this number on are in no data set. */
const FIRST_NEW_CASE = 2 ** 40;

/** Prepared before timing. */
export const makeAppends = (count: number): readonly Append[] =>
  Array.from({ length: count }, (_, index) => {
    const revision = index % LONG_CASE;
    const event = eventsOf(Math.floor(index / LONG_CASE), LONG_CASE)[revision];
    if (event === undefined) throw new Error('a case of fewer events');
    return { stream: streamOf(FIRST_NEW_CASE + Math.floor(index / LONG_CASE)), revision, event: toEvent(event) };
  });

export const expected = (revision: number): ExpectedRevision => (revision === 0 ? 'no-stream' : revision - 1);

const WRITERS = 64;
/** Events per transaction of raw SQLite in bulk. */
const BULK_TRANSACTION = 1_000;

/** Appends one after the other to the embedded store. */
const habeasOneByOne = async (file: string, count: number): Promise<Figure> => {
  const store = createSqliteStore({ file });
  const appends = makeAppends(count);
  const value = await rate(count, async () => {
    for (const { stream, revision, event } of appends) await store.append(stream, expected(revision), [event]);
  });
  await store.close();
  return { value };
};

/** 64 writers with their own cases, each waiting for its append. */
const habeasInFlight = async (file: string, count: number): Promise<Figure> => {
  const store = createSqliteStore({ file });
  const appends = makeAppends(count);
  const share = Math.ceil(count / LONG_CASE / WRITERS) * LONG_CASE;
  const write = async (writer: number): Promise<void> => {
    for (const { stream, revision, event } of appends.slice(writer * share, (writer + 1) * share))
      await store.append(stream, expected(revision), [event]);
  };
  const value = await rate(count, async () => {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  });
  await store.close();
  return { value };
};

/** Whole cases as in an import, many appends in flight. */
const habeasBulk = async (file: string, count: number): Promise<Figure> => {
  const store = createSqliteStore({ file });
  const appends = makeAppends(count);
  const value = await rate(count, async () => {
    for (let from = 0; from < count; from += BULK_TRANSACTION * 2) {
      const pending: Promise<unknown>[] = [];
      for (let index = from; index < Math.min(count, from + BULK_TRANSACTION * 2); index += LONG_CASE) {
        const ofCase = appends.slice(index, index + LONG_CASE);
        pending.push(
          store.append(
            ofCase[0]?.stream ?? '',
            'no-stream',
            ofCase.map(({ event }) => event),
          ),
        );
      }
      await Promise.all(pending);
    }
  });
  await store.close();
  return { value };
};

const raw = async (file: string, count: number, perTransaction: number): Promise<Figure> => {
  const db = openRaw(file);
  const log = new RawLog(db);
  const appends = makeAppends(count);
  const write = db.transaction((batch: readonly Append[]) => {
    for (const { stream, revision, event } of batch) log.append(stream, revision, event);
  });
  const value = await rate(count, () => {
    if (perTransaction === 1) for (const { stream, revision, event } of appends) log.append(stream, revision, event);
    else
      for (let index = 0; index < count; index += perTransaction) write(appends.slice(index, index + perTransaction));
  });
  db.close();
  return { value };
};

const onNew =
  (run: (file: string, count: number) => Promise<Figure>, count: (context: RunContext) => number): Variant =>
  (context) =>
    run(`${context.work}/log.sqlite`, count(context));

export const appendsAlone: Item = {
  habeas: onNew(habeasOneByOne, ({ sizes }) => sizes.appends),
  raw: onNew(
    (file, count) => raw(file, count, 1),
    ({ sizes }) => sizes.appends,
  ),
};

export const appendsInFlight: Item = {
  habeas: onNew(habeasInFlight, ({ sizes }) => sizes.inFlight),
  raw: onNew(
    (file, count) => raw(file, count, 1),
    ({ sizes }) => sizes.inFlight / 8,
  ),
  'raw, 64 a transaction': onNew(
    (file, count) => raw(file, count, WRITERS),
    ({ sizes }) => sizes.inFlight,
  ),
};

export const appendsInBulk: Item = {
  habeas: onNew(habeasBulk, ({ sizes }) => sizes.bulk),
  raw: onNew(
    (file, count) => raw(file, count, BULK_TRANSACTION),
    ({ sizes }) => sizes.bulk,
  ),
};
