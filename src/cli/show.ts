/** The demonstration on the terminal: the list of its today, who came and went, and one person's history. */
import type { Writable } from 'node:stream';
import type { Query } from '@nestjs/cqrs';
import {
  Cases,
  Counts,
  History,
  Lists,
  Movements,
  type Change,
  type HistoryEntry,
  type Movement,
} from '../read-models/queries.js';
import type { Register } from '../register-files/recorder.js';
import { LIMITS } from '../schema/limits.js';
import { table } from './terminal.js';

export const DEMO = {
  today: '2026-01-05',
  list: 'union',
  /** The last edition before the amnesty, and the eve of its first day. */
  lastEdition: '2025-10-07',
  eve: '2025-12-21',
  /** Somebody with a history worth showing: pre-trial detention, conviction, recognition, amnesty, release. */
  reference: 'AZ-0018',
} as const;

const SHOWN = 5;

/** Answers come from the questions that REST asks too. */
export const showRegister = async ({ queries }: Pick<Register, 'queries'>, out: Writable): Promise<void> => {
  out.write(await byCategory(queries));
  out.write(await comingAndGoing(queries));
  out.write(await oneHistory(queries));
};

type Queries = Register['queries'];

const byCategory = async (queries: Queries): Promise<string> => {
  const [list] = await queries.execute(new Lists({ id: DEMO.list }));
  const counts = await queries.execute(new Counts(DEMO.list, { by: 'category', asOf: DEMO.today, filters: {} }));
  if (list === undefined || counts === null) return '';
  const names = new Map(list.categories.map(({ id, name }) => [id, name.en ?? id]));
  const rows = counts.groups
    .map(({ key, yes }): [string, number] => [names.get(key) ?? key, yes])
    .sort(([, a], [, b]) => b - a);
  const head = `\n${list.name.en ?? list.id} on ${DEMO.today}\n`;
  return head + table(['category', 'people'], [...rows, ['together', counts.total.yes]]);
};

const comingAndGoing = async (queries: Queries): Promise<string> => {
  const sinceEdition = await movementsSince(queries, DEMO.lastEdition);
  const sinceEve = await movementsSince(queries, DEMO.eve);
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
    movements(sinceEdition.entered),
    '\nThe last to leave\n',
    movements(sinceEdition.left),
  ].join('');
};

/** The numbers of a span, and of its entries and exits the last ones: pages go by day. */
const movementsSince = async (queries: Queries, from: string): Promise<MovementsPage | null> => {
  const ask = { from, to: DEMO.today, limit: LIMITS.movements };
  let page = await queries.execute(new Movements(DEMO.list, ask));
  let entered: readonly Movement[] = [];
  let left: readonly Movement[] = [];
  while (page !== null) {
    entered = latest([...entered, ...page.entered]);
    left = latest([...left, ...page.left]);
    if (page.next === null) return { ...page, entered, left };
    page = await queries.execute(new Movements(DEMO.list, { ...ask, after: page.next }));
  }
  return null;
};
type MovementsPage = Movements extends Query<infer Answer> ? NonNullable<Answer> : never;

const latest = (all: readonly Movement[]): readonly Movement[] =>
  [...all].sort((a, b) => b.day.localeCompare(a.day)).slice(0, SHOWN);

const movements = (last: readonly Movement[]): string => {
  const rows = last.map(({ day, references, name, category, reason }) => [
    day,
    references[0]?.reference ?? '',
    name ?? '',
    category ?? '',
    reason,
  ]);
  return table(['on', 'reference', 'name', 'category', 'by'], rows);
};

const oneHistory = async (queries: Queries): Promise<string> => {
  const reference = { list: DEMO.list, reference: DEMO.reference };
  const { items } = await queries.execute(new Cases({ reference, asOf: DEMO.today, filters: {}, page: { limit: 1 } }));
  const [person] = items;
  if (person === undefined) return '';
  const subject = { kind: 'case' as const, id: person.caseId };
  const history = await queries.execute(new History({ subject, after: 0, limit: 100 }));
  const rows = (history?.items ?? []).flatMap(linesOf);
  return `\nWhat is on record of ${DEMO.reference}, ${person.name ?? 'nameless'}\n${table(['#', 'happened on', 'event', 'and changed'], rows)}`;
};

/** A line an event, and one more for each further change that it made. */
const linesOf = ({ position, event, changes }: HistoryEntry): string[][] => {
  const [first = '', ...others] = changes.filter(({ from }) => from !== null).map(inWords);
  const on = 'occurredOn' in event ? (event.occurredOn ?? '') : '';
  return [[String(position), on, event.type, first], ...others.map((change) => ['', '', '', change])];
};

const inWords = ({ axis, from, to, before, after }: Change): string => {
  const days = `from ${from ?? ''}${to === null ? '' : ` to ${to}`}`;
  return `${axis}: ${before.join(' or ') || '–'} → ${after.join(' or ') || '–'}, ${days}`;
};
