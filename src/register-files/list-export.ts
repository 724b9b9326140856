/**
 * Exports a list as CSV or as a workbook. All pages have one position of the log, so that the file is consistent while events
 * are recorded. Pages are read as fast as the reader takes them, so that memory stays bounded.
 */
import type { QueryBus } from '@nestjs/cqrs';
import { writeXlsxStream } from 'hucre/xlsx';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { ListMembers } from '../read-models/list/list-members.query.js';
import type { Filters } from '../read-models/list/filters.js';
import type { Sort } from '../read-models/list/paging.js';
import type { PersonPage } from '../read-models/list/person.view.js';
import type { Scope } from '../read-models/scope.js';
import { CSV_CONTENT_TYPE, csvTable, type PagesOfRows, type Separator } from './csv-table.js';
import { LEFT_OUT_OF_LIST_FILE, PEOPLE_COLUMNS, personRow } from './list-export-row.js';
import type { ExportedFile } from './exported-file.js';

export const TABLE_CONTENT_TYPES = {
  csv: CSV_CONTENT_TYPE,
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type TableFormat = keyof typeof TABLE_CONTENT_TYPES;

export interface ListExportRequest {
  readonly scope: Scope;
  readonly list: string;
  readonly filters: Filters;
  readonly sort?: Sort;
  /** For CSV only; a comma by default. */
  readonly separator?: Separator;
}

export interface ExportedList extends ExportedFile {
  /** The number of rows, without the header. */
  readonly people: number;
}

/** People whose rows are made in one turn of the event loop. */
const PEOPLE_PER_TURN = 250;

/** Null where there is no such list. `onRows` gets the number of rows written so far. */
export const listAsFile = async (
  queries: Pick<QueryBus, 'execute'>,
  request: ListExportRequest,
  format: TableFormat,
  onRows: (rows: number) => void = () => undefined,
): Promise<ExportedList | null> => {
  const { scope, list, filters, sort, separator = 'comma' } = request;
  const fetchPage = (after: string | null): Promise<PersonPage | null> => {
    const page = { limit: PEOPLE_PER_TURN, ...(sort && { sort }), ...(after !== null && { after }) };
    return queries.execute(new ListMembers(scope, list, { filters, page }));
  };
  const first = await fetchPage(null);
  if (first === null) return null;
  const { asOf, knownAt, position, total } = first;
  const rows = pagesOfRows(first, list, fetchPage, onRows);
  return {
    asOf,
    knownAt,
    position,
    people: total.yes + total.uncertain,
    fileName: `${list}-${asOf}${knownAtFileNameSuffix(scope)}.${format}`,
    leavesOut: LEFT_OUT_OF_LIST_FILE,
    content:
      format === 'csv' ? csvTable(PEOPLE_COLUMNS, rows, separator) : workbookOf(rows, list, aboutLines(first, request)),
  };
};

/** The part of a file name that distinguishes files of one day with different `knownAt`. */
export const knownAtFileNameSuffix = ({ knownAt }: Scope): string =>
  knownAt === undefined ? '' : `-known-${knownAt.replace(/[^0-9A-Za-z.]+/g, '-')}`;

/** Yields the event loop to other requests after each page. */
async function* pagesOfRows(
  first: PersonPage,
  list: string,
  fetchPage: (after: string) => Promise<PersonPage | null>,
  onRows: (rows: number) => void,
): PagesOfRows {
  let count = 0;
  for (let page: PersonPage | null = first; page !== null;) {
    yield page.items.map((person) => personRow(person, list));
    onRows((count += page.items.length));
    await setImmediate();
    page = page.next === null ? null : await fetchPage(page.next);
  }
}

const COLUMN_WIDTHS: Readonly<Partial<Record<string, number>>> = { name: 36, facility: 30, case: 38 };

/** One sheet: first lines about the export, then the table. Full days are dates, every other cell is text. */
const workbookOf = (rows: PagesOfRows, list: string, about: readonly string[]): Readable => {
  const lines = async function* (): AsyncGenerator<(string | Date)[]> {
    for (const line of about) yield [escapeCellText(line)];
    yield [...PEOPLE_COLUMNS];
    for await (const page of rows) for (const row of page) yield row.map(toCell);
  };
  const sheet = writeXlsxStream(lines(), {
    name: list.slice(0, MAX_SHEET_NAME_LENGTH),
    columns: PEOPLE_COLUMNS.map((column) => ({
      width: COLUMN_WIDTHS[column] ?? 16,
      ...(DAY_COLUMNS.has(column) && { numFmt: 'yyyy-mm-dd' }),
    })),
    freezePane: { rows: about.length + 1 },
    repeatHeaders: false,
  });
  return Readable.fromWeb(sheet);
};

const DAY_COLUMNS: ReadonlySet<string> = new Set(['sentence_end']);

/** A full day becomes a date from 1900-03-01 on; spreadsheets number earlier days differently. */
const toCell = (text: string, column: number): string | Date =>
  DAY_COLUMNS.has(PEOPLE_COLUMNS[column] ?? '') && /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= '1900-03-01'
    ? new Date(`${text}T00:00:00Z`)
    : escapeCellText(text);

/**
 * Writes a text so that a spreadsheet shows it unchanged. In a workbook, `_x0041_` is read as the character with that code, `A` (ECMA-376,
 * part 1, 22.4.2.4). So a text that already looks like that gets its first `_` written in this way; and so do U+FFFE and U+FFFF,
 * which XML cannot hold: they are refused today, but an old event may have them. The library hucre does neither.
 */
const escapeCellText = (text: string): string =>
  text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll('\uFFFE', '_xFFFE_')
    .replaceAll('\uFFFF', '_xFFFF_');

const MAX_SHEET_NAME_LENGTH = 31;

const aboutLines = (
  { asOf, position, total }: PersonPage,
  { scope, list, filters }: ListExportRequest,
): readonly string[] => {
  const known = scope.knownAt === undefined ? `position ${position}` : `${scope.knownAt} (position ${position})`;
  return [
    `The list ${list} on ${asOf}, as the register knew it at ${known}: ` +
      `${total.yes} certainly on it, ${total.uncertain} perhaps.`,
    `Filters: ${filtersInWords(filters)}.`,
    `Not in this file: ${LEFT_OUT_OF_LIST_FILE}.`,
  ];
};

const filtersInWords = (filters: Filters): string =>
  Object.entries(filters)
    .map(([name, values]) => `${name} ${[values].flat().join(' or ')}`)
    .join(', ') || 'none';
