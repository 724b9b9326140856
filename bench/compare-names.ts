/**
 * Compares the search by name with a plain trigram search (FTS5) and with two matching libraries: recall and precision on groups of
 * spellings. `npm run bench:names -- [pairs.tsv]` prints the table of docs/names.md.
 *
 * `pairs.tsv`: a public list with two spellings of one name a line, parted by a tab; letters may be parted by spaces. The columns that
 * follow are ignored. Used: data/wd_russian_20 of github.com/steveash/NETransliteration-COLING2018 (names of Wikidata, CC0).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fuzzball from 'fuzzball';
import Fuse from 'fuse.js';
import { nameKey } from '../src/domain/names/folding.js';
import { MIN_MATCH_SCORE, matchNames } from '../src/domain/names/ranking.js';
import { romanise } from '../src/domain/names/romanise.js';
import Database from '../src/sqlite/database.js';
import { makeNameIndex, PAGE, search, trigramSearch } from './name-indexes.js';

type Groups = readonly (readonly string[])[];

interface Method {
  /** The names that a search shows on its first page, as their indexes. */
  readonly page: (name: string) => readonly number[];
  /** Whether the method takes two names for one. */
  readonly agree: (one: string, other: string) => boolean;
}

const best =
  (names: readonly string[], scoreOf: (one: string, other: string) => number, least: number) =>
  (name: string): readonly number[] =>
    names
      .map((other, index) => ({ index, score: scoreOf(name, other) }))
      .filter(({ score }) => score >= least)
      .sort((a, b) => b.score - a.score)
      .slice(0, PAGE)
      .map(({ index }) => index);

const ratioOfLetters = (one: string, other: string): number => fuzzball.ratio(romanise(one), romanise(other));

const METHODS: Readonly<Record<string, (names: readonly string[]) => Method>> = {
  Habeas: (names) => {
    const db = new Database(':memory:');
    makeNameIndex(db, names.length, (n) => names[n] ?? '');
    return {
      page: (name) =>
        search(db, name)
          .slice(0, PAGE)
          .map(({ case_no }) => case_no),
      agree: (one, other) => nameKey(one) === nameKey(other),
    };
  },
  'Habeas, every name ranked without the index': (names) => ({
    page: best(names, (one, other) => matchNames(one, other).score, MIN_MATCH_SCORE),
    agree: (one, other) => matchNames(one, other).score >= 0.9,
  }),
  'trigrams (FTS5)': (names) => ({
    page: trigramSearch(new Database(':memory:'), names),
    agree: (one, other) => one.toLowerCase().includes(other.toLowerCase()),
  }),
  'fuzzball 2.2': (names) => ({
    page: best(names, (one, other) => fuzzball.ratio(one, other), 60),
    agree: (one, other) => fuzzball.ratio(one, other) >= 80,
  }),
  'fuzzball 2.2 on the letters of romanise.ts': (names) => ({
    page: best(names, ratioOfLetters, 60),
    agree: (one, other) => ratioOfLetters(one, other) >= 80,
  }),
  'Fuse.js 7.5': (names) => {
    const options = { includeScore: true, ignoreDiacritics: true };
    const fuse = new Fuse(names, options);
    return {
      page: (name) => fuse.search(name, { limit: PAGE }).map(({ refIndex }) => refIndex),
      agree: (one, other) => (new Fuse([other], options).search(one)[0]?.score ?? 1) <= 0.2,
    };
  },
};

/** Pairs of different groups that are tried: one in so many is enough for a share, and quick. */
const ONE_IN = 100;

const measure = (
  makeMethod: (names: readonly string[]) => Method,
  groups: Groups,
  different: readonly (readonly [string, string])[],
): readonly string[] => {
  const names = groups.flat();
  const groupOf = groups.flatMap((group, index) => group.map(() => index));
  const { page, agree } = makeMethod(names);
  let [asked, found, shown, right, wrong] = [0, 0, 0, 0, 0];
  for (const [index, name] of names.entries()) {
    const onPage = new Set(page(name).filter((other) => other !== index));
    shown += onPage.size;
    for (const [other, group] of groupOf.entries()) {
      if (other === index) continue;
      const isSame = group === groupOf[index];
      if (isSame) asked += 1;
      if (isSame && onPage.has(other)) found += 1;
      if ((isSame || (index + other) % ONE_IN === 0) && agree(name, names[other] ?? '')) {
        if (isSame) right += 1;
        else wrong += ONE_IN;
      }
    }
  }
  const percent = (part: number, of: number): string => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`);
  const mixed = different.filter(([one, other]) => agree(one, other)).length;
  return [
    percent(found, asked),
    percent(found, shown),
    percent(right, asked),
    percent(right, right + wrong),
    different.length === 0 ? '–' : `${mixed} of ${different.length}`,
  ];
};

interface Fixture {
  readonly sameName: Groups;
  readonly differentNames: readonly (readonly [string, string])[];
}
const fixture = (file: string): unknown =>
  JSON.parse(readFileSync(join(process.cwd(), 'test/fixtures/names', file), 'utf8'));
const own = fixture('own-groups.json') as Fixture & {
  readonly sameFullName: Groups;
  readonly differentFullNames: readonly (readonly [string, string])[];
};
const shared = fixture('names.json') as Fixture;

const pairsIn = (file: string): Groups =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, 300)
    .map((line) =>
      line
        .split('\t')
        .slice(0, 2)
        .map((name) => name.replaceAll(' ', '')),
    )
    .filter(([one, other]) => Boolean(one) && Boolean(other));

const [publicList] = process.argv.slice(2);
const sets: readonly (readonly [string, Groups, Fixture['differentNames']])[] = [
  ['`names.json`', shared.sameName, shared.differentNames],
  ['48 groups of our own', own.sameName, own.differentNames],
  ['whole names of our own', own.sameFullName, own.differentFullNames],
  ...(publicList === undefined ? [] : [['a public list, 300 pairs', pairsIn(publicList), []] as const]),
];

console.log('| names | method | first page | of it right | taken for one | of them right | different, taken for one |');
console.log('| --- | --- | --: | --: | --: | --: | --: |');
for (const [name, groups, different] of sets)
  for (const [method, make] of Object.entries(METHODS))
    console.log(`| ${[name, method, ...measure(make, groups, different)].join(' | ')} |`);
