/** The `next` mark of a page: where the walk goes on, and what the whole walk answers as of. */
import { createHash } from 'node:crypto';
import { InvalidCursor, type Totals } from '../queries.js';

export interface Mark {
  /** Position and day that the first page answered as of; so do the others. */
  readonly position: number;
  readonly asOf: string;
  /** Counted once a walk. */
  readonly total: Totals;
  readonly key: string | number;
  readonly id: string;
}

/**
 * A mark says what question it belongs to and in which log. The digest is no secret: it holds off mistakes and marks of
 * another question, and a mark opens nothing that its question would not.
 */
const digest = (content: string, question: unknown, logId: string | null): string =>
  createHash('sha256')
    .update(JSON.stringify([content, question, logId], inOrder))
    .digest('base64url')
    .slice(0, 22);

/** The fields of a question say the same in any order. */
const inOrder = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** A page cursor of any content that is JSON, bound to its question and log. */
export const writeCursor = (content: unknown, question: unknown, logId: string | null): string => {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${text}.${digest(text, question, logId)}`;
};

/** Throws InvalidCursor for what `writeCursor` did not write for this question and log. */
export const readCursor = (text: string, question: unknown, logId: string | null): unknown => {
  const [content = '', sum, ...more] = text.split('.');
  if (more.length > 0 || sum !== digest(content, question, logId)) throw new InvalidCursor('after');
  return JSON.parse(Buffer.from(content, 'base64url').toString());
};

export const writePageCursor = (mark: Mark, question: unknown, logId: string | null): string => {
  const { position, asOf, total, key, id } = mark;
  return writeCursor([position, asOf, total.yes, total.uncertain, key, id], question, logId);
};

/** Throws InvalidCursor for what `writePageCursor` did not write for this question and log. */
export const readPageCursor = (text: string, question: unknown, logId: string | null): Mark => {
  const [position, asOf, yes, uncertain, key, id] = readCursor(text, question, logId) as [
    number,
    string,
    number,
    number,
    string | number,
    string,
  ];
  return { position, asOf, total: { yes, uncertain }, key, id };
};
