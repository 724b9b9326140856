/** Exports the people of a list with an instrument's verdict on each, as CSV. All pages are read as of one position of the log. */
import type { QueryBus } from '@nestjs/cqrs';
import { PeopleByEligibility, type EligibilityParameters } from '../read-models/eligibility/eligibility.query.js';
import type { EligibilityView, EligiblePersonView } from '../read-models/eligibility/eligibility.view.js';
import type { Scope } from '../read-models/scope.js';
import { LIMITS } from '../schema/limits.js';
import { csvTable, type PagesOfRows, type Separator } from './csv-table.js';
import { escapeFormula } from './formula-escape.js';
import type { ExportedFile } from './exported-file.js';

export interface EligibilityExportRequest {
  readonly scope: Scope;
  readonly instrument: string;
  readonly parameters: Omit<EligibilityParameters, 'limit' | 'after'>;
  readonly separator?: Separator;
}

const LEFT_OUT_OF_ELIGIBILITY_FILE =
  'who is not on the list on its day, what the clauses say, sources and the history; GET eligibility names what the answer assumes';

const ELIGIBILITY_COLUMNS = ['ref', 'name', 'verdict', 'first_day', 'clause', 'conditions', 'case'] as const;

/** Null for an unknown instrument or list. */
export const eligibilityAsCsv = async (
  queries: Pick<QueryBus, 'execute'>,
  { scope, instrument, parameters, separator }: EligibilityExportRequest,
): Promise<ExportedFile | null> => {
  const fetchPage = (after: string | null): Promise<EligibilityView | null> =>
    queries.execute(
      new PeopleByEligibility(scope, instrument, {
        ...parameters,
        limit: LIMITS.page,
        ...(after !== null && { after }),
      }),
    );
  const first = await fetchPage(null);
  if (first === null) return null;
  const days = first.from === first.to ? first.to : `${first.from}-${first.to}`;
  return {
    asOf: first.to,
    knownAt: first.knownAt,
    position: first.position,
    leavesOut: LEFT_OUT_OF_ELIGIBILITY_FILE,
    fileName: `${instrument}-${parameters.list}-${days}.csv`,
    content: csvTable(ELIGIBILITY_COLUMNS, pagesOfRows(first, fetchPage), separator),
  };
};

async function* pagesOfRows(
  first: EligibilityView,
  fetchPage: (after: string) => Promise<EligibilityView | null>,
): PagesOfRows {
  for (let page: EligibilityView | null = first; page !== null;) {
    const { list } = page;
    yield page.items.map((person) => rowOf(person, list));
    page = page.next === null ? null : await fetchPage(page.next);
  }
}

const rowOf = (person: EligiblePersonView, list: string): readonly string[] => {
  const cells: Readonly<Record<(typeof ELIGIBILITY_COLUMNS)[number], string>> = {
    ref: person.references.flatMap((reference) => (reference.list === list ? [reference.reference] : [])).join('; '),
    name: person.name ?? '',
    verdict: person.verdict,
    first_day: person.firstDay ?? '',
    clause: person.clause,
    conditions: person.conditions.map(({ code, verdict, saw }) => `${code} ${verdict} (${saw.join(' | ')})`).join('; '),
    case: person.caseId,
  };
  return ELIGIBILITY_COLUMNS.map((column) => escapeFormula(cells[column]));
};
