/** The first look at a file, before anything is recorded: what kind it is, how long, and which references stand twice. */
import { foldedKey } from '../domain/text.js';
import { analyse } from 'chardet';
import type { RowKind } from './columns.js';
import { noSuchFile } from './csv.js';
import { headOf } from './dialect.js';
import { readDefinitions, type Definition } from './definitions.js';
import type { Unreadable } from './report.js';
import { eventsOfTable, MAX_EVENT_LINES, openJsonLines, tooMany, type EventsFile } from './event-file.js';
import { openTable, type Table, type TableRow } from './table.js';

export interface DefinitionsFile {
  readonly kind: 'definitions';
  readonly path: string;
  readonly definitions: readonly Definition[];
}

export interface RowsFile {
  readonly kind: RowKind;
  readonly path: string;
  readonly table: Table;
  /** Rows behind the header. */
  readonly rows: number;
  /** Folded keys of references that stand on more than one row. */
  readonly twice: ReadonlySet<string>;
}

export type ScannedFile = DefinitionsFile | RowsFile | EventsFile;

/** Knows a file by what is in it, not by its name. Memory: the definitions, or one text a row. */
export const scanFile = async (path: string): Promise<ScannedFile | readonly Unreadable[]> => {
  const isJson = await beginsAsJson(path);
  if (typeof isJson !== 'boolean') return [isJson];
  if (!isJson) return scanRows(path);
  const lines = await openJsonLines(path);
  if (lines !== null) return lines;
  const read = await readDefinitions(path);
  return 'code' in read ? [read] : { kind: 'definitions', path, definitions: read };
};

const LOOKED_AT = 256;

const beginsAsJson = async (path: string): Promise<boolean | Unreadable> => {
  try {
    return /^\uFEFF?\s*[{[]/.test((await headOf(path, LOOKED_AT)).toString('utf8'));
  } catch (error) {
    return noSuchFile(error);
  }
};

const scanRows = async (path: string): Promise<RowsFile | EventsFile | readonly Unreadable[]> => {
  const table = await openTable(path);
  if (!('kind' in table)) return table;
  let rows = 0;
  const seen = new Set<string>();
  const twice = new Set<string>();
  const nameless = new Map<string, Unreadable>();
  const texts = new Texts();
  for await (const row of table.rows()) {
    if ('code' in row) return [row];
    rows += 1;
    if (table.kind === 'events' && rows > MAX_EVENT_LINES) return [tooMany(row.line)];
    texts.count(row);
    for (const { code, expected } of row.wrong)
      if (code === 'FILE.NAMELESS_COLUMN' && !nameless.has(expected))
        nameless.set(expected, { code, line: row.line, expected });
    const { ref = '' } = row.cells;
    if (ref === '') continue;
    const key = foldedKey(ref);
    if (seen.has(key)) twice.add(key);
    else seen.add(key);
  }
  if (texts.foreign !== null) return [{ ...texts.foreign, expected: await inAnotherEncoding(path) }];
  if (nameless.size > 0) return [...nameless.values()];
  const { kind } = table;
  return kind === 'events' ? eventsOfTable(table, rows) : { kind, path, table, rows, twice };
};

/** Whether any letter beyond ASCII is UTF-8: where none is, the file is in another encoding, not one cell of it wrong. */
class Texts {
  private decoded = false;
  private first: Unreadable | null = null;

  count({ line, cells, wrong }: TableRow): void {
    this.decoded ||= Object.values(cells).some((cell) => BEYOND_ASCII.test(cell));
    const broken = wrong.find(({ code }) => code === 'FILE.NOT_UTF8');
    if (broken === undefined || this.first !== null) return;
    const { column, expected } = broken;
    this.first = { code: 'FILE.NOT_UTF8', line, ...(column !== null && { column }), expected };
  }

  get foreign(): Unreadable | null {
    return this.decoded ? null : this.first;
  }
}

// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\x00-\x7f]/;

/** Bytes by which an encoding is guessed. */
const GUESSED_BY = 65_536;

/** Encodings in which the languages of a register are written; a guess among all of them takes a list of names for French. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'windows-1251': 'windows-1251',
  'KOI8-R': 'KOI8-R',
  'ISO-8859-9': 'windows-1254',
};

const inAnotherEncoding = async (path: string): Promise<string> => {
  const guesses = analyse(wordsBeyondAscii(await headOf(path, GUESSED_BY)));
  const found = guesses.map(({ name }) => ENCODINGS[name]).find((name) => name !== undefined);
  return `a file in UTF-8 (in a spreadsheet: save as CSV UTF-8); the bytes look like ${found ?? 'no known encoding'}`;
};

/** The words that tell encodings apart: what is ASCII in a file, its header for one, says nothing and outweighs them. */
const wordsBeyondAscii = (bytes: Buffer): Buffer =>
  Buffer.from((bytes.toString('latin1').match(/[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*/g) ?? []).join(' '), 'latin1');
