/** The first look at a file, before anything is recorded: what kind it is, how long, and which references stand twice. */
import { foldedKey } from '../domain/text.js';
import { analyse } from 'chardet';
import type { RowKind } from './row-columns.js';
import { fileAccessProblem } from './csv.js';
import { readHead } from './dialect.js';
import { readDefinitions, type Definition } from './definitions-file.js';
import type { FileProblem } from './report.js';
import { eventsInTable, MAX_EVENT_LINES, openJsonLines, tooManyLines, type EventsFile } from './event-file.js';
import { openTabularFile, type TabularFile, type TableRow } from './tabular-file.js';

export interface DefinitionsFile {
  readonly kind: 'definitions';
  readonly path: string;
  readonly definitions: readonly Definition[];
}

export interface RowsFile {
  readonly kind: RowKind;
  readonly path: string;
  readonly table: TabularFile;
  /** Rows behind the header. */
  readonly rows: number;
  /** Folded keys of references that stand on more than one row. */
  readonly duplicates: ReadonlySet<string>;
}

export type ScannedFile = DefinitionsFile | RowsFile | EventsFile;

/** Knows a file by what is in it, not by its name. Memory: the definitions, or one text a row. */
export const scanFile = async (path: string): Promise<ScannedFile | readonly FileProblem[]> => {
  const isJson = await beginsAsJson(path);
  if (typeof isJson !== 'boolean') return [isJson];
  if (!isJson) return scanRows(path);
  const lines = await openJsonLines(path);
  if (lines !== null) return lines;
  const read = await readDefinitions(path);
  return 'code' in read ? [read] : { kind: 'definitions', path, definitions: read };
};

const LOOKED_AT = 256;

const beginsAsJson = async (path: string): Promise<boolean | FileProblem> => {
  try {
    return /^\uFEFF?\s*[{[]/.test((await readHead(path, LOOKED_AT)).toString('utf8'));
  } catch (error) {
    return fileAccessProblem(error);
  }
};

const scanRows = async (path: string): Promise<RowsFile | EventsFile | readonly FileProblem[]> => {
  const table = await openTabularFile(path);
  if (!('kind' in table)) return table;
  let rows = 0;
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  const nameless = new Map<string, FileProblem>();
  const texts = new EncodingCheck();
  for await (const row of table.rows()) {
    if ('code' in row) return [row];
    rows += 1;
    if (table.kind === 'events' && rows > MAX_EVENT_LINES) return [tooManyLines(row.line)];
    texts.count(row);
    for (const { code, expected } of row.wrong)
      if (code === 'FILE.NAMELESS_COLUMN' && !nameless.has(expected))
        nameless.set(expected, { code, line: row.line, expected });
    const { ref = '' } = row.cells;
    if (ref === '') continue;
    const key = foldedKey(ref);
    if (seen.has(key)) duplicates.add(key);
    else seen.add(key);
  }
  if (texts.foreign !== null) return [{ ...texts.foreign, expected: await inAnotherEncoding(path) }];
  if (nameless.size > 0) return [...nameless.values()];
  const { kind } = table;
  return kind === 'events' ? eventsInTable(table, rows) : { kind, path, table, rows, duplicates };
};

/** Whether any letter beyond ASCII is UTF-8: where none is, the file is in another encoding, not one cell of it wrong. */
class EncodingCheck {
  private decoded = false;
  private first: FileProblem | null = null;

  count({ line, cells, wrong }: TableRow): void {
    this.decoded ||= Object.values(cells).some((cell) => BEYOND_ASCII.test(cell));
    const broken = wrong.find(({ code }) => code === 'FILE.NOT_UTF8');
    if (broken === undefined || this.first !== null) return;
    const { column, expected } = broken;
    this.first = { code: 'FILE.NOT_UTF8', line, ...(column !== null && { column }), expected };
  }

  get foreign(): FileProblem | null {
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
  const guesses = analyse(wordsBeyondAscii(await readHead(path, GUESSED_BY)));
  const found = guesses.map(({ name }) => ENCODINGS[name]).find((name) => name !== undefined);
  return `a file in UTF-8 (in a spreadsheet: save as CSV UTF-8); the bytes look like ${found ?? 'no known encoding'}`;
};

/** The words that tell encodings apart: what is ASCII in a file, its header for one, says nothing and outweighs them. */
const wordsBeyondAscii = (bytes: Buffer): Buffer =>
  Buffer.from((bytes.toString('latin1').match(/[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*/g) ?? []).join(' '), 'latin1');
