/** Compares a read-model file, row by row, with one that is built anew from the log. The file itself is only read. */
import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';
import Database from '../sqlite/database.js';
import type { EventStore } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { PERSONAL_CLAIMS_TABLE } from './claims/claim-rows.js';
import { PERSONAL_EVENTS_TABLE } from './log-tables.js';
import { PROJECTED_TABLES, readCheckpoint, type ModelFile } from './model-file.js';
import { applyNextBatch, buildFile, temporaryPathOf, discardFile } from './rebuild.js';
import type { Db } from './table.js';

/** A row that one file has more often. Named by its table and its first cell only (case, stream or time): others may be personal data. */
export interface ModelFileRowDifference {
  readonly table: string;
  readonly subject: string;
  readonly onlyIn: 'live' | 'rebuilt';
}

export interface ModelFileComparison {
  /** The position at which both files stood. */
  readonly position: number;
  /** Rows of the live file. */
  readonly rows: number;
  /** Distinct rows that one file has more often than the other. */
  readonly different: number;
  /** The first of the rows that differ. */
  readonly examples: readonly ModelFileRowDifference[];
}

const MAX_EXAMPLES = 20;
/** Rows compared before other work and signals get their turn. */
const ROWS_AT_ONCE = 5_000;
const POLL_MS = 20;

/**
 * Builds a second file beside the live one, compares all rows of all tables at the same position, and removes the second file. Numbers of
 * cases and streams are local to a file: rows are compared by the ids that they stand for. Throws what `buildFile` throws, the reason
 * of the signal, and errors of SQLite.
 */
export const checkModelFile = async (
  path: string,
  timeZone: string,
  store: EventStore,
  job: JobContext,
): Promise<ModelFileComparison> => {
  // A rebuild, which may begin meanwhile, builds a file of another name.
  const beside = `${path}.check`;
  const built = await buildFile(beside, timeZone, store, job);
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      db.prepare('ATTACH ? AS rebuilt').run(temporaryPathOf(beside));
      const position = await alignPositions(db, built, store, job.signal);
      return { position, ...(await compareTables(db, job)) };
    } finally {
      db.close();
    }
  } finally {
    await discardFile(beside, built);
  }
};

/** Begins a snapshot of the live file, and applies events to the built file until both are at the same position, which it returns. */
const alignPositions = async (db: Db, built: ModelFile, store: EventStore, signal: AbortSignal): Promise<number> => {
  for (;;) {
    signal.throwIfAborted();
    db.exec('BEGIN');
    const { position } = readCheckpoint(db);
    while (built.checkpoint.position < position) {
      signal.throwIfAborted();
      if ((await applyNextBatch(built, store, position - built.checkpoint.position)) === 0) break;
    }
    if (built.checkpoint.position === position) return position;
    // The live file has yet to apply what was recorded during the build.
    db.exec('COMMIT');
    await sleep(POLL_MS, undefined, { signal });
  }
};

const compareTables = async (
  db: Db,
  { signal, onProgress }: JobContext,
): Promise<Omit<ModelFileComparison, 'position'>> => {
  let [rows, different, groups] = [0, 0, 0];
  const examples: ModelFileRowDifference[] = [];
  for (const { table, select } of COMPARED_TABLES) {
    signal.throwIfAborted();
    for (const [live, rebuilt, subject] of db.prepare(comparisonSql(select)).raw().iterate() as Iterable<
      [number, number, string]
    >) {
      rows += live;
      if (live !== rebuilt) {
        different += 1;
        if (examples.length < MAX_EXAMPLES)
          examples.push({ table, subject, onlyIn: live > rebuilt ? 'live' : 'rebuilt' });
      }
      groups += 1;
      if (groups % ROWS_AT_ONCE === 0) {
        signal.throwIfAborted();
        onProgress({ stage: 'rows compared', done: rows, total: null });
        await yieldToOthers();
      }
    }
    onProgress({ stage: 'rows compared', done: rows, total: null });
    await yieldToOthers();
  }
  return { rows, different, examples };
};

