/** `habeas find`: people by name, in any spelling, or by words of what is on record of them. */
import { referenceText } from '../domain/reference/reference.js';
import { CasesQueryParameters } from '../http/cases/parameters.js';
import { pick } from '../http/parameters.js';
import { Cases } from '../read-models/list/cases.query.js';
import type { PersonView } from '../read-models/list/person.view.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { readCliOptions } from './read-options.js';
import { withRegisterToRead } from './register.js';
import { table } from './terminal.js';

export interface FindOptions {
  readonly data?: string;
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly limit?: string;
  /** Whether words are searched for rather than a name. */
  readonly words?: boolean;
}

const DEFAULT_LIMIT = '20';

/** Prints the best matches. Throws CannotRun for a text or an option that the REST interface would refuse, too. */
export const findCommand = async (
  text: readonly string[],
  { data, asOf, knownAt, limit = DEFAULT_LIMIT, words = false }: FindOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const searched = words ? 'words' : 'name';
  const query = readCliOptions(CasesQueryParameters, { [searched]: text.join(' '), limit, asOf, knownAt }, searched);
  const page = await withRegisterToRead(settings, context, ({ queries }) =>
    queries.execute(
      new Cases(new Scope(UNRESTRICTED, query), {
        ...pick(query, ['name', 'words']),
        ...{ filters: {}, page: { limit: query.limit } },
      }),
    ),
  );
  const people = page.total.yes + page.total.uncertain;
  if (people === 0) context.out.write(words ? 'Nobody with these words.\n' : 'Nobody of such a name.\n');
  else
    context.out.write(
      table(
        ['score', 'name', words ? 'text that matched' : 'spelling that matched', 'why', 'references', 'custody'],
        page.items.map(tableRowOf),
      ),
    );
  if (page.next !== null) context.out.write(`${page.items.length} of ${people}; --limit shows more.\n`);
  return EXIT.ok;
};

const tableRowOf = ({ name, match, references, standings }: PersonView): readonly (string | number)[] => [
  match?.score.toFixed(2) ?? '',
  name ?? '',
  match?.text ?? '',
  match?.why.join(', ') ?? '',
  references.map(referenceText).join(', '),
  [...new Set(standings.map(({ custody }) => custody))].join(' or '),
];
