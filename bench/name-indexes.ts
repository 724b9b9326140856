/** Names alone, as the read model has them, and in the two full-text tables that searches are compared with. */
import { nameKey } from '../src/domain/names/folding.js';
import { toNfc } from '../src/domain/text.js';
import type { ListScope } from '../src/read-models/list/predicate.js';
import { ANY_CASE, searchNames, type FoundName } from '../src/read-models/names/name-search.js';
import { searchedNameRow } from '../src/read-models/names/rows.js';
import { searchedNames } from '../src/read-models/names/tables.js';
import { createIndexesSql, createTableSql, STILL_KNOWN, type Db } from '../src/read-models/table.js';

/** Names on a first page. */
export const PAGE = 20;

const SCOPE: ListScope = { list: '', day: 0, position: 1, isCurrent: true };

/** Fills an empty database; the n-th name is of case n. */
export const makeNameIndex = (db: Db, count: number, nameOf: (n: number) => string): void => {
  db.exec(createTableSql(searchedNames));
  const columns = Object.keys(searchedNames.columns) as (keyof ReturnType<typeof searchedNameRow>)[];
  const insert = db.prepare(
    `INSERT INTO searched_names (case_no, known_from, known_to, ${columns.join(', ')})
     VALUES (?, 1, ${STILL_KNOWN}${', ?'.repeat(columns.length)})`,
  );
  db.transaction(() => {
    for (let n = 0; n < count; n += 1) {
      const row = searchedNameRow(toNfc(nameOf(n)), {});
      insert.run(n, ...columns.map((column) => row[column]));
    }
  })();
  for (const sql of createIndexesSql(searchedNames)) db.exec(sql);
};

export const search = (db: Db, name: string): readonly FoundName[] => searchNames(db, SCOPE, name, ANY_CASE).found;

/** FTS5 as one would write it: the same keys of words, so that the same names are found where all words agree. */
export const makeRawIndex = (db: Db, count: number, nameOf: (n: number) => string): void => {
  db.exec("CREATE VIRTUAL TABLE names USING fts5(name UNINDEXED, keys, prefix='1 2 3')");
  const insert = db.prepare('INSERT INTO names (rowid, name, keys) VALUES (?, ?, ?)');
  db.transaction(() => {
    for (let n = 0; n < count; n += 1) insert.run(n + 1, nameOf(n), nameKey(nameOf(n)));
  })();
};

/** Searches the raw index: all words, the last of them perhaps begun; the best by FTS5's own rank, or the first that it finds. */
export const rawSearch = (db: Db, isRanked: boolean): ((name: string, isBegun: boolean) => readonly unknown[]) => {
  const order = isRanked ? 'ORDER BY rank' : '';
  const statement = db.prepare(`SELECT rowid - 1 AS n, name FROM names WHERE keys MATCH ? ${order} LIMIT ${PAGE}`);
  return (name, isBegun) =>
    statement.all(
      nameKey(name)
        .split(' ')
        .map((key) => `"${key}"`)
        .join(' AND ') + (isBegun ? '*' : ''),
    );
};

/** A plain trigram search, ranked by FTS5; gives the numbers of the names. */
export const trigramSearch = (db: Db, names: readonly string[]): ((name: string) => readonly number[]) => {
  db.exec("CREATE VIRTUAL TABLE trigrams USING fts5(name, tokenize='trigram remove_diacritics 1')");
  const insert = db.prepare('INSERT INTO trigrams (rowid, name) VALUES (?, ?)');
  db.transaction(() => {
    for (const [n, name] of names.entries()) insert.run(n + 1, name);
  })();
  const statement = db
    .prepare(`SELECT rowid - 1 FROM trigrams WHERE trigrams MATCH ? ORDER BY rank LIMIT ${PAGE}`)
    .pluck();
  return (name) => {
    const letters = [...name.toLowerCase()];
    const trigrams = letters.slice(2).map(
      (_, at) =>
        `"${letters
          .slice(at, at + 3)
          .join('')
          .replaceAll('"', '""')}"`,
    );
    return trigrams.length === 0 ? [] : (statement.all(trigrams.join(' OR ')) as number[]);
  };
};
