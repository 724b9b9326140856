/**
 * Computes the movements of one case on one list from its periods. Pure. Membership is compared at the ends of
 * consecutive days; changes that revert within a day are not movements.
 */
import type { Custody } from '../../domain/case/state.js';
import { EXIT_EVENT_TYPES } from '../../domain/list/exit-reasons.js';
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import type { PeriodRow } from '../list/rows.js';
import type { CertainOrPossible } from './movement.view.js';

/** The columns of a period that decide membership. */
type MembershipRow = Pick<PeriodRow, 'from_day' | 'to_day' | 'undecided' | 'recognition' | 'custody' | 'category'>;

/** The columns of a period that decide membership, with the events that caused their values. */
export type PeriodRowWithCauses = MembershipRow &
  Pick<PeriodRow, 'custody_by' | 'custody_why' | 'recognition_by' | 'recognition_why'>;

/** The list, member set, categories and span of a movements query. */
export interface MovementScope {
  readonly list: ListDefinition;
  readonly set: CertainOrPossible;
  readonly categories: readonly string[] | undefined;
  /** The day before the first day of the span: changes after it count. */
  readonly from: Day;
  readonly to: Day;
}

/**
 * A change of membership by the end of `day`, since the day before or, in a comparison of two days, since the earlier one. `moved` is set
 * if the case stays on the list: into (`in`) or out of (`out`) the categories of the filter, or from category to category (`within`).
 */
export interface MembershipChange {
  readonly day: Day;
  readonly kind: 'entered' | 'left' | 'moved';
  readonly moved: 'in' | 'out' | 'within' | null;
  /** Possible categories after the change; null stands for an unknown category. */
  readonly categoriesAfter: ReadonlySet<string | null>;
  /** Possible categories before the change; null stands for an unknown category. */
  readonly categoriesBefore: ReadonlySet<string | null>;
}

export interface MovementCause {
  readonly reason: string;
  /** Id of the causing event; null if no event caused it. */
  readonly eventId: string | null;
}

export const rowsOn = <Row extends Pick<PeriodRow, 'from_day' | 'to_day'>>(
  rows: readonly Row[],
  day: Day,
): readonly Row[] => rows.filter(({ from_day, to_day }) => from_day <= day && day < to_day);

const policyIncludes = (list: ListDefinition, day: Day, custody: Custody | null): boolean =>
  custody !== null && policyOn(list, day).custody.includes(custody);

const isListed = (list: ListDefinition, day: Day, row: MembershipRow): boolean =>
  row.recognition === 'recognised' && policyIncludes(list, day, row.custody);

export interface MembershipOnDay {
  /** On the list. */
  readonly listed: boolean;
  /** On the list in one of the categories of the filter. */
  readonly inCategories: boolean;
  readonly categories: ReadonlySet<string | null>;
}

/**
 * A certain member is one in every period of the day; a possible member in at least one, where undecided periods count.
 */
export const membershipOn = (
  { list, set, categories }: MovementScope,
  rows: readonly MembershipRow[],
  day: Day,
): MembershipOnDay => {
  const valid = rowsOn(rows, day);
  const memberRows = valid.filter((row) => row.undecided === 1 || isListed(list, day, row));
  const certain = memberRows.length === valid.length && memberRows.every((row) => row.undecided === 0);
  const listed = memberRows.length > 0 && (set === 'possible' || certain);
  const isInCategories = (row: MembershipRow): boolean =>
    categories === undefined || row.undecided === 1 || (row.category !== null && categories.includes(row.category));
  const inCategories =
    listed && (set === 'possible' ? memberRows.some(isInCategories) : memberRows.every(isInCategories));
  return { listed, inCategories, categories: new Set(memberRows.map(({ category }) => category)) };
};

/** The category if it is unique, else null. */
export const onlyCategory = (categories: ReadonlySet<string | null>): string | null =>
  categories.size === 1 ? ([...categories][0] ?? null) : null;

/**
 * All movements of a case within the span, by day. Membership can only change at bounds of periods and on days of
 * policy changes.
 */
export const membershipChangesInSpan = (
  scope: MovementScope,
  rows: readonly MembershipRow[],
): readonly MembershipChange[] => {
  const days = daysOfPossibleChange(scope, boundsOf(rows));
  return days.flatMap((day) => changesOn(day, membershipOn(scope, rows, day - 1), membershipOn(scope, rows, day)));
};

