/**
 * Movements of one case on one list, as pure functions of its periods. Membership is compared at the ends of neighbouring
 * days; whatever changes and changes back within a day is no movement.
 */
import type { Custody } from '../../domain/case/state.js';
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import type { PeriodRow } from '../list/rows.js';
import type { MemberSet } from '../queries.js';

/** What of a period decides on membership. */
type Membership = Pick<PeriodRow, 'from_day' | 'to_day' | 'undecided' | 'recognition' | 'custody' | 'category'>;

/** The same with what brought it about. */
export type MovementRow = Membership &
  Pick<PeriodRow, 'custody_by' | 'custody_why' | 'recognition_by' | 'recognition_why'>;

/** Whose movements: a list, of which the certain or the possible members, of all categories or of some. */
export interface Flow {
  readonly list: ListDefinition;
  readonly set: MemberSet;
  readonly categories: readonly string[] | undefined;
  /** Days (from, to]. */
  readonly from: Day;
  readonly to: Day;
}

/**
 * A change of membership between the ends of a day and of the day before. With categories asked for, `moved` says that the
 * case came into them or went out of them while it stayed on the list.
 */
export interface Turn {
  readonly day: Day;
  readonly kind: 'entered' | 'left' | 'moved';
  readonly moved: 'in' | 'out' | 'within' | null;
  /** Categories possible at the end of the day, and of the day before; null stands for any. */
  readonly after: ReadonlySet<string | null>;
  readonly before: ReadonlySet<string | null>;
}

export interface Cause {
  readonly reason: string;
  /** Id of the event that brought it about; null where none did. */
  readonly event: string | null;
}

export const onDay = <Row extends Pick<PeriodRow, 'from_day' | 'to_day'>>(
  rows: readonly Row[],
  day: Day,
): readonly Row[] => rows.filter(({ from_day, to_day }) => from_day <= day && day < to_day);

const names = (list: ListDefinition, day: Day, custody: Custody | null): boolean =>
  custody !== null && policyOn(list, day).custody.includes(custody);

const isListed = (list: ListDefinition, day: Day, row: Membership): boolean =>
  row.recognition === 'recognised' && names(list, day, row.custody);

interface Membered {
  /** On the list. */
  readonly listed: boolean;
  /** On the list in one of the categories asked for. */
  readonly asked: boolean;
  readonly categories: ReadonlySet<string | null>;
}

/** Certainly a member: every period says so. Possibly: any does, and a period without a standing may say anything. */
const memberOn = ({ list, set, categories }: Flow, rows: readonly Membership[], day: Day): Membered => {
  const valid = onDay(rows, day);
  const on = valid.filter((row) => row.undecided === 1 || isListed(list, day, row));
  const certain = on.length === valid.length && on.every((row) => row.undecided === 0);
  const listed = on.length > 0 && (set === 'possible' || certain);
  const isAsked = (row: Membership): boolean =>
    categories === undefined || row.undecided === 1 || (row.category !== null && categories.includes(row.category));
  const asked = listed && (set === 'possible' ? on.some(isAsked) : on.every(isAsked));
  return { listed, asked, categories: new Set(on.map(({ category }) => category)) };
};

/** The one category; null where several are possible. */
export const onlyCategory = (categories: ReadonlySet<string | null>): string | null =>
  categories.size === 1 ? ([...categories][0] ?? null) : null;

/** Every movement of a case within the days of a flow, by day. Membership changes on bounds of periods and with the policy alone. */
export const turnsOf = (flow: Flow, rows: readonly Membership[]): readonly Turn[] => {
  const { list, from, to } = flow;
  const bounds = [...rows.flatMap(({ from_day, to_day }) => [from_day, to_day]), ...list.policies.map((p) => p.from)];
  const days = [...new Set(bounds)].filter((day) => from < day && day <= to).sort((a, b) => a - b);
  return days.flatMap((day) => turnOn(day, memberOn(flow, rows, day - 1), memberOn(flow, rows, day)));
};

const turnOn = (day: Day, before: Membered, after: Membered): readonly Turn[] => {
  const turn = { day, after: after.categories, before: before.categories };
  if (before.asked !== after.asked) {
    if (before.listed && after.listed) return [{ ...turn, kind: 'moved', moved: after.asked ? 'in' : 'out' }];
    return [{ ...turn, kind: after.asked ? 'entered' : 'left', moved: null }];
  }
  const within = after.asked && onlyCategory(before.categories) !== onlyCategory(after.categories);
  return within ? [{ ...turn, kind: 'moved', moved: 'within' }] : [];
};

/** Rows of one case: of the list, and of the case in itself. */
export interface CaseRows {
  readonly listed: readonly MovementRow[];
  /** Read only where the list says nothing. */
  readonly own: () => readonly MovementRow[];
}

/** A standing that keeps the case off the list; where the list says nothing, the case's own. */
const offending = (list: ListDefinition, rows: CaseRows, day: Day): MovementRow | undefined => {
  const listed = onDay(rows.listed, day).filter((row) => !isListed(list, day, row));
  return sorted(listed)[0] ?? sorted(onDay(rows.own(), day))[0];
};

const sorted = (rows: readonly MovementRow[]): readonly MovementRow[] =>
  rows.length < 2 ? rows : [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Leaving custody that the policy names comes first, then the list's judgment; where neither changed, its policy did. */
export const whyLeft = (list: ListDefinition, rows: CaseRows, day: Day): Cause => {
  const off = offending(list, rows, day);
  if (off === undefined || off.undecided === 1) return { reason: 'undecided', event: null };
  if (!names(list, day, off.custody) && !names(list, day - 1, off.custody))
    return { reason: reasonOfCustody(off), event: off.custody_by };
  if (off.recognition !== 'recognised') return { reason: off.recognition ?? 'none', event: off.recognition_by };
  return { reason: 'policy', event: null };
};

/** What took somebody out of the custody that counts: the reason of a release, an event by its name, else the custody. */
const reasonOfCustody = ({ custody, custody_why }: MovementRow): string => {
  const [type = '', reason] = custody_why?.split(':') ?? [];
  if (type === 'released') return reason ?? type;
  return NAMED.has(type) ? type : (custody ?? 'unknown');
};
const NAMED: ReadonlySet<string> = new Set(['died', 'escaped', 'wanted', 'deported', 'exchanged']);

/** The list's judgment comes first, then coming into custody that the policy names, then the policy. */
export const whyEntered = (list: ListDefinition, rows: CaseRows, day: Day): Cause => {
  const off = offending(list, rows, day - 1);
  const valid = onDay(rows.listed, day);
  const now = sorted(valid.filter((row) => isListed(list, day, row)))[0];
  if (now === undefined) return { reason: 'undecided', event: null };
  if (off?.undecided === 1 || off?.recognition !== 'recognised')
    return { reason: typeOf(now.recognition_why), event: now.recognition_by };
  if (!names(list, day, off.custody)) return { reason: typeOf(now.custody_why), event: now.custody_by };
  return { reason: 'policy', event: null };
};

const typeOf = (why: string | null): string => why?.split(':')[0] ?? 'unknown';
