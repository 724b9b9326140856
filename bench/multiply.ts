/** Makes large read models out of small ones by copying the rows of every case: quicker than projecting as many. */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import Database from '../src/sqlite/database.js';
import { PROJECTED_TABLES } from '../src/read-models/model-file.js';

/**
 * Makes a file with so many copies of every case, once: of the same names, references and events, with ids and numbers of their own.
 * The log and its copy have the first ones only, so that pages can be read from the file and nothing can be projected.
 */
export const multiplyCases = (from: string, to: string, copies: number): void => {
  if (existsSync(to)) return;
  const making = `${to}.making`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${making}${end}`, { force: true });
  copyFileSync(from, making);
  const db = new Database(making);
  for (const mode of ['DELETE', 'OFF']) db.pragma(`journal_mode = ${mode}`);
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -1000000');
  const tables = PROJECTED_TABLES.filter(({ fullTextColumn }) => fullTextColumn === undefined);
  const names = JSON.stringify(tables.map(({ name }) => name));
  const indexes = db
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))`,
    )
    .all(names) as { readonly name: string; readonly sql: string }[];
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
  const cases = db.prepare('SELECT max(no) FROM cases').pluck().get() as number;
  const idOfCopy = (column: string): string => `printf('%08x', n.value) || substr(${column}, 9)`;
  const copyNumbers = `(WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${copies - 1}) SELECT value FROM n) n`;
  db.transaction(() => {
    db.exec(`INSERT INTO cases SELECT no + n.value * ${cases}, ${idOfCopy('id')} FROM ${copyNumbers} CROSS JOIN cases`);
    for (const { name, columns } of tables) {
      const values = Object.keys(columns).map((column) => (column === 'case_id' ? idOfCopy(column) : column));
      db.exec(`INSERT INTO ${name} SELECT case_no + n.value * ${cases}, known_from, known_to, ${values.join(', ')}
        FROM ${copyNumbers} CROSS JOIN (SELECT * FROM ${name}) t`);
    }
  })();
  for (const { sql } of indexes) db.exec(sql);
  db.close();
  renameSync(making, to);
};
