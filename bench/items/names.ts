/** Searches by name among many, beside full-text searches of the same names, and what a name costs when it is recorded. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from '../../src/sqlite/database.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import { MAX_READ } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { clock, logFile, nameIndexFile, rawNameIndexFile, streamOf } from '../data-sets.js';
import { median, milliseconds, type Figure, type Item, type RunContext, type Variant } from '../item.js';
import { makeNameIndex, PAGE, rawSearch, search, trigramSearch } from '../name-indexes.js';
import { searchedName, personName } from '../synthetic-names.js';
import { eventsOf, extraEvent, pseudoRandom, toEvent } from '../synthetic.js';

/** Whole names, or a given name with the first letters of the surname. */
type Typed = (n: number) => string;
const whole: Typed = searchedName;
const begun: Typed = (n) => searchedName(n).replace(/ (\S{3})\S*$/u, ' $1');

/** Searches before those that are timed: folded words and statements are kept. */
const WARM_UP = 50;

const timeSearches = async ({ sizes }: RunContext, typed: Typed, run: (name: string) => unknown): Promise<number> => {
  const name = (index: number): string => typed(pseudoRandom(index, 17) % sizes.names);
  for (let index = 0; index < WARM_UP; index += 1) run(name(-1 - index));
  return milliseconds(sizes.searches, async (index) => async () => run(name(index)));
};

const habeas =
  (typed: Typed): Variant =>
  async (context) => {
    const db = new Database(nameIndexFile(context), { readonly: true });
    const value = await timeSearches(context, typed, (name) => search(db, name));
    db.close();
    return { value };
  };

const raw =
  (typed: Typed, isRanked: boolean): Variant =>
  async (context) => {
    const db = new Database(rawNameIndexFile(context), { readonly: true });
    const searchRaw = rawSearch(db, isRanked);
    const value = await timeSearches(context, typed, (name) => searchRaw(name, typed === begun));
    db.close();
    return { value };
  };

const variants = (typed: Typed): Item => ({
  habeas: habeas(typed),
  'FTS5, ranked': raw(typed, true),
  'FTS5, the first': raw(typed, false),
});

export const nameSearch: Item = variants(whole);
export const namePrefixSearch: Item = variants(begun);

/** Share of the other spellings of a name on the first page, and of the names there that are other spellings: names.json. */
const recall = (pageOf: (names: readonly string[]) => (name: string) => readonly number[]): Figure => {
  const file = join(process.cwd(), 'test/fixtures/names/names.json');
  const groups = (JSON.parse(readFileSync(file, 'utf8')) as { readonly sameName: readonly (readonly string[])[] })
    .sameName;
  const names = groups.flat();
  const groupOf = groups.flatMap((group, index) => group.map(() => index));
  const page = pageOf(names);
  let [found, shown, asked] = [0, 0, 0];
  for (const [index, name] of names.entries()) {
    const others = page(name).filter((other) => other !== index);
    asked += groupOf.filter((group) => group === groupOf[index]).length - 1;
    shown += others.length;
    found += others.filter((other) => groupOf[other] === groupOf[index]).length;
  }
  return {
    value: (100 * found) / asked,
    seen: { 'percent of the names on first pages are right': (100 * found) / shown },
  };
};

export const nameRecall: Item = {
  habeas: async () => {
    const db = new Database(':memory:');
    return recall((names) => {
      makeNameIndex(db, names.length, (n) => names[n] ?? '');
      return (name) =>
        search(db, name)
          .slice(0, PAGE)
          .map(({ case_no }) => case_no);
    });
  },
  trigrams: async () => recall((names) => trigramSearch(new Database(':memory:'), names)),
};

const NEW_CASES = 2 ** 41;

/** An event of a new person, appended and projected; medians of single ones. */
const recorded =
  (eventOf: (index: number) => CaseEvent): Variant =>
  async ({ sizes, work }) => {
    mkdirSync(work, { recursive: true });
    const store = createSqliteStore({ file: logFile(work) });
    const models = ReadModels.open(join(work, 'read-models.sqlite'), store, clock);
    await models.start();
    const times: number[] = [];
    for (let index = 0; index < sizes.searches; index += 1) {
      const stream = streamOf(NEW_CASES + index);
      const opened = await store.append(stream, 'no-stream', eventsOf(index, 1).map(toEvent));
      if (opened.outcome !== 'appended') throw new Error('a conflict');
      await models.waitFor(opened.cursor);
      const { revision } = (await store.readStream(stream, -1, MAX_READ)).at(-1) ?? { revision: 0 };
      const event = toEvent(eventOf(index));
      const startedAt = performance.now();
      const appended = await store.append(stream, revision, [event]);
      if (appended.outcome !== 'appended') throw new Error('a conflict');
      await models.waitFor(appended.cursor);
      times.push(performance.now() - startedAt);
    }
    await models.stop();
    await store.close();
    return { value: median(times) };
  };

const named = (index: number): CaseEvent => ({
  type: 'named',
  name: { text: personName(index), script: 'Latn', language: 'az', kind: 'alias' },
  sources: [{ kind: 'lawyer', citation: 'a synthetic source, call of the day' }],
  reliability: 'reported',
});

export const nameAdded: Item = { 'with a name': recorded(named), 'without one': recorded(() => extraEvent) };
