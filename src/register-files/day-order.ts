/**
 * Days of one row that no reading of them puts in their order. Most orders are the domain's to judge, over the whole case;
 * here stand those that it does not see, since they are about the row or about a field without a place in the timeline.
 */
import { parseEdtf } from '../domain/time.js';
import type { CellError } from './report.js';

/** The day in `earlier` does not lie after the day in `later`; the wrong one of the two is reported as `at`. */
export interface DayOrder {
  readonly earlier: string;
  readonly later: string;
  readonly at: 'earlier' | 'later';
}

const AFTER_BIRTH = ['arrested_on', 'convicted_on', 'recognised_on', 'delisted_on', 'released_on'];

export const REGISTER_ORDER: readonly DayOrder[] = AFTER_BIRTH.map((later) => ({
  earlier: 'born',
  later,
  at: 'earlier',
}));

/** Who an act set free walks out by it, so not before it was applied. */
export const AMNESTY_ORDER: readonly DayOrder[] = [{ earlier: 'amnestied_on', later: 'released_on', at: 'later' }];

export const dayOrderErrors = (
  row: Readonly<Record<string, string>>,
  orders: readonly DayOrder[],
): readonly CellError[] =>
  orders.flatMap(({ earlier, later, at }) => {
    const [first, then] = [parseEdtf(row[earlier] ?? ''), parseEdtf(row[later] ?? '')];
    if (first === null || then === null || first.earliest <= then.latest) return [];
    const [column, expected] = at === 'earlier' ? [earlier, `not after ${later}`] : [later, `not before ${earlier}`];
    return [{ column, code: 'ROW.CONTRADICTS_ITSELF', expected: `a day ${expected}` }];
  });
