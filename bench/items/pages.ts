/** Pages and counts of a list from the query handlers, compared with the same rows from a table with the needed index only. */
import { MAX_READ } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { MemberCountsHandler } from '../../src/read-models/counts/counts.query.js';
import { ListMembersHandler } from '../../src/read-models/list/list-members.query.js';
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { Scope, UNRESTRICTED } from '../../src/read-models/scope.js';
import { parseDay } from '../../src/domain/time.js';
import { clock, halfCorrected, logFile, readModelsFile, rawFile, registerFolder, streamOf } from '../data-sets.js';
import { milliseconds, type Figure, type Item, type RunContext, type Variant } from '../item.js';
import { openRaw, type Db } from '../raw.js';
import { CATEGORIES, pseudoRandom, EARLIER, LIST, extraEvent, SHORT_CASE, toEvent } from '../synthetic.js';

const LIMIT = 50;

/** Pages that are read before those that are timed, whose code would else not be compiled yet. */
const WARM_UP = 100;

const warmUp = async (read: () => unknown): Promise<void> => {
  for (let count = 0; count < WARM_UP; count += 1) await read();
};

interface OpenRegister {
  readonly members: (after?: string) => ReturnType<ListMembersHandler['execute']>;
  readonly counts: () => ReturnType<MemberCountsHandler['execute']>;
  /** Appends an event of a person on the list, and waits until it is projected. */
  readonly write: (index: number) => Promise<void>;
}

interface ListQuery {
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly category?: string;
}

/** Opens a register of that many people. Events written by a run stay for later runs, and change no list. */
const withRegister = async (
  context: RunContext,
  people: number,
  { category, ...times }: ListQuery,
  run: (register: OpenRegister) => Promise<Figure>,
  isCorrected = false,
): Promise<Figure> => {
  const folder = registerFolder(context.data, people, SHORT_CASE, isCorrected);
  const store = createSqliteStore({ file: logFile(folder) });
  const models = ReadModels.open(readModelsFile(folder), store, clock);
  await models.start();
  const [members, counts] = [new ListMembersHandler(models), new MemberCountsHandler(models)];
  const filters = category === undefined ? {} : { category: [category] };
  const scope = new Scope(UNRESTRICTED, times);
  const figure = await run({
    members: (after) => {
      const page = after === undefined ? { limit: LIMIT } : { limit: LIMIT, after };
      return members.execute(new ListMembers(scope, LIST, { filters, page }));
    },
    counts: () => counts.execute(new MemberCounts(scope, LIST, { by: 'category', filters })),
    write: async (index) => {
      const stream = streamOf(pseudoRandom(index, 7) % people);
      const last = (await store.readStream(stream, -1, MAX_READ)).at(-1);
      const appended = await store.append(stream, last?.revision ?? 'no-stream', [toEvent(extraEvent)]);
      if (appended.outcome !== 'appended') throw new Error('a conflict');
      await models.waitFor(appended.cursor);
    },
  });
  await models.stop();
  await store.close();
  return figure;
};

const all = ({ sizes }: RunContext): number => sizes.listed;
const few = ({ sizes }: RunContext): number => sizes.few;

/** The first page, each time after a write. */
const firstPage =
  (
    query: ListQuery | ((context: RunContext) => ListQuery),
    people: (context: RunContext) => number = all,
    isCorrected = false,
  ): Variant =>
  (context) =>
    withRegister(
      context,
      people(context),
      typeof query === 'function' ? query(context) : query,
      async ({ members, write }) => {
        await warmUp(members);
        const value = await milliseconds(context.sizes.pages, async (index) => {
          await write(index);
          return members;
        });
        return { value };
      },
      isCorrected,
    );

/** The list as it was known with half of the corrections. */
const onTwoTimes = (context: RunContext): ListQuery => ({
  asOf: EARLIER,
  knownAt: `position:${halfCorrected(all(context), SHORT_CASE)}`,
});

interface RawTable {
  readonly db: Db;
  /** Writes the row of a person anew through another connection, as an event is projected: SQLite then forgets the pages that it read. */
  readonly write: (index: number) => void;
  readonly close: () => void;
}

