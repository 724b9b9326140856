/**
 * Tables whose rows follow from a case alone, each believed over positions [known_from, known_to) of the log. A new
 * event derives its case's rows anew: those that stay are left alone, those gone are closed at its position, those come
 * begin there. Nothing else is updated or deleted, so that *as known at K* is one comparison more than *now*.
 */
import type Database from 'better-sqlite3';
import type { CaseEvent } from '../domain/case/events.js';
import type { Period } from '../domain/case/period.js';
import type { EventWithId } from '../domain/event.js';

export type Db = Database.Database;
export type Cell = string | number | null;

/** Statements that each database keeps ready, by their text. */
const PREPARED = new WeakMap<Db, Map<string, Database.Statement>>();
/** Texts depend on which filters are asked for, not on their values; beyond so many the oldest are forgotten. */
const MOST_PREPARED = 200;

/** The statement of a text, prepared once: parsing and planning cost more than many a question. Rows come as objects. */
export const prepared = (db: Db, sql: string): Database.Statement => {
  const statements = PREPARED.get(db) ?? new Map<string, Database.Statement>();
  PREPARED.set(db, statements);
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  const [oldest] = statements.keys();
  if (statements.size > MOST_PREPARED && oldest !== undefined) statements.delete(oldest);
  return statement;
};

/** The open end of what is believed now; the largest value and not null, so that one comparison serves. */
export const END = Number.MAX_SAFE_INTEGER;

/** A case as its events make it, in order of recording. */
export interface CaseHistory {
  readonly id: string;
  readonly events: readonly EventWithId<CaseEvent>[];
  readonly periods: readonly Period[];
  /** Ids of the releases that no event of the episode founds. */
  readonly unfounded: ReadonlySet<string>;
}

export interface DerivedTable<Row extends Readonly<Record<keyof Row, Cell>> = never> {
  readonly name: string;
  /** RequestOptions case_no, known_from and known_to, which every such table has. */
  readonly columns: { readonly [C in keyof Row & string]: 'TEXT' | 'INTEGER' };
  /** Columns of its indexes, with their conditions. */
  readonly indexes: readonly string[];
  /** Pure: the rows of a case, each once. */
  rows(history: CaseHistory): readonly Row[];
}

/** A table of any rows. */
export interface AnyTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, 'TEXT' | 'INTEGER'>>;
  readonly indexes: readonly string[];
  rows(history: CaseHistory): readonly object[];
}

export const createTable = ({ name, columns }: AnyTable): string => {
  const own = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  return `CREATE TABLE ${name} (case_no INTEGER NOT NULL, known_from INTEGER NOT NULL, known_to INTEGER NOT NULL, ${own.join(', ')})`;
};

/** Made after the rows of a rebuild, before those of a live file. The first finds the rows of a case that stand now. */
export const createIndexes = ({ name, indexes }: AnyTable): readonly string[] =>
  [`(case_no) WHERE known_to = ${END}`, ...indexes].map((on, at) => `CREATE INDEX ${name}_${at} ON ${name} ${on}`);

interface Open {
  readonly cells: readonly Cell[];
  readonly from: number;
  /** Where it stands in the file; null for a row that is not written yet. */
  readonly rowid: number | null;
}

/** The rows of one case in one table, on their way from one event to the next. */
export interface RowVersions {
  open: ReadonlyMap<string, Open>;
  readonly closed: (Open & { readonly to: number })[];
}

export const noVersions = (): RowVersions => ({ open: new Map(), closed: [] });

/** Takes the rows as they are after the event at a position. */
export const diffRows = (table: AnyTable, versions: RowVersions, rows: readonly object[], position: number): void => {
  const columns = Object.keys(table.columns);
  const open = new Map<string, Open>();
  for (const row of rows) {
    const cells = columns.map((column) => (row as Record<string, Cell>)[column] ?? null);
    const content = JSON.stringify(cells);
    open.set(content, versions.open.get(content) ?? { cells, from: position, rowid: null });
  }
  for (const [content, gone] of versions.open) if (!open.has(content)) versions.closed.push({ ...gone, to: position });
  versions.open = open;
};

/** Reads and writes the ledgers of one table. */
export interface RowWriter {
  readonly table: AnyTable;
  load(caseNo: number): RowVersions;
  write(caseNo: number, versions: RowVersions): void;
}

export const rowWriter = (db: Db, table: AnyTable): RowWriter => {
  const columns = Object.keys(table.columns);
  const select = db
    .prepare(
      `SELECT rowid, known_from, ${columns.join(', ')} FROM ${table.name} WHERE case_no = ? AND known_to = ${END}`,
    )
    .raw();
  const close = db.prepare(`UPDATE ${table.name} SET known_to = ? WHERE rowid = ?`);
  const insert = db.prepare(
    `INSERT INTO ${table.name} (case_no, known_from, known_to, ${columns.join(', ')}) VALUES (?, ?, ?${', ?'.repeat(columns.length)})`,
  );
  const load = (caseNo: number): RowVersions => {
    const open = (select.all(caseNo) as [number, number, ...Cell[]][]).map(([rowid, from, ...cells]) => {
      return [JSON.stringify(cells), { cells, from, rowid }] as const;
    });
    return { open: new Map(open), closed: [] };
  };
  const write = (caseNo: number, versions: RowVersions): void => {
    for (const { rowid, cells, from, to } of versions.closed) {
      if (rowid === null) insert.run(caseNo, from, to, ...cells);
      else close.run(to, rowid);
    }
    for (const { rowid, cells, from } of versions.open.values()) {
      if (rowid === null) insert.run(caseNo, from, END, ...cells);
    }
  };
  return { table, load, write };
};
