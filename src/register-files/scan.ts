/** The first look at a file, before anything is recorded: what kind it is, how long, and which references stand twice. */
import { foldedKey } from '../domain/text.js';
import type { RowKind } from './columns.js';
import { noSuchFile } from './csv.js';
import { headOf } from './dialect.js';
import { readDefinitions, type Definition } from './definitions.js';
import type { Unreadable } from './report.js';
import { eventsOfTable, MAX_EVENT_LINES, openJsonLines, tooMany, type EventsFile } from './event-file.js';
import { openTable, type Table } from './table.js';

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
  for await (const row of table.rows()) {
    if ('code' in row) return [row];
    rows += 1;
    if (table.kind === 'events' && rows > MAX_EVENT_LINES) return [tooMany(row.line)];
    for (const { code, expected } of row.wrong)
      if (code === 'FILE.NAMELESS_COLUMN' && !nameless.has(expected))
        nameless.set(expected, { code, line: row.line, expected });
    const { ref = '' } = row.cells;
    if (ref === '') continue;
    const key = foldedKey(ref);
    if (seen.has(key)) twice.add(key);
    else seen.add(key);
  }
  if (nameless.size > 0) return [...nameless.values()];
  const { kind } = table;
  return kind === 'events' ? eventsOfTable(table, rows) : { kind, path, table, rows, twice };
};
