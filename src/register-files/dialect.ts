/** Detects encoding, separator and line ends of a text file by its first bytes, since spreadsheets disagree about all three. */
import { open } from 'node:fs/promises';
import { normalisedColumnName, KNOWN_COLUMNS } from './row-columns.js';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface CsvDialect {
  readonly encoding: Encoding;
  readonly separator: string;
  readonly lineEndings: readonly string[];
  /** Whether the first line only names the separator (`sep=;`), as spreadsheets write it. */
  readonly hasSeparatorLine: boolean;
}

const HEAD_BYTES = 65_536;

export const WORD_BY_SEPARATOR: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

export const readHead = async (path: string, length = HEAD_BYTES): Promise<Buffer> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

export const detectDialect = (head: Buffer): CsvDialect => {
  const encoding = detectEncoding(head) ?? 'utf-8';
  const text = new TextDecoder(encoding).decode(head);
  const separatorLine = /^"?sep=([^"\r\n])"?(?=[\r\n])/i.exec(text);
  const header = firstRecord(separatorLine === null ? text : text.slice(separatorLine[0].length));
  return {
    encoding,
    separator: separatorLine?.[1] ?? detectSeparator(header === '' ? text : header),
    lineEndings: /^[^\n]*\r(?!\n)/.test(text) ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'],
    hasSeparatorLine: separatorLine !== null,
  };
};

/**
 * Detects the encoding by the byte order mark, or by the zero bytes among the first two characters, which are ASCII in a register
 * file (as in RFC 4627, section 3). Null for UTF-32, which is not read.
 */
export const detectEncoding = (head: Buffer): Encoding | null => {
  const start = head.toString('latin1', 0, 4);
  if (UTF_32.test(start)) return null;
  if (UTF_16LE.test(start)) return 'utf-16le';
  return UTF_16BE.test(start) ? 'utf-16be' : 'utf-8';
};

const UTF_32 = /^(\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0|\0\0\0[^\0])/;
const UTF_16LE = /^(\xff\xfe|[^\0]\0[^\0]\0)/;
const UTF_16BE = /^(\xfe\xff|\0[^\0]\0[^\0])/;

/** The first line that is not blank; a line end within quotes belongs to it. */
const firstRecord = (text: string): string => /^[\s,;|]*((?:"[^"]*"|[^"\r\n])*)/.exec(text)?.[1] ?? '';

/** The separator that yields the most known columns; where none does, the most frequent one. */
const detectSeparator = (header: string): string => {
  const ranked = Object.keys(WORD_BY_SEPARATOR).map((separator) => {
    const cells = header.split(separator);
    const known = cells.filter((cell) => KNOWN_COLUMNS.has(normalisedColumnName(cell.replaceAll('"', '')))).length;
    return { separator, known, cells: cells.length };
  });
  ranked.sort((a, b) => b.known - a.known || b.cells - a.cells);
  return ranked[0]?.separator ?? ',';
};
