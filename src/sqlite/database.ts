import BetterSqlite3, { type Database as OpenDatabase, type Statement as PreparedStatement } from 'better-sqlite3';
import BetterSqlite3V12 from 'better-sqlite3-12';

/** The version of Node-API that `better-sqlite3` 13 is built for; Node has it since 22.14. */
const NODE_API_OF_DRIVER_13 = 10;

/**
 * The driver of SQLite: `better-sqlite3` 13 where it runs, else 12, which has the same interface. 13 crashes on Node 20; 12 aborts
 * on Node 24.19 and later when a statement is garbage-collected. Both load their native part only when a database is opened.
 */
const Database: typeof BetterSqlite3 =
  Number(process.versions.napi) >= NODE_API_OF_DRIVER_13 ? BetterSqlite3 : BetterSqlite3V12;

// eslint-disable-next-line @typescript-eslint/no-namespace -- as the package itself offers its types
declare namespace Database {
  type Database = OpenDatabase;
  type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = PreparedStatement<Parameters, Row>;
}

export default Database;
