/** Pages and counts of a list, asked of the query handlers, beside the same rows from a table with just the index it takes. */
import { MAX_READ } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { CountsHandler } from '../../src/read-models/counts/query.js';
import { ListMembersHandler } from '../../src/read-models/list/query.js';
import { Counts, ListMembers } from '../../src/read-models/queries.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { clock, logOf, modelsOf, rawOf, registerOf, streamOf } from '../data-sets.js';
import { milliseconds, type Figure, type Item, type Place, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { CATEGORIES, chance, EARLIER, LIST, oneMore, SHORT, toEvent } from '../synthetic.js';

const LIMIT = 50;

interface Asking {
  readonly members: (after?: string) => ReturnType<ListMembersHandler['execute']>;
  readonly counts: () => ReturnType<CountsHandler['execute']>;
  /** Records an event of somebody on the list, and waits until the read models have it. */
  readonly write: (at: number) => Promise<void>;
}

interface Asked {
  readonly asOf?: string;
  readonly category?: string;
}

/** A register of so many people. What is recorded stays there for later runs, and changes nothing on the list. */
const withRegister = async (
  place: Place,
  people: number,
  { asOf, category }: Asked,
  run: (asking: Asking) => Promise<Figure>,
): Promise<Figure> => {
  const made = registerOf(place.data, people, SHORT);
  const store = createSqliteStore({ file: logOf(made) });
  const models = ReadModels.open(modelsOf(made), store, clock);
  await models.start();
  const [members, counts] = [new ListMembersHandler(models), new CountsHandler(models)];
  const filters = category === undefined ? {} : { category: [category] };
  const on = asOf === undefined ? {} : { asOf };
  const figure = await run({
    members: (after) => {
      const page = after === undefined ? { limit: LIMIT } : { limit: LIMIT, after };
      return members.execute(new ListMembers(LIST, { ...on, filters, page }));
    },
    counts: () => counts.execute(new Counts(LIST, { ...on, by: 'category', filters })),
    write: async (at) => {
      const stream = streamOf(chance(at, 7) % people);
      const last = (await store.readStream(stream, -1, MAX_READ)).at(-1);
      const appended = await store.append(stream, last?.revision ?? 'no-stream', [toEvent(oneMore)]);
      if (appended.outcome !== 'appended') throw new Error('a conflict');
      await models.waitFor(appended.cursor);
    },
  });
  await models.stop();
  await store.close();
  return figure;
};

const all = ({ sizes }: Place): number => sizes.people;
const few = ({ sizes }: Place): number => sizes.few;

/** The first page, each time after something was recorded. */
const firstPage =
  (asked: Asked, people: (place: Place) => number = all): Variant =>
  (place) =>
    withRegister(place, people(place), asked, async ({ members, write }) => {
      await members();
      const value = await milliseconds(place.sizes.pages, async (at) => {
        await write(at);
        return members;
      });
      return { value };
    });

/** A page by its number, of a walk that was begun on the register as it is; nothing is recorded meanwhile. */
const pageOf =
  (number: number, asked: Asked): Variant =>
  (place) =>
    withRegister(place, all(place), asked, async ({ members }) => {
      let next: string | undefined;
      for (let page = 1; page < number; page += 1) {
        const after = (await members(next))?.next ?? null;
        if (after === null) break;
        next = after;
      }
      await members(next);
      return { value: await milliseconds(place.sizes.pages, async () => () => members(next)) };
    });

const counts: Variant = (place) =>
  withRegister(place, all(place), {}, async (asking) => {
    await asking.counts();
    const value = await milliseconds(place.sizes.pages, async (at) => {
      await asking.write(at);
      return asking.counts;
    });
    return { value };
  });

/** With nothing remembered of an earlier answer. */
const countsComputed: Variant = (place) =>
  withRegister(place, all(place), {}, async (asking) => ({
    value: await milliseconds(1, async () => asking.counts),
  }));

const raw =
  (where: string, values: readonly string[], page: number): Variant =>
  async (place) => {
    const db = openRaw(rawOf(registerOf(place.data, all(place), SHORT)));
    const columns = 'case_id, name_key, name, reference, category, custody, since';
    const order = `ORDER BY name_key, case_id LIMIT ${LIMIT}`;
    const first = db.prepare(`SELECT ${columns} FROM people WHERE ${where} ${order}`);
    const further = db.prepare(
      `SELECT ${columns} FROM people WHERE ${where} AND (name_key, case_id) > (?, ?) ${order}`,
    );
    let last: { name_key: string; case_id: string } | undefined;
    const read = async (): Promise<typeof last> =>
      (last === undefined ? first.all(...values) : further.all(...values, last.name_key, last.case_id)).at(
        -1,
      ) as typeof last;
    for (let at = 1; at < page; at += 1) last = (await read()) ?? last;
    const value = await milliseconds(place.sizes.pages, async () => read);
    db.close();
    return { value };
  };

const CATEGORY = CATEGORIES[3] ?? '';
const everybody = raw('list = ?', [LIST], 1);
const ofCategory = raw('list = ? AND category = ?', [LIST, CATEGORY], 1);

export const pageNow: Item = { habeas: firstPage({}), raw: everybody };
export const pageOfCategory: Item = { habeas: firstPage({ category: CATEGORY }), raw: ofCategory };
export const pageEarlier: Item = { habeas: firstPage({ asOf: EARLIER }), raw: everybody };
export const pageOfCategoryEarlier: Item = {
  habeas: firstPage({ category: CATEGORY, asOf: EARLIER }),
  raw: ofCategory,
};
export const hundredth: Item = { 'page 100': pageOf(100, {}), 'page 1': pageOf(1, {}) };
export const hundredthEarlier: Item = {
  'page 100': pageOf(100, { asOf: EARLIER }),
  'page 1': pageOf(1, { asOf: EARLIER }),
};
export const countsNow: Item = { habeas: counts, computed: countsComputed };
export const pageOfMany: Item = { 'of many': firstPage({}), 'of few': firstPage({}, few) };
