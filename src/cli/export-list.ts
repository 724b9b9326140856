/** `habeas export` of a list, as CSV or XLSX. */
import { CsvQueryParameters } from '../http/lists/parameters.js';
import { PeopleQueryParameters, pick } from '../http/parameters.js';
import { pickFilters } from '../read-models/list/filters.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import { listAsFile, type ListExportRequest, type TableFormat } from '../register-files/list-export.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun } from './exit.js';
import { writeExport } from './export-file.js';
import { withProgress } from './job-progress.js';
import { requireKnownCategories } from './known-categories.js';
import { readCliOptions } from './read-options.js';
import { withRegisterToRead } from './register.js';

/** List, day, filters and order, by the names of the REST interface's query parameters. */
export type ListParameters = Readonly<Record<string, string | string[]>>;

/** Returns the message to print. Throws CannotRun for invalid parameters. */
export const exportPeople = (
  format: TableFormat,
  parameters: ListParameters,
  out: string | undefined,
  settings: Settings,
  context: Context,
): Promise<string> => {
  const request = readListParameters(parameters, format);
  return withRegisterToRead(settings, context, async ({ queries }) => {
    const { people, asOf, position, leavesOut } = await withProgress(context, async ({ onProgress }) => {
      let total: number | null = null;
      await requireKnownCategories(queries, [request.scope], request.list, request.filters.category);
      const onRows = (rows: number): void => onProgress({ stage: 'people', done: rows, total });
      const exported = await listAsFile(queries, request, format, onRows);
      if (exported === null) throw new CannotRun(`There is no list ${request.list}`);
      total = exported.people;
      await writeExport(out, exported.content, context);
      return exported;
    });
    return `${people} people of ${request.list} on ${asOf}, as known at position ${position}.\nNot in the file: ${leavesOut}.\n`;
  });
};

const readListParameters = (
  { list = 'union', ...parameters }: ListParameters,
  format: TableFormat,
): ListExportRequest => {
  const query = readCliOptions<CsvQueryParameters>(
    format === 'csv' ? CsvQueryParameters : PeopleQueryParameters,
    parameters,
  );
  const scope = new Scope(UNRESTRICTED, query);
  return { scope, list: String(list), filters: pickFilters(query), ...pick(query, ['sort', 'separator']) };
};
