/** Why somebody came onto a list or left it: pure functions of the periods of one case. */
import type { Custody } from '../../domain/case/state.js';
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import type { PeriodRow } from '../list/rows.js';

/** Rows of one case: of the list, and of the case in itself. */
export interface CaseRows {
  readonly listed: readonly PeriodRow[];
  readonly own: readonly PeriodRow[];
}

export interface Cause {
  /** The first day after the change. */
  readonly day: Day;
  readonly reason: string;
  /** Id of the fact that brought it about; null where none did. */
  readonly fact: string | null;
}

const on = (rows: readonly PeriodRow[], day: Day): readonly PeriodRow[] =>
  rows.filter(({ from_day, to_day }) => from_day <= day && day < to_day);

const names = (list: ListDefinition, day: Day, custody: Custody | null): boolean =>
  custody !== null && policyOn(list, day).custody.includes(custody);

const matches = (list: ListDefinition, day: Day, row: PeriodRow): boolean =>
  row.recognition === 'recognised' && names(list, day, row.custody);

/** Whether the case certainly is on the list. */
const isOn = (list: ListDefinition, rows: CaseRows, day: Day): boolean => {
  const valid = on(rows.listed, day);
  return valid.length > 0 && valid.every((row) => matches(list, day, row));
};

/** The last day after `from` and up to `to` on which being on the list came to be what it is on `to`. */
const turningDay = (list: ListDefinition, rows: CaseRows, from: Day, to: Day): Day => {
  const days = [
    ...rows.listed.flatMap(({ from_day, to_day }) => [from_day, to_day]),
    ...list.policies.map((p) => p.from),
  ];
  const turns = days.filter((day) => from < day && day <= to && isOn(list, rows, day - 1) !== isOn(list, rows, day));
  return Math.max(...turns);
};

/** The standing that keeps the case from certainly being on the list; where the list says nothing, the case's own. */
const offending = (list: ListDefinition, rows: CaseRows, day: Day): PeriodRow | undefined => {
  const listed = on(rows.listed, day).filter((row) => !matches(list, day, row));
  return sorted(listed)[0] ?? sorted(on(rows.own, day))[0];
};

const sorted = (rows: readonly PeriodRow[]): readonly PeriodRow[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Leaving custody that the policy names comes first, then the list's judgment; where neither changed, its policy did. */
export const whyLeft = (list: ListDefinition, rows: CaseRows, from: Day, to: Day): Cause => {
  const day = turningDay(list, rows, from, to);
  const off = offending(list, rows, day);
  if (off === undefined || off.undecided === 1) return { day, reason: 'undecided', fact: null };
  if (!names(list, day, off.custody) && !names(list, day - 1, off.custody))
    return { day, reason: reasonOfCustody(off), fact: off.custody_by };
  if (off.recognition !== 'recognised') return { day, reason: off.recognition ?? 'none', fact: off.recognition_by };
  return { day, reason: 'policy', fact: null };
};

/** What took somebody out of the custody that counts: the reason of a release, an event by its name, else the custody. */
const reasonOfCustody = ({ custody, custody_why }: PeriodRow): string => {
  const [type = '', reason] = custody_why?.split(':') ?? [];
  if (type === 'released') return reason ?? type;
  return NAMED.has(type) ? type : (custody ?? 'unknown');
};
const NAMED: ReadonlySet<string> = new Set(['died', 'escaped', 'wanted', 'deported', 'exchanged']);

/** The list's judgment comes first, then coming into custody that the policy names, then the policy. */
export const whyEntered = (list: ListDefinition, rows: CaseRows, from: Day, to: Day): Cause => {
  const day = turningDay(list, rows, from, to);
  const off = offending(list, rows, day - 1);
  const now = sorted(on(rows.listed, day))[0];
  if (now === undefined) throw new Error('nobody enters a list that says nothing of them');
  if (off?.undecided === 1 || off?.recognition !== 'recognised')
    return { day, reason: typeOf(now.recognition_why), fact: now.recognition_by };
  if (!names(list, day, off.custody)) return { day, reason: typeOf(now.custody_why), fact: now.custody_by };
  return { day, reason: 'policy', fact: null };
};

const typeOf = (why: string | null): string => why?.split(':')[0] ?? 'unknown';

/** The category on the last day on which the case certainly was on the list; null where several are possible. */
export const lastCategory = (rows: CaseRows, day: Day): string | null => {
  const categories = new Set(on(rows.listed, day).map(({ category }) => category));
  return categories.size === 1 ? ([...categories][0] ?? null) : null;
};
