/**
 * Where an event stands in the server's log, and, where it is known, which of our events it is. The server's position is
 * sparse and means nothing to anybody else; ours is counted from the beginning of the log under the register's prefix.
 */
import type { Cursor } from '../port.js';

export interface ServerPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
  /** The number of our event there; null where nobody has counted up to it. */
  readonly position: number | null;
}

/** A place up to which our events are counted. */
export type CountedPosition = ServerPosition & { readonly position: number };

/** Before the first event. */
export const LOG_START: CountedPosition = { commit: -1n, prepare: -1n, position: 0 };

const CURSOR = /^(0|[1-9]\d{0,18})-(0|[1-9]\d{0,18})(?:@([1-9]\d{0,14}))?$/;

/** Throws RangeError for what is no cursor of this store. */
export const parseCursor = (cursor: Cursor): ServerPosition => {
  const [, commit, prepare, position] = CURSOR.exec(cursor) ?? [];
  if (commit === undefined || prepare === undefined) throw new RangeError('no cursor of this store');
  return { commit: BigInt(commit), prepare: BigInt(prepare), position: position === undefined ? null : +position };
};

export const formatCursor = ({ commit, prepare, position }: ServerPosition): Cursor =>
  `${commit}-${prepare}${position === null ? '' : `@${position}`}`;

/** Negative, zero or positive as `a` lies before, at or after `b` in the server's log. */
export const comparePositions = (a: ServerPosition, b: ServerPosition): number =>
  a.commit === b.commit ? Number(a.prepare - b.prepare) : a.commit < b.commit ? -1 : 1;
