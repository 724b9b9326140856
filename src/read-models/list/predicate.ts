/** SQL conditions on one period `p`: the scope of a query, and membership of a list. */
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { STILL_KNOWN } from '../table.js';
import { columnOneOfCondition, type SqlCondition } from './sql-condition.js';

/** The values that the conditions depend on. `list` is empty for the register as a whole. */
export interface ListScope {
  readonly list: string;
  readonly day: Day;
  /** The position up to which events are known; `isCurrent` if that is the last one. */
  readonly position: number;
  readonly isCurrent: boolean;
}

/** `head` is the last position of the file that is read. */
export const listScope = (list: string, day: Day, position: number, head: number): ListScope => ({
  list,
  day,
  position,
  isCurrent: position === head,
});

export const scopeValues = ({ list, day, position: known }: ListScope): SqlCondition['values'] => ({
  list,
  day,
  known,
});

/** Selects row versions believed at the position. For the current state it is written to match the partial indexes. */
export const versionCondition = (alias: string, { isCurrent: now }: ListScope): string =>
  now ? `${alias}.known_to = ${STILL_KNOWN}` : `${alias}.known_from <= @known AND @known < ${alias}.known_to`;

/** Selects row versions that are believed at the position and valid on the day. */
export const validCondition = (alias: string, scope: ListScope): string =>
  `${alias}.from_day <= @day AND @day < ${alias}.to_day AND ${versionCondition(alias, scope)}`;

/** Selects the periods `p` of the case `o.case_no` that are valid in the scope. */
export const periodsOfCaseSql = (scope: ListScope): string =>
  `SELECT 1 FROM periods p WHERE p.list = @list AND p.case_no = o.case_no AND ${validCondition('p', scope)}`;

/** Members of a list: recognised, in a custody that the policy of the day names. */
export const memberConditions = (definition: ListDefinition, day: Day): readonly SqlCondition[] => [
  { text: "p.recognition = 'recognised'", values: {} },
  columnOneOfCondition('p.custody')(policyOn(definition, day).custody, 'policy'),
];

/** Periods in which the list judges the case in any way. */
export const judgedCondition: SqlCondition = { text: "p.recognition <> 'none'", values: {} };

/** Two conditions on a period `p`: that it certainly matches, and that it may match. */
export interface PeriodSqlConditions {
  readonly certain: string;
  readonly possible: string;
  readonly values: SqlCondition['values'];
}

/** Undecided periods may match any condition; without conditions every period matches. */
export const toPeriodSqlConditions = (conditions: readonly SqlCondition[]): PeriodSqlConditions => {
  const all = conditions.map(({ text }) => text).join(' AND ') || 'TRUE';
  const values = Object.assign({}, ...conditions.map((condition) => condition.values)) as SqlCondition['values'];
  if (conditions.length === 0) return { certain: all, possible: all, values };
  return {
    certain: `(p.undecided = 0 AND (${all}) IS TRUE)`,
    possible: `(p.undecided = 1 OR (${all}) IS TRUE)`,
    values,
  };
};
