/** One page of people: walks the order asked for and probes each case's periods along it. */
import { foldedKey } from '../../domain/text.js';
import { formatDay } from '../../domain/time.js';
import type { Reference } from '../../domain/case/events.js';
import type { Certainty, PageOf, PersonRow, Sort, Totals } from '../queries.js';
import type { QueryContext } from '../reader.js';
import { prepared, type Cell } from '../table.js';
import type { Counters } from '../counters.js';
import { believed, matching, scopeValues, valid, type Match, type Scope, type Sql } from './predicate.js';
import { standingsOf } from './views.js';

export interface PageRequest {
  readonly scope: Scope;
  readonly conditions: readonly Sql[];
  readonly certainty: Certainty | undefined;
  /** Limits the page to the case of a reference. */
  readonly reference: Reference | undefined;
  readonly sort: Sort;
  readonly limit: number;
  /** Where the page before ended, with the total that its walk counted. */
  readonly after: { readonly key: string | number; readonly id: string; readonly total: Totals } | null;
}

/** A page and where the next one goes on. */
export interface PageAnswer extends Omit<PageOf<PersonRow>, 'next'> {
  readonly end: { readonly key: string | number; readonly id: string } | null;
}

interface Walked {
  readonly case_no: number;
  readonly id: string;
  readonly key: string | number;
  readonly name: string | null;
  readonly refs: string;
  readonly unsure: 0 | 1;
}

export const readPage = ({ db, counters }: Pick<QueryContext, 'db' | 'counters'>, request: PageRequest): PageAnswer => {
  const { scope, limit } = request;
  const match = matching(request.conditions);
  const values = { ...scopeValues(scope), ...match.values, ...referenceValues(request.reference) };
  const total = request.after?.total ?? countPeople(counters, scope, match, request.certainty, request.reference);
  const after = request.after === null ? {} : { afterKey: request.after.key, afterId: request.after.id };
  const walked = prepared(db, walk(request, match)).all({ ...values, ...after, limit: limit + 1 }) as Walked[];
  const shown = walked.slice(0, limit);
  const last = walked.length > limit ? shown.at(-1) : undefined;
  const standings = standingsOf(
    db,
    scope,
    shown.map(({ case_no }) => case_no),
  );
  return {
    asOf: formatDay(scope.day),
    position: scope.known,
    total,
    items: shown.map((row) => ({
      caseId: row.id,
      references: JSON.parse(row.refs) as readonly Reference[],
      name: row.name,
      certainty: row.unsure === 1 ? 'uncertain' : 'yes',
      standings: standings.get(row.case_no) ?? [],
    })),
    end: last === undefined ? null : { key: last.key, id: last.id },
  };
};

/** The order and its table: `o` gives key and case. Without a name, a reference or a recognition one stands last. */
const ORDERS = {
  name: { from: 'list_entries o', key: 'o.name_key' },
  reference: { from: 'list_entries o', key: 'o.reference_key' },
  recognised: { from: 'recognitions o', key: 'o.since_day' },
} as const;

const walk = ({ scope, certainty, reference, sort, after }: PageRequest, match: Match): string => {
  const descending = sort.startsWith('-');
  const by = sort.replace('-', '') as keyof typeof ORDERS;
  const { from, key } = ORDERS[by];
  const direction = descending ? 'DESC' : 'ASC';
  const listEntry = by === 'recognised' ? 'h' : 'o';
  const probe = `SELECT 1 FROM periods p WHERE p.list = @list AND p.case_no = o.case_no AND ${valid('p', scope)}`;
  const unsure = `EXISTS (${probe} AND NOT ${match.sure})`;
  const conditions = [
    'o.list = @list',
    by === 'recognised' ? valid('o', scope) : believed('o', scope),
    `EXISTS (${probe} AND ${match.perhaps})`,
    ...(certainty === undefined ? [] : [certainty === 'yes' ? `NOT ${unsure}` : unsure]),
    ...(reference === undefined ? [] : [`o.case_no IN (${referred(scope)})`]),
    ...(after === null ? [] : [`(${key}, o.case_id) ${descending ? '<' : '>'} (@afterKey, @afterId)`]),
  ];
  return `SELECT o.case_no, o.case_id AS id, ${key} AS key, ${listEntry}.name, ${listEntry}.refs, ${unsure} AS unsure
    FROM ${from}
    ${by === 'recognised' ? `CROSS JOIN list_entries h ON h.list = o.list AND h.case_no = o.case_no AND ${believed('h', scope)}` : ''}
    WHERE ${conditions.join(' AND ')} ORDER BY ${key} ${direction}, o.case_id ${direction} LIMIT @limit`;
};

/** The cases that have a reference, as known at the position of the scope. */
const referred = (scope: Scope): string =>
  `SELECT r.case_no FROM case_references r WHERE r.list = @refList AND r.reference = @ref AND ${believed('r', scope)}`;

const referenceValues = (reference: Reference | undefined): Readonly<Record<string, Cell>> =>
  reference === undefined ? {} : { refList: reference.list, ref: foldedKey(reference.reference) };

/** People, each once: those of whom every period matches, and those of whom only some do or may. */
export const countPeople = (
  counters: Counters,
  scope: Scope,
  match: Match,
  certainty?: Certainty,
  reference?: Reference,
): Totals => {
  const people = (within: Scope, among: string): string =>
    `SELECT min(${match.sure}) AS yes FROM periods p WHERE p.list = @list AND ${valid('p', within)} ${among}
    ${reference === undefined ? '' : `AND p.case_no IN (${referred(within)})`} GROUP BY p.case_no HAVING max(${match.perhaps})`;
  const groups = counters.count(scope, {
    sql: (within, among) =>
      `SELECT '' AS key, coalesce(sum(yes), 0) AS yes, coalesce(sum(NOT yes), 0) AS uncertain FROM (${people(within, among)})`,
    values: { ...match.values, ...referenceValues(reference) },
  });
  const total = groups.get('') ?? { yes: 0, uncertain: 0 };
  return { yes: certainty === 'uncertain' ? 0 : total.yes, uncertain: certainty === 'yes' ? 0 : total.uncertain };
};
