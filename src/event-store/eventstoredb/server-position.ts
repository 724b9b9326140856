/**
 * Positions in the server's log. Commit and prepare positions are byte offsets, specific to one server; `position` is the
 * register's own count of its events, the same in every store.
 */
import type { Cursor } from '../port.js';

export interface ServerPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
  /** The register's position of the event; null if not counted yet. */
  readonly position: number | null;
}

/** A server position whose register position is known. */
export type CountedPosition = ServerPosition & { readonly position: number };

/** Before the first event. */
export const LOG_START: CountedPosition = { commit: -1n, prepare: -1n, position: 0 };

const CURSOR_PATTERN = /^(0|[1-9]\d{0,18})-(0|[1-9]\d{0,18})(?:@([1-9]\d{0,14}))?$/;

/** Throws RangeError for an invalid cursor. */
export const parseCursor = (cursor: Cursor): ServerPosition => {
  const [, commit, prepare, position] = CURSOR_PATTERN.exec(cursor) ?? [];
  if (commit === undefined || prepare === undefined) throw new RangeError('no cursor of this store');
  return { commit: BigInt(commit), prepare: BigInt(prepare), position: position === undefined ? null : +position };
};

export const formatCursor = ({ commit, prepare, position }: ServerPosition): Cursor =>
  `${commit}-${prepare}${position === null ? '' : `@${position}`}`;

/** Negative, zero or positive if `a` is before, at or after `b` in the server's log. */
export const comparePositions = (a: ServerPosition, b: ServerPosition): number =>
  a.commit === b.commit ? Number(a.prepare - b.prepare) : a.commit < b.commit ? -1 : 1;
