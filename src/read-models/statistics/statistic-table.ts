/** A table of numbers of people, as statistics answer with it. */
import { LIMITS } from '../../schema/limits.js';
import type { TotalsByKey } from '../counters.js';
import type { Certainty } from '../list/filters.js';
import type { Totals } from '../list/person.view.js';
import { InvalidParameter } from '../query-errors.js';

export interface StatisticTable {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /**
   * Numbers of people by row and column: `cells` of those who certainly count, `uncertain` of those who do in some possible courses only.
   */
  readonly cells: readonly (readonly number[])[];
  readonly uncertain: readonly (readonly number[])[];
}

const NO_PEOPLE: Totals = { yes: 0, uncertain: 0 };

/**
 * Rows and columns that are known beforehand stand first, in their order, also where nobody is; all others follow, sorted. Throws
 * InvalidParameter for a table that is too large.
 */
export const statisticTable = (
  found: ReadonlyMap<string, TotalsByKey>,
  known: { readonly rows: readonly string[]; readonly columns: readonly string[] },
  certainty?: Certainty,
): StatisticTable => {
  const rows = withOthers(known.rows, [...found.keys()]);
  const columns = withOthers(
    known.columns,
    [...found.values()].flatMap((totals) => [...totals.keys()]),
  );
  if (rows.length * columns.length > LIMITS.tableCells) throw tableTooLarge();
  const cells = (of: 'yes' | 'uncertain', isShown: boolean): readonly (readonly number[])[] =>
    rows.map((row) => columns.map((column) => (isShown ? (found.get(row)?.get(column) ?? NO_PEOPLE)[of] : 0)));
  return {
    rows,
    columns,
    cells: cells('yes', certainty !== 'uncertain'),
    uncertain: cells('uncertain', certainty !== 'yes'),
  };
};

const tableTooLarge = (): InvalidParameter =>
  new InvalidParameter(
    'name',
    'TABLE.TOO_LARGE',
    `at most ${LIMITS.tableCells} numbers: filter by incident or another property`,
  );

const withOthers = (known: readonly string[], found: readonly string[]): readonly string[] => {
  const all = new Set(known);
  const others = [...new Set(found)].filter((key) => !all.has(key)).sort();
  return [...known, ...others];
};

/** The column of a table that has one only. */
export const ONLY_COLUMN = 'people';

/** Separates the key of a row from that of a column; no key contains it. */
export const ROW_COLUMN_KEY_SEPARATOR = '/';

/** Totals by row and column; each key names both, or the row alone where the table has one column. */
export const totalsByRow = (totals: TotalsByKey): ReadonlyMap<string, TotalsByKey> => {
  const rows = new Map<string, Map<string, Totals>>();
  for (const [key, counted] of totals) {
    const [row = '', column = ONLY_COLUMN] = key.split(ROW_COLUMN_KEY_SEPARATOR);
    const columns = rows.get(row) ?? new Map<string, Totals>();
    rows.set(row, columns.set(column, counted));
  }
  return rows;
};
