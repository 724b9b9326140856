/** The page cursor: where the next page starts, and the state that all pages are answered from. */
import { hash } from 'node:crypto';
import type { Day } from '../../domain/time.js';
import { canonicalJson } from '../../json/canonical.js';
import { InvalidCursor } from '../query-errors.js';
import type { Totals } from './person.view.js';

export interface PageCursor {
  /** Position and day of the first page; all later pages use the same. */
  readonly position: number;
  readonly day: Day;
  /** Counted for the first page only. */
  readonly total: Totals;
  readonly key: string | number;
  readonly id: string;
}

/**
 * Binds a cursor to its query and log. Not a secret: it detects mistakes, and a cursor gives no access beyond its
 * query.
 */
const cursorDigest = (content: string, queryKey: unknown, logId: string | null): string =>
  hash('sha256', canonicalJson([content, queryKey, logId]), 'base64url').slice(0, 22);

/** Encodes JSON content as a cursor bound to its query and log. */
export const writeCursor = (content: unknown, queryKey: unknown, logId: string | null): string => {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${text}.${cursorDigest(text, queryKey, logId)}`;
};

/** Throws InvalidCursor unless `writeCursor` made the text for this query and log. */
export const readCursor = (text: string, queryKey: unknown, logId: string | null): unknown => {
  const [content = '', sum, ...more] = text.split('.');
  if (more.length > 0 || sum !== cursorDigest(content, queryKey, logId)) throw new InvalidCursor('after');
  return JSON.parse(Buffer.from(content, 'base64url').toString());
};

export const writePageCursor = (cursor: PageCursor, queryKey: unknown, logId: string | null): string => {
  const { position, day, total, key, id } = cursor;
  return writeCursor([position, day, total.yes, total.uncertain, key, id], queryKey, logId);
};

/** Throws InvalidCursor unless `writePageCursor` made the text for this query and log. */
export const readPageCursor = (text: string, queryKey: unknown, logId: string | null): PageCursor => {
  const [position, day, yes, uncertain, key, id] = readCursor(text, queryKey, logId) as [
    number,
    Day,
    number,
    number,
    string | number,
    string,
  ];
  return { position, day, total: { yes, uncertain }, key, id };
};
