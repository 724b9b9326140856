/** Errors of queries, which http/ maps to problem codes. */

/** The read models did not reach a token or position within the time limit. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
/** A position beyond the end of the log: probably of another log. */
export class BeyondLog extends Error {
  override readonly name = 'BeyondLog';
}
/** A token or page cursor that this register did not issue. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  constructor(readonly parameter: 'atLeast' | 'after') {
    super(`not a mark of this register: ${parameter}`);
  }
}
