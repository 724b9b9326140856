/** One read-model file: a copy of the log, the projected tables and the checkpoint. */
import Database from '../sqlite/database.js';
import { createHash } from 'node:crypto';
import type { DefinitionKind } from '../domain/definitions.js';
import { parseStreamName } from '../domain/events.js';
import type { Cursor, EventStore, LogEvent } from '../event-store/port.js';
import { createPrivateFile } from '../event-store/private-file.js';
import { CREATE_LOG_INDEXES, CREATE_LOG_TABLES, LogTables, PERSONAL_EVENTS_TABLE } from './log-tables.js';
import { dependentCases } from './projection/affected-cases.js';
import { copyPart, PartFile, type RebuildPartPaths } from './part-file.js';
import { Projector } from './projection/projector.js';
import { findingDependencies, findings } from './findings/tables.js';
import { facets, periods } from './list/tables.js';
import { circumstances, distinctions, listEntries, references, searchedNames } from './names/tables.js';
import { searchedTexts } from './words/tables.js';
import { PERSONAL_CLAIMS_TABLE } from './claims/claim-rows.js';
import { clemencies, holdings } from './statistics/tables.js';
import { cachedStatement, createIndexesSql, createTableSql, type AnyTable, type Db } from './table.js';

/** All projected tables. To add a read model, add its table here. */
export const PROJECTED_TABLES: readonly AnyTable[] = [
  periods,
  facets,
  listEntries,
  references,
  searchedNames,
  circumstances,
  distinctions,
  searchedTexts,
  findings,
  findingDependencies,
  clemencies,
  holdings,
];

/** The tables that may have personal data. */
export const PERSONAL_TABLES: readonly string[] = [
  PERSONAL_EVENTS_TABLE,
  PERSONAL_CLAIMS_TABLE,
  ...PROJECTED_TABLES.filter(({ isPersonal }) => isPersonal).map(({ name }) => name),
];

/** Bump when the meaning of rows changes but the schema does not; files of another version are rebuilt. */
const PROJECTION_VERSION = 10;

const CREATE_TABLES = [
  ...CREATE_LOG_TABLES,
  ...PROJECTED_TABLES.map(createTableSql),
  'CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT, position INTEGER NOT NULL)',
  'INSERT INTO checkpoint VALUES (1, NULL, 0)',
];
const CREATE_PROJECTED_INDEXES = PROJECTED_TABLES.flatMap(createIndexesSql);

/**
 * Stored as `user_version` (31 bits): identifies the schema and projection version of a file, and the time zone by which it was
 * projected.
 */
const schemaHash = (timeZone: string): number =>
  createHash('sha256')
    .update(JSON.stringify([PROJECTION_VERSION, CREATE_TABLES, CREATE_LOG_INDEXES, CREATE_PROJECTED_INDEXES, timeZone]))
    .digest()
    .readUInt32BE() >>> 1;

/** The last event that was projected; position 0 and a null cursor before the first. */
export interface ProjectionCheckpoint {
  readonly cursor: Cursor | null;
  readonly position: number;
}

/** Events are missing between the checkpoint and a batch; the subscription must restart from the checkpoint. */
export class PositionGapError extends Error {
  override readonly name = 'PositionGapError';
}

/** Lock timeout. Short, because a wait blocks the event loop; readers and the writer of a file in WAL mode do not wait for each other. */
const BUSY_MS = 250;

/** The page cache of SQLite for a file that is being built. */
const BUILD_CACHE_KIB = 32 * 1024;
/** Helper threads of SQLite that sort the entries of an index of such a file. */
const SORT_THREADS = 2;

/** Cases re-projected in one step after a change of a definition. */
const REPROJECT_BATCH = 25;

export class ModelFile {
  readonly logTables: LogTables;
  readonly #projector;
  readonly #updateCheckpoint;
  #checkpoint: ProjectionCheckpoint;

  private constructor(
    readonly db: Db,
    readonly timeZone: string,
  ) {
    this.logTables = new LogTables(db);
    this.#projector = new Projector(db, this.logTables, PROJECTED_TABLES, timeZone);
    this.#updateCheckpoint = db.prepare('UPDATE checkpoint SET cursor = ?, position = ?');
    this.#checkpoint = readCheckpoint(db);
  }

