/**
 * Compares the search by name with a plain trigram search (FTS5) and with two matching libraries: recall and precision on groups of
 * spellings, and the time of a search. Run after `npm run build`:
 *
 *   node tools/compare-names.mjs [--names 20000] [pairs.tsv]
 *
 * `pairs.tsv`: a public list with two spellings of one name a line, parted by a tab; letters may be parted by spaces. The columns that
 * follow are ignored. Used: data/wd_russian_20 of github.com/steveash/NETransliteration-COLING2018 (names of Wikidata, CC0).
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import * as fuzzball from 'fuzzball';
import Fuse from 'fuse.js';
import { nameKey } from '../dist/domain/names/folding.js';
import { LEAST_SCORE, matchNames } from '../dist/domain/names/ranking.js';
import { romanise } from '../dist/domain/names/romanise.js';
import { searchNames } from '../dist/read-models/names/name-search.js';
import { searchedNameRows } from '../dist/read-models/names/rows.js';
import { searchedNames } from '../dist/read-models/names/tables.js';
import { createIndexes, createTable, STILL_KNOWN } from '../dist/read-models/table.js';
import Database from '../dist/sqlite/database.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { names: { type: 'string', default: '20000' } },
});

const PAGE = 20;
const SCOPE = { list: '', day: 0, position: 1, isCurrent: true };
const ANY_CASE = { text: 'TRUE', values: {}, isUncertain: 'FALSE' };

/** A read model of names, each of a case of its own; the number of a case is the index of its name. */
const openIndex = (names) => {
  const db = new Database(':memory:');
  db.exec(createTable(searchedNames));
  const columns = Object.keys(searchedNames.columns);
  const insert = db.prepare(
    `INSERT INTO searched_names (case_no, known_from, known_to, ${columns.join(', ')})
    VALUES (?, 1, ${STILL_KNOWN}${', ?'.repeat(columns.length)})`,
  );
  db.transaction(() =>
    names.forEach((text, index) => {
      const event = { type: 'opened', names: [{ text }] };
      for (const row of searchedNameRows({ events: [{ id: '', event }] }))
        insert.run(index, ...columns.map((column) => row[column]));
    }),
  )();
  for (const sql of createIndexes(searchedNames)) db.exec(sql);
  return db;
};

const trigramIndex = (names) => {
  const db = new Database(':memory:');
  db.exec("CREATE VIRTUAL TABLE t USING fts5(name, tokenize='trigram remove_diacritics 1')");
  const insert = db.prepare('INSERT INTO t (rowid, name) VALUES (?, ?)');
  db.transaction(() => names.forEach((name, index) => insert.run(index + 1, name)))();
  const ranked = db.prepare(`SELECT rowid - 1 FROM t WHERE t MATCH ? ORDER BY rank LIMIT ${PAGE}`).pluck();
  const trigramsOf = (name) => {
    const letters = [...name.toLowerCase()];
    return letters.slice(2).map(
      (_, at) =>
        `"${letters
          .slice(at, at + 3)
          .join('')
          .replaceAll('"', '""')}"`,
    );
  };
  return (name) => (trigramsOf(name).length === 0 ? [] : ranked.all(trigramsOf(name).join(' OR ')));
};

const best = (names, scoreOf, least) => (name) =>
  names
    .map((other, index) => [index, scoreOf(name, other)])
    .filter(([, score]) => score >= least)
    .sort(([, a], [, b]) => b - a)
    .slice(0, PAGE)
    .map(([index]) => index);

/** `page`: indexes of the names on the first page. `agree`: whether the method takes two names for one. */
const methods = {
  Habeas: (names) => {
    const db = openIndex(names);
    return {
      page: (name) =>
        searchNames(db, SCOPE, name, ANY_CASE)
          .found.slice(0, PAGE)
          .map(({ case_no }) => case_no),
      agree: (one, other) => nameKey(one) === nameKey(other),
    };
  },
  'Habeas, ranking alone': (names) => ({
    page: best(names, (one, other) => matchNames(one, other).score, LEAST_SCORE),
    agree: (one, other) => matchNames(one, other).score >= 0.9,
  }),
  'trigrams (FTS5)': (names) => ({
    page: trigramIndex(names),
    agree: (one, other) => one.toLowerCase().includes(other.toLowerCase()),
  }),
  'fuzzball 2.2': (names) => ({
    page: best(names, (one, other) => fuzzball.ratio(one, other), 60),
    agree: (one, other) => fuzzball.ratio(one, other) >= 80,
  }),
  'fuzzball 2.2, on Latin letters': (names) => ({
    page: best(names, (one, other) => fuzzball.ratio(romanise(one), romanise(other)), 60),
    agree: (one, other) => fuzzball.ratio(romanise(one), romanise(other)) >= 80,
  }),
  'Fuse.js 7.5': (names) => {
    const fuse = new Fuse(names, { includeScore: true, ignoreDiacritics: true });
    const ofOne = (name) => new Fuse([name], { includeScore: true, ignoreDiacritics: true });
    return {
      page: (name) => fuse.search(name, { limit: PAGE }).map(({ refIndex }) => refIndex),
      agree: (one, other) => (ofOne(other).search(one)[0]?.score ?? 1) <= 0.2,
    };
  },
};

