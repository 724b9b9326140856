/**
 * Cases, and which streams feed their timelines. A case has a number of its own, since after merges several streams feed it. A stream
 * feeds one case at a time, over a range of log positions: at each of them, all events that the stream has by then count for the case.
 */
import { STILL_KNOWN, type Db } from '../table.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** Case numbers (`no`) are local to one read-model file and never leave it. */
export const CREATE_CASE_TABLES = [
  'CREATE TABLE cases (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)',
  `CREATE TABLE case_streams (stream INTEGER NOT NULL, case_no INTEGER NOT NULL, from_position INTEGER NOT NULL,
    to_position INTEGER NOT NULL, PRIMARY KEY (stream, from_position)) WITHOUT ROWID`,
  'CREATE INDEX case_streams_by_case ON case_streams (case_no, from_position)',
];

/** The positions [from, to) over which a stream feeds a case or is merged into another; `to` is STILL_KNOWN while that lasts. */
export interface StreamPositionSpan {
  readonly stream: number;
  readonly from: number;
  readonly to: number;
}

export const feedsAt = ({ from, to }: StreamPositionSpan, position: number): boolean =>
  from <= position && position < to;

export class CaseStreamTables {
  readonly #insertCase;
  readonly #caseNo;
  readonly #caseId;
  readonly #after;
  readonly #start;
  readonly #stop;
  readonly #cancel;
  readonly #fed;
  readonly #feedings;

  constructor(private readonly db: Db) {
    this.#insertCase = db.prepare('INSERT INTO cases (id) VALUES (?)');
    this.#caseNo = db.prepare('SELECT no FROM cases WHERE id = ?').pluck();
    this.#caseId = db.prepare('SELECT id FROM cases WHERE no = ?').pluck();
    this.#after = db.prepare(`SELECT no FROM cases WHERE no > ? ORDER BY no ${stableLimit('?')}`).pluck();
    this.#start = db.prepare(`INSERT INTO case_streams VALUES (?, ?, ?, ${STILL_KNOWN})`);
    this.#stop = db.prepare(
      `UPDATE case_streams SET to_position = ? WHERE stream = ? AND to_position = ${STILL_KNOWN}`,
    );
    this.#cancel = db.prepare('DELETE FROM case_streams WHERE stream = ? AND from_position = ?');
    this.#fed = db
      .prepare('SELECT case_no FROM case_streams WHERE stream = ? AND from_position <= ? AND ? < to_position')
      .pluck();
    this.#feedings = db.prepare(
      `SELECT stream, from_position AS "from", to_position AS "to" FROM case_streams WHERE case_no = ?
        ORDER BY from_position`,
    );
  }

  /** Begins a case that its own stream feeds from a position on; returns the case number. */
  openCase(id: string, stream: number, position: number): number {
    const caseNo = Number(this.#insertCase.run(id).lastInsertRowid);
    this.#start.run(stream, caseNo, position);
    return caseNo;
  }

  /** Moves a stream from the case that it feeds to another, from a position on. */
  moveStream(stream: number, caseNo: number, position: number): void {
    // If the stream began to feed a case at this very position, that range is empty now: its row is removed.
    this.#cancel.run(stream, position);
    this.#stop.run(position, stream);
    this.#start.run(stream, caseNo, position);
  }

  /** The number of a case in this file; null if it has no events. */
  caseNoOf(id: string): number | null {
    return (this.#caseNo.get(id) as number | undefined) ?? null;
  }

  /** Throws RangeError for an unknown number. */
  caseIdOf(caseNo: number): string {
    const id = this.#caseId.get(caseNo) as string | undefined;
    if (id === undefined) throw new RangeError(`no case ${caseNo}`);
    return id;
  }

  /** The case that a stream feeds at a position; null if it feeds none. */
  caseFedBy(stream: number, position: number): number | null {
    return (this.#fed.get(stream, position, position) as number | undefined) ?? null;
  }

  /** Every stream that feeds a case or once did, in order of position. */
  streamSpansOf(caseNo: number): readonly StreamPositionSpan[] {
    return this.#feedings.all(caseNo) as StreamPositionSpan[];
  }

  /** The case numbers that follow a case number, ascending: a rebuild projects cases in this order. */
  caseNosAfter(caseNo: number, limit: number): readonly number[] {
    return this.#after.all(caseNo, limit) as number[];
  }

  countCases(): number {
    return this.db.prepare('SELECT count(*) FROM cases').pluck().get() as number;
  }
}