  /**
   * Creates an empty file for a rebuild: without indexes, and not crash-safe until `makeDurable`. `timeZone` is that of the register.
   * Throws SQLite errors.
   */
  static create(path: string, timeZone: string): ModelFile {
    if (path !== ':memory:') createPrivateFile(path);
    const db = new Database(path);
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    // This is also how much SQLite sorts in memory at once when it creates an index.
    db.pragma(`cache_size = ${-BUILD_CACHE_KIB}`);
    db.pragma(`threads = ${SORT_THREADS}`);
    db.transaction(() => CREATE_TABLES.forEach((sql) => db.exec(sql)))();
    return new ModelFile(db, timeZone);
  }

  /** Opens an existing file; null if it is missing, unreadable, or of another schema or time zone. */
  static open(path: string, timeZone: string): ModelFile | null {
    const db = openModelDatabase(path, timeZone);
    return db === null ? null : new ModelFile(db, timeZone);
  }

  /**
   * Steps that index the copy of the log; run after storing and before projecting. Separate, because each blocks for
   * long.
   */
  eventIndexSteps(): readonly (() => void)[] {
    return CREATE_LOG_INDEXES.map((sql) => () => void this.db.exec(sql));
  }

  /**
   * Steps that complete a rebuild: indexes of the projected tables, then the schema hash that makes the file usable.
   */
  finishSteps(): readonly (() => void)[] {
    const indexes = CREATE_PROJECTED_INDEXES.map((sql) => () => void this.db.exec(sql));
    return [...indexes, () => void this.db.pragma(`user_version = ${schemaHash(this.timeZone)}`)];
  }

  /** Makes transactions crash-safe from now on. */
  makeDurable(): void {
    setDurable(this.db);
  }

  get checkpoint(): ProjectionCheckpoint {
    return this.#checkpoint;
  }

  /** Whether the head of a log has been projected; a null head is that of an empty log. */
  hasReached(head: Cursor | null, store: EventStore): boolean {
    return hasReached(this.#checkpoint, head, store);
  }

  /** Applies a batch without letting other work run between its steps. */
  applyBatch(events: readonly LogEvent[]): void {
    for (const step of this.stepsToApply(events)) step();
  }

  /**
   * Stores events, projects their cases and moves the checkpoint. Skips events that were projected before. Each step is a transaction
   * of some ten milliseconds; most batches are one step. A change of a list or an instrument first takes steps to re-project the cases
   * that depend on it, whose rows only count once the last step has stored the event. A crash in between loses none of them, since the
   * event is then applied again. Steps throw PositionGapError, and errors of the domain or SQLite.
   */
  *stepsToApply(events: readonly LogEvent[]): Generator<() => void> {
    const newEvents = events.filter(({ position }) => position > this.#checkpoint.position);
    let run: LogEvent[] = [];
    for (const event of newEvents) {
      if (isDefinitionEvent(event)) {
        // The cases that depend on it are found by their rows, so all events before it are projected first.
        if (run.length > 0) yield this.#applying(run);
        run = [];
        yield* this.#definitionSteps(event);
      }
      run.push(event);
    }
    if (run.length > 0) yield this.#applying(run);
  }

  #applying(events: readonly LogEvent[]): () => void {
    return () =>
      this.#commit(events, (newEvents) => {
        const firstPositions = new Map<number, number>();
        for (const event of newEvents)
          for (const caseNo of this.logTables.store(event))
            if (!firstPositions.has(caseNo)) firstPositions.set(caseNo, event.position);
        for (const [caseNo, position] of firstPositions) this.#projector.project(caseNo, position);
      });
  }

  *#definitionSteps(event: LogEvent): Generator<() => void> {
    const { kind, id } = parseStreamName(event.stream) as { kind: DefinitionKind; id: string };
    const version = this.logTables.definitions.next(kind, id, event);
    const change = { kind, id, recordedAt: event.recordedAt, version };
    for (const dependency of version.changedKeys) {
      let cases = dependentCases(this.db, dependency, 0, REPROJECT_BATCH);
      while (cases.length > 0) {
        const chunk = cases;
        yield () => {
          if (event.position !== this.#checkpoint.position + 1) throw new PositionGapError();
          this.#transaction(() => chunk.forEach((caseNo) => this.#projector.projectDefinitionChange(caseNo, change)));
        };
        cases = dependentCases(this.db, dependency, chunk.at(-1) ?? 0, REPROJECT_BATCH);
      }
    }
  }

  /** Writes the unchanged checkpoint, to find out whether the file can be written. Throws SQLite errors. */
  checkWritable(): void {
    this.#updateCheckpoint.run(this.#checkpoint.cursor, this.#checkpoint.position);
  }

  /** Stores events without projecting them; a rebuild calls `projectCases` afterwards. */
  store(events: readonly LogEvent[]): void {
    this.#commit(events, (newEvents) => newEvents.forEach((event) => this.logTables.store(event)));
  }

  /** Projects cases whose events were only stored. */
  projectCases(caseNos: readonly number[]): void {
    this.#transaction(() => caseNos.forEach((caseNo) => this.#projector.project(caseNo, 0)));
  }

  /** Copies the rows of a part file that is closed. To be called before the indexes are created. */
  copyPart(part: string): void {
    copyPart(this.db, part, PROJECTED_TABLES);
  }

  /** Empties the write-ahead log and returns true, unless a reader keeps it for longer than `waitMs`. */
  emptyWriteAheadLog(waitMs: number): boolean {
    this.db.pragma(`busy_timeout = ${waitMs}`);
    try {
      const [result] = this.db.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: 0 | 1 }];
      return result.busy === 0;
    } finally {
      this.db.pragma(`busy_timeout = ${BUSY_MS}`);
    }
  }

  close(): void {
    this.db.close();
  }

  #commit(events: readonly LogEvent[], write: (newEvents: readonly LogEvent[]) => void): void {
    const newEvents = events.filter(({ position }) => position > this.#checkpoint.position);
    const [first, last] = [newEvents[0], newEvents.at(-1)];
    if (first === undefined || last === undefined) return;
    if (newEvents.some(({ position }, index) => position !== this.#checkpoint.position + 1 + index))
      throw new PositionGapError();
    this.#transaction(() => {
      write(newEvents);
      this.#updateCheckpoint.run(last.cursor, last.position);
    });
    this.#checkpoint = { cursor: last.cursor, position: last.position };
  }

  #transaction(write: () => void): void {
    try {
      this.db.transaction(write)();
    } catch (error) {
      this.logTables.clearCaches();
      throw error;
    }
  }
}

