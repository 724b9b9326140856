/** What `habeas demo` prints: counts by category, movements, the amnesty act, and one person's history. */
import type { Writable } from 'node:stream';
import type { Query } from '@nestjs/cqrs';
import { Cases } from '../read-models/list/cases.query.js';
import { MemberCounts } from '../read-models/counts/counts.query.js';
import { History } from '../read-models/history/history.query.js';
import { Lists } from '../read-models/definitions/lists.query.js';
import { Movements } from '../read-models/counts/movements.query.js';
import type { Change, HistoryEntry } from '../read-models/history/history-entry.view.js';
import type { Movement } from '../read-models/counts/movement.view.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import { LIMITS } from '../schema/limits.js';
import { amnestyActText } from './show-act.js';
import { claimsText } from './show-claims.js';
import { table } from './terminal.js';

export const DEMO = {
  today: '2026-01-05',
  list: 'union',
  /** The day of the last edition published before the amnesty. */
  lastEdition: '2025-10-07',
  /** The day before the amnesty act was in force. */
  dayBefore: '2025-12-21',
  /** The day on which the act was submitted. */
  submitted: '2025-12-15',
  act: 'amnesty-2025',
  clause: 'six-months-drugs@rolling',
  /** A person with pre-trial detention, conviction, recognition, amnesty and release. */
  reference: 'AZ-0018',
} as const;

const DEMO_SCOPE = new Scope(UNRESTRICTED, { asOf: DEMO.today });

const MAX_SHOWN_MOVEMENTS = 5;

/** Uses the same queries as the REST interface. */
export const showRegister = async ({ queries }: Pick<RegisterAccess, 'queries'>, out: Writable): Promise<void> => {
  out.write(await countsByCategory(queries));
  out.write(await movementsText(queries));
  out.write(await amnestyActText(queries, DEMO_SCOPE, DEMO));
  // A scope without a day: each claim is compared on the day that it is about.
  out.write(await claimsText(queries, new Scope(UNRESTRICTED), { list: DEMO.list, since: DEMO.submitted }));
  out.write(await historyOfOneCase(queries));
};

type Queries = RegisterAccess['queries'];

const countsByCategory = async (queries: Queries): Promise<string> => {
  const { items: lists } = await queries.execute(new Lists(DEMO_SCOPE, DEMO.list));
  const [list] = lists;
  const counts = await queries.execute(new MemberCounts(DEMO_SCOPE, DEMO.list, { by: 'category', filters: {} }));
  if (list === undefined || counts === null) return '';
  const names = new Map(list.categories.map(({ id, name }) => [id, name.en ?? id]));
  const rows = counts.groups
    .map(({ key, yes }): [string, number] => [names.get(key) ?? key, yes])
    .sort(([, a], [, b]) => b - a);
  const head = `\n${list.name.en ?? list.id} on ${DEMO.today}\n`;
  return head + table(['category', 'people'], [...rows, ['together', counts.total.yes]]);
};

const movementsText = async (queries: Queries): Promise<string> => {
  const sinceEdition = await movementsSince(queries, DEMO.lastEdition);
  const sinceEve = await movementsSince(queries, DEMO.dayBefore);
  if (sinceEdition === null || sinceEve === null) return '';
  const flow = [sinceEdition, sinceEve].map(({ from, opening, totals, closing, leftByReason }) => [
    from,
    opening,
    totals.entered,
    totals.left,
    closing,
    leftByReason.map(({ reason, count }) => `${reason} ${count}`).join(', '),
  ]);
  return [
    `\nWho came and went until ${DEMO.today}\n`,
    table(['since', 'on the list', 'came', 'left', 'now', 'left by'], flow),
    '\nThe last to come\n',
    movementTable(sinceEdition.entered),
    '\nThe last to leave\n',
    movementTable(sinceEdition.left),
  ].join('');
};

/** The counts of a span, with its last entries and exits, latest first. Walks all pages, which are in order of day and name. */
const movementsSince = async (queries: Queries, from: string): Promise<MovementsPage | null> => {
  const span = { from, to: DEMO.today, limit: LIMITS.movements };
  let page = await queries.execute(new Movements(DEMO_SCOPE, DEMO.list, span));
  let entered: readonly Movement[] = [];
  let left: readonly Movement[] = [];
  while (page !== null) {
    entered = lastOf([...entered, ...page.entered]);
    left = lastOf([...left, ...page.left]);
    if (page.next === null) return { ...page, entered: entered.toReversed(), left: left.toReversed() };
    page = await queries.execute(new Movements(DEMO_SCOPE, DEMO.list, { ...span, after: page.next }));
  }
  return null;
};
type MovementsPage = Movements extends Query<infer Result> ? NonNullable<Result> : never;

const lastOf = (all: readonly Movement[]): readonly Movement[] => all.slice(-MAX_SHOWN_MOVEMENTS);

const movementTable = (movements: readonly Movement[]): string => {
  const rows = movements.map(({ day, references, name, category, reason }) => [
    day,
    references[0]?.reference ?? '',
    name ?? '',
    category ?? '',
    reason,
  ]);
  return table(['on', 'reference', 'name', 'category', 'by'], rows);
};

const historyOfOneCase = async (queries: Queries): Promise<string> => {
  const reference = { list: DEMO.list, reference: DEMO.reference };
  const { items } = await queries.execute(new Cases(DEMO_SCOPE, { reference, filters: {}, page: { limit: 1 } }));
  const [person] = items;
  if (person === undefined) return '';
  const subject = { kind: 'case' as const, id: person.caseId };
  const history = await queries.execute(new History(DEMO_SCOPE, { subject, after: 0, limit: 100 }));
  const rows = (history?.items ?? []).flatMap(historyRowsOf);
  return `\nWhat is on record of ${DEMO.reference}, ${person.name ?? 'nameless'}\n${table(['#', 'happened on', 'event', 'and changed'], rows)}`;
};

/** A row for the event with its first change, and one for each further change. */
const historyRowsOf = ({ position, event, changes }: HistoryEntry): string[][] => {
  const [first = '', ...others] = changes.filter(({ from }) => from !== null).map(changeText);
  const day = 'occurredOn' in event ? (event.occurredOn ?? '') : '';
  return [[String(position), day, event.type, first], ...others.map((change) => ['', '', '', change])];
};

const changeText = ({ axis, from, to, before, after }: Change): string => {
  const days = `from ${from ?? ''}${to === null ? '' : ` to ${to}`}`;
  return `${axis}: ${before.join(' or ') || '–'} → ${after.join(' or ') || '–'}, ${days}`;
};
