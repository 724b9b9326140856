/**
 * How a text file of rows is written, found in its first bytes: encoding, separator and ends of line. Spreadsheets
 * disagree about all three, and none of them is named in the file except by a byte order mark or a line `sep=`.
 */
import { open } from 'node:fs/promises';
import { normalisedHeader, KNOWN_COLUMNS } from './row-columns.js';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface Dialect {
  readonly encoding: Encoding;
  readonly separator: string;
  readonly lineEnds: readonly string[];
  /** Whether the first line only names the separator (`sep=;`), which spreadsheets write and read. */
  readonly separatorLine: boolean;
}

/** Bytes that are looked at. */
const LOOKED_AT = 65_536;

export const SEPARATORS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

/** The first bytes of a file. */
export const readHead = async (path: string, length = LOOKED_AT): Promise<Buffer> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

export const detectDialect = (head: Buffer): Dialect => {
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head);
  const separatorLine = /^"?sep=([^"\r\n])"?(?=[\r\n])/i.exec(text);
  const header = firstRecord(separatorLine === null ? text : text.slice(separatorLine[0].length));
  return {
    encoding,
    separator: separatorLine?.[1] ?? separatorOf(header),
    lineEnds: /^[^\n]*\r(?!\n)/.test(text) ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'],
    separatorLine: separatorLine !== null,
  };
};

const encodingOf = (head: Buffer): Encoding => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
};

/** The first line that says something; an end of line within quotes does not end it. */
const firstRecord = (text: string): string => /^[\s,;|]*((?:"[^"]*"|[^"\r\n])*)/.exec(text)?.[1] ?? '';

/** The separator that gives the most columns that a register file has; where none does, the most frequent one. */
const separatorOf = (header: string): string => {
  const ranked = Object.keys(SEPARATORS).map((separator) => {
    const cells = header.split(separator);
    const known = cells.filter((cell) => KNOWN_COLUMNS.has(normalisedHeader(cell.replaceAll('"', '')))).length;
    return { separator, known, cells: cells.length };
  });
  ranked.sort((a, b) => b.known - a.known || b.cells - a.cells);
  return ranked[0]?.separator ?? ',';
};
