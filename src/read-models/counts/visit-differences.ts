/** Visits the cases whose membership of a list differs between two days, each of which is taken as known at a log position of its own. */
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { TOUCHED_CASES } from '../counters.js';
import { listScope } from '../list/predicate.js';
import type { QueryContext, ReadModelReader } from '../reader.js';
import { cachedStatement } from '../table.js';
import {
  changesOn,
  membershipChangesInSpan,
  membershipOn,
  type MembershipChange,
  type MembershipOnDay,
  type PeriodRowWithCauses,
  type MovementScope,
} from './movement.js';
import {
  groupByCase,
  movementCandidateCases,
  MOVEMENT_COLUMNS,
  listIndependentPeriodRows,
  readPeriodRows,
  SLICE_SIZE,
  type CaseMovements,
} from './visit-movements.js';
import { nextContext } from '../one-file.js';

/**
 * The comparison: the list at the end of the first day, as known at `fromPosition`, with the list at the end of the
 * last day, as known at `toPosition`.
 */
export interface DifferenceScope {
  /** With the list as it was defined at `fromPosition`; null if it was not defined yet. */
  readonly earlier: MovementScope | null;
  readonly later: MovementScope;
  readonly fromPosition: number;
  readonly toPosition: number;
}

/** A case with its differences. */
export interface CaseDifferences {
  readonly context: QueryContext;
  readonly caseNo: number;
  readonly learnedChange: LearnedChange | null;
  readonly happenedChange: HappenedChange | null;
}

/** A change in what is known of the earlier day. `position` is of the event that made it known; null if a change of the policy did. */
export interface LearnedChange {
  readonly change: MembershipChange;
  readonly position: number | null;
}

/** A difference between the two days, with the last movement of its kind. */
export interface HappenedChange {
  readonly change: MembershipChange;
  readonly lastMovement: MembershipChange;
  readonly caseMovements: CaseMovements;
}

/** Visits every case with a difference. `visit` must be synchronous (see `visitMovements`). To be called within `retryIfFileReplaced`. */
export const visitDifferences = async (
  reader: ReadModelReader,
  first: QueryContext,
  scope: DifferenceScope,
  visit: (differences: CaseDifferences) => void,
): Promise<void> => {
  const candidates = [
    ...new Set([
      ...learnedChangeCandidateCases(first, scope),
      ...movementCandidateCases(first, scope.toPosition, scope.later),
    ]),
  ];
  for (let start = 0; start < candidates.length; start += SLICE_SIZE) {
    const context = start === 0 ? first : await nextContext(reader, first, scope.toPosition);
    const cases = candidates.slice(start, start + SLICE_SIZE);
    const versions = periodVersionsOf(context, scope, cases);
    const { list, from, to } = scope.later;
    const laterScope = listScope(list.id, to, scope.toPosition, context.position);
    const laterRows = readPeriodRows(context, laterScope, { from, to }, cases);
    for (const caseNo of cases) {
      const listed = laterRows.get(caseNo) ?? [];
      const withoutList = (): readonly PeriodRowWithCauses[] =>
        listIndependentPeriodRows(context, laterScope, { from, to }, caseNo);
      const changes = membershipChangesInSpan(scope.later, listed);
      const movements = { context, scope: laterScope, caseNo, changes, rows: { forList: listed, withoutList } };
      const learned = learnedChangeOf(scope, versions.get(caseNo) ?? []);
      const happened = happenedChangeOf(scope, movements);
      if (learned !== null || happened !== null)
        visit({ context, caseNo, learnedChange: learned, happenedChange: happened });
    }
  }
};

/**
 * Cases with events between the two positions, and cases in a custody that only one of the two policies of the first day
 * counts. All other cases have the same membership of that day at both positions.
 */