export const boundsOf = (rows: readonly Pick<PeriodRow, 'from_day' | 'to_day'>[]): readonly Day[] =>
  rows.flatMap(({ from_day, to_day }) => [from_day, to_day]);

/** The days of the span on which membership can change, in order: those of `bounds`, and those on which the policy changes. */
export const daysOfPossibleChange = (
  { list, from, to }: Pick<MovementScope, 'list' | 'from' | 'to'>,
  bounds: readonly Day[],
): readonly Day[] =>
  [...new Set([...bounds, ...list.policies.map((policy) => policy.from)])]
    .filter((day) => from < day && day <= to)
    .sort((a, b) => a - b);

/** The one change that leads from one membership to another on a day; none where they are the same. */
export const changesOn = (day: Day, before: MembershipOnDay, after: MembershipOnDay): readonly MembershipChange[] => {
  const change = { day, categoriesAfter: after.categories, categoriesBefore: before.categories };
  if (before.inCategories !== after.inCategories) {
    if (before.listed && after.listed) return [{ ...change, kind: 'moved', moved: after.inCategories ? 'in' : 'out' }];
    return [{ ...change, kind: after.inCategories ? 'entered' : 'left', moved: null }];
  }
  const within = after.inCategories && onlyCategory(before.categories) !== onlyCategory(after.categories);
  return within ? [{ ...change, kind: 'moved', moved: 'within' }] : [];
};

/** Rows of one case: for the list, and independent of lists. */
export interface CaseRows {
  readonly forList: readonly PeriodRowWithCauses[];
  /**
   * Rows that are independent of lists. Read on demand, since they are needed only if the list does not judge the case
   * on the day.
   */
  readonly withoutList: () => readonly PeriodRowWithCauses[];
}

/**
 * A row that keeps the case off the list; if the list does not judge the case on the day, a row independent of lists.
 */
const disqualifyingRow = (list: ListDefinition, rows: CaseRows, day: Day): PeriodRowWithCauses | undefined => {
  const listed = rowsOn(rows.forList, day).filter((row) => !isListed(list, day, row));
  return sortedRows(listed)[0] ?? sortedRows(rowsOn(rows.withoutList(), day))[0];
};

const sortedRows = (rows: readonly PeriodRowWithCauses[]): readonly PeriodRowWithCauses[] =>
  rows.length < 2 ? rows : [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** The first cause that applies: undecided, the custody is none of the policy any more, the list judged otherwise, the policy changed. */
export const causeOfExit = (list: ListDefinition, rows: CaseRows, day: Day): MovementCause => {
  const disqualifying = disqualifyingRow(list, rows, day);
  if (disqualifying === undefined || disqualifying.undecided === 1) return { reason: 'undecided', eventId: null };
  if (!policyIncludes(list, day, disqualifying.custody) && !policyIncludes(list, day - 1, disqualifying.custody))
    return { reason: custodyExitReason(disqualifying), eventId: disqualifying.custody_by };
  if (disqualifying.recognition !== 'recognised')
    return { reason: disqualifying.recognition ?? 'none', eventId: disqualifying.recognition_by };
  return { reason: 'policy', eventId: null };
};

/** The reason of a release; else the type of the event if it ends custody (`died`, `escaped` …); else the custody value. */
const custodyExitReason = ({ custody, custody_why }: PeriodRowWithCauses): string => {
  const [type = '', reason] = custody_why?.split(':') ?? [];
  if (type === 'released') return reason ?? type;
  return EXIT_EVENT_TYPES.has(type) ? type : (custody ?? 'unknown');
};

/** The first cause that applies: undecided, the list recognised the case, its custody came to be one of the policy, the policy changed. */
export const causeOfEntry = (list: ListDefinition, rows: CaseRows, day: Day): MovementCause => {
  const disqualifying = disqualifyingRow(list, rows, day - 1);
  const valid = rowsOn(rows.forList, day);
  const now = sortedRows(valid.filter((row) => isListed(list, day, row)))[0];
  if (now === undefined) return { reason: 'undecided', eventId: null };
  if (disqualifying?.undecided === 1 || disqualifying?.recognition !== 'recognised')
    return { reason: eventTypeOf(now.recognition_why), eventId: now.recognition_by };
  if (!policyIncludes(list, day, disqualifying.custody))
    return { reason: eventTypeOf(now.custody_why), eventId: now.custody_by };
  return { reason: 'policy', eventId: null };
};

const eventTypeOf = (why: string | null): string => why?.split(':')[0] ?? 'unknown';
