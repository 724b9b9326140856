/** Scans a file before anything is recorded: detects its kind, counts its rows, finds repeated references. */
import { foldedKey } from '../domain/text.js';
import { analyse } from 'chardet';
import type { FileKind, PersonRowFileKind } from './row-columns.js';
import { fileAccessProblem } from './csv.js';
import { detectEncoding, readHead } from './dialect.js';
import { readDefinitions, type DefinitionDraft } from './definitions-file.js';
import type { FileProblem } from './report.js';
import {
  eventsFileOfTable,
  MAX_EVENT_LINES,
  openJsonLines,
  tooManyLinesProblem,
  type EventsFile,
} from './event-file.js';
import { openTabularFile, type TabularFile, type TableRow } from './tabular-file.js';

export interface DefinitionsFile {
  readonly kind: 'definitions';
  readonly path: string;
  readonly definitions: readonly DefinitionDraft[];
}

interface RowsFile {
  readonly path: string;
  readonly table: TabularFile;
  /** The number of rows without the header. */
  readonly rows: number;
  /** The keys, as `rowKey` makes them, that several rows have. */
  readonly duplicateKeys: ReadonlySet<string>;
}

export interface PersonRowsFile extends RowsFile {
  readonly kind: PersonRowFileKind;
}

/** Editions that were published: each row makes several claims. */
export interface EditionsFile extends RowsFile {
  readonly kind: 'editions';
}

/** What a row is known by within its file: the folded reference; of an edition, the date and the speaker. Null where that cell is empty. */
export const rowKey = (kind: FileKind, { ref = '', date = '', speaker = '' }: TableRow['cells']): string | null => {
  if (kind === 'editions') return date === '' ? null : JSON.stringify([date, foldedKey(speaker)]);
  return ref === '' ? null : foldedKey(ref);
};

export type ScannedFile = DefinitionsFile | PersonRowsFile | EventsFile | EditionsFile;

/** Detects the kind of a file by its content, not by its name. */
export const scanFile = async (path: string): Promise<ScannedFile | readonly FileProblem[]> => {
  let head: Buffer;
  try {
    head = await readHead(path);
  } catch (error) {
    return [fileAccessProblem(error)];
  }
  const encoding = detectEncoding(head);
  if (encoding === null) return [notUtf8Problem(null, 'UTF-32')];
  const isJson = /^\s*[{[]/.test(new TextDecoder(encoding).decode(head));
  if (!isJson) return scanRows(path);
  // JSON is exchanged in UTF-8 only (RFC 8259).
  if (encoding !== 'utf-8') return [notUtf8Problem(null, 'UTF-16')];
  const lines = await openJsonLines(path);
  if (lines !== null) return lines;
  const definitions = await readDefinitions(path);
  return 'code' in definitions ? [definitions] : { kind: 'definitions', path, definitions };
};

const notUtf8Problem = (line: number | null, encoding: string): FileProblem => ({
  code: 'FILE.NOT_UTF8',
  line,
  expected: `a file in UTF-8 (in a spreadsheet: save as CSV UTF-8; in an editor: with encoding UTF-8); the bytes look like ${encoding}`,
});

const scanRows = async (path: string): Promise<Exclude<ScannedFile, DefinitionsFile> | readonly FileProblem[]> => {
  const table = await openTabularFile(path);
  if (!('kind' in table)) return table;
  let rows = 0;
  const seen = new Set<string>();
  const duplicateKeys = new Set<string>();
  const nameless = new Map<string, FileProblem>();
  const encoding = new EncodingCheck();
  for await (const row of table.rows()) {
    if ('code' in row) return [row];
    rows += 1;
    if (table.kind === 'events' && rows > MAX_EVENT_LINES) return [tooManyLinesProblem(row.line)];
    encoding.check(row);
    for (const { code, expected } of row.errors)
      if (code === 'FILE.NAMELESS_COLUMN' && !nameless.has(expected))
        nameless.set(expected, { code, line: row.line, expected });
    const key = rowKey(table.kind, row.cells);
    if (key === null) continue;
    if (seen.has(key)) duplicateKeys.add(key);
    else seen.add(key);
  }
  if (encoding.problem !== null) {
    const { line, column } = encoding.problem;
    return [{ ...notUtf8Problem(line, await guessEncoding(path)), ...(column !== undefined && { column }) }];
  }
  if (nameless.size > 0) return [...nameless.values()];
  const { kind } = table;
  if (kind === 'events') return eventsFileOfTable(table, rows);
  return { kind, path, table, rows, duplicateKeys };
};

/** Tells a file in another encoding (no cell beyond ASCII is UTF-8) from a UTF-8 file with a damaged cell. */
class EncodingCheck {
  private hasNonAsciiUtf8 = false;
  private firstProblem: FileProblem | null = null;

  check({ line, cells, errors }: TableRow): void {
    this.hasNonAsciiUtf8 ||= Object.values(cells).some((cell) => BEYOND_ASCII.test(cell));
    const error = errors.find(({ code }) => code === 'FILE.NOT_UTF8');
    if (error === undefined || this.firstProblem !== null) return;
    const { column, expected } = error;
    this.firstProblem = { code: 'FILE.NOT_UTF8', line, ...(column !== null && { column }), expected };
  }

  /** The first cell that is not UTF-8, if the whole file is in another encoding. */
  get problem(): FileProblem | null {
    return this.hasNonAsciiUtf8 ? null : this.firstProblem;
  }
}

// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\x00-\x7f]/;

const ENCODING_PROBE_BYTES = 65_536;

/**
 * The encodings that are guessed, those of a register's languages: chardet's name of each, and the name that messages give it. If all
 * encodings were allowed, chardet would take a list of names for French.
 */
const GUESSABLE_ENCODINGS: Readonly<Record<string, string>> = {
  'windows-1251': 'windows-1251',
  'KOI8-R': 'KOI8-R',
  'ISO-8859-9': 'windows-1254',
};

const guessEncoding = async (path: string): Promise<string> => {
  const guesses = analyse(wordsBeyondAscii(await readHead(path, ENCODING_PROBE_BYTES)));
  const guess = guesses.map(({ name }) => GUESSABLE_ENCODINGS[name]).find((name) => name !== undefined);
  return guess ?? 'no known encoding';
};

/** Only words with bytes beyond ASCII tell encodings apart; the rest, such as the header, would outweigh them. */
const wordsBeyondAscii = (bytes: Buffer): Buffer =>
  Buffer.from((bytes.toString('latin1').match(/[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*/g) ?? []).join(' '), 'latin1');