const learnedChangeCandidateCases = (
  { db, position }: QueryContext,
  { earlier, later, fromPosition, toPosition }: DifferenceScope,
): readonly number[] => {
  const between = { since: fromPosition, until: toPosition };
  const touched = cachedStatement(db, TOUCHED_CASES).pluck().all(between) as number[];
  const custodies = changedCustodies(earlier?.list ?? null, later.list, later.from);
  if (custodies.length === 0) return touched;
  const scope = listScope(later.list.id, later.from, toPosition, position);
  const sql = `SELECT DISTINCT p.case_no FROM periods p WHERE p.list = @list AND p.from_day <= @day AND @day < p.to_day
    AND p.known_from <= @known AND @known < p.known_to AND p.custody IN (SELECT value FROM json_each(@custodies))`;
  const values = { list: scope.list, day: scope.day, known: scope.position, custodies: JSON.stringify(custodies) };
  return [...touched, ...(cachedStatement(db, sql).pluck().all(values) as number[])];
};

const changedCustodies = (earlier: ListDefinition | null, later: ListDefinition, day: Day): readonly string[] => {
  const before: readonly string[] = earlier === null ? [] : policyOn(earlier, day).custody;
  const after: readonly string[] = policyOn(later, day).custody;
  return [...before, ...after].filter((custody) => before.includes(custody) !== after.includes(custody));
};

/** A version of a period. */
type RowVersion = PeriodRowWithCauses & {
  readonly case_no: number;
  readonly known_from: number;
  readonly known_to: number;
};

/** Row versions of the periods of the first day that were believed at any position from `fromPosition` to `toPosition`. */
const periodVersionsOf = (
  { db }: QueryContext,
  { later, fromPosition, toPosition }: DifferenceScope,
  cases: readonly number[],
): ReadonlyMap<number, readonly RowVersion[]> => {
  const sql = `SELECT ${MOVEMENT_COLUMNS}, p.known_from, p.known_to FROM json_each(@cases) c CROSS JOIN periods p
    ON p.list = @list AND p.case_no = c.value AND p.known_from <= @until AND p.known_to > @since
    AND p.from_day <= @day AND @day < p.to_day`;
  const values = {
    list: later.list.id,
    day: later.from,
    since: fromPosition,
    until: toPosition,
    cases: JSON.stringify(cases),
  };
  return groupByCase(cachedStatement(db, sql).all(values) as RowVersion[]);
};

const NOT_LISTED: MembershipOnDay = { listed: false, inCategories: false, categories: new Set() };

const membershipAt = (
  scope: MovementScope | null,
  versions: readonly RowVersion[],
  day: Day,
  position: number,
): MembershipOnDay =>
  scope === null
    ? NOT_LISTED
    : membershipOn(
        scope,
        versions.filter(({ known_from, known_to }) => known_from <= position && position < known_to),
        day,
      );

const learnedChangeOf = (scope: DifferenceScope, versions: readonly RowVersion[]): LearnedChange | null => {
  const { earlier, later, fromPosition, toPosition } = scope;
  const day = later.from;
  const before = membershipAt(earlier, versions, day, fromPosition);
  const [change] = changesOn(day, before, membershipAt(later, versions, day, toPosition));
  return change === undefined ? null : { change, position: learnedPosition(scope, versions) };
};

/** The position of the last event that changed the membership known for the first day; null if none did. */
const learnedPosition = (
  { later, fromPosition, toPosition }: DifferenceScope,
  versions: readonly RowVersion[],
): number | null => {
  const positions = [...new Set(versions.flatMap(({ known_from, known_to }) => [known_from, known_to]))]
    .filter((position) => fromPosition < position && position <= toPosition)
    .sort((a, b) => b - a);
  const membership = (position: number): MembershipOnDay => membershipAt(later, versions, later.from, position);
  return (
    positions.find((position) => changesOn(later.from, membership(position - 1), membership(position)).length > 0) ??
    null
  );
};

const happenedChangeOf = ({ later }: DifferenceScope, caseMovements: CaseMovements): HappenedChange | null => {
  const { rows, changes } = caseMovements;
  const before = membershipOn(later, rows.forList, later.from);
  const [change] = changesOn(later.to, before, membershipOn(later, rows.forList, later.to));
  if (change === undefined) return null;
  const lastMovement = changes.findLast(({ kind }) => kind === change.kind) ?? changes.at(-1) ?? change;
  return { change, lastMovement, caseMovements };
};
