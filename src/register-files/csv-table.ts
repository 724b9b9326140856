/** Writes a table as CSV, page by page. */
import { stringify } from 'csv-stringify/sync';
import { Readable } from 'node:stream';

export const CSV_CONTENT_TYPE = 'text/csv; charset=utf-8';

/** Which separator a spreadsheet expects depends on the language of the machine. */
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type Separator = keyof typeof SEPARATORS;
export const SEPARATOR_NAMES = Object.keys(SEPARATORS) as readonly Separator[];

export type PagesOfRows = AsyncGenerator<readonly (readonly string[])[]>;

/** Cells with any separator are quoted: a spreadsheet that expects another one would otherwise split them, perhaps into a formula. */
const ANY_SEPARATOR = /[,;\t]/;

/** Writes lines that end in CRLF (RFC 4180), after a byte order mark, by which spreadsheets recognise UTF-8. */
export const csvTable = (columns: readonly string[], rows: PagesOfRows, separator: Separator = 'comma'): Readable => {
  const options = {
    delimiter: SEPARATORS[separator],
    quoted_match: ANY_SEPARATOR,
    record_delimiter: 'windows',
  } as const;
  const text = async function* (): AsyncGenerator<string> {
    yield stringify([columns], { ...options, bom: true });
    for await (const page of rows) yield stringify([...page], options);
  };
  return Readable.from(text(), { objectMode: false });
};
