/**
 * Canonical JSON (RFC 8785): one text for one value, whatever the order of its keys. Written here because every event is written
 * so: the package `canonicalize`, with which tests compare it, takes three times as long.
 */

/** What becomes of undefined fields. */
type UndefinedFields = 'left out' | 'refused';

/**
 * The canonical text of a JSON value; undefined fields are left out, as by JSON.stringify. Throws TypeError for values that JSON
 * cannot hold (NaN, a date) or that are nested too deep (a circle).
 */
export const canonicalJson = (value: unknown): string => writeFastest(value, 'left out');

/** As `canonicalJson`, of values that are read back exactly: undefined fields and items throw TypeError too. */
export const exactCanonicalJson = (value: unknown): string => writeFastest(value, 'refused');

/** Limit of nesting, so that a circle ends and no text exhausts the stack; real events reach six levels. */
const MAX_DEPTH = 100;

/** JSON.stringify writes a value whose keys are in order as RFC 8785 demands: one that was read from a log. */
const writeFastest = (value: unknown, undefinedFields: UndefinedFields): string =>
  typeof value === 'object' && isInOrder(value, 0) ? JSON.stringify(value) : write(value, undefinedFields, 0);

/** Whether the value is JSON with all keys in order, and nothing undefined. */
const isInOrder = (value: unknown, depth: number): boolean => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || 'toJSON' in value || depth === MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (!isInOrder(value[index], depth + 1)) return false;
    return true;
  }
  let last = '';
  for (const name of Object.keys(value)) {
    if (name < last || !isInOrder((value as Readonly<Record<string, unknown>>)[name], depth + 1)) return false;
    last = name;
  }
  return true;
};

const write = (value: unknown, undefinedFields: UndefinedFields, depth: number): string => {
  if (typeof value === 'string') return canonicalString(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value !== 'object' || 'toJSON' in value) throw new TypeError(`JSON cannot hold a value: ${typeof value}`);
  if (depth === MAX_DEPTH) throw new TypeError('nested too deep for JSON');
  return Array.isArray(value)
    ? writeArray(value, undefinedFields, depth + 1)
    : writeObject(value as Readonly<Record<string, unknown>>, undefinedFields, depth + 1);
};

const writeArray = (items: readonly unknown[], undefinedFields: UndefinedFields, depth: number): string => {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] === undefined && undefinedFields === 'left out' ? null : items[index];
    text += (index === 0 ? '' : ',') + write(item, undefinedFields, depth);
  }
  return `${text}]`;
};

/** In the order of UTF-16 code units, in which both RFC 8785 and JavaScript sort. */
const writeObject = (
  fields: Readonly<Record<string, unknown>>,
  undefinedFields: UndefinedFields,
  depth: number,
): string => {
  let text = '{';
  for (const name of Object.keys(fields).sort()) {
    const value = fields[name];
    if (value === undefined && undefinedFields === 'left out') continue;
    text += `${text === '{' ? '' : ','}${canonicalString(name)}:${write(value, undefinedFields, depth)}`;
  }
  return `${text}}`;
};

/** Strings without characters that JSON.stringify escapes, which most are, take a third of its time. */
const canonicalString = (text: string): string => (NEEDS_NO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text));
const NEEDS_NO_ESCAPE = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/**
 * Whether a JSON text holds half a surrogate pair. RFC 8785 has no canonical form of such a string: JSON.stringify escapes the half,
 * other implementations refuse it or replace it.
 */
export const hasLoneSurrogate = (text: string): boolean => text.includes('\\ud') && ESCAPED_SURROGATE.test(text);

/** JSON.stringify escapes surrogates only where they are alone. An even number of backslashes before belongs to the text. */
const ESCAPED_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
