/** `habeas replay`: the register built event by event, with what each event changed. */
import { Readable } from 'node:stream';
import { knownAtPosition } from '../domain/known-at.js';
import type { Change } from '../read-models/history/history-entry.view.js';
import type { ListMembershipChange, Membership } from '../read-models/history/list-changes.js';
import { Replay, type ListTotals, type ReplayPage, type ReplayStep } from '../read-models/history/replay.query.js';
import { BeyondLog, InvalidKnownAt } from '../read-models/query-errors.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { IsDay, IsInteger, IsOptional } from '../schema/decorators.js';
import { LIMITS } from '../schema/limits.js';
import { readSettings } from '../settings.js';
import { caseIdOf } from './case-identifier.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { writeExport } from './export-file.js';
import { readCliOptions } from './read-options.js';
import { withRegisterToRead } from './register.js';

export interface ReplayOptions {
  readonly data?: string;
  readonly from?: string;
  readonly to?: string;
  readonly case?: string;
  readonly asOf?: string;
  readonly format: 'text' | 'ndjson';
}

class CheckedReplayOptions {
  @IsInteger(1, Number.MAX_SAFE_INTEGER)
  from: number = 1;

  @IsOptional()
  @IsInteger(1, Number.MAX_SAFE_INTEGER)
  to?: number;

  @IsOptional()
  @IsDay()
  asOf?: string;
}

/** Throws CannotRun for positions that are in the wrong order or beyond the log, and for an unknown case. */
export const replayCommand = async (
  { data, case: identifier, format, ...options }: ReplayOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const parameters = readCliOptions(CheckedReplayOptions, options);
  if (parameters.to !== undefined && parameters.to < parameters.from)
    throw new CannotRun('--to: expected a position that is not before --from');
  await withRegisterToRead(settings, context, async ({ queries }) => {
    const pages = pagesOf(queries, parameters, identifier);
    const lines = format === 'text' ? textOf(pages) : jsonLinesOf(pages);
    await writeExport(undefined, Readable.from(lines, { objectMode: false }), context);
  });
  return EXIT.ok;
};

/** Every page is read as of the log position that the first one had reached, so events recorded meanwhile are left out. */
async function* pagesOf(
  queries: RegisterAccess['queries'],
  { from, to, asOf }: CheckedReplayOptions,
  identifier: string | undefined,
): AsyncGenerator<ReplayPage> {
  const scopeUntil = (position: number | undefined): Scope =>
    new Scope(UNRESTRICTED, {
      ...(asOf !== undefined && { asOf }),
      ...(position !== undefined && { knownAt: knownAtPosition(position) }),
    });
  const scope = scopeUntil(to);
  const caseId =
    identifier === undefined ? undefined : await nameOptionInErrors(() => caseIdOf(queries, scope, identifier));
  const pageAfter = async (of: Scope, after: number): Promise<ReplayPage> => {
    const page =
      caseId === null
        ? null
        : await nameOptionInErrors(() =>
            queries.execute(new Replay(of, { ...(caseId !== undefined && { caseId }), after, limit: LIMITS.page })),
          );
    if (page === null) throw new CannotRun(`There is no case ${identifier ?? ''}`);
    return page;
  };
  let page = await pageAfter(scope, from - 1);
  if (page.position < from) throw new CannotRun(BEYOND_LOG_MESSAGES.from);
  yield page;
  while (page.next !== null) {
    page = await pageAfter(scopeUntil(page.position), page.next);
    yield page;
  }
}

const BEYOND_LOG_MESSAGES = {
  from: '--from: expected a position that the log has reached',
  to: '--to: expected a position that the log has reached',
};

/** Runs a query; if a position is beyond the log, throws CannotRun that names the option it came from. */
const nameOptionInErrors = async <T>(execute: () => Promise<T>): Promise<T> => {
  try {
    return await execute();
  } catch (error) {
    if (error instanceof InvalidKnownAt) throw new CannotRun(BEYOND_LOG_MESSAGES.to);
    if (error instanceof BeyondLog) throw new CannotRun(BEYOND_LOG_MESSAGES.from);
    throw error;
  }
};

async function* jsonLinesOf(pages: AsyncIterable<ReplayPage>): AsyncGenerator<string> {
  for await (const { steps } of pages)
    yield steps.map(({ entry, lists, totals }) => `${JSON.stringify({ ...entry, lists, totals })}\n`).join('');
}

async function* textOf(pages: AsyncIterable<ReplayPage>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { asOf, opening, steps } of pages) {
    if (isFirst) yield opening.map((totals) => `${totalsText(totals)} on ${asOf}\n`).join('');
    isFirst = false;
    yield steps.map(stepText).join('');
  }
}

const stepText = ({ entry, lists, totals }: ReplayStep): string => {
  const { position, recordedAt, actor, subject, id, event } = entry;
  const day = event.occurredOn === undefined ? '' : ` of ${event.occurredOn}`;
  return [
    `#${position} ${recordedAt} ${actor.kind}:${actor.id}: ${event.type}${day}, ${subject.kind} ${subject.id}, event ${id}`,
    ...('event' in event ? [`  amends ${event.event}`] : []),
    ...entry.changes.map((change) => `  ${changeText(change)}`),
    ...lists.map((change) => `  ${listChangeText(change)}`),
    ...totals.map((one) => `  now ${totalsText(one)}`),
    '',
  ].join('\n');
};

const changeText = ({ axis, from, to, before, after }: Change): string => {
  const values = `${axis}: ${before.join(' or ') || '–'} → ${after.join(' or ') || '–'}`;
  const days = [from === null ? '' : ` from ${from}`, to === null ? '' : ` to ${to}`].join('');
  return values + days;
};

const listChangeText = ({ list, caseId, before, after }: ListMembershipChange): string =>
  `on ${list}, case ${caseId}: ${membershipText(before)} → ${membershipText(after)}`;

const membershipText = ({ certainty, category }: Membership): string =>
  category === null ? certainty : `${certainty} (${category})`;

const totalsText = ({ list, yes, uncertain }: ListTotals): string => `${list} ${yes} and ${uncertain} uncertain`;
