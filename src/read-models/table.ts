/**
 * Projected tables with row versions: each row was believed over the positions [known_from, known_to). A new event re-projects its case:
 * unchanged rows stay, removed rows are closed at its position, new rows start there. Rows are otherwise never updated or deleted, so a
 * query *as known at K* needs only one more comparison.
 */
import type Database from '../sqlite/database.js';
import { LRUCache } from 'lru-cache';
import type { CaseEvent } from '../domain/case/events.js';
import type { Period } from '../domain/case/period.js';
import type { ReferenceData } from '../domain/case/reference-data.js';
import type { EventWithId, Finding } from '../domain/event.js';

export type Db = Database.Database;
export type SqlValue = string | number | null;

/** Prepared statements of each database, by SQL text. */
const PREPARED_STATEMENTS = new WeakMap<Db, LRUCache<string, Database.Statement>>();
/** SQL texts vary with the set of filters, not with their values. */
const MAX_PREPARED_STATEMENTS = 200;

/**
 * Prepares a statement or reuses it: preparing costs more than running many of the queries. Returns rows as objects.
 */
export const cachedStatement = (db: Db, sql: string): Database.Statement => {
  const statements =
    PREPARED_STATEMENTS.get(db) ?? new LRUCache<string, Database.Statement>({ max: MAX_PREPARED_STATEMENTS });
  PREPARED_STATEMENTS.set(db, statements);
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  return statement;
};

/**
 * `known_to` of row versions that are still believed. A maximum rather than null, so that one comparison covers both
 * cases.
 */
export const STILL_KNOWN = Number.MAX_SAFE_INTEGER;

/** A case with everything computed from its events, which are in order of recording. */
export interface CaseHistory {
  readonly id: string;
  readonly events: readonly EventWithId<CaseEvent>[];
  readonly periods: readonly Period[];
  /** Ids of releases whose reason names a mechanism that no event of the episode supports. */
  readonly unfoundedReleases: ReadonlySet<string>;
  /** The findings of the case, given the lists and instruments that its events name. */
  findings(references: ReferenceData): readonly Finding[];
}

/**
 * What the rows of a case are projected from: its events alone, or also lists and instruments that they name (`definitions`). Rows of the
 * second kind are re-projected when a list or instrument changes on which the case depends.
 */
export type ProjectionInput = 'events' | 'definitions';

export interface ProjectedTable<Row extends Readonly<Record<keyof Row, SqlValue>> = never> {
  readonly name: string;
  /** Whether it may have personal data. No other table may, so that only these tables matter when a person is erased. */
  readonly isPersonal: boolean;
  readonly dependsOn: ProjectionInput;
  /** Besides case_no, known_from and known_to, which every projected table has. */
  readonly columns: { readonly [C in keyof Row & string]: 'TEXT' | 'INTEGER' };
  /** Columns of each index, with its WHERE clause. */
  readonly indexes: readonly string[];
  /** A column of tokens, separated by spaces, with a full-text index; the index is named as the table, followed by `_text`. */
  readonly fullTextColumn?: keyof Row & string;
  /** The distinct rows of a case. Pure. */
  rows(history: CaseHistory, references: ReferenceData): readonly Row[];
  /** Whether the rows of a case may be others once this event, which amends and merges nothing, is added to its events. Pure. */
  readsEvent(event: CaseEvent): boolean;
}

/** A projected table with its row type erased. */
export interface AnyTable {
  readonly name: string;
  readonly isPersonal: boolean;
  readonly dependsOn: ProjectionInput;
  readonly columns: Readonly<Record<string, 'TEXT' | 'INTEGER'>>;
  readonly indexes: readonly string[];
  readonly fullTextColumn?: string;
  rows(history: CaseHistory, references: ReferenceData): readonly object[];
  readsEvent(event: CaseEvent): boolean;
}

export const createTableSql = ({ name, columns }: AnyTable): string => {
  const own = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  return `CREATE TABLE ${name} (case_no INTEGER NOT NULL, known_from INTEGER NOT NULL, known_to INTEGER NOT NULL, ${own.join(', ')})`;
};

/** Created after all rows in a rebuild, which is faster. The first index finds the current rows of a case. */
export const createIndexesSql = (table: AnyTable): readonly string[] => [
  ...[`(case_no) WHERE known_to = ${STILL_KNOWN}`, ...table.indexes].map(
    (on, number) => `CREATE INDEX ${table.name}_${number} ON ${table.name} ${on}`,
  ),
  ...createFullTextSql(table),
];

