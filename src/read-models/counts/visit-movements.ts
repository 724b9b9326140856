/** Visits the cases of a list that may have movements within a span, in slices that let other requests run. */
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { listScope, versionCondition, type ListScope } from '../list/predicate.js';
import { FIRST_DAY_SQL, END_DAY_SQL } from '../list/tables.js';
import { nextContext } from '../one-file.js';
import type { ReadModelReader, QueryContext } from '../reader.js';
import { cachedStatement } from '../table.js';
import {
  membershipChangesInSpan,
  type CaseRows,
  type MovementScope,
  type PeriodRowWithCauses,
  type MembershipChange,
} from './movement.js';

/** Cases in one slice: some 20 ms. */
export const SLICE_SIZE = 1_000;

/** A case with its movements. */
export interface CaseMovements {
  readonly context: QueryContext;
  readonly scope: ListScope;
  readonly caseNo: number;
  readonly changes: readonly MembershipChange[];
  readonly rows: CaseRows;
}

/**
 * Visits every case with movements, as known at a position. `visit` must be synchronous, because the context is valid
 * only until the next await. To be called within `retryIfFileReplaced`.
 */
export const visitMovements = async (
  reader: ReadModelReader,
  first: QueryContext,
  knownPosition: number,
  movementScope: MovementScope,
  visit: (moved: CaseMovements) => void,
): Promise<void> => {
  const candidates = movementCandidateCases(first, knownPosition, movementScope);
  for (let start = 0; start < candidates.length; start += SLICE_SIZE) {
    const context = start === 0 ? first : await nextContext(reader, first, knownPosition);
    const scope = listScope(movementScope.list.id, movementScope.to, knownPosition, context.position);
    for (const [caseNo, listed] of readPeriodRows(
      context,
      scope,
      movementScope,
      candidates.slice(start, start + SLICE_SIZE),
    )) {
      const changes = membershipChangesInSpan(movementScope, listed);
      const rows = {
        forList: listed,
        withoutList: () => listIndependentPeriodRows(context, scope, movementScope, caseNo),
      };
      if (changes.length > 0) visit({ context, scope, caseNo, changes, rows });
    }
  }
};

/**
 * Cases with a period that begins or ends within the span, or that a policy change of the span may put on or take off
 * the list.
 */
export const movementCandidateCases = (
  { db, position }: QueryContext,
  knownPosition: number,
  { list, from, to }: MovementScope,
): readonly number[] => {
  const scope = listScope(list.id, to, knownPosition, position);
  const versions = `p.list = @list AND ${versionCondition('p', scope)}`;
  const sql = `SELECT json_group_array(case_no) FROM (
    SELECT p.case_no FROM periods p WHERE ${versions} AND p.${FIRST_DAY_SQL} > @from AND p.${FIRST_DAY_SQL} <= @to
    UNION SELECT p.case_no FROM periods p WHERE ${versions} AND p.${END_DAY_SQL} > @from AND p.${END_DAY_SQL} <= @to
    UNION SELECT p.case_no FROM json_each(@policies) q CROSS JOIN periods p ON ${versions} AND p.recognition = 'recognised'
      AND p.from_day < q.value ->> 'day' AND p.to_day > q.value ->> 'day' AND p.custody = q.value ->> 'custody')`;
  const policies = JSON.stringify(policyChanges(list, from, to));
  const cases = cachedStatement(db, sql)
    .pluck()
    .get({ list: list.id, known: knownPosition, from, to, policies }) as string;
  return JSON.parse(cases) as number[];
};

/** A custody value that the list's policy counts, or no longer counts, from a day on. */
interface PolicyChange {
  readonly day: Day;
  readonly custody: string;
}

/** The changes of the policy within the span, each value on its own. */
const policyChanges = (list: ListDefinition, from: Day, to: Day): readonly PolicyChange[] =>
  list.policies
    .filter(({ from: day }) => from < day && day <= to)
    .flatMap(({ from: day, custody }) => {
      const before = policyOn(list, day - 1).custody;
      const removed = before.filter((value) => !custody.includes(value));
      const added = custody.filter((value) => !before.includes(value));
      return [...removed, ...added].map((value) => ({ day, custody: value }));
    });

export const MOVEMENT_COLUMNS = `p.case_no, p.from_day, p.to_day, p.undecided, p.recognition, p.custody, p.category, p.custody_by,
  p.custody_why, p.recognition_by, p.recognition_why`;

/** Periods of some cases that overlap the span. */
export const readPeriodRows = (
  { db }: QueryContext,
  scope: ListScope,
  { from, to }: Pick<MovementScope, 'from' | 'to'>,
  cases: readonly number[],
): ReadonlyMap<number, readonly PeriodRowWithCauses[]> => {
  const sql = `SELECT ${MOVEMENT_COLUMNS} FROM json_each(@cases) c CROSS JOIN periods p
    ON p.list = @list AND p.case_no = c.value AND ${versionCondition('p', scope)} AND p.from_day <= @to AND p.to_day > @from`;
  const values = { list: scope.list, known: scope.position, from, to, cases: JSON.stringify(cases) };
  return groupByCase(cachedStatement(db, sql).all(values) as (PeriodRowWithCauses & { readonly case_no: number })[]);
};

export const groupByCase = <Row extends { readonly case_no: number }>(
  rows: readonly Row[],
): ReadonlyMap<number, readonly Row[]> => {
  const grouped = new Map<number, Row[]>();
  for (const row of rows) {
    const group = grouped.get(row.case_no) ?? [];
    group.push(row);
    grouped.set(row.case_no, group);
  }
  return grouped;
};

export const listIndependentPeriodRows = (
  context: QueryContext,
  scope: ListScope,
  span: Pick<MovementScope, 'from' | 'to'>,
  caseNo: number,
): readonly PeriodRowWithCauses[] => readPeriodRows(context, { ...scope, list: '' }, span, [caseNo]).get(caseNo) ?? [];
