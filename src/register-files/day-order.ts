/**
 * Checks the order of the days of one row. The domain checks most orders over the whole case; these are about fields without a
 * place in the timeline (a birth), or about the row alone. Partial dates are an error only if no reading of them is in order.
 */
import { parseEdtf } from '../domain/time.js';
import type { CellError } from './report.js';

export interface DayOrder {
  readonly earlier: string;
  readonly later: string;
  /** The column that is reported. */
  readonly reported: 'earlier' | 'later';
}

const AFTER_BIRTH = ['arrested_on', 'convicted_on', 'recognised_on', 'delisted_on', 'released_on'];

export const REGISTER_ORDER: readonly DayOrder[] = AFTER_BIRTH.map((later) => ({
  earlier: 'born',
  later,
  reported: 'earlier',
}));

/** A release by an act cannot be before the act was applied. */
export const AMNESTY_ORDER: readonly DayOrder[] = [
  { earlier: 'amnestied_on', later: 'released_on', reported: 'later' },
];

export const dayOrderErrors = (
  row: Readonly<Record<string, string>>,
  orders: readonly DayOrder[],
): readonly CellError[] =>
  orders.flatMap(({ earlier, later, reported }) => {
    const [first, then] = [parseEdtf(row[earlier] ?? ''), parseEdtf(row[later] ?? '')];
    if (first === null || then === null || first.earliest <= then.latest) return [];
    const [column, expected] =
      reported === 'earlier' ? [earlier, `not after ${later}`] : [later, `not before ${earlier}`];
    return [{ column, code: 'ROW.CONTRADICTS_ITSELF', expected: `a day ${expected}` }];
  });
