/**
 * A part of the projected tables, which one thread of a rebuild fills. Several threads read the stored log at once, and each writes a
 * file of its own; the rows of all parts are then copied into the file that is built, as they are stored.
 */
import Database from '../sqlite/database.js';
import { createPrivateFile } from '../event-store/private-file.js';
import { LogTables } from './log-tables.js';
import { Projector } from './projection/projector.js';
import { createTableSql, type AnyTable, type Db } from './table.js';

/** Where a thread of a rebuild reads and writes. */
export interface RebuildPartPaths {
  /** The file with the stored log, which nobody writes while parts are filled. */
  readonly log: string;
  readonly part: string;
}

export class PartFile {
  readonly #projector;

  private constructor(
    private readonly db: Db,
    tables: readonly AnyTable[],
    timeZone: string,
  ) {
    this.#projector = new Projector(db, new LogTables(db), tables, timeZone);
  }

  /** Throws SQLite errors. */
  static create({ log, part }: RebuildPartPaths, tables: readonly AnyTable[], timeZone: string): PartFile {
    createPrivateFile(part);
    const db = new Database(part);
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    for (const table of tables) db.exec(createTableSql(table));
    // LogTables finds its tables in the attached file: their names are not qualified.
    db.prepare('ATTACH ? AS log').run(log);
    return new PartFile(db, tables, timeZone);
  }

  projectCases(caseNos: readonly number[]): void {
    this.db.transaction(() => caseNos.forEach((caseNo) => this.#projector.project(caseNo, 0)))();
  }

  close(): void {
    this.db.close();
  }
}

/** Copies all rows of a part. SQLite copies the stored rows as they are, since both tables are made alike and have no index yet. */
export const copyPart = (db: Db, part: string, tables: readonly AnyTable[]): void => {
  db.prepare('ATTACH ? AS part').run(part);
  for (const { name } of tables) db.exec(`INSERT INTO main.${name} SELECT * FROM part.${name}`);
  db.exec('DETACH part');
};
