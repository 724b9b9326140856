/** How one event changed who is on which list on a day. */
import type { ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { TOUCHED_CASES } from '../counters.js';
import { membershipOn, onlyCategory, type PeriodRowWithCauses } from '../counts/movement.js';
import type { Totals } from '../list/person.view.js';
import { cachedStatement, type Db } from '../table.js';

/** Whether a case is on a list, and in which category. `category` is null if the case is not on it, or the category is not certain. */
export interface Membership {
  readonly certainty: 'yes' | 'uncertain' | 'no';
  readonly category: string | null;
}

/** A change of one case on one list. */
export interface ListMembershipChange {
  readonly list: string;
  readonly caseId: string;
  readonly before: Membership;
  readonly after: Membership;
}

type Row = PeriodRowWithCauses & {
  readonly list: string;
  readonly case_id: string;
  readonly known_from: number;
  readonly known_to: number;
};

/**
 * The changes of membership of the lists that the event at a position caused. The event must not be one of a list, which
 * may change the definition.
 */
export const listMembershipChanges = (
  db: Db,
  position: number,
  day: Day,
  lists: readonly ListDefinition[],
): readonly ListMembershipChange[] => {
  const sql = `SELECT p.list, k.id AS case_id, p.from_day, p.to_day, p.undecided, p.recognition, p.custody, p.category,
      p.known_from, p.known_to
    FROM (SELECT DISTINCT case_no FROM (${TOUCHED_CASES})) c CROSS JOIN json_each(@lists) l
    CROSS JOIN periods p ON p.list = l.value AND p.case_no = c.case_no AND p.known_from <= @until AND p.known_to > @since
      AND p.from_day <= @day AND @day < p.to_day
    JOIN cases k ON k.no = p.case_no ORDER BY k.id`;
  const values = { since: position - 1, until: position, day, lists: JSON.stringify(lists.map(({ id }) => id)) };
  const rows = cachedStatement(db, sql).all(values) as Row[];
  const cases = [...new Set(rows.map(({ case_id }) => case_id))];
  return lists.flatMap((list) =>
    cases.flatMap((caseId) => {
      const own = rows.filter((row) => row.list === list.id && row.case_id === caseId);
      const [before, after] = [position - 1, position].map((known) => membershipIn(list, own, day, known)) as [
        Membership,
        Membership,
      ];
      const isSame = before.certainty === after.certainty && before.category === after.category;
      return isSame ? [] : [{ list: list.id, caseId, before, after }];
    }),
  );
};

const membershipIn = (list: ListDefinition, versions: readonly Row[], day: Day, knownPosition: number): Membership => {
  const rows = versions.filter(({ known_from, known_to }) => known_from <= knownPosition && knownPosition < known_to);
  const on = (set: 'certain' | 'possible') =>
    membershipOn({ list, set, categories: undefined, from: day, to: day }, rows, day);
  const { listed, categories } = on('possible');
  if (!listed) return { certainty: 'no', category: null };
  return { certainty: on('certain').listed ? 'yes' : 'uncertain', category: onlyCategory(categories) };
};

/** Adds changes of membership to totals. */
export const applyChanges = (totals: Totals, changes: readonly ListMembershipChange[]): Totals => {
  const gain = (certainty: Membership['certainty']): number =>
    changes.filter(({ after }) => after.certainty === certainty).length -
    changes.filter(({ before }) => before.certainty === certainty).length;
  return { yes: totals.yes + gain('yes'), uncertain: totals.uncertain + gain('uncertain') };
};