/** SQL that counts how often each file has each row, with the first cell of the row: its case or stream, or a time of recording. */
const comparisonSql = ({ cellsSql, from }: ComparedSelect): string => {
  const names = cellsSql.map((_, index) => `c${index}`).join(', ');
  const aliased = cellsSql.map((cell, index) => `${cell} AS c${index}`).join(', ');
  return `SELECT sum(live), sum(1 - live), c0 FROM (
      SELECT 1 AS live, ${aliased} FROM ${from('main')} UNION ALL SELECT 0 AS live, ${aliased} FROM ${from('rebuilt')})
    GROUP BY ${names}`;
};

interface ComparedSelect {
  readonly cellsSql: readonly string[];
  readonly from: (schema: string) => string;
}

const STREAM_SQL = "s.kind || ':' || s.id";
/** A table joined with its streams; a left join, so that rows whose stream is missing are compared too. */
const joinStreamsSql = (schema: string, table: string): string =>
  `${schema}.${table} t LEFT JOIN ${schema}.streams s ON s.no = t.stream`;

const COMPARED_TABLES: readonly { readonly table: string; readonly select: ComparedSelect }[] = [
  { table: 'streams', select: { cellsSql: [STREAM_SQL], from: (schema) => `${schema}.streams s` } },
  {
    table: 'events',
    select: {
      cellsSql: [
        ...[STREAM_SQL, 't.position', 't.revision', 't.id', 't.type', 't.recorded_at'],
        ...['t.metadata', 't.cursor', 't.event'],
      ],
      from: (schema) => joinStreamsSql(schema, 'events'),
    },
  },
  {
    table: PERSONAL_EVENTS_TABLE,
    select: {
      cellsSql: [STREAM_SQL, 'p.position', 'p.event'],
      from: (schema) =>
        `${schema}.${PERSONAL_EVENTS_TABLE} p LEFT JOIN ${schema}.events t ON t.position = p.position
          LEFT JOIN ${schema}.streams s ON s.no = t.stream`,
    },
  },
  { table: 'cases', select: { cellsSql: ['c.id'], from: (schema) => `${schema}.cases c` } },
  {
    table: 'case_streams',
    select: {
      cellsSql: ['c.id', STREAM_SQL, 't.from_position', 't.to_position'],
      from: (schema) => `${joinStreamsSql(schema, 'case_streams')} LEFT JOIN ${schema}.cases c ON c.no = t.case_no`,
    },
  },
  {
    table: 'merges',
    select: {
      cellsSql: [STREAM_SQL, 'i.id', 't.event', 't.is_void', 't.from_position', 't.to_position'],
      from: (schema) => `${joinStreamsSql(schema, 'merges')} LEFT JOIN ${schema}.streams i ON i.no = t.into_stream`,
    },
  },
  {
    table: PERSONAL_CLAIMS_TABLE,
    select: {
      cellsSql: [
        ...[STREAM_SQL, 't.known_from', 't.known_to', 't.revision', 't.metric', 't.list', 't.instrument', 't.about'],
        ...['t.said_day', 't.claim', 't.events'],
      ],
      from: (schema) => joinStreamsSql(schema, PERSONAL_CLAIMS_TABLE),
    },
  },
  {
    table: 'recording_times',
    select: { cellsSql: ['t.recorded_at', 't.position'], from: (schema) => `${schema}.recording_times t` },
  },
  ...PROJECTED_TABLES.map(({ name, columns }) => ({
    table: name,
    select: {
      cellsSql: ['c.id', 't.known_from', 't.known_to', ...Object.keys(columns).map((column) => `t.${column}`)],
      from: (schema: string) => `${schema}.${name} t LEFT JOIN ${schema}.cases c ON c.no = t.case_no`,
    },
  })),
];