/**
 * A full-text index over row versions: one entry for each row, which stays while the row does. Conditions on positions are checked on
 * the rows that it finds. What is deleted from the table leaves no trace in the index. Tokens are parted by spaces alone: the rows
 * make them, so that the tokenizer has nothing to decide (it would fold ASCII capitals).
 */
const createFullTextSql = ({ name, fullTextColumn: column }: AnyTable): readonly string[] => {
  if (column === undefined) return [];
  const index = `${name}_text`;
  return [
    `CREATE VIRTUAL TABLE ${index} USING fts5(${column}, content='${name}', detail='none', columnsize=0,
      tokenize="ascii tokenchars ':_'")`,
    `INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', 1)`,
    `INSERT INTO ${index} (${index}) VALUES ('rebuild')`,
    `CREATE TRIGGER ${name}_added AFTER INSERT ON ${name} BEGIN
      INSERT INTO ${index} (rowid, ${column}) VALUES (new.rowid, new.${column});
    END`,
    `CREATE TRIGGER ${name}_deleted AFTER DELETE ON ${name} BEGIN
      INSERT INTO ${index} (${index}, rowid, ${column}) VALUES ('delete', old.rowid, old.${column});
    END`,
  ];
};

interface OpenVersion {
  /** The row that the cells were made of; null if they were read from the file. */
  readonly row: object | null;
  readonly cells: readonly SqlValue[];
  readonly from: number;
  /** Null for a row that has not been written yet. */
  readonly rowid: number | null;
}

/** Row versions of one case in one table while it is re-projected. */
export interface RowVersions {
  open: readonly OpenVersion[];
  readonly closed: (OpenVersion & { readonly to: number })[];
}

export const noVersions = (): RowVersions => ({ open: [], closed: [] });

/**
 * Updates the versions to the rows that hold from a position on: closes versions without a row and opens one for each new row. Most
 * rows are as before, in the same order, so that the first version left is compared first, and most are the same objects.
 */
export const updateRowVersions = (
  columns: readonly string[],
  versions: RowVersions,
  rows: readonly object[],
  position: number,
): void => {
  const left = [...versions.open];
  versions.open = rows.map((row) => {
    let index = left.findIndex((version) => version.row === row);
    if (index < 0) index = left.findIndex(({ cells }) => hasCells(row, columns, cells));
    const [unchanged] = index < 0 ? [] : left.splice(index, 1);
    return unchanged ?? { row, cells: columns.map((column) => cellOf(row, column)), from: position, rowid: null };
  });
  for (const closed of left) versions.closed.push({ ...closed, to: position });
};

const cellOf = (row: object, column: string): SqlValue => (row as Record<string, SqlValue>)[column] ?? null;

const hasCells = (row: object, columns: readonly string[], cells: readonly SqlValue[]): boolean =>
  columns.every((column, at) => cellOf(row, column) === cells[at]);

/** Loads and saves the row versions of one table. */
export interface RowWriter {
  readonly table: AnyTable;
  readonly columns: readonly string[];
  load(caseNo: number): RowVersions;
  write(caseNo: number, versions: RowVersions): void;
}

export const rowWriter = (db: Db, table: AnyTable): RowWriter => {
  const columns = Object.keys(table.columns);
  const select = db
    .prepare(
      `SELECT rowid, known_from, ${columns.join(', ')} FROM ${table.name} WHERE case_no = ? AND known_to = ${STILL_KNOWN}`,
    )
    .raw();
  const close = db.prepare(`UPDATE ${table.name} SET known_to = ? WHERE rowid = ?`);
  const insert = db.prepare(
    `INSERT INTO ${table.name} (case_no, known_from, known_to, ${columns.join(', ')}) VALUES (?, ?, ?${', ?'.repeat(columns.length)})`,
  );
  const load = (caseNo: number): RowVersions => {
    const open = (select.all(caseNo) as [number, number, ...SqlValue[]][]).map(([rowid, from, ...cells]) => ({
      row: null,
      cells,
      from,
      rowid,
    }));
    return { open, closed: [] };
  };
  const write = (caseNo: number, versions: RowVersions): void => {
    for (const { rowid, cells, from, to } of versions.closed) {
      if (rowid === null) insert.run(caseNo, from, to, ...cells);
      else close.run(to, rowid);
    }
    for (const { rowid, cells, from } of versions.open) {
      if (rowid === null) insert.run(caseNo, from, STILL_KNOWN, ...cells);
    }
  };
  return { table, columns, load, write };
};