const measure = (makeMethod, groups, different) => {
  const names = groups.flat();
  const groupOf = groups.flatMap((group, index) => group.map(() => index));
  const { page, agree } = makeMethod(names);
  let [found, asked, right, wrong] = [0, 0, 0, 0];
  names.forEach((name, index) => {
    const shown = new Set(page(name));
    groupOf.forEach((group, other) => {
      if (other === index) return;
      const isSame = group === groupOf[index];
      if (isSame) asked += 1;
      if (isSame && shown.has(other)) found += 1;
      // Every pair inside groups, and one in a hundred others: enough for a share, and quick.
      if ((isSame || (index + other) % 100 === 0) && agree(name, names[other])) {
        if (isSame) right += 1;
        else wrong += 100;
      }
    });
  });
  const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
  const mixed = different.filter(([one, other]) => agree(one, other)).length;
  return [
    percent(found, asked),
    percent(right, asked),
    percent(right, right + wrong),
    `${mixed} of ${different.length}`,
  ];
};

const fixture = (file) => JSON.parse(readFileSync(new URL(`../test/fixtures/names/${file}`, import.meta.url), 'utf8'));
const own = fixture('own-groups.json');
const shared = fixture('names.json');
const sets = [
  ['names.json', shared.sameName, shared.differentNames],
  ['groups of our own', own.sameName, own.differentNames],
  ['whole names of our own', own.sameFullName, own.differentFullNames],
];
const [list] = positionals;
if (list !== undefined) {
  const lines = readFileSync(list, 'utf8').split('\n').slice(0, 300);
  const pairs = lines.map((line) =>
    line
      .split('\t')
      .slice(0, 2)
      .map((name) => name.replaceAll(' ', '')),
  );
  sets.push(['public list, 300 pairs', pairs.filter(([one, other]) => one && other), []]);
}

console.log(
  '| names | method | found on the first page of 20 | taken for one | of those taken for one, right | different, taken for one |',
);
console.log('| --- | --- | --: | --: | --: | --: |');
for (const [name, groups, different] of sets)
  for (const [method, make] of Object.entries(methods))
    console.log(`| ${name} | ${method} | ${measure(make, groups, different).join(' | ')} |`);

const count = Number(options.names);
const surnames = own.sameName.flat();
const syllables = ['ba', 'da', 'qa', 'la', 'mə', 'ni', 'ru', 'sə', 'tu', 'və', 'zi', 'xa'];
const invented = (n) => syllables[n % 12] + syllables[Math.floor(n / 12) % 12] + syllables[Math.floor(n / 144) % 12];
const many = Array.from(
  { length: count },
  (_, n) => `${invented(n)} ${invented(n * 7 + 5)}ov ${surnames[n % surnames.length]}`,
);
const db = openIndex(many);
const raw = db.prepare(`SELECT rowid FROM searched_names_text WHERE searched_names_text MATCH ? LIMIT 600`).pluck();
const trigrams = trigramIndex(many);
const medianOf = (run) => {
  const times = Array.from({ length: 200 }, (_, n) => {
    const start = performance.now();
    run(n);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[100].toFixed(3);
};
const whole = (n) => many[(n * 37) % count];
console.log(`\n| a search among ${count} names, median of 200 | ms |\n| --- | --: |`);
console.log(`| Habeas, a whole name | ${medianOf((n) => searchNames(db, SCOPE, whole(n), ANY_CASE))} |`);
console.log(
  `| Habeas, the beginning of one | ${medianOf((n) => searchNames(db, SCOPE, whole(n).slice(0, 9), ANY_CASE))} |`,
);
console.log(
  `| FTS5 of the same rows, a whole name | ${medianOf((n) =>
    raw.all(
      `keys : (${nameKey(whole(n))
        .split(' ')
        .map((key) => `"${key}"`)
        .join(' AND ')})`,
    ),
  )} |`,
);
console.log(`| trigrams (FTS5), ranked | ${medianOf((n) => trigrams(whole(n)))} |`);
