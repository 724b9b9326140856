/** `habeas show`: one case on a day, as the register knows it or knew it, and its history. */
import { referenceText } from '../domain/reference/reference.js';
import type { AnyEvent } from '../domain/events.js';
import { History } from '../read-models/history/history.query.js';
import type { HistoryEntry } from '../read-models/history/history-entry.view.js';
import type { StandingView } from '../read-models/list/person.view.js';
import { OneCase, type CaseView } from '../read-models/one-case.query.js';
import { Scope, ScopeParameters, UNRESTRICTED } from '../read-models/scope.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { LIMITS } from '../schema/limits.js';
import { readParameters } from '../schema/read.js';
import { readSettings } from '../settings.js';
import { caseIdOf } from './case-identifier.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { withRegisterToRead } from './register.js';
import { table } from './terminal.js';

export interface ShowOptions {
  readonly data?: string;
  readonly asOf?: string;
  readonly knownAt?: string;
}

type Queries = RegisterAccess['queries'];

/** `identifier`: the id of a case, or `list:reference`. Throws CannotRun where there is no such case, or an option is wrong. */
export const showCommand = async (
  identifier: string,
  { data, ...parameters }: ShowOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const read = readParameters<ScopeParameters>(ScopeParameters, parameters);
  if ('errors' in read)
    throw new CannotRun(
      read.errors.map(({ pointer, expected }) => `${OPTION_OF_FIELD[pointer] ?? ''}: expected ${expected}`).join('\n'),
    );
  const scope = new Scope(UNRESTRICTED, read.value);
  context.out.write(
    await withRegisterToRead(settings, context, async ({ queries }) => {
      const id = await caseIdOf(queries, scope, identifier);
      const view = id === null ? null : await queries.execute(new OneCase(scope, id));
      if (view === null) throw new CannotRun(`There is no case ${identifier}`);
      return `${describeCase(view)}\n${describeHistory(await historyOf(queries, scope, view.id))}`;
    }),
  );
  return EXIT.ok;
};

const OPTION_OF_FIELD: Readonly<Record<string, string>> = { '/asOf': '--as-of', '/knownAt': '--known-at' };

/** The history of a case, up to the position that the scope is known at. */
const historyOf = async (queries: Queries, scope: Scope, id: string): Promise<readonly HistoryEntry[]> => {
  const entries: HistoryEntry[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const query: History = new History(scope, { subject: { kind: 'case', id }, after, limit: LIMITS.page });
    const page: { readonly items: readonly HistoryEntry[]; readonly next: number | null } | null =
      await queries.execute(query);
    entries.push(...(page?.items ?? []));
    after = page?.next ?? null;
  }
  return entries;
};

const describeCase = ({
  names,
  references,
  description,
  asOf,
  knownAt,
  standings,
  lists,
  periods,
  findings,
}: CaseView): string => {
  const person = [
    ['names', names.map(({ text }) => text).join(', ')],
    ['references', references.map(referenceText).join(', ')],
    ...Object.entries(description),
    [`on ${asOf}`, standings.map(standingText).join(' or ')],
    ['known at', knownAt],
  ];
  const rows = periods.map(({ from, to, standing }) => [from ?? '', to ?? '', standing && standingText(standing)]);
  const judged = lists.map(({ list, onList, policy, judgments }) => [
    list,
    onList,
    judgments.map(judgmentText).join(' or ') || 'undecided',
    policy.custody.join(', '),
  ]);
  const odd = findings.map(({ code, grade, expected }) => [grade, code, expected]);
  return [
    table(['', ''], person),
    `\n${table(
      ['from', 'until', 'standing'],
      rows.map((row) => row.map((cell) => cell ?? 'undecided')),
    )}`,
    judged.length === 0 ? '' : `\n${table(['list', 'on it', 'judgment', 'counts'], judged)}`,
    odd.length === 0 ? '' : `\n${table(['grade', 'finding', 'means'], odd)}`,
  ].join('');
};

const judgmentText = ({ recognition, category, criteria }: CaseView['lists'][number]['judgments'][number]): string =>
  [
    recognition,
    ...(category === null ? [] : [`(${category})`]),
    ...(criteria.length === 0 ? [] : [`PACE ${criteria.map(({ letter }) => letter).join(' ')}`]),
  ].join(' ');

const standingText = ({ custody, proceedings, sentence, lists }: StandingView): string =>
  [
    custody,
    proceedings,
    ...(sentence === 'none' ? [] : [`sentence ${sentence}`]),
    ...lists.map(
      ({ list, recognition, category }) => `${list}: ${recognition}${category === null ? '' : ` (${category})`}`,
    ),
  ].join(', ');

const describeHistory = (entries: readonly HistoryEntry[]): string =>
  table(
    ['#', 'recorded', 'by', 'id', 'event', 'happened on, or what it amends'],
    entries.map(({ position, recordedAt, actor, id, event }) => [
      ...[position, recordedAt, `${actor.kind}:${actor.id}`, id, event.type],
      dayOrAmendmentText(event),
    ]),
  );

const dayOrAmendmentText = (event: AnyEvent): string => {
  switch (event.type) {
    case 'corrected':
      return `${event.event}: ${Object.keys(event.data).join(', ')}`;
    case 'retracted':
      return event.event;
    case 'merged':
      return `into ${event.into}`;
    default:
      return event.occurredOn ?? '';
  }
};
