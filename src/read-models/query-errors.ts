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
    super(`not a token or page cursor of this register: ${parameter}`);
  }
}
const EXPECTED_TEXT_BY_CODE = {
  'KNOWN_AT.IN_FUTURE': 'today, or a day or an instant in the past',
  'KNOWN_AT.BEYOND_LOG': 'a position that the log has reached',
  'KNOWN_AT.BACKWARDS': 'a knowledge that is not later than that of toKnown',
} as const;

/** A `knownAt` in the future, beyond the log, or after the `toKnown` that it is compared with. */
export class InvalidKnownAt extends Error {
  override readonly name = 'InvalidKnownAt';
  readonly expected: string;
  constructor(
    readonly code: keyof typeof EXPECTED_TEXT_BY_CODE,
    readonly parameter: 'knownAt' | 'fromKnown' | 'toKnown' = 'knownAt',
  ) {
    super(code);
    this.expected = EXPECTED_TEXT_BY_CODE[code];
  }
}
/** A parameter that is well-formed, but does not fit the other parameters or what the register knows, or asks for too much. */
export class InvalidParameter extends Error {
  override readonly name = 'InvalidParameter';
  constructor(
    readonly parameter: string,
    readonly code:
      | 'CLAUSE.UNKNOWN'
      | 'CLAUSE.AMBIGUOUS'
      | 'INSTRUMENT.UNDATED'
      | 'EDITION.NOT_PUBLISHED'
      | 'PARAMETER.NEEDS'
      | 'SPAN.TOO_LONG'
      | 'SPAN.OUTSIDE_WINDOW'
      | 'TABLE.TOO_LARGE',
    readonly expected: string,
  ) {
    super(code);
  }
}
/** Too many queries that take seconds are under way or wait. */
export class QueriesBusy extends Error {
  override readonly name = 'QueriesBusy';
}