const openRawTable = (context: RunContext, table: 'people' | 'people_versions', isCorrected = false): RawTable => {
  const file = rawFile(registerFolder(context.data, all(context), SHORT_CASE, isCorrected));
  const [db, writer] = [openRaw(file), openRaw(file)];
  // SQLite writes nothing where the value is the same.
  const other = 'iif(custody = lower(custody), upper(custody), lower(custody))';
  const update = writer.prepare(`UPDATE ${table} SET custody = ${other} WHERE rowid = ?`);
  return {
    db,
    write: (index) => update.run((pseudoRandom(index, 7) % all(context)) + 1),
    close: () => [db, writer].forEach((connection) => connection.close()),
  };
};

/** The rows of a list on both times, from a plain table with the index that the order needs. */
const rawOnTwoTimes: Variant = async (context) => {
  const { db, write, close } = openRawTable(context, 'people_versions', true);
  const page = db.prepare(`SELECT case_id, name_key, name, reference, category, custody, since FROM people_versions
    WHERE list = ? AND from_day <= ? AND known_from <= ? AND ? < known_to ORDER BY name_key, case_id LIMIT ${LIMIT}`);
  const known = halfCorrected(all(context), SHORT_CASE);
  const read = async (): Promise<unknown> => page.all(LIST, parseDay(EARLIER), known, known);
  await warmUp(read);
  const value = await milliseconds(context.sizes.pages, async (index) => {
    write(index);
    return read;
  });
  close();
  return { value };
};

/** A page by number, reached through the cursors of the pages before, without writes. */
const pageOf =
  (number: number, query: ListQuery): Variant =>
  (context) =>
    withRegister(context, all(context), query, async ({ members }) => {
      let next: string | undefined;
      for (let page = 1; page < number; page += 1) {
        const after = (await members(next))?.next ?? null;
        if (after === null) break;
        next = after;
      }
      await warmUp(() => members(next));
      return { value: await milliseconds(context.sizes.pages, async () => () => members(next)) };
    });

const counts: Variant = (context) =>
  withRegister(context, all(context), {}, async (register) => {
    await warmUp(register.counts);
    const value = await milliseconds(context.sizes.pages, async (index) => {
      await register.write(index);
      return register.counts;
    });
    return { value };
  });

/** Counts that no cached counter helps with. */
const countsComputed: Variant = (context) =>
  withRegister(context, all(context), {}, async (register) => ({
    value: await milliseconds(1, async () => register.counts),
  }));

/** The first page, each time after a write. */
const raw =
  (where: string, values: readonly string[]): Variant =>
  async (context) => {
    const { db, write, close } = openRawTable(context, 'people');
    const page = db.prepare(
      `SELECT case_id, name_key, name, reference, category, custody, since FROM people WHERE ${where} ORDER BY name_key, case_id LIMIT ${LIMIT}`,
    );
    const read = async (): Promise<unknown> => page.all(...values);
    await warmUp(read);
    const value = await milliseconds(context.sizes.pages, async (index) => {
      write(index);
      return read;
    });
    close();
    return { value };
  };

const CATEGORY = CATEGORIES[3] ?? '';
const wholeList = raw('list = ?', [LIST]);
const ofCategory = raw('list = ? AND category = ?', [LIST, CATEGORY]);

export const pageNow: Item = { habeas: firstPage({}), raw: wholeList };
export const pageOfCategory: Item = { habeas: firstPage({ category: CATEGORY }), raw: ofCategory };
export const pageEarlier: Item = { habeas: firstPage({ asOf: EARLIER }), raw: wholeList };
export const pageOfCategoryEarlier: Item = {
  habeas: firstPage({ category: CATEGORY, asOf: EARLIER }),
  raw: ofCategory,
};
export const pageOnTwoTimes: Item = { habeas: firstPage(onTwoTimes, all, true), raw: rawOnTwoTimes };
export const pageNowCorrected: Item = { corrected: firstPage({}, all, true), uncorrected: firstPage({}) };
export const hundredth: Item = { 'page 100': pageOf(100, {}), 'page 1': pageOf(1, {}) };
export const hundredthEarlier: Item = {
  'page 100': pageOf(100, { asOf: EARLIER }),
  'page 1': pageOf(1, { asOf: EARLIER }),
};
export const countsNow: Item = { habeas: counts, computed: countsComputed };
export const pageOfMany: Item = { 'of many': firstPage({}), 'of few': firstPage({}, few) };
