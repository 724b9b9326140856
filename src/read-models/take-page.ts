/** Limits a page of rows that may be large, by the number of rows and by their size together. */
import { LIMITS } from '../schema/limits.js';

export interface TakenPage<Row> {
  readonly rows: readonly Row[];
  /** Whether there are rows after those. */
  readonly hasMore: boolean;
}

/** At most `limit` rows, of at most `LIMITS.pageBytes` together by what `bytesOf` says of each; at least one, if there is one. */
export const takePage = <Row>(all: Iterable<Row>, limit: number, bytesOf: (row: Row) => number): TakenPage<Row> => {
  const rows: Row[] = [];
  let bytes = 0;
  for (const row of all) {
    bytes += bytesOf(row);
    if (rows.length === limit || (rows.length > 0 && bytes > LIMITS.pageBytes)) return { rows, hasMore: true };
    rows.push(row);
  }
  return { rows, hasMore: false };
};

export const jsonBytes = (value: object): number => Buffer.byteLength(JSON.stringify(value));
