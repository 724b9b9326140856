/**
 * Follows the merges of cases: which stream feeds which case. A merge holds from its position until that of its `unmerged` event. A
 * merge that would close a circle of merges is void, and stays so: of the merges in the circle, it is the last one in the log.
 */
import type { CaseEvent } from '../../domain/case/events.js';
import { feedsAt, type CaseStreamTables, type StreamPositionSpan } from './case-streams.js';
import { STILL_KNOWN, type Db } from '../table.js';

/** The merges of each stream into another, over the positions [from, to). */
export const CREATE_MERGE_TABLES = [
  `CREATE TABLE merges (stream INTEGER NOT NULL, into_stream INTEGER NOT NULL, event TEXT NOT NULL, is_void INTEGER NOT NULL,
    from_position INTEGER NOT NULL, to_position INTEGER NOT NULL, PRIMARY KEY (stream, from_position)) WITHOUT ROWID`,
];

/** An event of the stream of a case, just stored. */
export interface StoredCaseEvent {
  readonly stream: number;
  readonly position: number;
  readonly id: string;
  readonly event: CaseEvent;
}

interface Merge {
  readonly into: number;
  readonly isVoid: 0 | 1;
}

export class Merges {
  readonly #current;
  readonly #insert;
  readonly #end;
  readonly #void;

  /** `streamOf` gives the stream of a case, null if there is none; `ownCase` the case that a stream began. */
  constructor(
    db: Db,
    private readonly cases: CaseStreamTables,
    private readonly streamOf: (caseId: string) => number | null,
    private readonly ownCase: (stream: number) => number,
  ) {
    this.#current = db.prepare(
      `SELECT into_stream AS "into", is_void AS isVoid FROM merges WHERE stream = ? AND to_position = ${STILL_KNOWN}`,
    );
    this.#insert = db.prepare(`INSERT INTO merges VALUES (?, ?, ?, ?, ?, ${STILL_KNOWN})`);
    this.#end = db.prepare(`UPDATE merges SET to_position = ? WHERE stream = ? AND to_position = ${STILL_KNOWN}`);
    this.#void = db.prepare(
      `SELECT event, stream, from_position AS "from", to_position AS "to" FROM json_each(?) s
        CROSS JOIN merges ON stream = s.value WHERE is_void = 1`,
    );
  }

  /**
   * Takes any event of a case that was just stored, applies it if it is `merged` or `unmerged`, and returns the
   * case numbers of the timelines that it changes. A merge of a case that is merged already, or into an unknown case, has no effect.
   */
  add(added: StoredCaseEvent): readonly number[] {
    const fed = (): readonly number[] => {
      const caseNo = this.cases.caseFedBy(added.stream, added.position);
      return caseNo === null ? [] : [caseNo];
    };
    const before = fed();
    if (added.event.type !== 'merged' && added.event.type !== 'unmerged') return before;
    if (added.event.type === 'merged') this.#merge(added, added.event.into);
    else this.#unmerge(added);
    return [...new Set([...before, ...fed()])];
  }

  /** The void merges of some streams: the id of each `merged` event, and the positions over which it is recorded as void. */
  voidMergesOf(streams: readonly number[]): readonly (StreamPositionSpan & { readonly event: string })[] {
    return this.#void.all(JSON.stringify(streams)) as (StreamPositionSpan & { event: string })[];
  }

  #merge({ stream, position, id }: StoredCaseEvent, into: string): void {
    const current = this.#currentOf(stream);
    const intoStream = this.streamOf(into);
    if (current?.isVoid === 0 || intoStream === null) return;
    if (current !== null) this.#end.run(position, stream);
    const path = this.#pathFrom(intoStream);
    const isVoid = path.includes(stream);
    this.#insert.run(stream, intoStream, id, isVoid ? 1 : 0, position);
    if (isVoid) return;
    const survivor = this.ownCase(path.at(-1) ?? intoStream);
    for (const moved of this.#feeding(this.ownCase(stream), position)) this.cases.moveStream(moved, survivor, position);
  }

  #unmerge({ stream, position }: StoredCaseEvent): void {
    const current = this.#currentOf(stream);
    if (current === null) return;
    const survivor = this.ownCase(this.#pathFrom(stream).at(-1) ?? stream);
    const moved = this.#feeding(survivor, position).filter((fed) => this.#pathFrom(fed).includes(stream));
    this.#end.run(position, stream);
    if (current.isVoid === 1) return;
    for (const fed of moved) this.cases.moveStream(fed, this.ownCase(stream), position);
  }

  #currentOf(stream: number): Merge | null {
    return (this.#current.get(stream) as Merge | undefined) ?? null;
  }

  #feeding(caseNo: number, position: number): readonly number[] {
    return this.cases
      .streamSpansOf(caseNo)
      .filter((one) => feedsAt(one, position))
      .map(({ stream }) => stream);
  }

  /** A stream, the stream that it is merged into, and so on to one that is not merged. Void merges are left out, so the path ends. */
  #pathFrom(stream: number): readonly number[] {
    const path = [stream];
    for (let next = this.#currentOf(stream); next?.isVoid === 0; next = this.#currentOf(next.into))
      path.push(next.into);
    return path;
  }
}
