/** `habeas edition`: publishes an edition of a list, lists them, and shows one with its members. */
import { randomUUID } from 'node:crypto';
import { PublishEdition } from '../commands/publish-edition.js';
import type { RecordEventsResult } from '../commands/record-events.js';
import type { Actor } from '../domain/event.js';
import { ProofFiles } from '../proof/proof-files.js';
import type { EditionMemberView, EditionView } from '../read-models/editions/edition.view.js';
import { Editions } from '../read-models/editions/editions.query.js';
import { OneEdition } from '../read-models/editions/one-edition.query.js';
import { KnowledgeParameters, Scope, UNRESTRICTED } from '../read-models/scope.js';
import { NewEdition } from '../schema/editions.js';
import { LIMITS } from '../schema/limits.js';
import { read } from '../schema/read.js';
import { readSettings, type Settings } from '../settings.js';
import type { DataOption } from './backup.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { checkpointCommand } from './proof.js';
import { readCliOptions } from './read-options.js';
import { withRegister, withRegisterToRead } from './register.js';
import { table } from './terminal.js';

interface ListOption extends DataOption {
  readonly list: string;
}
export interface PublishOptions extends ListOption {
  readonly asOf: string;
}
export interface EditionOptions extends ListOption {
  readonly knownAt?: string;
}

const EDITION_ACTOR: Actor = { kind: 'system', id: 'habeas-edition', asserted: false };

const settingsOf = ({ data }: DataOption, { environment }: Context): Settings =>
  readSettings({ ...environment, ...(data && { HABEAS_DATA: data }) });

/** Publishes an edition, and signs a checkpoint of the log if there is a key. Throws CannotRun where the edition is refused. */
export const publishCommand = async (
  edition: string,
  { list, asOf, data }: PublishOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = settingsOf({ ...(data && { data }) }, context);
  const { id, ...fields } = readCliOptions(NewEdition, { id: edition, asOf }, 'id', read);
  const view = await withRegister(settings, context, async ({ commands, queries }) => {
    const request = { ...fields, list, edition: id, actor: EDITION_ACTOR, correlationId: randomUUID() };
    const atLeast = tokenIn(await commands.execute(new PublishEdition(request)), list);
    return queries.execute(new OneEdition(new Scope(UNRESTRICTED, { atLeast }), list, id, { limit: 1 }));
  });
  if (view === null) throw new CannotRun(`The edition ${id} cannot be read`);
  context.out.write(numbersText(view));
  if (new ProofFiles(settings.data).hasKey()) await signCheckpointOrWarn({ ...(data && { data }) }, context);
  return EXIT.ok;
};

/** Signs a checkpoint of the log. Only warns if that is not possible: the edition stays published. */
const signCheckpointOrWarn = async (options: DataOption, context: Context): Promise<void> => {
  try {
    await checkpointCommand(options, context);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    context.err.write(`No checkpoint was signed: ${error.message}\n`);
  }
};

const tokenIn = (result: RecordEventsResult, list: string): string => {
  switch (result.outcome) {
    case 'recorded':
      return result.token;
    case 'unknown-subject':
      throw new CannotRun(`There is no list ${list}`);
    case 'refused':
      throw new CannotRun(result.findings.map(({ code, expected }) => `${code}: ${expected}`).join('\n'));
    default:
      throw new CannotRun(`The edition was not published: ${result.outcome}`);
  }
};

/** Prints the editions of a list, one a line. */
export const editionsCommand = (options: EditionOptions, context: Context): Promise<ExitCode> =>
  withRegisterToRead(settingsOf(options, context), context, async ({ queries }) => {
    const { list } = options;
    const scope = scopeOf(options);
    const editions: EditionView[] = [];
    for (let after: string | null = null; ;) {
      const query: Editions = new Editions(scope, list, { limit: LIMITS.page, ...(after !== null && { after }) });
      const page: { readonly items: readonly EditionView[]; readonly next: string | null } | null =
        await queries.execute(query);
      if (page === null) throw new CannotRun(`There is no list ${list}`);
      editions.push(...page.items);
      after = page.next;
      if (after === null) break;
    }
    context.out.write(
      table(
        ['edition', 'as of', 'members', 'published', 'hash'],
        editions.map(({ id, asOf, total, publishedAt, hash }) => [id, asOf, total, publishedAt, hash]),
      ),
    );
    return EXIT.ok;
  });

/** Prints the numbers of an edition and every member. */
export const editionCommand = (id: string, options: EditionOptions, context: Context): Promise<ExitCode> =>
  withRegisterToRead(settingsOf(options, context), context, async ({ queries }) => {
    const scope = scopeOf(options);
    for (let after: string | null = null; ;) {
      const page = { limit: LIMITS.page, ...(after !== null && { after }) };
      const query: OneEdition = new OneEdition(scope, options.list, id, page);
      const view:
        (EditionView & { readonly members: readonly EditionMemberView[]; readonly next: string | null }) | null =
        await queries.execute(query);
      if (view === null) throw new CannotRun(`The list ${options.list} has no edition ${id}`);
      if (after === null) context.out.write(numbersText(view));
      context.out.write(
        table(
          ['reference', 'name', 'category', 'line'],
          view.members.map(({ reference, name, category, reproduced }) => [
            reference ?? '',
            name ?? '',
            category ?? '',
            reproduced,
          ]),
        ),
      );
      after = view.next;
      if (after === null) return EXIT.ok;
    }
  });

const scopeOf = ({ knownAt }: EditionOptions): Scope =>
  new Scope(UNRESTRICTED, readCliOptions(KnowledgeParameters, { knownAt }));

const numbersText = ({ list, id, asOf, knownAt, total, uncertain, groups, flow, hash }: EditionView): string => {
  const rows = [...groups, { category: 'all', total, flow }].map((group) => [
    group.category,
    ...(group.flow === null
      ? ['', '', '', '', '']
      : [
          group.flow.opening,
          withSign(group.flow.revised),
          group.flow.entered,
          leftByReasonText(group.flow.left),
          withSign(group.flow.moved),
        ]),
    group.total,
  ]);
  return [
    `${list}, edition ${id}: the list of ${asOf}, as known at ${knownAt}${flow === null ? '' : `, since edition ${flow.since}`}\n`,
    table(['category', 'opening', 'revised', 'entered', 'left', 'moved', 'members'], rows),
    ...(uncertain === 0 ? [] : [`${uncertain} more are perhaps on the list.\n`]),
    `hash ${hash}\n`,
  ].join('');
};

const withSign = (number: number): string => (number > 0 ? `+${number}` : String(number));

const leftByReasonText = (left: Readonly<Record<string, number>>): string =>
  Object.entries(left)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
