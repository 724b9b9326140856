/** `habeas differences`: what differs between a list on two days, each as known at its own time. */
import { referenceText } from '../domain/reference/reference.js';
import type { Query } from '@nestjs/cqrs';
import { replaceEditionsByDays } from '../http/lists/edition-days.js';
import { DifferencesQueryParameters, comparedScopesOf } from '../http/lists/parameters.js';
import { pick } from '../http/parameters.js';
import type { Difference } from '../read-models/counts/difference.view.js';
import { ListDifferences } from '../read-models/counts/differences.query.js';
import { UNRESTRICTED } from '../read-models/scope.js';
import { LIMITS } from '../schema/limits.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { requireKnownCategories } from './known-categories.js';
import { readCliOptions } from './read-options.js';
import { withRegisterToRead } from './register.js';
import { table } from './terminal.js';

export interface DifferencesOptions {
  readonly data?: string;
  readonly list: string;
  readonly from: string;
  readonly fromKnown?: string;
  readonly to: string;
  readonly toKnown?: string;
  readonly set?: string;
  readonly category?: readonly string[];
}

type DifferencesPage = ListDifferences extends Query<infer Result> ? NonNullable<Result> : never;

/** Prints the totals and every difference. Throws CannotRun for options that the REST interface would refuse. */
export const differencesCommand = async (
  { data, list, ...options }: DifferencesOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const query = readCliOptions(DifferencesQueryParameters, { ...options, limit: String(LIMITS.page) });
  const parameters = pick(query, ['set', 'category', 'limit']);
  return withRegisterToRead(settings, context, async ({ queries }) => {
    const { earlier, later } = comparedScopesOf(
      UNRESTRICTED,
      await replaceEditionsByDays(queries, UNRESTRICTED, list, query),
    );
    await requireKnownCategories(queries, [earlier, later], list, query.category);
    const pageAfter = async (after: string | null): Promise<DifferencesPage> => {
      const page = await queries.execute(
        new ListDifferences(earlier, later, list, { ...parameters, ...(after !== null && { after }) }),
      );
      if (page === null) throw new CannotRun(`There is no list ${list}`);
      return page;
    };
    const first = await pageAfter(null);
    context.out.write(differenceCountsText(first));
    for (let page = first; ; page = await pageAfter(page.next)) {
      if (page.items.length > 0) context.out.write(table(DIFFERENCE_COLUMNS, page.items.map(tableRowOf)));
      if (page.next === null) return EXIT.ok;
    }
  });
};

const differenceCountsText = ({
  list,
  from,
  fromKnown,
  to,
  toKnown,
  opening,
  reopening,
  closing,
  totals,
}: DifferencesPage): string => {
  const { learnedLate, happenedSince } = totals;
  return [
    `${list} on ${from}, as known at ${fromKnown}: ${opening}`,
    `  learned late: ${learnedLate.entered} entered, ${learnedLate.left} left, ${learnedLate.moved} moved`,
    `${list} on ${from}, as known at ${toKnown}: ${reopening}`,
    `  happened since: ${happenedSince.entered} entered, ${happenedSince.left} left, ${happenedSince.moved} moved`,
    `${list} on ${to}, as known at ${toKnown}: ${closing}`,
    '',
  ].join('\n');
};

const DIFFERENCE_COLUMNS = ['origin', 'what', 'reference', 'name', 'category', 'by', 'on', 'learned at'] as const;

const tableRowOf = (difference: Difference): readonly string[] => [
  difference.origin,
  difference.kind,
  difference.references.map(referenceText).join(', '),
  difference.name ?? '',
  difference.previousCategory === null
    ? (difference.category ?? '')
    : `${difference.previousCategory} → ${difference.category ?? ''}`,
  difference.reason,
  difference.on ?? difference.day,
  difference.learnedAt ?? '',
];
