/**
 * A list as a file for people: CSV, or a workbook for spreadsheets. All pages of one walk, so that it is consistent whatever
 * is written meanwhile, and as much of it in memory as the reader is behind.
 */
import type { QueryBus } from '@nestjs/cqrs';
import { stringify } from 'csv-stringify/sync';
import { writeXlsxStream } from 'hucre/xlsx';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { ListMembers, type Filters, type PageOf, type PersonRow, type Sort } from '../read-models/queries.js';
import { LIMITS } from '../schema/limits.js';
import { LEAVES_OUT, PEOPLE_COLUMNS, personRow } from './list-export-row.js';

export const TABLE_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type TableFormat = keyof typeof TABLE_TYPES;

/** What parts the cells of a CSV file. Which of them a spreadsheet takes for one depends on the language of its machine. */
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type Separator = keyof typeof SEPARATORS;
export const SEPARATOR_NAMES = Object.keys(SEPARATORS) as readonly Separator[];

export interface ListExportRequest {
  readonly list: string;
  readonly asOf?: string;
  readonly filters: Filters;
  readonly sort?: Sort;
  readonly atLeast?: string;
  /** Of a CSV file; a comma where absent. */
  readonly separator?: Separator;
}

export interface ExportedList {
  readonly asOf: string;
  readonly position: number;
  /** Rows behind the header. */
  readonly people: number;
  readonly fileName: string;
  readonly leavesOut: string;
  readonly content: Readable;
}

/** Null where there is no such list. `onRows` is told how many rows have been written. */
export const exportList = async (
  queries: Pick<QueryBus, 'execute'>,
  asked: ListExportRequest,
  format: TableFormat,
  onRows: (rows: number) => void = () => undefined,
): Promise<ExportedList | null> => {
  const { list, sort, separator = 'comma', ...ask } = asked;
  const ofPage = (after: string | null): Promise<PageOf<PersonRow> | null> => {
    const page = { limit: LIMITS.page, ...(sort && { sort }), ...(after !== null && { after }) };
    return queries.execute(new ListMembers(list, { ...ask, page }));
  };
  const first = await ofPage(null);
  if (first === null) return null;
  const { asOf, position, total } = first;
  const rows = rowsOf(first, list, ofPage, onRows);
  return {
    asOf,
    position,
    people: total.yes + total.uncertain,
    fileName: `${list}-${asOf}.${format}`,
    leavesOut: LEAVES_OUT,
    content: format === 'csv' ? csv(rows, SEPARATORS[separator]) : workbook(rows, list, aboutLines(first, asked)),
  };
};

type Rows = AsyncGenerator<readonly (readonly string[])[]>;

/** Page after page; others have their turn between two. */
async function* rowsOf(
  first: PageOf<PersonRow>,
  list: string,
  ofPage: (after: string) => Promise<PageOf<PersonRow> | null>,
  onRows: (rows: number) => void,
): Rows {
  let count = 0;
  for (let page: PageOf<PersonRow> | null = first; page !== null;) {
    yield page.items.map((person) => personRow(person, list));
    onRows((count += page.items.length));
    await setImmediate();
    page = page.next === null ? null : await ofPage(page.next);
  }
}

/** With a byte order mark, without which spreadsheets take UTF-8 for something else, and CRLF (RFC 4180). */
const csv = (rows: Rows, delimiter: string): Readable => {
  const options = { delimiter, quoted_match: ANY_SEPARATOR, record_delimiter: 'windows' } as const;
  const text = async function* (): AsyncGenerator<string> {
    yield stringify([PEOPLE_COLUMNS], { ...options, bom: true });
    for await (const some of rows) yield stringify([...some], options);
  };
  return Readable.from(text(), { objectMode: false });
};

/** Quoted, so that no part of a text becomes a cell of its own, and then perhaps a formula. */
const ANY_SEPARATOR = /[,;\t]/;

const WIDTHS: Readonly<Partial<Record<string, number>>> = { name: 36, facility: 30, case: 38 };

/** One sheet: what it is in the first lines, then the table. Full days are dates, every other cell is text. */
const workbook = (rows: Rows, list: string, about: readonly string[]): Readable => {
  const lines = async function* (): AsyncGenerator<(string | Date)[]> {
    for (const line of about) yield [line];
    yield [...PEOPLE_COLUMNS];
    for await (const some of rows) for (const row of some) yield row.map(dayOrText);
  };
  const sheet = writeXlsxStream(lines(), {
    name: list.slice(0, SHEET_NAME),
    columns: PEOPLE_COLUMNS.map((column) => ({
      width: WIDTHS[column] ?? 16,
      ...(DAY_COLUMNS.has(column) && { numFmt: 'yyyy-mm-dd' }),
    })),
    freezePane: { rows: about.length + 1 },
    repeatHeaders: false,
  });
  return Readable.fromWeb(sheet);
};

const DAY_COLUMNS: ReadonlySet<string> = new Set(['sentence_end']);

/** A full day as a date, from the first that a workbook counts (1900-03-01 on, whose numbers all spreadsheets agree on). */
const dayOrText = (cell: string, column: number): string | Date =>
  DAY_COLUMNS.has(PEOPLE_COLUMNS[column] ?? '') && /^\d{4}-\d{2}-\d{2}$/.test(cell) && cell >= '1900-03-01'
    ? new Date(`${cell}T00:00:00Z`)
    : cell;

/** Characters that the name of a sheet may have. */
const SHEET_NAME = 31;

const aboutLines = (
  { asOf, position, total }: PageOf<PersonRow>,
  { list, filters }: ListExportRequest,
): readonly string[] => [
  `The list ${list} on ${asOf}, as the register knew it at position ${position}: ` +
    `${total.yes} certainly on it, ${total.uncertain} perhaps.`,
  `Filters: ${filtersInWords(filters)}.`,
  `Not in this file: ${LEAVES_OUT}.`,
];

const filtersInWords = (filters: Filters): string =>
  Object.entries(filters)
    .map(([name, values]) => `${name} ${[values].flat().join(' or ')}`)
    .join(', ') || 'none';
