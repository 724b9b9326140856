/** Walks the cases of a list that may have moved within a span, in slices that let other requests through. */
import { setImmediate } from 'node:timers/promises';
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { believed, scopeOf, type Scope } from '../list/predicate.js';
import { BEGINS, ENDS } from '../list/tables.js';
import type { ReadModelReader, QueryContext } from '../reader.js';
import { prepared } from '../table.js';
import { turnsOf, type CaseRows, type Flow, type MovementRow, type Turn } from './movement.js';

/** Cases read before other requests may run: some 20 ms. */
const SLICE = 1_000;

/** A case with its movements. */
export interface Moved {
  readonly reading: QueryContext;
  readonly scope: Scope;
  readonly caseNo: number;
  readonly turns: readonly Turn[];
  readonly rows: CaseRows;
}

/** The file was replaced during the walk: its numbers of cases mean nothing in the new one. */
export class Replaced extends Error {
  override readonly name = 'Replaced';
}

/**
 * Visits every case with movements, as known at a position. A visit is not to await: another file may then stand in this one's
 * place. Throws Replaced where the read models changed their file between two slices.
 */
export const visitMoved = async (
  reader: ReadModelReader,
  first: QueryContext,
  known: number,
  flow: Flow,
  visit: (moved: Moved) => void,
): Promise<void> => {
  const candidates = candidatesOf(first, known, flow);
  for (let at = 0; at < candidates.length; at += SLICE) {
    const reading = at === 0 ? first : await nextReading(reader, first, known);
    const scope = scopeOf(flow.list.id, flow.to, known, reading.position);
    for (const [caseNo, listed] of rowsOf(reading, scope, flow, candidates.slice(at, at + SLICE))) {
      const turns = turnsOf(flow, listed);
      const rows = { listed, own: () => ownRows(reading, scope, flow, caseNo) };
      if (turns.length > 0) visit({ reading, scope, caseNo, turns, rows });
    }
  }
};

const nextReading = async (reader: ReadModelReader, first: QueryContext, known: number): Promise<QueryContext> => {
  await setImmediate();
  const reading = await reader.contextAt({ position: known });
  if (reading.db !== first.db) throw new Replaced();
  return reading;
};

/** Cases of which a period begins or ends within the span, or whose custody a policy of the span takes in or leaves out. */
const candidatesOf = ({ db, position }: QueryContext, known: number, { list, from, to }: Flow): readonly number[] => {
  const scope = scopeOf(list.id, to, known, position);
  const those = `p.list = @list AND ${believed('p', scope)}`;
  const sql = `SELECT json_group_array(case_no) FROM (
    SELECT p.case_no FROM periods p WHERE ${those} AND p.${BEGINS} > @from AND p.${BEGINS} <= @to
    UNION SELECT p.case_no FROM periods p WHERE ${those} AND p.${ENDS} > @from AND p.${ENDS} <= @to
    UNION SELECT p.case_no FROM json_each(@policies) q CROSS JOIN periods p ON ${those} AND p.recognition = 'recognised'
      AND p.from_day < q.value ->> 'day' AND p.to_day > q.value ->> 'day' AND p.custody = q.value ->> 'custody')`;
  const policies = JSON.stringify(policyChanges(list, from, to));
  const cases = db.prepare(sql).pluck().get({ list: list.id, known, from, to, policies }) as string;
  return JSON.parse(cases) as number[];
};

/** Days of the span on which the policy changed, each with a custody that counts before or after and not both. */
const policyChanges = (
  list: ListDefinition,
  from: Day,
  to: Day,
): readonly { readonly day: Day; readonly custody: string }[] =>
  list.policies
    .filter(({ from: day }) => from < day && day <= to)
    .flatMap(({ from: day, custody }) => {
      const before = policyOn(list, day - 1).custody;
      const gone = before.filter((value) => !custody.includes(value));
      const come = custody.filter((value) => !before.includes(value));
      return [...gone, ...come].map((value) => ({ day, custody: value }));
    });

const COLUMNS = `p.case_no, p.from_day, p.to_day, p.undecided, p.recognition, p.custody, p.category, p.custody_by,
  p.custody_why, p.recognition_by, p.recognition_why`;

/** The periods of some cases that touch the days from the end of the first to the end of the last. */
const rowsOf = (
  { db }: QueryContext,
  scope: Scope,
  { from, to }: Flow,
  cases: readonly number[],
): ReadonlyMap<number, readonly MovementRow[]> => {
  const sql = `SELECT ${COLUMNS} FROM json_each(@cases) c CROSS JOIN periods p
    ON p.list = @list AND p.case_no = c.value AND ${believed('p', scope)} AND p.from_day <= @to AND p.to_day > @from`;
  const values = { list: scope.list, known: scope.known, from, to, cases: JSON.stringify(cases) };
  const byCase = new Map<number, MovementRow[]>();
  for (const row of prepared(db, sql).all(values) as (MovementRow & { readonly case_no: number })[]) {
    const rows = byCase.get(row.case_no) ?? [];
    rows.push(row);
    byCase.set(row.case_no, rows);
  }
  return byCase;
};

const ownRows = (reading: QueryContext, scope: Scope, flow: Flow, caseNo: number): readonly MovementRow[] =>
  rowsOf(reading, { ...scope, list: '' }, flow, [caseNo]).get(caseNo) ?? [];