/** Creates the part file that one thread of a rebuild fills. Throws SQLite errors. */
export const createPart = (paths: RebuildPartPaths, timeZone: string): PartFile =>
  PartFile.create(paths, PROJECTED_TABLES, timeZone);

const isDefinitionEvent = ({ stream }: LogEvent): boolean =>
  stream.startsWith('list-') || stream.startsWith('instrument-');

/** Opens an existing file for reading and writing; null if it is missing, unreadable, or of another schema or time zone. */
export const openModelDatabase = (path: string, timeZone: string): Db | null => {
  let db: Db | null = null;
  try {
    db = new Database(path, { fileMustExist: true, timeout: BUSY_MS });
    if (db.pragma('user_version', { simple: true }) !== schemaHash(timeZone)) throw new Error('of another build');
    setDurable(db);
    // The checkpoint is read, so that a file without our tables is not taken for one of ours.
    readCheckpoint(db);
    return db;
  } catch {
    db?.close();
    return null;
  }
};

/** Throws SQLite errors. A file without a checkpoint row is damaged; one at the beginning of the log has a row with position 0. */
export const readCheckpoint = (db: Db): ProjectionCheckpoint => {
  const checkpoint = cachedStatement(db, 'SELECT cursor, position FROM checkpoint').get();
  if (checkpoint === undefined)
    throw Object.assign(new Error('the read-model file has no checkpoint'), { code: 'SQLITE_CORRUPT' });
  return checkpoint as ProjectionCheckpoint;
};

export const hasReached = ({ cursor }: ProjectionCheckpoint, head: Cursor | null, store: EventStore): boolean =>
  head === null || (cursor !== null && store.compare(cursor, head) >= 0);

const setDurable = (db: Db): void => {
  db.pragma(`journal_mode = ${db.memory ? 'MEMORY' : 'WAL'}`);
  db.pragma('synchronous = NORMAL');
};
