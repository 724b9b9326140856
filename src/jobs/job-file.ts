/**
 * Stores durable jobs in a SQLite file beside the read models. No case depends on it: if it is lost, running jobs are
 * not resumed, and the events that they recorded stay.
 */
import Database from '../sqlite/database.js';
import { renameSync, rmSync } from 'node:fs';
import { createPrivateFile } from '../event-store/private-file.js';
import type { DurableJob, JobItem } from './durable-job.js';
import type { JobProgress } from './job.js';
import type { JobState } from './jobs.js';
import { stableLimit } from '../sqlite/stable-limit.js';

/** Ended jobs that are kept; of older ones, only the log has what they recorded. */
export const MAX_ENDED_JOBS = 100;

/** The path by which SQLite keeps the jobs in memory: they end with the process. */
export const IN_MEMORY = ':memory:';

const JOB_FILE_VERSION = 1;
const JOBS_SCHEMA = `
  CREATE TABLE jobs (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parameters TEXT NOT NULL, state TEXT NOT NULL,
    progress TEXT, error TEXT, started_at TEXT NOT NULL, ended_at TEXT
  ) STRICT;
  CREATE TABLE items (
    job TEXT NOT NULL, no INTEGER NOT NULL, subject TEXT NOT NULL, case_id TEXT, codes TEXT NOT NULL, PRIMARY KEY (job, no)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refused_items ON items (job, no) WHERE codes <> '';
  PRAGMA user_version = ${JOB_FILE_VERSION};
`;

/** A job as the file has it. */
export type StoredJob = Omit<DurableJob, 'about'>;

interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly parameters: string;
  readonly state: JobState;
  readonly progress: string | null;
  readonly error: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
}

type ItemRow = Omit<JobItem, 'codes'> & { readonly codes: string };

export class JobFile {
  private constructor(private readonly db: Database.Database) {}

  /**
   * Opens or creates a file. One that is damaged, or of another version, is set aside as `….unusable`: no job is worth keeping the
   * register from being opened. Throws errors of the file system.
   */
  static open(path: string): JobFile {
    try {
      return new JobFile(openDatabase(path));
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      renameSync(path, `${path}.unusable`);
      for (const sidecar of ['-wal', '-shm']) rmSync(`${path}${sidecar}`, { force: true });
      return new JobFile(openDatabase(path));
    }
  }

  close(): void {
    this.db.close();
  }

  /** All jobs, in the order in which they were first started. */
  all(): readonly StoredJob[] {
    return this.db.prepare<[], JobRow>('SELECT * FROM jobs ORDER BY no').all().map(toJob);
  }

  get(id: string): StoredJob | null {
    const row = this.db.prepare<[string], JobRow>('SELECT * FROM jobs WHERE id = ?').get(id);
    return row === undefined ? null : toJob(row);
  }

  /** Adds a job that is running. */
  add({ id, kind, parameters, startedAt }: Pick<StoredJob, 'id' | 'kind' | 'parameters' | 'startedAt'>): void {
    this.db
      .prepare(`INSERT INTO jobs (id, kind, parameters, state, started_at) VALUES (?, ?, ?, 'running', ?)`)
      .run(id, kind, JSON.stringify(parameters), startedAt);
  }

  setRunning(id: string): void {
    this.db.prepare(`UPDATE jobs SET state = 'running', error = NULL, ended_at = NULL WHERE id = ?`).run(id);
  }

  /** Ends a job, and removes the oldest jobs that have ended, beyond MAX_ENDED_JOBS. */
  end(id: string, state: Exclude<JobState, 'running'>, error: string | null, endedAt: string): void {
    const end = this.db.prepare('UPDATE jobs SET state = ?, error = ?, ended_at = ? WHERE id = ?');
    const excess = this.db
      .prepare<[], string>(
        `SELECT id FROM jobs WHERE state <> 'running' ORDER BY ended_at DESC, no DESC LIMIT -1 OFFSET ${MAX_ENDED_JOBS}`,
      )
      .pluck();
    this.db.transaction(() => {
      end.run(state, error, endedAt, id);
      for (const old of excess.all()) this.remove(old);
    })();
  }

  remove(id: string): void {
    this.db.prepare('DELETE FROM items WHERE job = ?').run(id);
    this.db.prepare('DELETE FROM jobs WHERE id = ?').run(id);
  }

  /** Stores how far a job is, with the items since the last call, in one transaction. */
  save(id: string, progress: JobProgress, items: readonly JobItem[]): void {
    const setProgress = this.db.prepare('UPDATE jobs SET progress = ? WHERE id = ?');
    const addItem = this.db.prepare(
      'INSERT OR REPLACE INTO items (job, no, subject, case_id, codes) VALUES (?, ?, ?, ?, ?)',
    );
    this.db.transaction(() => {
      setProgress.run(JSON.stringify(progress), id);
      for (const { no, subject, caseId, codes } of items) addItem.run(id, no, subject, caseId, codes.join(' '));
    })();
  }

  items(id: string): readonly JobItem[] {
    return this.db
      .prepare<[string], ItemRow>(`SELECT ${ITEM_COLUMNS} FROM items WHERE job = ? ORDER BY no`)
      .all(id)
      .map(toItem);
  }

  itemsAfter(id: string, after: number, limit: number): readonly JobItem[] {
    return this.db
      .prepare<[string, number, number], ItemRow>(
        `SELECT ${ITEM_COLUMNS} FROM items WHERE job = ? AND no > ? ORDER BY no ${stableLimit('?')}`,
      )
      .all(id, after, limit)
      .map(toItem);
  }

  /** The refused items of a job whose number is above `after`, at most `limit`. */
  refusedItems(id: string, after: number, limit: number): readonly JobItem[] {
    return this.db
      .prepare<[string, number, number], ItemRow>(
        `SELECT ${ITEM_COLUMNS} FROM items WHERE job = ? AND codes <> '' AND no > ? ORDER BY no ${stableLimit('?')}`,
      )
      .all(id, after, limit)
      .map(toItem);
  }
}

const ITEM_COLUMNS = 'no, subject, case_id AS caseId, codes';

const toItem = ({ codes, ...item }: ItemRow): JobItem => ({ ...item, codes: codes === '' ? [] : codes.split(' ') });

const toJob = (row: JobRow): StoredJob => ({
  id: row.id,
  kind: row.kind,
  parameters: JSON.parse(row.parameters) as object,
  state: row.state,
  progress: row.progress === null ? null : (JSON.parse(row.progress) as JobProgress),
  startedAt: row.started_at,
  endedAt: row.ended_at,
  error: row.error,
});

class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

/** Throws UnusableFile. */
const openDatabase = (path: string): Database.Database => {
  if (path !== IN_MEMORY) createPrivateFile(path);
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    const version = db.pragma('user_version', { simple: true });
    if (version === 0) db.transaction(() => db.exec(JOBS_SCHEMA))();
    else if (version !== JOB_FILE_VERSION || db.pragma('quick_check', { simple: true }) !== 'ok')
      throw new UnusableFile('of another version, or damaged');
    return db;
  } catch (error) {
    db.close();
    if (isUnusableFileError(error)) throw new UnusableFile('damaged', { cause: error });
    throw error;
  }
};

/** Whether the file is damaged or foreign: creating the tables fails (SQLITE_ERROR) in a file without version that has such tables. */
const isUnusableFileError = (error: unknown): boolean =>
  /^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(String((error as { readonly code?: unknown } | null)?.code));
