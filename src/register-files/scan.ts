/** The first look at a file, before anything is recorded: what kind it is, how long, and which references stand twice. */
import { open } from 'node:fs/promises';
import { kindOf, type RowKind } from './columns.js';
import { noSuchFile, readRows } from './csv.js';
import { readDefinitions, type Definition } from './definitions.js';
import type { Unreadable } from './report.js';

export interface DefinitionsFile {
  readonly kind: 'definitions';
  readonly path: string;
  readonly definitions: readonly Definition[];
}

export interface RowsFile {
  readonly kind: RowKind;
  readonly path: string;
  /** The column of each cell of a row. */
  readonly header: readonly string[];
  /** Rows behind the header. */
  readonly rows: number;
  /** References that stand on more than one row. */
  readonly twice: ReadonlySet<string>;
}

export type ScannedFile = DefinitionsFile | RowsFile;

/** Knows a file by what is in it, not by its name. Memory: the definitions, or one text a row. */
export const scanFile = async (path: string): Promise<ScannedFile | Unreadable> => {
  const definitions = await beginsAsJson(path);
  if (typeof definitions !== 'boolean') return definitions;
  if (!definitions) return scanRows(path);
  const read = await readDefinitions(path);
  return 'code' in read ? read : { kind: 'definitions', path, definitions: read };
};

const LOOKED_AT = 256;

const beginsAsJson = async (path: string): Promise<boolean | Unreadable> => {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
      return /^\uFEFF?\s*[{[]/.test(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    return noSuchFile(error);
  }
};

const scanRows = async (path: string): Promise<RowsFile | Unreadable> => {
  let file: Omit<RowsFile, 'rows' | 'twice'> | undefined;
  let rows = 0;
  const seen = new Set<string>();
  const twice = new Set<string>();
  for await (const row of readRows(path)) {
    if ('code' in row) return row;
    if (file === undefined) {
      const kind = kindOf(row.cells);
      if (kind === null) return unknownKind(row.line);
      file = { kind, path, header: row.cells as readonly string[] };
      continue;
    }
    rows += 1;
    const reference = row.cells[file.header.indexOf('ref')];
    if (typeof reference !== 'string' || reference === '') continue;
    if (seen.has(reference)) twice.add(reference);
    else seen.add(reference);
  }
  return file === undefined ? unknownKind(1) : { ...file, rows, twice };
};

const unknownKind = (line: number): Unreadable => ({
  code: 'FILE.UNKNOWN_KIND',
  line,
  expected: 'definitions in JSON, or the header of a register file or of an amnesty file with each of its columns once',
});
