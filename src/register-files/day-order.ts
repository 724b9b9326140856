/**
 * Checks the order of the days of one row. The domain checks most orders over the whole case; these are about fields without a
 * place in the timeline (a birth), or about the row alone. Partial dates are an error only if no reading of them is in order.
 */
import { parseEdtf } from '../domain/time.js';
import type { CellError } from './report.js';

export interface DayOrder {
  readonly earlierColumn: string;
  readonly laterColumn: string;
  /** Which of the two columns gets the error. */
  readonly reportedColumn: 'earlier' | 'later';
}

const DAY_COLUMNS_AFTER_BIRTH = [
  'arrested_on',
  'convicted_on',
  'recognised_on',
  'delisted_on',
  'released_on',
  'house_arrest_on',
  'deported_on',
  'died_on',
];

export const REGISTER_ROW_DAY_ORDERS: readonly DayOrder[] = DAY_COLUMNS_AFTER_BIRTH.map((laterColumn) => ({
  earlierColumn: 'born',
  laterColumn,
  reportedColumn: 'earlier',
}));

/** A release by an act cannot be before the act was applied. */
export const AMNESTY_ROW_DAY_ORDERS: readonly DayOrder[] = [
  { earlierColumn: 'amnestied_on', laterColumn: 'released_on', reportedColumn: 'later' },
];

export const dayOrderErrors = (
  row: Readonly<Record<string, string>>,
  orders: readonly DayOrder[],
): readonly CellError[] =>
  orders.flatMap(({ earlierColumn, laterColumn, reportedColumn }) => {
    const [first, then] = [parseEdtf(row[earlierColumn] ?? ''), parseEdtf(row[laterColumn] ?? '')];
    if (first === null || then === null || first.earliest <= then.latest) return [];
    const [column, expected] =
      reportedColumn === 'earlier'
        ? [earlierColumn, `not after ${laterColumn}`]
        : [laterColumn, `not before ${earlierColumn}`];
    return [{ column, code: 'ROW.CONTRADICTS_ITSELF', expected: `a day ${expected}` }];
  });
